"""Which column of a user's table holds the terms."""

from pathlib import Path
from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.files import plain_name
from nymgraph.pipeline.lexicon.tables import read_table, require_columns

__all__ = ["Columns", "choose_columns", "is_table"]

_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
_USUAL = (
    *("term", "terms", "word", "words", "lemma", "name", "names", "title", "label"),
    *("phrase", "query", "keyword", "category", "text"),
)
_FREQUENCY = "frequency"


class Columns(NamedTuple):
    """The column of the terms and, if there is one, that of their frequencies."""

    terms: str
    frequency: str | None


def choose_columns(path: Path, column: str | None) -> Columns:
    """Find the column of the terms.

    Args:
        path: The table.
        column: The column that the user names, or None: one of the usual names, or the only column
            of text.

    Returns:
        It, and a column `frequency` of numbers.

    Raises:
        InputError: The table cannot be read, lacks the column, or there are several that could be.
    """
    table = read_table(path)
    if column is not None:
        require_columns(table, [column], path)
    frequency = _FREQUENCY if _has_frequencies(table) and column != _FREQUENCY else None
    return Columns(column or _only(table, path), frequency)


def _only(table: pl.DataFrame, path: Path) -> str:
    by_name = {name.casefold(): name for name in reversed(table.columns)}
    usual = [by_name[name] for name in _USUAL if name in by_name]
    text = [name for name in table.columns if _is_text(table[name])]
    if usual:
        return usual[0]
    if len(text) == 1 or table.width == 1:
        return (text or table.columns)[0]
    raise InputError(
        f"{path} has several columns that could hold the terms",
        got=", ".join(table.columns) or "no columns",
        expected=f"a column called {_USUAL[0]}, or only one of text",
        cure=f"name it: --column {(text or table.columns or ['NAME'])[0]}",
    )


def _is_text(values: pl.Series) -> bool:
    """Whether a column holds text that is no number; those of CSV are text throughout."""
    if values.dtype != pl.String:
        return False
    given = values.drop_nulls().head(1_000)
    return given.cast(pl.Float64, strict=False).null_count() * 2 > len(given)


def _has_frequencies(table: pl.DataFrame) -> bool:
    if _FREQUENCY not in table.columns:
        return False
    given = table[_FREQUENCY].drop_nulls()
    numbers = given.cast(pl.Float64, strict=False)
    return not numbers.has_nulls() and bool((numbers >= 0).all())


def is_table(path: Path) -> bool:
    """Whether the name of a file is that of a table."""
    return plain_name(path).suffix.lower() in _TABLES
