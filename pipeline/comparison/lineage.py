"""What became of the clusters between two exports: the events of `nymgraph.clustering.lineage`."""

from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.clustering import EVENTS, trace
from nymgraph.pipeline.clusters.tables import named
from nymgraph.pipeline.evaluation.clustering import hard_labels
from nymgraph.pipeline.lookup.export import export_of
from nymgraph.pipeline.schemas import EXPORTED_TERMS, LINEAGE
from nymgraph.pipeline.storage.artefacts import read_rows, save, write_atomic

__all__ = ["compare_exports", "count_events", "write_lineage"]


def compare_exports(old: Path, new: Path) -> pl.DataFrame:
    """Compare the clusters of two runs by the terms they share.

    Args:
        old: The data folder, or the export folder, of the earlier run.
        new: The same of the later run.

    Returns:
        The table LINEAGE. A new cluster's `carried_id` is the id of the old cluster that it
        continues, where there is one, else its own.

    Raises:
        InputError: A folder holds no run.
        ArtefactError: An export is damaged or of another version.
    """
    terms = _assignments(old, "old").join(
        _assignments(new, "new"), on="term", how="full", coalesce=True
    )
    old_ids, new_ids = (terms[side].drop_nulls().unique().sort() for side in ("old", "new"))
    rows = trace(hard_labels(terms["old"]), hard_labels(terms["new"]))
    columns = {
        "cluster_old": named(rows.old, old_ids.to_numpy()),
        "cluster_new": named(rows.new, new_ids.to_numpy()),
        "shared": rows.shared,
        "event": np.array(EVENTS)[rows.event],
        "carried": rows.carried,
    }
    table = pl.DataFrame(columns)
    heirs = table.filter("carried").select("cluster_new", carried_id="cluster_old")
    table = table.join(heirs, on="cluster_new", how="left", maintain_order="left")
    table = table.with_columns(pl.coalesce("carried_id", "cluster_new").alias("carried_id"))
    return LINEAGE.conform(table.drop("carried").sort("cluster_old", "cluster_new"))


def count_events(table: pl.DataFrame) -> list[tuple[str, int]]:
    """The number of clusters of each event: new ones for most, old ones for split and gone.

    Args:
        table: The table LINEAGE.

    Returns:
        Pairs of event and number, in the order of EVENTS.
    """
    counts = []
    for event in EVENTS:
        side = "cluster_old" if event in ("split", "gone") else "cluster_new"
        counts.append((event, table.filter(pl.col("event") == event)[side].n_unique()))
    return counts


def write_lineage(table: pl.DataFrame, path: Path) -> None:
    """Write the table as Parquet, whole or not at all."""
    write_atomic(path, lambda temporary: save(temporary, table))


def _assignments(folder: Path, side: str) -> pl.DataFrame:
    file = export_of(folder) / EXPORTED_TERMS.path.name
    rows = read_rows(file, EXPORTED_TERMS, "export", ["term", "cluster_id"])
    return rows.rename({"cluster_id": side})
