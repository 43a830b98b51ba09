"""export: what users take away: terms, variants, clusters, links, edges, further formats."""

import shutil
from collections.abc import Iterator

import polars as pl

from nymgraph.pipeline.formats.manifest import manifest_of
from nymgraph.pipeline.formats.write import write_formats
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.lookup.layout import FOLDER
from nymgraph.pipeline.lookup.writing import write_index
from nymgraph.pipeline.schemas import (
    EXPORT_COPIES,
    EXPORTED_EDGES,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    RELEASED_ASSIGNMENTS,
    RELEASED_RELATIONS,
    TERMS,
    VARIANTS,
    Table,
)
from nymgraph.pipeline.settings.params import ExportParams
from nymgraph.pipeline.storage.artefacts import (
    ROW_GROUP_ROWS,
    Workspace,
    content_hash,
    replace_folder,
    sync,
)

__all__ = ["run"]

EDGES_HELD = 8_000_000


def run(params: ExportParams, workspace: Workspace) -> None:
    """Join terms with clusters, keep the strong edges, copy the rest; the manifest comes last."""
    workspace.path("export", "manifest.json").unlink(missing_ok=True)
    own = workspace.scan(RELEASED_ASSIGNMENTS).select("term_id", "cluster_id")
    tables = {EXPORTED_TERMS: _joined(workspace, TERMS, own, "term_id")}
    of_lemma, forms = own.rename({"term_id": "lemma_id"}), EXPORTED_VARIANTS
    tables[forms] = _joined(workspace, VARIANTS, of_lemma, "lemma_id", *forms.schema)
    tables |= {copy: _blocks(workspace.scan(table)) for table, copy in EXPORT_COPIES.items()}
    tables[EXPORTED_EDGES] = strong_edges(params, workspace)
    for table, blocks in tables.items():
        workspace.write_blocks(table, blocks)
    manifest = manifest_of(params, workspace, tables)
    export = Export(workspace.path("export", ""), manifest)
    manifest["index"] = _index(export, workspace)
    write_formats(
        export,
        params,
        workspace.path("export", "formats"),
        workspace.work("export") / "formats",
        workspace.progress,
    )
    workspace.write_json("export", "manifest.json", manifest)


def _index(export: Export, workspace: Workspace) -> dict[str, object]:
    """Write the index; what the manifest says of it."""
    work, folder = workspace.work("export") / FOLDER, workspace.path("export", FOLDER)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    sizes = write_index(export, work)
    sync(work)
    replace_folder(work, folder)
    return {"hash": content_hash(folder), "bytes": sizes}


def _joined(
    workspace: Workspace, table: Table, own: pl.LazyFrame, on: str, *taken: str
) -> Iterator[pl.DataFrame]:
    """The rows of a table (or some of its columns), each with the cluster of its term."""
    rows = workspace.scan(table).join(own, on=on, how="left", maintain_order="left")
    return _blocks(rows.select(taken or pl.all()))


def strong_edges(params: ExportParams, workspace: Workspace) -> Iterator[pl.DataFrame]:
    """The strong edges and those of the dictionary, sorted by (a, b), a range of `a` at a time."""
    floor = pl.lit(params.min_probability, pl.Float32)
    strong = pl.max_horizontal("p_synonym", "p_antonym") >= floor
    edges = workspace.scan(RELEASED_RELATIONS).filter(strong | (pl.col("evidence") == "dictionary"))
    height, last = edges.select(pl.len(), pl.col("a").max()).collect(engine="streaming").row(0)
    step = -(-(last or 0) // max(1, -(-height // EDGES_HELD))) + 1
    for low in range(0, (last or 0) + 1, step):
        some = edges.filter(pl.col("a").is_between(low, low + step - 1))
        yield from some.sort("a", "b").collect(engine="streaming").iter_slices(ROW_GROUP_ROWS)


def _blocks(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    yield from rows.collect_batches(chunk_size=ROW_GROUP_ROWS, maintain_order=True)
