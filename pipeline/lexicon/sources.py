"""Lexicon sources: each gives its items as a frame of (source, row, item) and what the user adds.

To add a source: a section in `settings/params.py`, a reader here, a line in `read_source`; to add a
dictionary, see `dictionaries`.
"""

import logging

import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.dictionaries import (
    dictionary_name,
    listed_forms,
    read_dictionary,
)
from nymgraph.pipeline.lexicon.files import read_lines
from nymgraph.pipeline.lexicon.tables import read_table, require_columns
from nymgraph.pipeline.schemas import EXPORTED_TERMS, EXPORTED_VARIANTS
from nymgraph.pipeline.settings.params import Dictionary, Source, TableSource, TextSource

__all__ = ["read_source"]

_log = logging.getLogger("nymgraph")
# names of columns that tables of terms or variants have themselves
_OURS = {*EXPORTED_TERMS.schema, *EXPORTED_VARIANTS.schema, "source", "row", "item", "reason"}


def read_source(source: Source) -> pl.DataFrame:
    """Read all items of one source, good and bad.

    Args:
        source: Its parameters.

    Returns:
        Columns source (str), row (uint64, from 1), item (str, may be null), and, where the source
        has them, frequency (float64) and the user's other columns; one whose name nymgraph uses
        itself is called own_NAME.

    Raises:
        InputError: The user's file is missing, malformed or lacks a column.
        DependencyError: The WordNet wheel is not installed.
    """
    if isinstance(source, TextSource):
        return _items(source.path.name, read_lines(source.path))
    if isinstance(source, TableSource):
        return _read_table(source)
    return _read_dictionary(source)


def _read_dictionary(source: Dictionary) -> pl.DataFrame:
    terms = dict.fromkeys(term for synset in read_dictionary(source) for term in synset.terms)
    forms = dict.fromkeys(listed_forms(source))
    return _items(dictionary_name(source), list(terms | forms))


def _read_table(source: TableSource) -> pl.DataFrame:
    table = read_table(source.path)
    special = [source.column, *([source.frequency_column] if source.frequency_column else [])]
    require_columns(table, special, source.path)
    extra = table.drop(special)
    for name in sorted(_OURS.intersection(extra.columns)):
        carried = f"own_{name}"
        while carried in table.columns:
            carried = f"own_{carried}"
        extra = extra.rename({name: carried})
        _log.info("%s: the column %r is carried as %r", source.path, name, carried)
    items = _items(source.path.name, table[source.column].cast(pl.String).to_list())
    if source.frequency_column:
        items = items.with_columns(frequency=_frequencies(table, source))
    return items.hstack(extra)


def _frequencies(table: pl.DataFrame, source: TableSource) -> pl.Series:
    given = table[source.frequency_column or ""]
    numbers = given.cast(pl.Float64, strict=False)
    usable = numbers.is_finite().fill_null(value=False) & (numbers >= 0).fill_null(value=False)
    bad = (~usable & given.is_not_null()).arg_true()
    if bad.len():
        raise InputError(
            f"{source.path}: row {bad[0] + 1} has a frequency that is no number from 0 up",
            got=repr(given[int(bad[0])]),
            cure="mend the row, or leave the frequency empty",
        )
    return numbers


def _items(name: str, items: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame({"item": pl.Series(items, dtype=pl.String)})
    return frame.select(
        pl.lit(name).alias("source"),
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt64).alias("row"),
        "item",
    )
