"""What an engine needs to know of a piece of work: how its shards are made, as plain data.

A recipe is a frozen dataclass of paths, parameters and arrays. It can travel to another process or
machine, where it is opened once (a model is loaded, an index built) and then makes shard after
shard. What it makes depends on the recipe alone, never on who makes it or in which order.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from nymgraph.pipeline.storage.shards import Rows

__all__ = ["Engine", "Make", "PartedRecipe", "Recipe", "Rows"]

T = TypeVar("T")
Make = Callable[[int], Rows]
"""Takes the number of a shard and gives its rows."""


class Recipe(ABC):
    """How the shards of a piece of work are made."""

    @abstractmethod
    def open(self) -> Make:
        """Load what the shards are made with."""


class PartedRecipe(Recipe):
    """A recipe whose tools, such as an index, can be divided among several workers."""

    @property
    @abstractmethod
    def n_parts(self) -> int:
        """Number of parts; a property of the data, not of the engine."""

    @abstractmethod
    def open_parts(self, parts: Sequence[int]) -> Make:
        """Load some of the parts: what is made of them is to be merged with the rest."""

    @abstractmethod
    def merge(self, shard: int, found: Sequence[Rows]) -> Rows:
        """Put together what several workers made of one shard; any grouping gives the same."""

    def open(self) -> Make:
        """Load all parts."""
        return self.open_parts(range(self.n_parts))


class Engine(Protocol):
    """A maker of shards: this process, or many on several machines."""

    def ask(self, function: Callable[[], T]) -> T:
        """Call a function where the shards are made, such as one that looks for a GPU."""
        ...

    def made(self, recipe: Recipe, shards: Sequence[int]) -> Iterator[tuple[int, Rows]]:
        """Make shards.

        Args:
            recipe: How they are made; not opened where there is no shard.
            shards: Their numbers.

        Returns:
            The number and the rows of each shard, in any order.
        """
        ...
