"""CSV: a file for each exported table (RFC 4180, UTF-8, with a header)."""

import re

import polars as pl

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.formats.tables import ROW, spelled, table_rows
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.schemas import EXPORTED_TERMS
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["write"]

_BETWEEN = "|"
_FORMULA = r"^[=+\-@\t]"
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write terms.csv, clusters.csv, links.csv, memberships.csv and pairs.csv.

    The column cluster_id of terms.csv shows the members of a cluster. A text that a
    spreadsheet would take for a formula, as it begins with =, +, -, @ or a tab and is no number,
    stands behind an apostrophe, unless `csv_formulas` is "kept".

    Args:
        export: The export.
        folder: Where to write.
        params: Whether formulas are quoted.

    Returns:
        What the format cannot carry.
    """
    nested = _nested_columns(export)
    for name, frame in spelled(export).items():
        flat = frame.drop("members", *nested, strict=False)
        flat = flat.with_columns(pl.col("^sources$").list.join(_BETWEEN))
        if params.csv_formulas == "quoted":
            flat = _without_formulas(flat)
        flat.sink_csv(folder.file(f"{name}.csv"), engine="streaming")
        rows = table_rows(export, name)
        folder.declare(f"{name}.csv", ROW[name], rows)
        export.advance(rows)
    why = "a cell of CSV holds one value"
    return [Loss(f"the column {name!r}", export.rows(EXPORTED_TERMS), why) for name in nested]


def _without_formulas(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with an apostrophe before each text, and each name of a column, like a formula."""
    schema = rows.collect_schema()
    texts = [pl.col(name) for name, dtype in schema.items() if dtype == pl.String]
    safe = rows.with_columns(
        pl.when(text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER))
        .then(pl.lit("'") + text)
        .otherwise(text)
        .name.keep()
        for text in texts
    )
    return safe.rename({name: f"'{name}" for name in schema if re.match(_FORMULA, name)})


def _nested_columns(export: Export) -> list[str]:
    """The user's columns of lists, structs and bytes."""
    own = {*EXPORTED_TERMS.schema}
    columns = export.columns(EXPORTED_TERMS).items()
    return [
        name
        for name, dtype in columns
        if name not in own and (dtype.is_nested() or dtype == pl.Binary)
    ]
