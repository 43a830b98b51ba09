"""The engine that the parameters ask for."""

from collections.abc import Iterator
from contextlib import contextmanager

from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.settings.params import EngineParams

__all__ = ["open_engine"]


@contextmanager
def open_engine(params: EngineParams) -> Iterator[Engine]:
    """Start or reach the workers that the parameters ask for, and let them go at the end.

    Args:
        params: The section `engine`.

    Yields:
        The engine.

    Raises:
        DependencyError: Ray is not installed, or its cluster cannot be reached or is too small.
    """
    if params.kind == "local":
        yield LOCAL
        return
    from nymgraph.pipeline.engine.ray_engine import open_ray

    with open_ray(params) as engine:
        yield engine
