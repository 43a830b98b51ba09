"""Reading and writing artefacts: declared tables, whole or not at all.

A file is written under a temporary name, flushed to disk and renamed, so that a reader never sees
half of one. Long work goes through `shards.ShardedWork`.
"""

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.exceptions

from nymgraph.pipeline.errors import ArtefactError, StorageError
from nymgraph.pipeline.progress import Progress, SilentProgress
from nymgraph.pipeline.runlog import RunRecord
from nymgraph.pipeline.schemas import Table

__all__ = [
    "Workspace",
    "content_hash",
    "digest",
    "replace_folder",
    "save",
    "save_blocks",
    "sync",
    "write_atomic",
    "writing",
]

ROW_GROUP_ROWS = 262_144
_CHUNK_BYTES = 1 << 22
_AGAIN = "; then run the same command again: finished shards are kept"


@dataclass(frozen=True)
class Workspace:
    """The data folder as one stage sees it.

    Attributes:
        root: The data folder; each stage writes `root/<stage>/`.
        progress: Where long work shows how far it is.
        record: The run record that counts rows read and written.
    """

    root: Path
    progress: Progress = field(default_factory=SilentProgress)
    record: RunRecord = field(default_factory=lambda: RunRecord("none", {}))

    def path(self, stage: str, name: str) -> Path:
        """Path of an artefact that is not a declared table."""
        return self.root / stage / name

    def work(self, stage: str) -> Path:
        """Folder for the working shards of a stage, outside every finished artefact."""
        return self.root / ".work" / stage

    def exists(self, table: Table) -> bool:
        """Whether the table has been written."""
        return (self.root / table.path).exists()

    def files(self, table: Table) -> list[Path]:
        """The files of a table, in order.

        Args:
            table: The table.

        Returns:
            Its one file, or its parts.

        Raises:
            ArtefactError: The table is not there.
        """
        path = self.root / table.path
        files = sorted(path.glob("part-*.parquet")) if table.parts else [path]
        if not files or not all(file.is_file() for file in files):
            raise missing(path, table.stage)
        return files

    def scan(self, table: Table) -> pl.LazyFrame:
        """Open a table lazily, its schema checked.

        Args:
            table: The table.

        Returns:
            Its rows, not yet read.

        Raises:
            ArtefactError: The table is missing, unreadable or not as declared.
        """
        files = self.files(table)
        for file in files:
            table.check(read_schema(file, table.stage), str(file))
        return pl.scan_parquet(files)

    def read(self, table: Table, columns: list[str] | None = None) -> pl.DataFrame:
        """Read a table (or some of its columns) into memory, its schema checked.

        Args:
            table: The table.
            columns: The columns wanted, or None for all.

        Returns:
            Its rows.

        Raises:
            ArtefactError: The table is missing, unreadable or not as declared.
        """
        lazy = self.scan(table)
        try:
            frame = (lazy if columns is None else lazy.select(columns)).collect()
        except polars.exceptions.PolarsError as error:
            raise damaged(self.root / table.path, table.stage, error) from error
        self.record.read(f"{table.stage}/{table.name}", frame.height)
        return frame

    def parts(self, table: Table) -> Iterator[pl.DataFrame]:
        """Read a table of parts one part at a time, schemas checked.

        Args:
            table: The table.

        Yields:
            The rows of one part file.
        """
        rows = 0
        for file in self.files(table):
            table.check(read_schema(file, table.stage), str(file))
            try:
                part = pl.read_parquet(file)
            except polars.exceptions.PolarsError as error:
                raise damaged(file, table.stage, error) from error
            rows += part.height
            yield part
        self.record.read(f"{table.stage}/{table.name}", rows)

    def write(self, table: Table, frame: pl.DataFrame) -> None:
        """Write a table of one file, whole or not at all.

        Args:
            table: The table.
            frame: Its rows.

        Raises:
            ArtefactError: The frame does not conform to the declaration.
        """
        write_atomic(self.root / table.path, lambda path: save(path, table.conform(frame)))
        self.record.wrote(f"{table.stage}/{table.name}", frame.height)

    def write_blocks(self, table: Table, blocks: Iterable[pl.DataFrame]) -> None:
        """Write a table of one file block by block, whole or not at all.

        Args:
            table: The table.
            blocks: Its rows, in order; only one block is held at a time.

        Raises:
            ArtefactError: A block does not conform to the declaration.
        """
        conformed = (table.conform(block) for block in blocks)
        rows = 0

        def write(path: Path) -> None:
            nonlocal rows
            rows = save_blocks(path, conformed, table.empty())

        write_atomic(self.root / table.path, write)
        self.record.wrote(f"{table.stage}/{table.name}", rows)

    def write_parts(self, table: Table, parts: Iterable[pl.DataFrame]) -> None:
        """Write a table of parts, a file for each frame, whole or not at all.

        Args:
            table: The table.
            parts: Its rows, in order; only one part is held at a time.

        Raises:
            ArtefactError: A part does not conform to the declaration.
        """
        work, rows = self.work(table.stage) / table.name, 0
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for number, part in enumerate(parts):
            save(work / f"part-{number:05d}.parquet", table.conform(part))
            rows += part.height
        sync(work)
        replace_folder(work, self.root / table.path)
        self.record.wrote(f"{table.stage}/{table.name}", rows)

    def write_json(self, stage: str, name: str, value: dict[str, Any]) -> None:
        """Write a JSON artefact, whole or not at all; keys keep their order."""
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        write_atomic(self.path(stage, name), lambda path: path.write_text(text, "utf-8"))

    def read_json(self, stage: str, name: str) -> dict[str, Any]:
        """Read a JSON artefact.

        Args:
            stage: The stage that wrote it.
            name: File name.

        Returns:
            Its content.

        Raises:
            ArtefactError: The file is missing or damaged.
        """
        path = self.path(stage, name)
        if not path.is_file():
            raise missing(path, stage)
        try:
            value: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise damaged(path, stage, error) from error
        return value

    def write_csv(self, stage: str, name: str, frame: pl.DataFrame) -> None:
        """Write a small CSV artefact (the data of a plot), whole or not at all."""
        write_atomic(self.path(stage, name), lambda path: frame.write_csv(path))

    def read_array(self, stage: str, name: str) -> npt.NDArray[Any]:
        """Open a `.npy` artefact as a read-only memory map.

        Args:
            stage: The stage that wrote it.
            name: File name.

        Returns:
            The array, on disk.

        Raises:
            ArtefactError: The file is missing or damaged.
        """
        path = self.path(stage, name)
        if not path.is_file():
            raise missing(path, stage)
        try:
            array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise damaged(path, stage, error) from error
        return array


def read_schema(file: Path, stage: str) -> dict[str, Any]:
    """Column name to polars type of a Parquet file.

    Args:
        file: The file.
        stage: The stage that wrote it, for the message.

    Returns:
        The schema.

    Raises:
        ArtefactError: The file is damaged.
    """
    try:
        return dict(pl.read_parquet_schema(file))
    except (polars.exceptions.PolarsError, OSError) as error:
        raise damaged(file, stage, error) from error


def missing(path: Path, stage: str) -> ArtefactError:
    """The error for an artefact that is not there."""
    return ArtefactError(f"{path} is not there", cure=f"run `nymgraph {stage}` first")


def damaged(path: Path, stage: str, error: Exception) -> ArtefactError:
    """The error for an artefact that cannot be read."""
    return ArtefactError(
        f"{path} is damaged", got=str(error), cure=f"delete it and run `nymgraph {stage}` again"
    )


def save(path: Path, data: pl.DataFrame | npt.NDArray[Any]) -> None:
    """Write a frame as Parquet (zstd, bounded row groups) or an array as `.npy`, in place.

    Args:
        path: The file.
        data: What to write.

    Raises:
        OSError: The system refused; with its number, which polars and numpy leave out.
    """
    try:
        if isinstance(data, pl.DataFrame):
            data.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP_ROWS)
            return
        with path.open("wb") as stream:  # np.save would add a suffix to a path
            np.save(stream, data, allow_pickle=False)
    except (OSError, polars.exceptions.PolarsError) as error:
        if getattr(error, "errno", None):
            raise
        raise OSError(_system_number(error), str(error), str(path)) from error


def _system_number(error: Exception) -> int:
    """The system's number in the text of an error; numpy says that a write fell short."""
    number = re.search(r"os error (\d+)", str(error))
    if number:
        return int(number.group(1))
    return errno.ENOSPC if "requested and" in str(error) else errno.EIO


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Give a refusal of the system to write as an error that says the cure.

    Args:
        path: The file or folder that is written.

    Raises:
        StorageError: No space is left there, or it cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"{path} cannot be written: {os.strerror(error.errno)}",
                got=_free(path),
                expected="space for the working shards of the stage and for its result",
                cure=f"make space, or take a folder elsewhere with --data{_AGAIN}",
            ) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise StorageError(
                f"{path} cannot be written: {os.strerror(error.errno)}",
                got=f"a folder that user {os.getuid()} may not write",
                expected="a folder on a file system that is mounted for writing",
                cure=f"mount it so, mend its permissions, or take another with --data{_AGAIN}",
            ) from error
        raise


def _free(path: Path) -> str:
    """The space left where a file was to be."""
    folder = next(parent for parent in path.absolute().parents if parent.is_dir())
    return f"{shutil.disk_usage(folder).free / 1e6:.1f} MB free in {folder}"


def save_blocks(path: Path, blocks: Iterable[pl.DataFrame], empty: pl.DataFrame) -> int:
    """Write a Parquet file (zstd, bounded row groups) from frames of the same columns, in place.

    Args:
        path: The file.
        blocks: The frames; only one is held at a time.
        empty: What is written if there are none.

    Returns:
        Number of rows.
    """
    import pyarrow.parquet as pq  # loaded by those who write in blocks

    rows, waiting = 0, iter(blocks)
    first = next(waiting, empty)
    oldest = pl.CompatLevel.oldest()
    schema = first.to_arrow(compat_level=oldest).schema
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in chain([first], waiting):
            table = block.to_arrow(compat_level=oldest)
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
            rows += block.height
    return rows


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk and rename it to `path`.

    Args:
        path: The file to be; its folder is made.
        write: Called with the temporary path. If it raises, nothing is left.

    Raises:
        StorageError: No space is left, or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(temporary)
            sync(temporary)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):  # the error that counts is the first one
                temporary.unlink(missing_ok=True)
            raise
        sync(path.parent)


def replace_folder(new: Path, destination: Path) -> None:
    """Move a finished folder to its place; the one it replaces is deleted last."""
    old = destination.with_name(f".{destination.name}.old")
    with writing(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(old, ignore_errors=True)
        if destination.exists():
            destination.rename(old)
        new.rename(destination)
        sync(destination.parent)
    shutil.rmtree(old, ignore_errors=True)


def sync(path: Path) -> None:
    """Flush a file, or a folder's entries, to disk, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def content_hash(path: Path) -> str:
    """Hash of a file's bytes, or of a folder's file names and bytes in name order (BLAKE2b)."""
    state = hashlib.blake2b(digest_size=16)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            # with its size, so that no name can pass for the bytes of the file before it
            name = file.relative_to(path).as_posix()
            state.update(f"{name}\0{file.stat().st_size}\0".encode())
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    state.update(chunk)
    return state.hexdigest()


def digest(value: dict[str, Any]) -> str:
    """Hash of plain data, whatever the order of its keys (BLAKE2b)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
