"""Degenerate graphs at full size, both algorithms: right, and bounded in processor time."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from nymgraph.clustering import (
    Clustering,
    Edges,
    canonical_edges,
    cluster_reference,
    cluster_signed,
    expected_synonyms,
)

BOUND = 20.0  # processor seconds; each takes less than three
Algorithm = Callable[[int, Edges, np.ndarray], Clustering]


def reference(n_terms: int, edges: Edges, expected: np.ndarray) -> Clustering:
    assert len(expected) == n_terms
    return cluster_reference(n_terms, edges, 0.51)


def signed(n_terms: int, edges: Edges, expected: np.ndarray) -> Clustering:
    none = Edges(*(column[:0] for column in edges))
    return cluster_signed(n_terms, edges, none, expected)


BOTH = pytest.mark.parametrize("algorithm", [reference, signed])


def run(
    algorithm: Algorithm, n_terms: int, a: np.ndarray, b: np.ndarray, p: np.ndarray
) -> np.ndarray:
    """Labels, the compiler's time left out."""
    algorithm(2, *prepared(2, np.array([0]), np.array([1]), np.ones(1, np.float32)))
    start = time.process_time()
    labels = algorithm(n_terms, *prepared(n_terms, a, b, p)).labels
    assert time.process_time() - start < BOUND
    return labels


def prepared(n_terms: int, a: np.ndarray, b: np.ndarray, p: np.ndarray) -> tuple[Edges, np.ndarray]:
    return canonical_edges(n_terms, a, b, p, 0.7), expected_synonyms(n_terms, a, b, p)


@BOTH
def test_no_edges(algorithm: Algorithm) -> None:
    nothing = np.zeros(0, np.int64)
    labels = run(algorithm, 1_000_000, nothing, nothing, np.zeros(0, np.float32))
    assert not (labels >= 0).any()


@BOTH
def test_one_edge_among_a_million_terms(algorithm: Algorithm) -> None:
    ends = np.array([999_999]), np.array([7])
    labels = run(algorithm, 1_000_000, *ends, np.array([0.7], np.float32))
    assert np.flatnonzero(labels >= 0).tolist() == [7, 999_999]


@BOTH
def test_self_loops(algorithm: Algorithm) -> None:
    loops = np.arange(1_000_000)
    labels = run(algorithm, 1_000_000, loops, loops, np.ones(1_000_000, np.float32))
    assert not (labels >= 0).any()


@BOTH
def test_duplicate_and_contradictory_rows_count_once_with_the_highest(algorithm: Algorithm) -> None:
    edges = canonical_edges(
        3,
        np.array([0, 1, 1, 1, 2]),
        np.array([1, 0, 0, 2, 1]),
        np.array([0.1, 0.9, 0.9, 0.2, 0.3]),
        0.7,
    )
    assert [column.tolist() for column in edges[:2]] == [[0], [1]]
    labels = algorithm(3, edges, np.array([0.9, 1.2, 0.3])).labels
    assert labels.tolist() == [0, 0, -1]


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1, np.inf])
def test_what_is_no_probability_names_its_row(bad: float) -> None:
    p = np.full(500_000, 0.9)
    p[123_456] = bad
    ends = np.arange(500_000), np.arange(1, 500_001)
    with pytest.raises(ValueError, match=r"probability\[123456\]"):
        canonical_edges(500_001, *ends, p, 0.7)
    with pytest.raises(ValueError, match=r"p_synonym\[123456\]"):
        expected_synonyms(500_001, *ends, p)


@BOTH
@pytest.mark.parametrize("p", [0.7, 0.9, 1.0])
def test_a_star_of_a_million_leaves(algorithm: Algorithm, p: float) -> None:
    leaves = np.arange(1, 1_000_001)
    labels = run(algorithm, 1_000_001, np.zeros_like(leaves), leaves, np.full(1_000_000, p, "f4"))
    clustered = np.flatnonzero(labels >= 0).tolist()
    # reference: each leaf knows one of two, no more than 0.51; signed: the best leaf of the hub,
    # and where the edges are certain two (see test_signed)
    assert clustered == ([0, 1, 2] if algorithm is signed and p == 1 else [0, 1])


@BOTH
@pytest.mark.parametrize("p", [0.7, 1.0])
def test_a_clique_of_three_thousand(algorithm: Algorithm, p: float) -> None:
    a, b = np.triu_indices(3_000, 1)
    labels = run(algorithm, 3_000, a, b, np.full(len(a), p, np.float32))
    sizes = np.bincount(labels)
    assert sizes.tolist() == ([200] * 15 if algorithm is signed else [3_000])


@BOTH
def test_all_probabilities_equal(algorithm: Algorithm) -> None:
    groups = np.arange(0, 1_000_000, 5)[:, None] + np.arange(5)
    a, b = (groups[:, side].ravel() for side in np.triu_indices(5, 1))
    labels = run(algorithm, 1_000_000, a, b, np.full(len(a), 0.7, np.float32))
    assert np.array_equal(labels, np.arange(1_000_000) // 5)
