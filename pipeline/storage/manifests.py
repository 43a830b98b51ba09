"""What a finished stage left: `data/<stage>/files.json`, removed first and written last.

The list names every file below the folder of the stage with its bytes, its hash and, of a table or
an array, its rows; the hash of everything that the stage read, so that an artefact made from other
inputs than those at hand is detected; and a hash of all this, since a bit in the name of a part
would leave the part out. A folder without its list is not finished. Hidden files
(what a killed writer left) are not part of it.

A reader checks what it opens: that it is listed, its size, and the hash of a small file. All hashes
are checked by `nymgraph verify`.
"""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nymgraph.pipeline.errors import ArtefactError

__all__ = [
    "LIST",
    "Entry",
    "StageFiles",
    "content_hash",
    "digest",
    "identity",
    "list_folder",
    "read_list",
    "rows_of",
]

LIST = "files.json"
SMALL_BYTES = 4 << 20  # hashed whenever it is opened: about 10 ms
_CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class Entry:
    """One file: its size, its content, and the rows of a table or array."""

    bytes: int
    hash: str
    rows: int | None = None


@dataclass(frozen=True)
class StageFiles:
    """The files of a finished stage.

    Attributes:
        stage: Its name.
        folder: Its folder.
        files: Path below the folder to what is there, in byte-wise order.
        inputs: What the stage read, as stage/name, to its hash.
    """

    stage: str
    folder: Path
    files: dict[str, Entry]
    inputs: dict[str, str]

    def as_data(self) -> dict[str, Any]:
        """The list as plain data."""
        files = {
            name: {key: value for key, value in asdict(entry).items() if value is not None}
            for name, entry in self.files.items()
        }
        listed = {"files": files, "inputs": dict(sorted(self.inputs.items()))}
        return listed | {"hash": digest(listed)}

    def below(self, name: str) -> dict[str, Entry]:
        """A file, or the files of a folder, by path."""
        inside = f"{name}/"
        return {
            path: entry
            for path, entry in self.files.items()
            if path == name or path.startswith(inside)
        }

    def hash_of(self, name: str) -> str:
        """The hash of a file, or of the hashes of a folder's files."""
        if name in self.files:
            return self.files[name].hash
        return digest({path: entry.hash for path, entry in self.below(name).items()})

    def check(self, name: str, *, whole: bool = False) -> list[Path]:
        """Check a file, or the files of a folder, and give their paths in order.

        Args:
            name: Path below the folder of the stage.
            whole: Whether large files are hashed too.

        Returns:
            The paths; none where an empty folder was left.

        Raises:
            ArtefactError: A file is missing, or is not the one that the stage left.
        """
        for fault in self.faults(name, whole=whole):
            raise fault
        return [self.folder / path for path in self.below(name)]

    def faults(self, name: str | None = None, *, whole: bool) -> Iterator[ArtefactError]:
        """A file that does not fit its list.

        Args:
            name: A file or folder below that of the stage; None for all.
            whole: Whether large files are hashed too.

        Yields:
            An error for each file that is missing or is not the one that the stage left.
        """
        files = self.files if name is None else self.below(name)
        with ThreadPoolExecutor() as pool:
            found = pool.map(lambda path: self._fault(path, files[path], whole), files)
            yield from (fault for fault in found if fault is not None)

    def _fault(self, path: str, left: Entry, whole: bool) -> ArtefactError | None:
        """What is wrong with one file, if anything."""
        file, cure = self.folder / path, f"run `nymgraph {self.stage}` again"
        if not file.is_file():
            return ArtefactError(f"{file} is not there", cure=cure)
        size = file.stat().st_size
        got, expected = f"{size} bytes", f"{left.bytes} bytes"
        if size == left.bytes and (whole or size <= SMALL_BYTES):
            got, expected = f"hash {content_hash(file)}", f"hash {left.hash}"
        if got == expected:
            return None
        problem = f"{file} is damaged, or was changed since it was written"
        return ArtefactError(problem, got=got, expected=expected, cure=cure)


def identity(file: Path) -> tuple[int, int] | None:
    """What changes when a file is written anew: its place on the disk, and when; None: no file."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def list_folder(stage: str, folder: Path, inputs: dict[str, str]) -> StageFiles:
    """List and hash what a stage left.

    Args:
        stage: Its name.
        folder: Its folder.
        inputs: What it read, as stage/name, to its hash.

    Returns:
        The list, to be written as `files.json`.
    """
    names = _names(folder)
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        hashes = list(pool.map(lambda name: content_hash(folder / name), names))
    # heads are read one by one: numpy parses them with `ast`, which no two threads may enter at
    # once (python/cpython#106905)
    files = [folder / name for name in names]
    entries = [Entry(x.stat().st_size, h, rows_of(x)) for x, h in zip(files, hashes, strict=True)]
    return StageFiles(stage, folder, dict(zip(names, entries, strict=True)), inputs)


def read_list(stage: str, folder: Path) -> StageFiles:
    """Read the list of a finished stage.

    Args:
        stage: Its name.
        folder: Its folder.

    Returns:
        The list.

    Raises:
        ArtefactError: There is none: the stage has not run, or did not end. Or it is damaged.
    """
    path = folder / LIST
    try:
        found = json.loads(path.read_text("utf-8"))
        files = {str(name): Entry(**entry) for name, entry in found["files"].items()}
        inputs = {str(name): str(read) for name, read in found["inputs"].items()}
        listed = StageFiles(stage, folder, files, inputs)
        own = listed.as_data()["hash"]
        if found.get("hash", own) != own:  # an earlier version had none
            raise ValueError(f"its own hash is {own}, not {found['hash']}")
        return listed
    except FileNotFoundError as error:
        if _names(folder):
            raise ArtefactError(
                f"{folder} is not finished: it has no {LIST}",
                got="files of a run that did not end, or of an earlier version",
                cure=f"run `nymgraph {stage}` again",
            ) from error
        raise ArtefactError(
            f"{folder} is not there", cure=f"run `nymgraph {stage}` first"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtefactError(
            f"{path} is damaged", got=str(error)[:200], cure=f"run `nymgraph {stage}` again"
        ) from error


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


def _names(folder: Path) -> list[str]:
    """Every file below a folder but hidden ones and the list itself, by path, sorted."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    seen = (path for path in paths if not any(part.startswith(".") for part in path.parts))
    return sorted(path.as_posix() for path in seen if path != Path(LIST))


def rows_of(file: Path) -> int | None:
    """Rows of a table or an array, from its head alone; None for any other file."""
    if file.suffix == ".parquet":
        return int(pl.scan_parquet(file).select(pl.len()).collect().item())
    if file.suffix == ".npy":
        with file.open("rb") as stream:
            version = np.lib.format.read_magic(stream)
            head = np.lib.format.read_array_header_1_0 if version == (1, 0) else None
            shape = (head or np.lib.format.read_array_header_2_0)(stream)[0]
        return int(shape[0]) if shape else None
    return None
