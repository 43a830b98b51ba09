"""What an export says about itself: `manifest.json`."""

from typing import Any

import polars as pl

from pipeline.artefacts import Workspace, content_hash
from pipeline.formats.licences import licences_of
from pipeline.params import ExportParams
from pipeline.runlog import library_versions
from pipeline.schemas import EXPORT_VERSION, EXPORTED_CLUSTERS, EXPORTED_TERMS, PAIRS, Table

__all__ = ["manifest_of"]


def manifest_of(
    params: ExportParams, workspace: Workspace, rows: dict[Table, pl.DataFrame]
) -> dict[str, Any]:
    """What the export is, whose data it holds, and the rows and hash of each table.

    Args:
        params: The section of the stage.
        workspace: The data folder, with the tables of the export written.
        rows: The rows of each of these tables.

    Returns:
        Plain data.
    """
    terms = rows[EXPORTED_TERMS]
    encoder = workspace.read_json("embed", "manifest.json")
    sources = _names(terms["sources"])
    labels = _names(workspace.read(PAIRS, ["sources"])["sources"])
    return {
        "nymgraph": library_versions()["nymgraph"],
        "schema_version": EXPORT_VERSION,
        "language": terms["language"][0],
        "sources": sources,
        "label_sources": labels,
        "licences": licences_of([*sources, *labels], params.licences),
        "encoder": encoder["encoder"],
        "encoder_revision": encoder["revision"],
        "vectors": encoder["content"],
        **workspace.read_json("cluster", "settings.json"),
        "min_probability": params.min_probability,
        "terms": terms.height,
        "clusters": rows[EXPORTED_CLUSTERS].height,
        "formats": list(params.formats),
        "tables": {
            table.name: {
                "rows": frame.height,
                "hash": content_hash(workspace.root / table.path),
            }
            for table, frame in rows.items()
        },
    }


def _names(sources: pl.Series) -> list[str]:
    """The distinct names in a column of lists, sorted."""
    return sorted(sources.explode().drop_nulls().unique().to_list())
