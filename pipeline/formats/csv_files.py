"""CSV: a file for each exported table (RFC 4180, UTF-8, with a header)."""

import polars as pl

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.formats.tables import ROW, spelled, table_rows
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.params import ExportParams
from nymgraph.pipeline.schemas import EXPORTED_TERMS

__all__ = ["write"]

_BETWEEN = "|"


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write terms.csv, clusters.csv, links.csv, memberships.csv and pairs.csv.

    The members of a cluster are told by the column cluster_id of terms.csv. Terms stand as they
    are: a spreadsheet may take one that begins with =, +, - or @ for a formula.

    Args:
        export: The export.
        folder: Where to write.
        params: Not needed.

    Returns:
        What the format cannot carry.
    """
    del params
    nested = _nested_columns(export)
    for name, frame in spelled(export).items():
        flat = frame.drop("members", *nested, strict=False)
        flat = flat.with_columns(pl.col("^sources$").list.join(_BETWEEN))
        flat.sink_csv(folder.file(f"{name}.csv"), engine="streaming")
        rows = table_rows(export, name)
        folder.declare(f"{name}.csv", ROW[name], rows)
        export.advance(rows)
    why = "a cell of CSV holds one value"
    return [Loss(f"the column {name!r}", export.rows(EXPORTED_TERMS), why) for name in nested]


def _nested_columns(export: Export) -> list[str]:
    """The user's columns of lists, structs and bytes."""
    own = {*EXPORTED_TERMS.schema}
    columns = export.columns(EXPORTED_TERMS).items()
    return [
        name
        for name, dtype in columns
        if name not in own and (dtype.is_nested() or dtype == pl.Binary)
    ]
