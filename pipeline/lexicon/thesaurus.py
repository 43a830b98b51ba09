"""Thesauri as tables: term, synonym and, if it has one, relation; every row read as two synsets.

Contract: a table as `tables` takes it, and .txt or .tab with tab stops, where (as in .tsv) a
quotation mark is a letter like others. Without `columns` the first line names the columns; with it
the file has no such line and `columns` names them. A row without a relation is a pair of synonyms.
`relations` maps the words of the file to relations; rows with other words are then skipped and
counted in the log. A column `weight` (above 0, at most 1) says how much of the use of both terms
lies in the senses in which they are so related; a row without it is dominant: 1. A column
`confidence` (0 to 1) says how far the row is trusted; a row without it is certain. A bad row stops
the run.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.files import plain_name, utf8_content
from nymgraph.pipeline.lexicon.tables import (
    confident,
    read_separated,
    read_table,
    refuse_rows,
    relation_words,
    require_columns,
    weighted,
)
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset
from nymgraph.pipeline.schemas import RELATION_NAMES
from nymgraph.pipeline.settings.params import ThesaurusSource

__all__ = ["read_thesaurus"]

_log = logging.getLogger("nymgraph")
_TABBED = (".tsv", ".txt", ".tab")
_SEPARATED = (*_TABBED, ".csv")
_COLUMNS = ("term", "synonym", "relation", "weight", "confidence")


def read_thesaurus(source: ThesaurusSource) -> Iterator[Synset]:
    """Read a thesaurus as synsets: one of two terms for synonyms, else one for each term.

    Args:
        source: Where it is and what its columns and words mean.

    Yields:
        The synsets, named by the number of their row.

    Raises:
        InputError: The file or a column is missing, a term is empty or a relation unknown.
    """
    rows = _rows(source)
    for number, (term, synonym, relation, weight, sure) in enumerate(rows.iter_rows(), 1):
        one, other, above = f"{number}a", f"{number}b", f"{number}"
        if relation == "synonym":
            yield Synset(one, (term, synonym), (), (), weight=weight, confidence=sure)
        elif relation == "antonym":
            against = (Antonym(0, other, 0),)
            yield Synset(one, (term,), (), against, weight=weight, confidence=sure)
            yield Synset(other, (synonym,), (), (), weight=weight, confidence=sure)
        else:
            yield Synset(one, (term,), (above,), (), weight=weight, confidence=sure)
            yield Synset(other, (synonym,), (above,), (), weight=weight, confidence=sure)


def _rows(source: ThesaurusSource) -> pl.DataFrame:
    """The columns _COLUMNS, relation a name of RELATION_NAMES; a row for each usable one."""
    table = confident(weighted(_table(source), source.path), source.path)
    require_columns(table, ["term", "synonym"], source.path)
    table = table.with_columns(pl.col("term", "synonym").cast(pl.String).str.strip_chars())
    for column in ("term", "synonym"):
        refuse_rows(table, pl.col(column).fill_null("") == "", source.path, column, "a term")
    if "relation" not in table.columns:
        return table.with_columns(relation=pl.lit("synonym")).select(*_COLUMNS)
    given = table["relation"]
    table = table.with_columns(pl.col("relation").cast(pl.String).str.strip_chars())
    table = table.with_columns(pl.col("relation").replace("", None).fill_null("synonym"))
    if source.relations is None:
        table = table.with_columns(relation=relation_words())
        known = pl.col("relation").is_in(RELATION_NAMES)
        expected = f"one of {', '.join(RELATION_NAMES)}; or say in `relations` what its words mean"
        refuse_rows(table, ~known, source.path, "relation", expected, given)
        return table.select(*_COLUMNS)
    words = {**{name: name for name in RELATION_NAMES}, **source.relations}
    named = table.with_columns(pl.col("relation").replace_strict(words, default=None))
    used = named.filter(pl.col("relation").is_not_null()).select(*_COLUMNS)
    if used.height < table.height:
        skipped = table.height - used.height
        _log.info("%s: %d of %d rows have other relations", source.path, skipped, table.height)
    return used


def _table(source: ThesaurusSource) -> pl.DataFrame:
    suffix = plain_name(source.path).suffix.lower()
    if suffix not in _SEPARATED:
        if source.columns is not None:
            raise InputError(
                f"{source.path}: only tables of text take `columns`",
                got=suffix or "no suffix",
                expected=", ".join(_SEPARATED),
                cure="leave `columns` out, or rename the columns in the file",
            )
        return read_table(source.path)
    if suffix == ".csv" and source.columns is None:
        return read_table(source.path)
    return _separated(source.path, source.columns, suffix in _TABBED)


def _separated(path: Path, columns: tuple[str, ...] | None, tabbed: bool) -> pl.DataFrame:
    content, separator = utf8_content(path), "\t" if tabbed else None
    table = read_separated(path, content, separator, header=columns is None, quoted=not tabbed)
    if columns is None or table.width == 0:
        return table
    if len(columns) != table.width:
        raise InputError(
            f"{path}: its rows do not have the columns named",
            got=f"{table.width} columns",
            expected=", ".join(columns),
            cure="name every column of the file, in order, in `columns`",
        )
    return table.rename(dict(zip(table.columns, columns, strict=True)))
