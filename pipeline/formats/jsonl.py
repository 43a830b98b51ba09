"""JSONL: a file for each exported table, one row a line, UTF-8; nothing is left out."""

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.formats.tables import ROW, spelled, table_rows
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["write"]


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write terms.jsonl, clusters.jsonl, links.jsonl, memberships.jsonl and pairs.jsonl.

    Args:
        export: The export.
        folder: Where to write.
        params: Not needed.

    Returns:
        Nothing: the format carries all.
    """
    del params
    for name, frame in spelled(export).items():
        frame.sink_ndjson(folder.file(f"{name}.jsonl"), engine="streaming")
        rows = table_rows(export, name)
        folder.declare(f"{name}.jsonl", ROW[name], rows)
        export.advance(rows)
    return []
