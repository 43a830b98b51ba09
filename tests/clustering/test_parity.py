"""The published clusters, reproduced exactly: the same sets in the same order of creation."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.clustering.graph import canonical_edges
from nymgraph.clustering.reference import cluster_reference

PARITY = Path(__file__).parents[2].parent / "shared" / "parity"
CASES = sorted(path.parent for path in PARITY.glob("*/meta.json"))


@pytest.mark.skipif(not CASES, reason=f"no published clusters under {PARITY.name}/")
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_published_clusters_come_out(case: Path) -> None:
    rows = pl.read_parquet(case / "edges.parquet")
    ends = set(rows["term_a"]) | set(rows["term_b"])
    terms = sorted(ends, key=lambda term: term.encode())
    term_id = {term: i for i, term in enumerate(terms)}
    a, b = (np.array([term_id[t] for t in rows[name]], np.int32) for name in ("term_a", "term_b"))
    edges = canonical_edges(len(terms), a, b, rows["p_synonym"].to_numpy(), 0.7)
    ratio = json.loads((case / "meta.json").read_text())["overlap_ratio"]

    labels = cluster_reference(len(terms), edges, ratio).labels

    assert len(edges.a) == len(rows)
    ours: list[set[str]] = [set() for _ in range(labels.max() + 1)]
    for term, label in zip(terms, labels, strict=True):
        if label >= 0:
            ours[label].add(term)
    published = pl.read_parquet(case / "clusters.parquet")
    groups = published.group_by("cluster", maintain_order=True).agg("term").sort("cluster")
    assert ours == [set(group) for group in groups["term"]]
