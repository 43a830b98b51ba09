"""Users' tables: CSV, TSV, JSONL, JSON or Parquet, as other tools write them.

Contract: text as `files` takes it (UTF-8, UTF-16 with a byte-order mark, packed or not). The kind
of a table follows from its suffix. CSV columns are read as text, so that an id such as 007 stays
what it is; an empty field is missing; a short row misses its last fields, a long one is refused.
The first line of a .csv shows its separator: comma, semicolon, tab stop or bar; a line `sep=;`, as
spreadsheets write, names it too. A field that begins with a quotation mark goes on to the next one
(a doubled one is a letter); inside a field it is a letter. The index that pandas writes is left
out, with a line in the log. Columns of lists, structs or bytes are refused.
"""

import csv
import io
import logging
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path

import polars as pl
import polars.exceptions

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.files import plain_name, unpacked, utf8_content
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = [
    "confident",
    "pair_rows",
    "read_separated",
    "read_table",
    "refuse_rows",
    "relation_words",
    "require_columns",
    "weighted",
]

_log = logging.getLogger("nymgraph")
_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
_SEPARATORS = ",;\t|"
_BLOCK_ROWS = 65_536
# of a data frame: __index_level_0__ in Parquet, no name or that of its reader in CSV
_INDEX = re.compile(r"__index_level_\d+__|Unnamed: \d+|")
_SAID = re.compile(r'sep="?(.)"?\r?\n', re.IGNORECASE)


def read_table(path: Path) -> pl.DataFrame:
    """A user's table, its kind by its suffix.

    Args:
        path: A file ending in .csv, .tsv, .jsonl, .ndjson, .json or .parquet, or that and .gz,
            .bz2 or .xz.

    Returns:
        Its rows and columns; CSV and TSV columns are text.

    Raises:
        InputError: The file is missing, of an unknown kind, in no encoding of Unicode or malformed,
            or has a column that is no plain value.
    """
    suffix = plain_name(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InputError(
            f"{path}: this kind of table is not known",
            got=suffix or "no suffix",
            expected=", ".join(_SUFFIXES),
            cure="convert the file, or rename it to the right suffix",
        )
    try:
        table = _parse(path, suffix)
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _malformed(path, str(error)) from error
    return _with_plain_values(_without_index(table, path), path)


def read_separated(
    path: Path,
    content: Path | bytes,
    separator: str | None,
    *,
    header: bool = True,
    quoted: bool = True,
) -> pl.DataFrame:
    """A table of text with separators.

    Args:
        path: The file, for messages.
        content: Its content, as `utf8_content` gives it.
        separator: What stands between fields; None: as the first line shows.
        header: Whether the first line names the columns; else they are column_1, column_2, ...
        quoted: Whether a quotation mark may open a field; else it is a letter.

    Returns:
        Its rows, as text; empty fields are null.

    Raises:
        InputError: The file is malformed; the line is named.
    """
    if _size(content) == 0:
        return pl.DataFrame()
    head, marked = _look(content)
    skipped = 0
    if separator is None:
        said = _SAID.match(head)
        skipped = int(said is not None)
        separator = said.group(1) if said else _separator_of(head.split("\n", 1)[0])
    if not (marked and quoted):
        try:
            return _quick(content, separator, header, skipped)
        except polars.exceptions.PolarsError:
            pass  # the slow way names the line
    return _by_rows(path, content, separator, header=header, quoted=quoted, skipped=skipped)


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


def relation_words() -> pl.Expr:
    """A user's words for relations: trimmed, in small letters; null where there is none."""
    words = pl.col("relation").cast(pl.String).str.strip_chars().str.to_lowercase()
    return pl.when(words != "").then(words.str.replace_all(r"[- ]", "_"))


def pair_rows(rows: pl.DataFrame, path: Path, language: str) -> pl.DataFrame:
    """A user's table of labelled pairs, checked and in our words.

    Args:
        rows: The table: term_a, term_b, relation, and whatever else it has.
        path: Its file, for the messages.
        language: Language code of the terms.

    Returns:
        The same rows: terms as the lexicon writes them, relation a name of RELATION_NAMES or null
        where there is none, confidence and weight as `confident` and `weighted` give them.

    Raises:
        InputError: A column is missing, a term is empty, a relation does not exist, or a confidence
            or weight is not between 0 and 1.
    """
    require_columns(rows, ["term_a", "term_b", "relation"], path)
    written = partial(clean, language=language)
    terms = pl.col("term_a", "term_b").cast(pl.String)
    given = rows["relation"]
    rows = rows.with_columns(
        terms.map_elements(written, return_dtype=pl.String), relation=relation_words()
    )
    known = pl.col("relation").is_null() | pl.col("relation").is_in(RELATION_NAMES)
    expected = f"one of {', '.join(RELATION_NAMES)}, or nothing"
    refuse_rows(rows, ~known, path, "relation", expected, given)
    for column in ("term_a", "term_b"):
        refuse_rows(rows, pl.col(column).fill_null("") == "", path, column, "a term")
    return weighted(confident(rows, path), path)


def weighted(rows: pl.DataFrame, path: Path) -> pl.DataFrame:
    """A user's table with the column `weight` as numbers; 1 where the table does not say.

    Args:
        rows: The table; its column `weight`, if it has one, holds numbers or text.
        path: Its file, for the message.

    Returns:
        The same rows, `weight` float64 in (0, 1].

    Raises:
        InputError: A weight is no such number.
    """
    if "weight" not in rows.columns:
        return rows.with_columns(weight=pl.lit(1.0))
    given = rows["weight"]
    empty = pl.col("weight").cast(pl.String).str.strip_chars().fill_null("") == ""
    number = pl.col("weight").cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    rows = rows.with_columns(weight=pl.when(empty).then(1.0).otherwise(number.fill_null(-1)))
    valid = (pl.col("weight") > 0) & (pl.col("weight") <= 1)
    refuse_rows(rows, ~valid, path, "weight", "a number above 0, at most 1", given)
    return rows


def confident(rows: pl.DataFrame, path: Path) -> pl.DataFrame:
    """A user's table with the column `confidence` as numbers; 1 where the table does not say.

    Args:
        rows: The table; its column `confidence`, if it has one, holds numbers or text.
        path: Its file, for the message.

    Returns:
        The same rows, `confidence` float64, 0 to 1.

    Raises:
        InputError: A confidence is no such number.
    """
    if "confidence" not in rows.columns:
        return rows.with_columns(confidence=pl.lit(1.0))
    given = rows["confidence"]
    number = given.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    rows = rows.with_columns(confidence=number.fill_null(-1))
    outside = ~pl.col("confidence").is_between(0, 1)
    refuse_rows(rows, outside, path, "confidence", "a number from 0 to 1", given)
    return rows


def _parse(path: Path, suffix: str) -> pl.DataFrame:
    if suffix == ".parquet":
        with unpacked(path) as stream:
            return pl.read_parquet(path if plain_name(path) == path else stream.read())
    content = utf8_content(path)
    if suffix in (".csv", ".tsv"):
        return read_separated(path, content, "\t" if suffix == ".tsv" else None)
    if _size(content) == 0:
        return pl.DataFrame()
    if suffix == ".json":
        return pl.read_json(content, infer_schema_length=None)
    return pl.read_ndjson(content, infer_schema_length=None)


def _size(content: Path | bytes) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _look(content: Path | bytes) -> tuple[str, bool]:
    """The beginning of a text, its first lines at least, and whether it holds a quotation mark."""
    with _open(content) as stream:
        head = first = stream.read(1 << 16)
        while head and '"' not in head:
            head = stream.read(1 << 22)
    return first, bool(head)


def _open(content: Path | bytes) -> io.TextIOWrapper:
    raw = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
    return io.TextIOWrapper(raw, encoding="utf-8", newline="")


def _separator_of(line: str) -> str:
    """What stands between the names of columns, outside quotation marks; a comma where nothing."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_SEPARATORS, key=bare.count)


def _quick(content: Path | bytes, separator: str, header: bool, skipped: int) -> pl.DataFrame:
    table = pl.read_csv(
        content,
        has_header=header,
        separator=separator,
        quote_char=None,
        infer_schema=False,
        skip_lines=skipped,
    )
    return table.rename(str.strip) if header else table


def _by_rows(
    path: Path, content: Path | bytes, separator: str, *, header: bool, quoted: bool, skipped: int
) -> pl.DataFrame:
    """Row by row, slower than `_quick`: quotation marks are understood, faults have a line."""
    with _open(content) as stream:
        rows = _rows(path, islice(stream, skipped, None), separator, quoted, skipped)
        _, first = next(rows, (0, []))
        names = [name.strip() for name in first]
        if not header:
            names = [f"column_{place}" for place in range(1, len(first) + 1)]
            rows = chain([(1, first)], rows)
        names = _distinct(names)
        schema = dict.fromkeys(names, pl.String)
        blocks = [pl.DataFrame(schema=schema)]
        filled = (_filled(path, line, fields, len(names)) for line, fields in rows)
        while block := list(islice(filled, _BLOCK_ROWS)):
            blocks.append(pl.DataFrame(block, schema, orient="row"))
    return pl.concat(blocks)


def _rows(
    path: Path, lines: Iterable[str], separator: str, quoted: bool, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """The fields of each row, with the number of its first line."""
    reader = (
        csv.reader(lines, delimiter=separator, strict=True)
        if quoted
        else csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    )
    while True:
        line = reader.line_num + skipped + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(
                path,
                f"line {line}: a field begins with a quotation mark that nothing ends ({error})",
                expected='"a field" in quotation marks, or a field that begins with another letter',
                cure='double the mark and put the field in marks: """lone"" mark"; or take it away',
            ) from error


def _filled(path: Path, line: int, fields: list[str], width: int) -> list[str | None]:
    if len(fields) > width:
        raise _malformed(
            path,
            f"line {line} has {len(fields)} fields",
            expected=f"{width}, as the first line has",
            cure="put a field that holds the separator in quotation marks",
        )
    return [field or None for field in fields] + [None] * (width - len(fields))


def _distinct(names: list[str]) -> list[str]:
    """The names of columns; one that stands twice gets a number, as polars does it."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        repeat = seen.get(name, 0)
        seen[name] = repeat + 1
        unique.append(f"{name}_duplicated_{repeat - 1}" if repeat else name)
    return unique


def _without_index(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The table without the index of a data frame, which means nothing here."""
    index = [name for name in table.columns if _INDEX.fullmatch(name)]
    if len(index) == table.width:
        return table
    if index:
        names = ", ".join(repr(name) for name in index)
        _log.info("%s: the column %s is the index of a data frame, and is left out", path, names)
    return table.drop(index)


def _with_plain_values(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The table with categories as text; what is no plain value is refused."""
    for name, kind in table.schema.items():
        if kind.is_nested() or kind in (pl.Binary, pl.Object):
            raise InputError(
                f"{path}: the column {name!r} holds no plain values",
                got=str(kind),
                expected="text, numbers, dates or true and false",
                cure="leave the column out, or write its values as text",
            )
    named = [name for name, kind in table.schema.items() if kind in (pl.Categorical, pl.Enum)]
    empty = [name for name, kind in table.schema.items() if kind == pl.Null]
    return table.with_columns(pl.col(*named, *empty).cast(pl.String)) if named or empty else table


def _malformed(path: Path, got: str, *, expected: str = "", cure: str = "") -> InputError:
    suffix = plain_name(path).suffix.lower().removeprefix(".")
    return InputError(
        f"{path} cannot be read as {suffix}",
        got=got,
        expected=expected,
        cure=cure or "mend the file",
    )
