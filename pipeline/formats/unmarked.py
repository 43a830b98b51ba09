"""An export without its vulgar and offensive terms, for the formats.

Everything that names a marked term is removed: its row, its memberships, its judged pairs. A
cluster keeps its other members; one left with fewer than two is removed with its links. The first
other member takes the place of a marked representative.
"""

from dataclasses import replace
from pathlib import Path

import polars as pl

from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.schemas import (
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_LINKS,
    EXPORTED_MARKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_SENSES,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    Table,
)
from nymgraph.pipeline.storage.manifests import rows_of

__all__ = ["without_marked"]


def without_marked(export: Export, folder: Path) -> tuple[Export, Loss]:
    """Write the tables of an export without the marked terms.

    Args:
        export: The export; one that was written without marks stays as it is.
        folder: An empty folder for the tables.

    Returns:
        The export of these tables, its other tables left out, and what is lost.
    """
    if EXPORTED_MARKS.name not in export.manifest["tables"]:
        return export, Loss("vulgar and offensive terms", 0, "the export has no marks")
    marked = export.scan(EXPORTED_MARKS).filter(pl.col("sense") == 0).select("term_id").collect()
    tables = _tables(export, marked["term_id"].implode())
    left = {}
    for table, rows in tables.items():
        path = folder / table.path.name
        rows.sink_parquet(path)
        left[table.name] = {**export.manifest["tables"][table.name], "rows": rows_of(path)}
    loss = Loss("vulgar and offensive terms", marked.height, "export.marked is left_out")
    return replace(export, folder=folder, manifest={**export.manifest, "tables": left}), loss


def _tables(export: Export, marked: pl.Series) -> dict[Table, pl.LazyFrame]:
    names = export.scan(EXPORTED_TERMS).filter(pl.col("term_id").is_in(marked)).select("term")
    coarse = names.collect()["term"].implode()
    member = pl.element()
    clusters = (
        export.scan(EXPORTED_CLUSTERS)
        .with_columns(members=pl.col("members").list.eval(member.filter(~member.is_in(coarse))))
        .with_columns(size=pl.col("members").list.len().cast(pl.UInt32))
        .filter(pl.col("size") > 1)
        .with_columns(
            representative=pl.when(pl.col("representative").is_in(coarse))
            .then(pl.col("members").list.first())
            .otherwise("representative")
        )
    )
    kept = clusters.select("cluster_id").collect()["cluster_id"].implode()
    of_cluster = pl.col("cluster_id").is_in(kept)
    own = pl.when(of_cluster).then("cluster_id")
    return {
        EXPORTED_TERMS: export.scan(EXPORTED_TERMS)
        .filter(~pl.col("term_id").is_in(marked))
        .with_columns(cluster_id=own),
        EXPORTED_CLUSTERS: clusters,
        EXPORTED_VARIANTS: export.scan(EXPORTED_VARIANTS).filter(
            ~pl.col("lemma_id").is_in(marked) & ~pl.col("variant").is_in(coarse)
        ),
        EXPORTED_LINKS: export.scan(EXPORTED_LINKS).filter(
            pl.col("cluster_a").is_in(kept) & pl.col("cluster_b").is_in(kept)
        ),
        EXPORTED_MEMBERSHIPS: export.scan(EXPORTED_MEMBERSHIPS).filter(
            ~pl.col("term_id").is_in(marked) & of_cluster
        ),
        EXPORTED_SENSES: export.scan(EXPORTED_SENSES).filter(~pl.col("term_id").is_in(marked)),
        EXPORTED_EDGES: export.scan(EXPORTED_EDGES).filter(
            ~pl.col("a").is_in(marked) & ~pl.col("b").is_in(marked)
        ),
    }
