"""Recipes whose shards are worked out in the head, and some that go wrong."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nymgraph.pipeline.engine.recipe import Make, PartedRecipe, Recipe
from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.storage.shards import Rows


def wait_for(folder: Path, pattern: str, number: int) -> None:
    """Wait for so many files, at most five minutes: the machine may be busy."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and len(list(folder.glob(pattern))) < number:
        time.sleep(0.01)


@dataclass(frozen=True)
class Squares(Recipe):
    """Shard n is [n, n squared]; it is made once so many `workers` have left a mark in `folder`."""

    folder: Path
    workers: int = 1

    def open(self) -> Make:
        (self.folder / f"opened-{os.getpid()}").touch()
        return self.make

    def make(self, shard: int) -> Rows:
        wait_for(self.folder, "opened-*", self.workers)
        return np.array([shard, shard**2])


@dataclass(frozen=True)
class Maxima(PartedRecipe):
    """Shard n is the largest n + 1 of 100 numbers; each part holds every tenth of them."""

    folder: Path
    seconds: float = 0.0

    @property
    def n_parts(self) -> int:
        return 10

    def open_parts(self, parts: Sequence[int]) -> Make:
        numbers = np.random.default_rng(0).permutation(100)
        held = np.concatenate([numbers[part::10] for part in parts])

        def make(shard: int) -> Rows:
            time.sleep(self.seconds)
            (self.folder / f"parts-{'-'.join(map(str, parts))}").touch()
            return np.sort(held)[::-1][: shard + 1]

        return make

    def merge(self, shard: int, found: Sequence[Rows]) -> Rows:
        return np.sort(np.concatenate([np.asarray(rows) for rows in found]))[::-1][: shard + 1]


@dataclass(frozen=True)
class Killed(Squares):
    """Shard 2 kills the process that makes it, the first `times` times."""

    times: int = 1

    def make(self, shard: int) -> Rows:
        if shard == 2 and len(list(self.folder.glob("killed-*"))) < self.times:
            (self.folder / f"killed-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().make(shard)


@dataclass(frozen=True)
class Failing(Squares):
    """Shard 1 raises; every try leaves a mark."""

    kind: str = "artefact"
    times: int = 3

    def make(self, shard: int) -> Rows:
        if shard == 1 and len(list(self.folder.glob("tried-*"))) < self.times:
            (self.folder / f"tried-{time.monotonic_ns()}").touch()
            if self.kind == "input":
                raise InputError("a bad shard", got="1", expected="2", cure="mend it")
            if self.kind == "system":
                raise OSError(5, "Input/output error", "vectors.npy")
            raise ArtefactError("a damaged shard", cure="make it again")
        return super().make(shard)
