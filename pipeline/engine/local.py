"""The local engine: this process makes one shard after the other."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from nymgraph.pipeline.engine.recipe import Recipe
from nymgraph.pipeline.storage.shards import Rows

__all__ = ["LOCAL", "LocalEngine"]

T = TypeVar("T")


class LocalEngine:
    """Makes shards in this process, in order."""

    def ask(self, function: Callable[[], T]) -> T:
        """Call a function here."""
        return function()

    def made(self, recipe: Recipe, shards: Sequence[int]) -> Iterator[tuple[int, Rows]]:
        """Make shards.

        Args:
            recipe: How they are made; not opened where there is no shard.
            shards: Their numbers.

        Yields:
            The number and the rows of a shard.
        """
        make = recipe.open() if shards else None
        for shard in shards:
            if make is not None:
                yield shard, make(shard)


LOCAL = LocalEngine()
"""The engine where none is asked for."""
