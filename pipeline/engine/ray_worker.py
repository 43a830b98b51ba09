"""What a worker process of the Ray engine does. This module does not import Ray."""

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from nymgraph.pipeline.engine.recipe import Make, PartedRecipe, Recipe
from nymgraph.pipeline.errors import DependencyError
from nymgraph.pipeline.storage.runlog import library_versions
from nymgraph.pipeline.storage.shards import Rows

__all__ = ["Worker"]

T = TypeVar("T")


class Worker:
    """Opens a recipe, or some parts of it, and makes shards.

    Args:
        folder: Where the command was called; relative paths start there.
        versions: Versions of the libraries there.
    """

    def __init__(self, folder: str, versions: dict[str, str]) -> None:
        # Ray sets the threads of OpenMP to the processors of the worker
        os.environ.setdefault("NUMBA_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
        self._folder, self._versions = folder, versions
        self._settled = False
        self._make: Make | None = None

    def ask(self, function: Callable[[], T]) -> T:
        """Call a function here."""
        self._settle()
        return function()

    def open(self, recipe: Recipe, parts: Sequence[int] | None) -> None:
        """Load what shards are made with.

        Args:
            recipe: How they are made.
            parts: The parts to load; None: all.

        Raises:
            DependencyError: This node lacks the folder, or has other versions of the libraries.
        """
        self._settle()
        self._make = None  # what was open before makes room
        if parts is not None and isinstance(recipe, PartedRecipe):
            self._make = recipe.open_parts(parts)
        else:
            self._make = recipe.open()

    def make(self, shard: int) -> Rows:
        """Make a shard with what is open."""
        if self._make is None:
            raise RuntimeError("no recipe is open")
        return self._make(shard)

    def _settle(self) -> None:
        """Go to the folder, and see that this node is like the one that asks; once."""
        if self._settled:
            return
        node = socket.gethostname()
        if not Path(self._folder).is_dir():
            raise DependencyError(
                f"the Ray node {node} does not see {self._folder}",
                cure="share that folder with all nodes, at the same path",
            )
        os.chdir(self._folder)
        here = library_versions()
        for name, version in self._versions.items():
            if here.get(name) != version:
                raise DependencyError(
                    f"the Ray node {node} has another {name}",
                    got=here.get(name, "none"),
                    expected=version,
                    cure="install the same versions on all nodes: make install",
                )
        self._settled = True
