"""A user's edge table: term_a, term_b, p_synonym[, p_antonym], as CSV, JSONL or Parquet.

Contract: any row order and orientation; terms are trimmed and composed (NFC), nothing else; a
self-loop is no edge; duplicate rows count once, with the highest p_synonym. A missing term, a
probability that is no number, or one outside 0..1 is an error that names the row.
"""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.tables import read_table, refuse_rows, require_columns

__all__ = ["checked_edges", "number_ends", "read_edge_table"]


def read_edge_table(path: Path) -> tuple[pl.Series, pl.DataFrame]:
    """Read an edge table and number its terms.

    Args:
        path: The file.

    Returns:
        The terms in byte-wise order, and columns a, b (uint32 term ids), p_synonym and, if the file
        has it, p_antonym, in the file's precision.

    Raises:
        InputError: The file cannot be used; the message names the first bad row.
    """
    return number_ends(checked_edges(read_table(path), path))


def checked_edges(rows: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Check an edge table.

    Args:
        rows: The table.
        path: Its file, for messages.

    Returns:
        Columns term_a, term_b (trimmed, composed), p_synonym and, if the table has it, p_antonym.

    Raises:
        InputError: The table cannot be used; the message names the first bad row.
    """
    require_columns(rows, ["term_a", "term_b", "p_synonym"], path)
    if rows.is_empty():
        raise InputError(f"{path} holds no edges", cure="give a table with at least one row")
    ends = pl.col("term_a", "term_b").cast(pl.String)
    rows = rows.with_columns(ends.str.normalize("NFC").str.strip_chars())
    for column in ("term_a", "term_b"):
        refuse_rows(rows, pl.col(column).fill_null("") == "", path, column, "a term")
    names = [name for name in ("p_synonym", "p_antonym") if name in rows.columns]
    for name in names:
        rows = _with_probability(rows, path, name)
    return rows.select("term_a", "term_b", *names)


def number_ends(rows: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Number the terms of an edge table.

    Args:
        rows: As `checked_edges` gives it.

    Returns:
        The terms in byte-wise order, and the table with columns a, b (uint32 term ids) in the place
        of its terms.
    """
    terms = pl.concat([rows["term_a"], rows["term_b"]]).unique().sort()
    ids = pl.Enum(terms)
    return terms.alias("term"), rows.select(
        pl.col("term_a").cast(ids).to_physical().cast(pl.UInt32).alias("a"),
        pl.col("term_b").cast(ids).to_physical().cast(pl.UInt32).alias("b"),
        pl.exclude("term_a", "term_b"),
    )


def _with_probability(rows: pl.DataFrame, path: Path, name: str) -> pl.DataFrame:
    given = rows[name]
    numbers = given if given.dtype.is_float() else given.cast(pl.Float64, strict=False)
    rows = rows.with_columns(numbers.alias(name))
    bad = pl.col(name).is_null() | pl.col(name).is_nan() | ~pl.col(name).is_between(0, 1)
    refuse_rows(rows, bad, path, name, "a number from 0 to 1", given)
    return rows
