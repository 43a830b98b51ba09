"""Long work cut into shards: each is written once, whole, and survives a kill.

Layout of a working folder, which lies outside every finished artefact:

    manifest.jsonl   first line: the fingerprint of the work; then one line per finished shard
    parts/           the shards' files

One process at a time works here: the one that holds the lock of the stage (`Workspace.lock`).

A shard counts as done when the manifest says so *and* its file has the stated size and hash; a bare
file is never trusted. The fingerprint covers inputs, parameters and library versions: when it
changes, the shards of the earlier work are discarded.
"""

import json
import mmap
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.storage.artefacts import (
    content_hash,
    digest,
    replace_folder,
    save,
    sync,
    write_atomic,
    writing,
)
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = ["Rows", "ShardedWork", "open_work"]

Rows = pl.DataFrame | npt.NDArray[Any]
"""What a shard holds."""


class ShardedWork:
    """The shards of one computation; use `open_work` to get one.

    Args:
        folder: The working folder.
        fingerprint: Hash of all that determines the result.
        n_shards: How many shards the work has.
        suffix: Suffix of the shards' files.
    """

    def __init__(self, folder: Path, fingerprint: str, n_shards: int, suffix: str) -> None:
        self.folder = folder
        self.n_shards = n_shards
        self._suffix = suffix
        self._header = {"fingerprint": fingerprint, "n_shards": n_shards}
        self._manifest = folder / "manifest.jsonl"
        self._done = self._resume()
        self._resumed = self.rows
        self._opened = time.monotonic()

    @property
    def pending(self) -> list[int]:
        """Numbers of the shards still to be made, in order."""
        return [shard for shard in range(self.n_shards) if shard not in self._done]

    @property
    def rows(self) -> int:
        """Rows in all finished shards."""
        return sum(int(line["rows"]) for line in self._done.values())

    @property
    def rows_per_second(self) -> float:
        """Rows made since the work was opened; those of an interrupted run do not count."""
        return (self.rows - self._resumed) / max(1e-9, time.monotonic() - self._opened)

    def file(self, shard: int) -> Path:
        """The file of a shard."""
        return self.folder / "parts" / f"part-{shard:05d}{self._suffix}"

    def take(self, made: Iterable[tuple[int, Rows]], progress: Progress, what: str) -> None:
        """Commit shards as they are made, shown as progress.

        Args:
            made: Numbers and rows of pending shards, in any order.
            progress: Shows the shards.
            what: What the progress is called.
        """
        with progress.track(what, self.n_shards) as advance:
            advance(self.n_shards - len(self.pending))
            for shard, rows in made:
                self.commit(shard, rows)
                advance(1)

    def commit(self, shard: int, data: Rows) -> None:
        """Write one shard's file and only then its manifest line.

        Args:
            shard: Its number.
            data: Its rows: a frame for a suffix of `.parquet`, an array for `.npy`.
        """
        file = self.file(shard)
        write_atomic(file, lambda path: save(path, data))
        line = {
            "shard": shard,
            "rows": len(data),
            "bytes": file.stat().st_size,
            "hash": content_hash(file),
        }
        self._append(line)
        self._done[shard] = line

    def assemble(self, destination: Path, places: Sequence[npt.NDArray[np.int64]]) -> None:
        """Put the rows of all shards (arrays) into one `.npy` file, through a memory map.

        Args:
            destination: The file to be, written whole or not at all.
            places: For each shard the rows of the result that its rows become.
        """
        first = self._load(0)
        shape = (sum(map(len, places)), *first.shape[1:])

        def fill(path: Path) -> None:
            whole = np.lib.format.open_memmap(str(path), "w+", first.dtype, shape)
            if hasattr(os, "posix_fallocate"):  # a full disk must show here, not as a bus error
                with path.open("r+b") as stream:
                    os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
            for shard, rows in enumerate(places):
                whole[rows] = self._load(shard)
                _let_go(whole)
            whole.flush()

        write_atomic(destination, fill)

    def publish(self, destination: Path) -> None:
        """Move the folder of finished shards to its place with one rename, and clean up."""
        if self.pending:
            raise ArtefactError(f"{self.folder}: {len(self.pending)} shards are not done")
        self.file(0).parent.mkdir(parents=True, exist_ok=True)
        replace_folder(self.folder / "parts", destination)
        self.discard()

    def discard(self) -> None:
        """Forget the finished shards (their content is published)."""
        with writing(self._manifest):
            self._manifest.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "parts", ignore_errors=True)

    def _load(self, shard: int) -> npt.NDArray[Any]:
        array: npt.NDArray[Any] = np.load(self.file(shard), allow_pickle=False)
        return array

    def _resume(self) -> dict[int, dict[str, Any]]:
        for left in (self.folder / "parts").glob(".*.tmp"):  # by a writer that was killed
            left.unlink()
        lines = self._read_manifest()
        if not lines or lines[0] != self._header:
            self.discard()
            self.folder.mkdir(parents=True, exist_ok=True)
            self._append(self._header)
            return {}
        done = {int(line["shard"]): line for line in lines[1:] if self._is_whole(line)}
        self._rewrite([self._header, *done.values()])
        return done

    def _read_manifest(self) -> list[dict[str, Any]]:
        if not self._manifest.is_file():
            return []
        lines = []
        for text in self._manifest.read_text("utf-8", errors="replace").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:  # a line torn by a kill: its shard is made again
                continue
        return lines

    def _is_whole(self, line: dict[str, Any]) -> bool:
        try:
            file = self.file(int(line["shard"]))
            same_size = file.is_file() and file.stat().st_size == line["bytes"]
            return same_size and content_hash(file) == line["hash"] and line["rows"] >= 0
        except (KeyError, TypeError, ValueError):  # damaged: its shard is made again
            return False

    def _rewrite(self, lines: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines)
        write_atomic(self._manifest, lambda path: path.write_text(text, "utf-8"))

    def _append(self, line: dict[str, Any]) -> None:
        with writing(self._manifest):
            with self._manifest.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            sync(self.folder)


def _let_go(array: np.memmap[Any, Any]) -> None:
    """Leave written pages to the system, which keeps them or not, instead of holding all."""
    pages = array._mmap  # type: ignore[attr-defined]
    if hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


@contextmanager
def open_work(
    folder: Path, inputs: dict[str, Any], n_shards: int, suffix: str = ".parquet"
) -> Iterator[ShardedWork]:
    """Open or resume a piece of sharded work, by the process that holds the lock of the stage.

    Args:
        folder: The working folder, made if need be.
        inputs: All that determines the result: content hashes and parameters.
        n_shards: How many shards the work has.
        suffix: Suffix of the shards' files.

    Yields:
        The work, with the shards of an interrupted run already done.

    Raises:
        StorageError: The folder cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    fingerprint = digest({"inputs": inputs, "versions": library_versions()})
    yield ShardedWork(folder, fingerprint, n_shards, suffix)
