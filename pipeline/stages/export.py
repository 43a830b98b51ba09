"""export: what users take away: terms, variants, clusters, links, edges, further formats."""

from typing import Any

import polars as pl

from pipeline.artefacts import Workspace, content_hash
from pipeline.formats.licences import licences_of
from pipeline.formats.reading import Export
from pipeline.formats.write import write_formats
from pipeline.params import ExportParams
from pipeline.runlog import library_versions
from pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    EXPORT_VERSION,
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    LINKS,
    MEMBERSHIPS,
    PAIRS,
    RELATIONS,
    TERMS,
    VARIANTS,
    Table,
)

__all__ = ["run"]

_COPIES = {
    CLUSTERS: EXPORTED_CLUSTERS,
    LINKS: EXPORTED_LINKS,
    MEMBERSHIPS: EXPORTED_MEMBERSHIPS,
}


def run(params: ExportParams, workspace: Workspace) -> None:
    """Join terms with clusters, keep the strong edges, copy the rest; the manifest comes last."""
    folder = workspace.path("export", "")
    workspace.path("export", "manifest.json").unlink(missing_ok=True)
    terms = workspace.read(TERMS)
    assignments = workspace.read(ASSIGNMENTS, ["term_id", "cluster_id"])
    variants = workspace.read(VARIANTS, list(VARIANTS.schema)[:4])
    of_lemma = assignments.rename({"term_id": "lemma_id"})
    rows = {EXPORTED_TERMS: terms.join(assignments, on="term_id", maintain_order="left")}
    rows[EXPORTED_VARIANTS] = variants.join(of_lemma, on="lemma_id", maintain_order="left")
    rows |= {exported: workspace.read(table) for table, exported in _COPIES.items()}
    rows[EXPORTED_EDGES] = _strong_edges(params, workspace)
    for table, frame in rows.items():
        workspace.write(table, frame)
    manifest = _manifest(params, workspace, rows)
    del terms, rows, assignments
    write_formats(
        Export(folder, manifest),
        params,
        workspace.path("export", "formats"),
        workspace.work("export") / "formats",
        workspace.progress,
    )
    workspace.write_json("export", "manifest.json", manifest)


def _manifest(
    params: ExportParams, workspace: Workspace, rows: dict[Table, pl.DataFrame]
) -> dict[str, Any]:
    """What the export is, whose data it holds, and the rows and hash of each table."""
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


def _strong_edges(params: ExportParams, workspace: Workspace) -> pl.DataFrame:
    floor = pl.lit(params.min_probability, pl.Float32)
    strong = pl.max_horizontal("p_synonym", "p_antonym") >= floor
    known = pl.col("evidence") == "dictionary"
    return workspace.scan(RELATIONS).filter(strong | known).sort("a", "b").collect()
