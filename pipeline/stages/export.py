"""export: what users take away: terms, clusters, links, memberships, edges, manifest."""

from typing import Any

import polars as pl

from pipeline.artefacts import Workspace, content_hash
from pipeline.params import ExportParams
from pipeline.runlog import library_versions
from pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    EVIDENCE,
    EXPORT_VERSION,
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_EVIDENCE,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TENSIONS,
    EXPORTED_TERMS,
    LINKS,
    MEMBERSHIPS,
    RELATIONS,
    TENSIONS,
    TERMS,
)

__all__ = ["run"]

_COPIES = {
    CLUSTERS: EXPORTED_CLUSTERS,
    LINKS: EXPORTED_LINKS,
    MEMBERSHIPS: EXPORTED_MEMBERSHIPS,
    TENSIONS: EXPORTED_TENSIONS,
    EVIDENCE: EXPORTED_EVIDENCE,
}


def run(params: ExportParams, workspace: Workspace) -> None:
    """Join terms with clusters, keep the strong edges, copy the rest; the manifest comes last."""
    terms = workspace.read(TERMS)
    assignments = workspace.read(ASSIGNMENTS, ["term_id", "cluster_id"])
    rows = {EXPORTED_TERMS: terms.join(assignments, on="term_id", maintain_order="left")}
    rows |= {exported: workspace.read(table) for table, exported in _COPIES.items()}
    rows[EXPORTED_EDGES] = _strong_edges(params, workspace)
    for table, frame in rows.items():
        workspace.write(table, frame)
    settings = workspace.read_json("cluster", "settings.json")
    encoder = workspace.read_json("embed", "manifest.json")
    manifest: dict[str, Any] = {
        "nymgraph": library_versions()["nymgraph"],
        "schema_version": EXPORT_VERSION,
        "language": terms["language"][0],
        "sources": sorted(terms["sources"].explode().unique().to_list()),
        "encoder": encoder["encoder"],
        "encoder_revision": encoder["revision"],
        **settings,
        "min_probability": params.min_probability,
        "terms": terms.height,
        "clusters": rows[EXPORTED_CLUSTERS].height,
        "tables": {
            table.name: {
                "rows": frame.height,
                "hash": content_hash(workspace.root / table.path),
            }
            for table, frame in rows.items()
        },
    }
    workspace.write_json("export", "manifest.json", manifest)


def _strong_edges(params: ExportParams, workspace: Workspace) -> pl.DataFrame:
    floor = pl.lit(params.min_probability, pl.Float32)
    strong = pl.max_horizontal("p_synonym", "p_antonym") >= floor
    known = pl.col("evidence") == "dictionary"
    return workspace.scan(RELATIONS).filter(strong | known).sort("a", "b").collect()
