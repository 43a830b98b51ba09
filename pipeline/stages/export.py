"""export: what users take away: terms, variants, clusters, links, edges, further formats."""

import polars as pl

from pipeline.artefacts import Workspace
from pipeline.formats.manifest import manifest_of
from pipeline.formats.reading import Export
from pipeline.formats.write import write_formats
from pipeline.params import ExportParams
from pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    EVIDENCE,
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_EVIDENCE,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TENSIONS,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    LINKS,
    MEMBERSHIPS,
    RELATIONS,
    TENSIONS,
    TERMS,
    VARIANTS,
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
    folder = workspace.path("export", "")
    workspace.path("export", "manifest.json").unlink(missing_ok=True)
    terms = workspace.read(TERMS)
    assignments = workspace.read(ASSIGNMENTS, ["term_id", "cluster_id"])
    own = [name for name in VARIANTS.schema if name in EXPORTED_VARIANTS.schema]
    variants = workspace.read(VARIANTS, own)
    of_lemma = assignments.rename({"term_id": "lemma_id"})
    rows = {EXPORTED_TERMS: terms.join(assignments, on="term_id", maintain_order="left")}
    rows[EXPORTED_VARIANTS] = variants.join(of_lemma, on="lemma_id", maintain_order="left")
    rows |= {exported: workspace.read(table) for table, exported in _COPIES.items()}
    rows[EXPORTED_EDGES] = _strong_edges(params, workspace)
    for table, frame in rows.items():
        workspace.write(table, frame)
    manifest = manifest_of(params, workspace, rows)
    del terms, rows, assignments
    write_formats(
        Export(folder, manifest),
        params,
        workspace.path("export", "formats"),
        workspace.work("export") / "formats",
        workspace.progress,
    )
    workspace.write_json("export", "manifest.json", manifest)


def _strong_edges(params: ExportParams, workspace: Workspace) -> pl.DataFrame:
    floor = pl.lit(params.min_probability, pl.Float32)
    strong = pl.max_horizontal("p_synonym", "p_antonym") >= floor
    known = pl.col("evidence") == "dictionary"
    return workspace.scan(RELATIONS).filter(strong | known).sort("a", "b").collect()
