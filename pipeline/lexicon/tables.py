"""Users' files: text with a term a line, and tables as CSV, JSONL or Parquet.

Contract: UTF-8 (a byte-order mark is tolerated). The kind of a table follows from its suffix. CSV
columns are read as text, so that an id such as 007 stays what it is.
"""

import codecs
from pathlib import Path

import polars as pl
import polars.exceptions

from nymgraph.pipeline.errors import InputError

__all__ = [
    "read_lines",
    "read_table",
    "refuse_rows",
    "require_columns",
    "require_file",
    "require_utf8",
]

_CHUNK_BYTES = 1 << 22
_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 text file, without their line ends.

    Args:
        path: The file.

    Returns:
        The lines, empty ones too.

    Raises:
        InputError: The file is missing or not UTF-8.
    """
    require_utf8(path)
    with path.open(encoding="utf-8-sig") as stream:
        return [line.rstrip("\n") for line in stream]


def read_table(path: Path) -> pl.DataFrame:
    """A user's table, its kind told by its suffix.

    Args:
        path: A file ending in .csv, .tsv, .jsonl, .ndjson or .parquet.

    Returns:
        Its rows and columns; CSV and TSV columns are text.

    Raises:
        InputError: The file is missing, of an unknown kind, not UTF-8 or malformed.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise InputError(
            f"{path}: this kind of table is not known",
            got=suffix or "no suffix",
            expected=", ".join(_SUFFIXES),
            cure="convert the file, or rename it to the right suffix",
        )
    if suffix == ".parquet":
        require_file(path)
    else:
        require_utf8(path)
    try:
        return _parse(path, suffix)
    except (polars.exceptions.PolarsError, OSError) as error:
        raise InputError(
            f"{path} cannot be read as {suffix[1:]}", got=str(error), cure="mend the file"
        ) from error


def require_columns(frame: pl.DataFrame, columns: list[str], path: Path) -> None:
    """Check that a user's table has certain columns.

    Args:
        frame: The table.
        columns: Names that it must have.
        path: Its file, for the message.

    Raises:
        InputError: One of them is missing.
    """
    for column in columns:
        if column not in frame.columns:
            raise InputError(
                f"{path} has no column {column!r}",
                got=", ".join(frame.columns),
                expected=", ".join(columns),
                cure="name the right column in the parameters, or rename it in the file",
            )


def refuse_rows(
    rows: pl.DataFrame,
    bad: pl.Expr,
    path: Path,
    column: str,
    expected: str,
    given: pl.Series | None = None,
) -> None:
    """Refuse a user's table that has a bad row.

    Args:
        rows: The table.
        bad: True for a row that cannot be used.
        path: Its file, for the message.
        column: The column at fault.
        expected: What its values should be.
        given: The column as the file has it, where `rows` holds a converted one.

    Raises:
        InputError: There is such a row; the message names the first.
    """
    found = rows.select(bad.arg_true()).to_series()
    if found.len():
        row = int(found[0])
        raise InputError(
            f"{path}: row {row + 1} has no valid {column}",
            got=repr((rows[column] if given is None else given)[row]),
            expected=expected,
            cure="mend or delete the row",
        )


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
            f"{path} is not there", got=got, expected="a file", cure="check the path (params.yaml)"
        )


def require_utf8(path: Path) -> None:
    """Check that a user's file exists and is UTF-8.

    Args:
        path: The file.

    Raises:
        InputError: It is missing, or not UTF-8; the message names the line.
    """
    require_file(path)
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as stream:
        try:
            while chunk := stream.read(_CHUNK_BYTES):
                line += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            raise InputError(
                f"{path} is not valid UTF-8: line {line}",
                got=f"byte 0x{error.object[error.start]:02x}",
                cure=f"convert it, for example: iconv -f WINDOWS-1252 -t UTF-8 {path}",
            ) from error


def _parse(path: Path, suffix: str) -> pl.DataFrame:
    if suffix == ".parquet":
        return pl.read_parquet(path)
    if path.stat().st_size == 0:
        return pl.DataFrame()
    if suffix in (".csv", ".tsv"):
        separator = "\t" if suffix == ".tsv" else ","
        return pl.read_csv(path, separator=separator, infer_schema=False)
    return pl.read_ndjson(_without_bom(path), infer_schema_length=None)


def _without_bom(path: Path) -> Path | bytes:
    """The file, or its bytes after the byte-order mark, which the JSON reader does not take."""
    with path.open("rb") as stream:
        if stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
            return stream.read()
    return path
