"""Reading and writing artefacts: declared tables, whole or not at all.

A file is written under a temporary name, flushed to disk and renamed, so that a reader never sees
half of one. Long work goes through `shards.ShardedWork`.
"""

import errno
import glob
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.exceptions

from nymgraph.pipeline.errors import ArtefactError, InputError, NymgraphError, StorageError
from nymgraph.pipeline.progress import Progress, SilentProgress
from nymgraph.pipeline.schemas import Table
from nymgraph.pipeline.storage.locks import hold
from nymgraph.pipeline.storage.manifests import (
    LIST,
    StageFiles,
    content_hash,
    digest,
    list_folder,
    read_list,
)
from nymgraph.pipeline.storage.runlog import RunRecord

__all__ = [
    "THROWN",
    "Workspace",
    "content_hash",
    "digest",
    "locked",
    "map_array",
    "new_folder",
    "read_rows",
    "reading",
    "replace_folder",
    "replaceable",
    "save",
    "save_blocks",
    "sync",
    "temporary_beside",
    "write_atomic",
    "writing",
]

ROW_GROUP_ROWS = 262_144
THROWN = (Exception, polars.exceptions.PanicException)
"""What a library may throw at bytes that it cannot read; a panic of polars is no Exception."""

_FULL_BYTES = 1 << 16  # a disk with less than this left is full, however the error puts it
_AGAIN = "; then run the same command again: finished shards are kept"


@dataclass(frozen=True)
class Workspace:
    """The data folder as one stage sees it.

    What a stage left is opened through its list of files (`manifests`): parts are those of the
    list, and whatever does not fit it is an error. A table, array or document that is written
    outside `stage` is listed at once.

    Attributes:
        root: The data folder; each stage writes `root/<stage>/`.
        progress: Where long work shows how far it is.
        record: The run record that counts rows read and written; it names the stage at work.
    """

    root: Path
    progress: Progress = field(default_factory=SilentProgress)
    record: RunRecord = field(default_factory=lambda: RunRecord("none", {}))
    _lists: dict[str, StageFiles] = field(default_factory=dict, repr=False, compare=False)
    _inputs: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def path(self, stage: str, name: str) -> Path:
        """Path of an artefact that is not a declared table, to be written."""
        return self.root / stage / name

    def work(self, stage: str) -> Path:
        """Folder for the working shards of a stage, outside every finished artefact."""
        return self.root / ".work" / stage

    @contextmanager
    def lock(self, stage: str) -> Iterator[None]:
        """Be the one process that works for a stage in this data folder.

        Args:
            stage: The stage.

        Raises:
            ArtefactError: Another process is at it.
        """
        with locked(self.root / ".work" / f"{stage}.lock", self.root / stage):
            yield

    @contextmanager
    def stage(self) -> Iterator[None]:
        """Write the folder of the stage at work: its list is removed first and written last.

        Where the block raises and no file has changed, the list is put back: a mistake found before
        the first write costs nothing.

        Raises:
            ArtefactError: Another process writes it, or something read was written meanwhile.
        """
        stage = self.record.stage
        folder, path = self.root / stage, self.path(stage, LIST)
        with self.lock(stage):
            with writing(folder):
                _clear_temporary(folder)
                before = path.read_bytes() if path.is_file() else None
                path.unlink(missing_ok=True)
            state = _state_of(folder)
            try:
                yield
            except BaseException:
                if before is not None and _state_of(folder) == state:
                    with suppress(OSError, StorageError):  # the error that counts is the first
                        write_atomic(path, lambda temporary: temporary.write_bytes(before))
                raise
            self.finish(stage)

    def finish(self, stage: str) -> None:
        """List what a stage left; of the stage at work also the hashes of what it read.

        Args:
            stage: The stage.

        Raises:
            ArtefactError: Something that was read was written meanwhile.
        """
        inputs = self._inputs if stage == self.record.stage else {}
        if inputs:
            self.refuse_rewritten()
        listed = list_folder(stage, self.root / stage, inputs)
        self._save_json(self.path(stage, LIST), listed.as_data())

    def refuse_rewritten(self) -> None:
        """ArtefactError if a stage that was read has been run again since."""
        for read in {name.split("/", 1)[0] for name in self._inputs}:
            if read_list(read, self.root / read) != self._lists[read]:
                raise rewritten(self.root / read)

    def file(self, stage: str, name: str, *, whole: bool = False) -> Path:
        """Path of a finished file or folder, checked against the list of its stage.

        Args:
            stage: The stage that wrote it.
            name: Its name below the folder of the stage.
            whole: Whether large files are hashed too.

        Returns:
            The path.

        Raises:
            ArtefactError: It is missing, or is not what the stage left.
        """
        if stage == self.record.stage:  # its own, not listed yet
            return self.path(stage, name)
        path, listed = self.path(stage, name), self.listed(stage)
        if f"{stage}/{name}" not in self._inputs or whole:
            listed.check(name, whole=whole)
            self._inputs[f"{stage}/{name}"] = listed.hash_of(name)
        if not path.exists():
            raise missing(path, stage)
        return path

    def hash_of(self, stage: str, name: str) -> str:
        """The hash of a finished file or folder, as it is listed."""
        self.file(stage, name)
        return self._inputs[f"{stage}/{name}"]

    def listed(self, stage: str) -> StageFiles:
        """The list of a finished stage.

        Args:
            stage: The stage.

        Returns:
            Its files.

        Raises:
            ArtefactError: It has not run or did not end, or was made from other inputs than those
                at hand.
        """
        if stage not in self._lists:
            self._lists[stage] = read_list(stage, self.root / stage)
            self._refuse_mixed()
        return self._lists[stage]

    def damage(self) -> ArtefactError | None:
        """The first of the files read that is not what its stage left, all of them hashed."""
        for name in self._inputs:
            stage, below = name.split("/", 1)
            for fault in self._lists[stage].faults(below, whole=True):
                return fault
        return None

    def exists(self, table: Table) -> bool:
        """Whether the stage of the table has run, or the table is there."""
        return (self.root / table.stage / LIST).exists() or (self.root / table.path).exists()

    def files(self, table: Table) -> list[Path]:
        """The files of a table, in order.

        Args:
            table: The table.

        Returns:
            Its one file, or the parts that are listed.

        Raises:
            ArtefactError: The table is not there, or not as its stage left it.
        """
        path = self.file(table.stage, table.path.name)
        if not table.parts:
            files = [path]
        elif table.stage == self.record.stage:  # its own, not listed yet
            files = sorted(path.glob("part-*.parquet"))
        else:
            listed = self.listed(table.stage)
            files = [listed.folder / name for name in listed.below(table.path.name)]
        if not files or not all(file.is_file() for file in files):
            raise missing(self.root / table.path, table.stage)
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
        with reading(self.root / table.path, table.stage):
            frame = (lazy if columns is None else lazy.select(columns)).collect()
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
            part = read_rows(file, table, table.stage)
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
        self._wrote(table.stage)
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
        self._wrote(table.stage)
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
        self._wrote(table.stage)
        self.record.wrote(f"{table.stage}/{table.name}", rows)

    def write_json(self, stage: str, name: str, value: dict[str, Any]) -> None:
        """Write a JSON artefact, whole or not at all; keys keep their order."""
        self._save_json(self.path(stage, name), value)
        self._wrote(stage)

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
        own = stage.startswith(".")  # run records are of no stage
        path = self.path(stage, name) if own else self.file(stage, name)
        if not path.is_file():
            raise missing(path, stage)
        with reading(path, stage):
            value: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return value

    def write_csv(self, stage: str, name: str, frame: pl.DataFrame) -> None:
        """Write a small CSV artefact (the data of a plot), whole or not at all."""
        write_atomic(self.path(stage, name), lambda path: frame.write_csv(path))
        self._wrote(stage)

    def read_csv(self, stage: str, name: str) -> pl.DataFrame:
        """Read a small CSV artefact; ArtefactError if it is missing or damaged."""
        path = self.file(stage, name)
        with reading(path, stage):
            return pl.read_csv(path)

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
        path = self.file(stage, name)
        if not path.is_file():
            raise missing(path, stage)
        return map_array(path, stage)

    def _wrote(self, stage: str) -> None:
        """List at once what is written outside `stage`; run records are of no stage."""
        if stage != self.record.stage and not stage.startswith("."):
            self._lists.pop(stage, None)
            for name in [name for name in self._inputs if self._of(name) == stage]:
                del self._inputs[name]
            self.finish(stage)

    def _save_json(self, path: Path, value: dict[str, Any]) -> None:
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        write_atomic(path, lambda temporary: temporary.write_text(text, "utf-8"))

    def _refuse_mixed(self) -> None:
        """ArtefactError if a stage that is read was made from other files than those read here."""
        for made in self._lists.values():
            for name, expected in made.inputs.items():
                source = self._lists.get(self._of(name))
                if source is not None and source.hash_of(name.split("/", 1)[1]) != expected:
                    raise ArtefactError(
                        f"{made.folder} was made from another {self.root / name}",
                        got="files of two runs",
                        cure=f"run `nymgraph {made.stage}` again",
                    )

    @staticmethod
    def _of(name: str) -> str:
        """The stage of an input."""
        return name.split("/", 1)[0]


def _state_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Of every file below a folder its place on the disk, its size and when it was written."""
    found = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {str(path): (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in found}


def _clear_temporary(folder: Path) -> None:
    """Remove what writers that were killed left in a folder."""
    for left in list(folder.rglob(".*.tmp")):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


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
    with reading(file, stage):
        return dict(pl.read_parquet_schema(file))


def read_rows(
    file: Path, table: Table, stage: str, columns: list[str] | None = None
) -> pl.DataFrame:
    """Read a file of a table, its schema checked.

    Args:
        file: The file.
        table: The table that it holds.
        stage: The stage that wrote it.
        columns: The columns wanted, or None for all.

    Returns:
        Its rows.

    Raises:
        ArtefactError: It is damaged or not as declared.
    """
    table.check(read_schema(file, stage), str(file))
    with reading(file, stage):
        return pl.read_parquet(file, columns=columns)


def map_array(file: Path, stage: str) -> npt.NDArray[Any]:
    """Open a `.npy` file as a read-only memory map.

    Args:
        file: The file.
        stage: The stage that wrote it.

    Returns:
        The array, on disk.

    Raises:
        ArtefactError: It is damaged.
    """
    with reading(file, stage):
        array: npt.NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False)
        return array


@contextmanager
def reading(path: Path, stage: str) -> Iterator[None]:
    """Give whatever a library throws at a file that it cannot read as one clear error.

    Args:
        path: The file or folder that is read.
        stage: The stage that wrote it.

    Raises:
        ArtefactError: It is damaged.
    """
    try:
        yield
    except NymgraphError:
        raise
    except THROWN as error:
        raise damaged(path, stage, error) from error


@contextmanager
def blamed(workspace: Workspace) -> Iterator[None]:
    """Let whatever a damaged artefact makes the block throw be an error that names the artefact.

    A library may throw anything at bytes that it cannot read. So, where something is thrown that is
    no error of ours, all that was read is hashed; where it is as it should be, the fault is ours
    and shows as it is.

    Args:
        workspace: What the block reads.

    Raises:
        ArtefactError: An artefact is damaged.
        StorageError: No space is left, in the words of a library that has its own for that.
    """
    try:
        yield
    except NymgraphError:
        raise
    except THROWN as error:
        fault = workspace.damage()
        if fault is not None:
            raise fault from error
        if _out_of_space(error, workspace.root):
            raise _no_space(workspace.root / workspace.record.stage, errno.ENOSPC) from error
        raise


def missing(path: Path, stage: str) -> ArtefactError:
    """The error for an artefact that is not there."""
    return ArtefactError(f"{path} is not there", cure=f"run `nymgraph {stage}` first")


def rewritten(path: Path) -> ArtefactError:
    """The error for what is another than when the reader began."""
    return ArtefactError(f"{path} was written while it was read", cure="run the same command again")


def damaged(path: Path, stage: str, error: BaseException) -> ArtefactError:
    """The error for an artefact that cannot be read."""
    return ArtefactError(
        f"{path} is damaged",
        got=str(error)[:500],
        cure=f"delete it and run `nymgraph {stage}` again",
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
def locked(file: Path, what: Path) -> Iterator[None]:
    """Be the one process that works on something.

    Args:
        file: The lock file.
        what: The folder that is worked on, for messages.

    Raises:
        ArtefactError: Another process is at it.
        StorageError: The folder cannot be written.
    """
    with ExitStack() as held:
        with writing(what):
            held.enter_context(hold(file, str(what)))
        yield


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
    except NymgraphError:
        raise
    except Exception as error:
        number = getattr(error, "errno", None)
        if number in (errno.ENOSPC, errno.EDQUOT) or _out_of_space(error, path):
            raise _no_space(path, number or errno.ENOSPC) from error
        if number in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise StorageError(
                f"{path} cannot be written: {os.strerror(number)}",
                got=f"a folder that user {os.getuid()} may not write",
                expected="a folder on a file system that is mounted for writing",
                cure=f"mount it so, mend its permissions, or take another with --data{_AGAIN}",
            ) from error
        raise


def _no_space(path: Path, number: int) -> StorageError:
    folder = _folder_of(path)
    return StorageError(
        f"{path} cannot be written: {os.strerror(number)}",
        got=f"{shutil.disk_usage(folder).free / 1e6:.1f} MB free in {folder}",
        expected="space for the working shards of the stage and for its result",
        cure=f"make space, or take a folder elsewhere with --data{_AGAIN}",
    )


def _out_of_space(error: Exception, path: Path) -> bool:
    """Whether an error means a full disk, whatever a library made of it."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    full = shutil.disk_usage(_folder_of(path)).free < _FULL_BYTES
    return full or _system_number(error) == errno.ENOSPC


def _folder_of(path: Path) -> Path:
    """The nearest folder above a path that is there."""
    return next(parent for parent in path.absolute().parents if parent.is_dir())


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


def temporary_beside(path: Path) -> Path:
    """A hidden name beside a path that no other writer has."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, flush it to disk and rename it to `path`.

    Args:
        path: The file to be; its folder is made.
        write: Called with the temporary path. If it raises, nothing is left.

    Raises:
        StorageError: No space is left, or the folder cannot be written.
    """
    temporary = temporary_beside(path)
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
    old = temporary_beside(destination)
    with writing(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        if destination.exists():
            destination.rename(old)
        new.rename(destination)
        sync(destination.parent)
    shutil.rmtree(old, ignore_errors=True)


def replaceable(folder: Path) -> Path:
    """Where a folder that is to be replaced lies; a link stays, and leads to the new folder.

    Args:
        folder: The folder; it need not be there.

    Returns:
        Its path without links.

    Raises:
        InputError: It is, or holds, the folder that this process works in.
    """
    found = Path(os.path.realpath(folder))
    if found in (Path.cwd(), *Path.cwd().parents):
        raise InputError(
            f"{folder} cannot be replaced: it is, or holds, the current folder",
            cure="name a new folder in it, such as --out out",
        )
    return found


@contextmanager
def new_folder(destination: Path) -> Iterator[Path]:
    """Let the block fill a new folder, and put it in its place whole or not at all.

    Args:
        destination: The folder to be; what is there is replaced.

    Yields:
        An empty folder beside it, removed if the block raises.

    Raises:
        InputError: The folder is the one this process works in, or holds that one.
        ArtefactError: Another process is writing the same folder.
        StorageError: No space is left, or the folder cannot be written.
    """
    destination = replaceable(destination)
    with ExitStack() as held:
        with writing(destination):
            held.enter_context(
                hold(destination.with_name(f".{destination.name}.lock"), str(destination))
            )
            for left in destination.parent.glob(f".{glob.escape(destination.name)}.*.tmp"):
                shutil.rmtree(left, ignore_errors=True)  # by a writer that was killed
            temporary = temporary_beside(destination)
            temporary.mkdir()
        try:
            with writing(destination):
                yield temporary
            replace_folder(temporary, destination)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def sync(path: Path) -> None:
    """Flush a file, or a folder's entries, to disk, so that it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
