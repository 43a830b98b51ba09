"""Do the clusters hold together? Their sizes, antonyms inside them, and drift along chains."""

from typing import Any

import polars as pl

from nymgraph.pipeline.report.blocks import Chart, Charts, Column, Figure, Figures, Section, Table
from nymgraph.pipeline.report.charts import sizes
from nymgraph.pipeline.report.numbers import count, decimal, share
from nymgraph.pipeline.report.run_data import RunData

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "Sizes, intruders and drift"
NEEDS = (
    "classify/relations",
    "cluster/assignments.parquet",
    "cluster/clusters.parquet",
    "cluster/settings.json",
)
_LEAD = (
    "A clean cluster holds no opposites and does not drift: its members are synonyms of each "
    "other, not only of a neighbour's neighbour."
)
_CLASSES = ((2, 2), (3, 4), (5, 8), (9, 16), (17, None))


def build(run: RunData) -> Section:
    """Sizes, intrusion of antonyms, and drift by size."""
    blocks: list[Any] = [*_figures(run)]
    clusters = run.clusters
    if clusters.height:
        histogram = clusters["size"].value_counts().sort("size")
        size, number = (histogram[name].to_numpy().astype("int64") for name in ("size", "count"))
        biggest = f"{count(clusters.height)} clusters; the biggest holds {count(size.max())} terms."
        blocks.append(Charts((Chart("Clusters of each size", sizes(size, number), biggest),)))
    blocks.append(_by_size(run))
    return Section(_LEAD, tuple(blocks))


def _figures(run: RunData) -> list[Figures]:
    got = run.metrics("evaluate").get("clusters", {})
    if not got:
        return []
    cubed, touching = got["held_out_b_cubed"], got["touching"]
    known = f"of {count(got['antonyms_known'])} known antonym pairs"
    figures = (
        Figure(
            "Antonyms in one cluster",
            count(got["antonyms_together"]),
            f"{known}; {count(got['antonyms_together_held_out'])} of them held out",
        ),
        Figure("Drift", share(got["drift"]), "pairs in one cluster without an edge of their own"),
        Figure(
            "F0.5 of pairs",
            decimal(got["held_out"]["f05"]),
            f"both terms held out; {decimal(touching['f05'])} on the "
            f"{count(touching['pairs_known'])} known pairs that touch a held-out term",
        ),
        Figure(
            "B-cubed F1",
            decimal(cubed["f1"]),
            f"held-out terms; precision {decimal(cubed['precision'])}, recall "
            f"{decimal(cubed['recall'])}",
        ),
    )
    return [Figures(figures)]


def _by_size(run: RunData) -> Table:
    gate = pl.lit(run.settings["gate"], pl.Float32)
    edges = run.inner_pairs.group_by("cluster_id").agg(
        edges=(pl.col("p_synonym") >= gate).sum(),
        known=(pl.col("evidence") == "dictionary").sum(),
    )
    clusters = run.clusters.join(edges, on="cluster_id", how="left")
    columns = (
        Column("Terms"),
        Column("Clusters", "count"),
        Column("Terms in them", "count"),
        Column("Median cohesion", "decimal"),
        Column("Pairs without an edge", "share"),
        Column("Pairs from the dictionary", "share"),
    )
    rows = []
    for low, high in _CLASSES:
        size = pl.col("size")
        chosen = clusters.filter((size >= low) & (size <= high if high else True))
        if chosen.height:
            rows.append((_name(low, high), *_row(chosen)))
    return Table(
        "By size",
        columns,
        rows,
        f"An edge is a pair judged synonym at the gate of {run.settings['gate']:.2f}.",
    )


def _row(clusters: pl.DataFrame) -> tuple[Any, ...]:
    size = clusters["size"].cast(pl.Int64)
    pairs = int((size * (size - 1) // 2).sum())
    edges, known = (int(clusters[name].fill_null(0).sum()) for name in ("edges", "known"))
    return (
        clusters.height,
        int(size.sum()),
        clusters["cohesion"].median(),
        1 - edges / pairs,
        known / pairs,
    )


def _name(low: int, high: int | None) -> str:
    if high is None:
        return f"{low} and more"
    return str(low) if low == high else f"{low} to {high}"
