"""A user's text file, however it is packed and encoded, as UTF-8.

Contract: UTF-8, with or without a byte-order mark; UTF-16 and UTF-32 with one; each plain or packed
(.gz, .bz2, .xz). Anything else is refused in words that name what it is, with the line at fault.
"""

import bz2
import codecs
import gzip
import io
import logging
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from nymgraph.pipeline.errors import InputError

__all__ = ["plain_name", "read_lines", "require_file", "unpacked", "utf8_content"]

_log = logging.getLogger("nymgraph")
CHUNK_BYTES = 1 << 22
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
# UTF-32 before UTF-16: its mark begins with that of UTF-16
_MARKS = {
    codecs.BOM_UTF8: "UTF-8",
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_OTHER_KINDS = {
    b"\x1f\x8b": "a gzip file: name it .gz",
    b"BZh": "a bzip2 file: name it .bz2",
    b"\xfd7zXZ\0": "an xz file: name it .xz",
    b"PK\x03\x04": "a ZIP archive (a spreadsheet is one): save it as CSV",
    b"PAR1": "a Parquet file: name it .parquet",
}
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


def require_file(path: Path) -> None:
    """Check that a user's file exists.

    Args:
        path: The file.

    Raises:
        InputError: It does not, or is a folder.
    """
    if not path.is_file():
        got = "a folder" if path.is_dir() else "nothing"
        raise InputError(
            f"{path} is not there",
            got=got,
            expected="a file",
            cure=f"check the path; a relative one begins in {Path.cwd()}",
        )


def plain_name(path: Path) -> Path:
    """The name of what a packed file holds: terms.csv for terms.csv.gz."""
    return path.with_suffix("") if path.suffix.lower() in _OPENERS else path


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, a packed one as what it holds.

    Args:
        path: The file.

    Yields:
        Its bytes as a stream.

    Raises:
        InputError: It is missing, or packed and damaged.
    """
    require_file(path)
    try:
        with _OPENERS.get(path.suffix.lower(), open)(path, "rb") as stream:
            yield stream
    except _DAMAGED as error:
        raise _not_unpacked(path, error) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _not_unpacked(path, error) from error  # bz2 says no more than OSError


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, without their line ends.

    Args:
        path: The file.

    Returns:
        The lines, empty ones too.

    Raises:
        InputError: The file is missing, damaged or in no encoding of Unicode.
    """
    content = utf8_content(path)
    raw = path.open("rb") if isinstance(content, Path) else io.BytesIO(content)
    with io.TextIOWrapper(cast("IO[bytes]", raw), encoding="utf-8") as stream:
        return [line.rstrip("\n") for line in stream]


def utf8_content(path: Path) -> Path | bytes:
    """The content of a text file, as UTF-8 without a byte-order mark.

    Args:
        path: The file.

    Returns:
        The file itself where it is that already, else its content.

    Raises:
        InputError: The file is missing, damaged or in no encoding of Unicode; the message names
            what it is, or the line.
    """
    with unpacked(path) as stream:
        head = stream.read(CHUNK_BYTES)
        mark = next((mark for mark in _MARKS if head.startswith(mark)), b"")
        if not mark and plain_name(path) == path:
            _check_utf8(path, head, stream)
            return path
        content = head + stream.read()
    encoding = _MARKS.get(mark, "UTF-8")
    if encoding == "UTF-8":
        content = content.removeprefix(codecs.BOM_UTF8)
        _check_utf8(path, content, io.BytesIO())
        return content
    _log.info("%s is %s, and is read as that", path, encoding)
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is damaged: it begins as {encoding} and does not go on as such",
            got=str(error),
            cure="write the file again, best as UTF-8",
        ) from error


def _check_utf8(path: Path, head: bytes, rest: IO[bytes]) -> None:
    """Refuse what is not UTF-8, naming the line, or what it is instead."""
    for start, kind in _OTHER_KINDS.items():
        if head.startswith(start):
            raise InputError(f"{path} is no text", got=kind.partition(":")[0], cure=kind)
    if head.count(0) * 5 > len(head):  # every second letter of English in UTF-16
        raise InputError(
            f"{path} is no UTF-8",
            got="every second byte or so is 0: UTF-16 without a byte-order mark",
            cure=f"convert it: iconv -f UTF-16LE -t UTF-8 {path} (or UTF-16BE)",
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, chunk = 1, head
    try:
        while chunk:
            line += decoder.decode(chunk).count("\n")
            chunk = rest.read(CHUNK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise InputError(
            f"{path} is not valid UTF-8: line {line}",
            got=f"byte 0x{error.object[error.start]:02x}",
            cure=f"convert it, for example: iconv -f WINDOWS-1252 -t UTF-8 {path}",
        ) from error


def _not_unpacked(path: Path, error: Exception) -> InputError:
    return InputError(
        f"{path} cannot be unpacked as {path.suffix}",
        got=str(error),
        cure="fetch or write the file again; give its name the suffix of what it is",
    )
