"""The published clusters, reproduced exactly: the same sets in the same order of creation.

One case lies in the repository: the graph is drawn here, its clusters are in drawn_clusters.json.
They come from `oracles.reference_clustering`, which is held here too. To hold both to clusters that
the published program made, let NYMGRAPH_PARITY name a folder of cases: in each, edges.parquet
(term_a, term_b, p_synonym), clusters.parquet (cluster, in order of creation, and term) and
meta.json (overlap_ratio).
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest

from nymgraph.clustering.graph import canonical_edges
from nymgraph.clustering.reference import cluster_reference
from tests.oracles.reference_clustering import oracle_clustering, oracle_edges

GATE = 0.7
N_DRAWN = 300
DRAWN = Path(__file__).with_name("drawn_clusters.json")
PUBLISHED = os.environ.get("NYMGRAPH_PARITY")
FOLDERS = sorted(file.parent for file in Path(PUBLISHED).glob("*/meta.json")) if PUBLISHED else []
Clusters = list[set[int]]


class Case(NamedTuple):
    """A graph and its clusters, in order of creation."""

    n_terms: int
    rows: list[tuple[int, int, float]]
    overlap_ratio: float
    clusters: Clusters


def drawn() -> Case:
    """Groups that overlap, with many ties and some chance edges."""
    rng = np.random.default_rng(51)
    groups = [rng.choice(N_DRAWN, rng.integers(2, 9), replace=False) for _ in range(130)]
    pairs = {(min(a, b), max(a, b)) for g in groups for a in g for b in g if a != b}
    pairs |= {(min(a, b), max(a, b)) for a, b in rng.integers(0, N_DRAWN, (150, 2)) if a != b}
    probability = [0.5, 0.7, 0.75, 0.75, 0.9, 0.9, 1.0]
    rows = [(int(a), int(b), probability[rng.integers(len(probability))]) for a, b in sorted(pairs)]
    clusters = [set(cluster) for cluster in json.loads(DRAWN.read_text("utf-8"))]
    return Case(N_DRAWN, rows, 0.51, clusters)


def published(folder: Path) -> Case:
    edges = pl.read_parquet(folder / "edges.parquet")
    ends = {*edges["term_a"], *edges["term_b"]}
    number = {term: i for i, term in enumerate(sorted(ends, key=lambda term: term.encode()))}
    names = edges.select("term_a", "term_b", "p_synonym").iter_rows()
    rows = [(number[a], number[b], round(p, 6)) for a, b, p in names]  # 0.7 is float32 there
    found = pl.read_parquet(folder / "clusters.parquet").group_by("cluster").agg("term")
    clusters = [{number[term] for term in group} for group in found.sort("cluster")["term"]]
    ratio = json.loads((folder / "meta.json").read_text("utf-8"))["overlap_ratio"]
    return Case(len(number), rows, ratio, clusters)


def by_kernels(case: Case) -> Clusters:
    a, b = (np.array([row[i] for row in case.rows], np.int32) for i in (0, 1))
    p = np.array([row[2] for row in case.rows], np.float32)
    edges = canonical_edges(case.n_terms, a, b, p, GATE)
    labels = cluster_reference(case.n_terms, edges, case.overlap_ratio).labels
    return [set(np.flatnonzero(labels == c).tolist()) for c in range(labels.max() + 1)]


def by_oracle(case: Case) -> Clusters:
    return oracle_clustering(oracle_edges(case.rows, GATE), case.overlap_ratio).clusters


@pytest.mark.parametrize("cluster", [by_kernels, by_oracle])
@pytest.mark.parametrize("name", ["drawn", *(folder.name for folder in FOLDERS)])
def test_the_clusters_come_out(name: str, cluster: Callable[[Case], Clusters]) -> None:
    case = drawn() if name == "drawn" else published(Path(str(PUBLISHED)) / name)
    assert len(case.clusters) > 50
    assert cluster(case) == case.clusters


def test_a_folder_that_is_named_has_cases() -> None:
    assert bool(PUBLISHED) == bool(FOLDERS)
