"""What an export says about itself: `manifest.json`."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from nymgraph.pipeline.formats.licences import licences_of
from nymgraph.pipeline.lexicon.vocabulary import is_elsewhere
from nymgraph.pipeline.schemas import (
    EXPORT_VERSION,
    EXPORTED_CLUSTERS,
    EXPORTED_TERMS,
    EXTRA_PAIRS,
    EXTRA_TERMS,
    PAIRS,
    Table,
)
from nymgraph.pipeline.settings.params import ExportParams
from nymgraph.pipeline.storage.artefacts import Workspace, content_hash
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = ["manifest_of"]


def manifest_of(
    params: ExportParams, workspace: Workspace, tables: Iterable[Table]
) -> dict[str, Any]:
    """What the export is, whose data it holds, and the rows, bytes and hash of each table.

    Args:
        params: The section of the stage.
        workspace: The data folder, with the tables of the export written.
        tables: These tables.

    Returns:
        Plain data; what describes the index is to be added.
    """
    encoder = workspace.read_json("embed", "manifest.json")
    sources = _names(workspace.scan(EXPORTED_TERMS))
    labels = sorted({*_names(workspace.scan(PAIRS)), *_names(workspace.scan(EXTRA_PAIRS))})
    extra = workspace.scan(EXTRA_TERMS).select(pl.len()).collect().item()
    described = {table.name: _described(workspace, table) for table in tables}
    n_terms = described[EXPORTED_TERMS.name]["rows"]
    return {
        "nymgraph": library_versions()["nymgraph"],
        "schema_version": EXPORT_VERSION,
        "own_list": is_elsewhere(n_terms + extra, n_terms),
        "language": workspace.scan(EXPORTED_TERMS).select("language").head(1).collect().item(),
        "sources": sources,
        "label_sources": labels,
        "licences": licences_of([*sources, *labels], params.licences),
        "encoder": encoder["encoder"],
        "encoder_revision": encoder["revision"],
        "vectors": encoder["content"],
        **workspace.read_json("release", "settings.json"),
        "min_probability": params.min_probability,
        "terms": n_terms,
        "clusters": described[EXPORTED_CLUSTERS.name]["rows"],
        "formats": list(params.formats),
        "tables": described,
    }


def _described(workspace: Workspace, table: Table) -> dict[str, Any]:
    path = workspace.root / table.path
    rows = workspace.scan(table).select(pl.len()).collect().item()
    return {"rows": rows, "bytes": path.stat().st_size, "hash": content_hash(path)}


def _names(table: pl.LazyFrame) -> list[str]:
    """The distinct names in the column of sources, sorted."""
    lists = table.select("sources").unique().collect(engine="streaming")
    return sorted(lists["sources"].explode().drop_nulls().unique().to_list())
