"""The exported tables with spellings instead of numbers, as JSONL and CSV write them.

The term column is held in memory to spell pairs (its text and about 20 bytes a term); all else is
streamed. Cluster ids are text: they have up to 19 digits, which JavaScript, jq and spreadsheets
round.
"""

import polars as pl

from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.schemas import (
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TERMS,
)

__all__ = ["ROW", "spelled", "table_rows"]

ROW = {
    "terms": "a term",
    "clusters": "a cluster",
    "links": "a link between two clusters",
    "memberships": "a soft membership of a term in a cluster",
    "pairs": "a judged pair",
}
_STORED = {
    "terms": EXPORTED_TERMS,
    "clusters": EXPORTED_CLUSTERS,
    "links": EXPORTED_LINKS,
    "memberships": EXPORTED_MEMBERSHIPS,
    "pairs": EXPORTED_EDGES,
}


def spelled(export: Export) -> dict[str, pl.LazyFrame]:
    """The five tables, rows in the order of the export.

    Args:
        export: The export.

    Returns:
        Name of the table, a key of ROW, to its rows.
    """
    names = export.scan(EXPORTED_TERMS).select("term_id", "term")
    chief = export.scan(EXPORTED_CLUSTERS).select("cluster_id", "representative")
    return {
        "terms": _text_ids(export.scan(EXPORTED_TERMS).drop("term_id")),
        "clusters": _text_ids(export.scan(EXPORTED_CLUSTERS)),
        "links": _text_ids(_named_links(export.scan(EXPORTED_LINKS), chief)),
        "memberships": _text_ids(
            export.scan(EXPORTED_MEMBERSHIPS)
            .join(names, on="term_id", how="left", maintain_order="left")
            .select("term", "cluster_id", "support")
        ),
        "pairs": _named_pairs(export.scan(EXPORTED_EDGES), names),
    }


def table_rows(export: Export, name: str) -> int:
    """Number of rows of one of the five tables."""
    return export.rows(_STORED[name])


def _named_links(links: pl.LazyFrame, chief: pl.LazyFrame) -> pl.LazyFrame:
    for side in ("a", "b"):
        named = chief.rename(
            {"cluster_id": f"cluster_{side}", "representative": f"representative_{side}"}
        )
        links = links.join(named, on=f"cluster_{side}", how="left", maintain_order="left")
    first = ["cluster_a", "representative_a", "cluster_b", "representative_b"]
    return links.select(*first, "relation", "votes", "mean_probability")


def _named_pairs(edges: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    for side in ("a", "b"):
        named = names.rename({"term_id": side, "term": f"term_{side}"})
        edges = edges.join(named, on=side, how="left", maintain_order="left")
    return edges.select("term_a", "term_b", pl.exclude("term_a", "term_b", "a", "b"))


def _text_ids(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.with_columns(pl.col("^cluster_(id|a|b)$").cast(pl.String))
