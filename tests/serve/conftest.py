from collections.abc import Iterator

import pytest

from nymgraph.pipeline.store import ClusterStore
from tests.serve.running import Running, running
from tests.store.small_export import small_frames, write_export


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server over the small export made by hand."""
    folder = write_export(tmp_path_factory.mktemp("served") / "export", small_frames())
    with running(ClusterStore(folder)) as started:
        yield started
