"""Clusterings to compare with. igraph is needed (GPL-2.0; for measurements only)."""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import igraph
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nymgraph.clustering import (
    Edges,
    SignedSettings,
    canonical_edges,
    cluster_reference,
    cluster_signed,
    expected_synonyms,
)
from nymgraph.kernels import kernel

Array = NDArray[Any]
Labels = NDArray[np.int32]


class Case(NamedTuple):
    """One gated graph."""

    n_terms: int
    edges: Edges
    antonyms: Edges
    expected: NDArray[np.float64]


def make_case(
    n_terms: int,
    a: Array,
    b: Array,
    p_synonym: Array,
    p_antonym: Array,
    gate: float,
    antonym_gate: float,
) -> Case:
    """Gate judged pairs."""
    return Case(
        n_terms,
        canonical_edges(n_terms, a, b, p_synonym, gate),
        canonical_edges(n_terms, a, b, p_antonym, antonym_gate),
        expected_synonyms(n_terms, a, b, p_synonym),
    )


def dense(labels: Array | list[int]) -> Labels:
    """Number the clusters of two and more from 0; the rest is -1."""
    labels = np.unique(np.asarray(labels), return_inverse=True)[1]
    kept = np.bincount(labels, minlength=1) >= 2
    number = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    return np.asarray(number[labels])


def reference(case: Case, overlap_ratio: float) -> Labels:
    """The published clustering."""
    return cluster_reference(case.n_terms, case.edges, overlap_ratio).labels


def signed(case: Case, min_support: float, absence: float = 1.0) -> Labels:
    """Ours, as the pipeline runs it."""
    asked = SignedSettings(min_support=min_support, absence=absence)
    return cluster_signed(case.n_terms, case.edges, case.antonyms, case.expected, asked).labels


def signed_deaf(case: Case, min_support: float) -> Labels:
    """Ours, what the dictionary leaves out being unknown."""
    return signed(case, min_support, absence=0.0)


def _graph(case: Case) -> tuple[igraph.Graph, list[float]]:
    igraph.set_random_number_generator(random.Random(0))
    ends = np.stack([case.edges.a, case.edges.b], axis=1)
    return igraph.Graph(n=case.n_terms, edges=ends), case.edges.weight.astype(float).tolist()


def components(case: Case, _: float) -> Labels:
    """Connected components."""
    return dense(_graph(case)[0].connected_components().membership)


def label_propagation(case: Case, _: float) -> Labels:
    """Source: Raghavan et al. 2007."""
    graph, weights = _graph(case)
    return dense(graph.community_label_propagation(weights=weights).membership)


def louvain(case: Case, resolution: float) -> Labels:
    """Source: Blondel et al. 2008."""
    graph, weights = _graph(case)
    return dense(graph.community_multilevel(weights=weights, resolution=resolution).membership)


def leiden_modularity(case: Case, resolution: float) -> Labels:
    """Source: Traag et al. 2019, modularity."""
    return _leiden(case, "modularity", resolution)


def leiden_cpm(case: Case, resolution: float) -> Labels:
    """Source: Traag et al. 2019, constant Potts model."""
    return _leiden(case, "CPM", resolution)


def _leiden(case: Case, objective: str, resolution: float) -> Labels:
    graph, weights = _graph(case)
    found = graph.community_leiden(
        objective_function=objective, weights=weights, resolution=resolution, n_iterations=10
    )
    return dense(found.membership)


def infomap(case: Case, _: float) -> Labels:
    """Source: Rosvall and Bergstrom 2008."""
    graph, weights = _graph(case)
    return dense(graph.community_infomap(edge_weights=weights, trials=1).membership)


def chinese_whispers(case: Case, _: float) -> Labels:
    """Source: Biemann 2006, weights as they are, 20 rounds in a seeded order."""
    matrix = _matrix(case)
    labels = np.arange(case.n_terms, dtype=np.int32)
    rng = np.random.default_rng(0)
    for _round in range(20):
        order = rng.permutation(case.n_terms)
        _whisper(matrix.indptr, matrix.indices, matrix.data, order, labels)
    return dense(labels)


@kernel
def _whisper(indptr: Array, indices: Array, weight: Array, order: Array, labels: Array) -> None:
    total = np.zeros(len(labels))
    for x in order:
        best = labels[x]
        for i in range(indptr[x], indptr[x + 1]):
            total[labels[indices[i]]] += weight[i]
        for i in range(indptr[x], indptr[x + 1]):
            if total[labels[indices[i]]] > total[best]:
                best = labels[indices[i]]
        for i in range(indptr[x], indptr[x + 1]):
            total[labels[indices[i]]] = 0.0
        labels[x] = best


def markov(case: Case, inflation: float) -> Labels:
    """Source: van Dongen 2000; entries below 0.001 are pruned, 30 rounds at most."""
    flow = _columns(_matrix(case) + sp.identity(case.n_terms, format="csr"))
    for _ in range(30):
        new = flow @ flow
        new.data **= inflation
        new.data[new.data < 1e-3] = 0
        new.eliminate_zeros()
        new = _columns(new)
        if abs(new - flow).max() < 1e-3:
            break
        flow = new
    return dense(sp.csgraph.connected_components(flow, directed=False)[1])


def _matrix(case: Case) -> sp.csr_matrix:
    a, b, weight = case.edges
    both = np.concatenate([weight, weight]).astype(float), (np.append(a, b), np.append(b, a))
    return sp.csr_matrix(both, shape=(case.n_terms, case.n_terms))


def _columns(matrix: sp.csr_matrix) -> sp.csr_matrix:
    total = np.asarray(matrix.sum(axis=0)).ravel()
    return (matrix @ sp.diags(1 / np.where(total > 0, total, 1))).tocsr()


METHODS: dict[str, tuple[Callable[[Case, float], Labels], tuple[float, ...]]] = {
    "signed": (signed, (0.15, 0.2, 0.24, 0.3, 0.36, 0.42)),
    "signed (absence 0)": (signed_deaf, (0.15, 0.2, 0.24, 0.3, 0.36, 0.42)),
    "reference": (reference, (0.34, 0.51, 0.67, 0.8)),
    "components": (components, (0,)),
    "label propagation": (label_propagation, (0,)),
    "Louvain": (louvain, (1, 100, 1_000, 10_000)),
    "Leiden modularity": (leiden_modularity, (1, 100, 1_000, 10_000)),
    "Leiden CPM": (leiden_cpm, (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
    "Chinese Whispers": (chinese_whispers, (0,)),
    "Infomap": (infomap, (0,)),
    "Markov clustering": (markov, (1.4, 2, 3)),
}
DEFAULTS = {"signed": 0.3, "signed (absence 0)": 0.3, "reference": 0.51}
