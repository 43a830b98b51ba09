import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nymgraph.clustering.graph import Edges, canonical_edges
from nymgraph.clustering.reference import cluster_reference
from nymgraph.clustering.result import Clustering
from tests.oracles.reference_clustering import oracle_clustering, oracle_edges

Rows = list[tuple[int, int, float]]
N_TERMS = 12
GATE = 0.7
ROWS = st.lists(
    st.tuples(
        st.integers(0, N_TERMS - 1),
        st.integers(0, N_TERMS - 1),
        st.sampled_from([0.5, 0.75, 0.875, 1.0]),  # many ties
    ),
    max_size=70,
)
RATIOS = st.sampled_from([0.0, 0.25, 0.5, 0.51, 2 / 3, 1.0])


def edges_of(rows: Rows, n_terms: int = N_TERMS) -> Edges:
    a, b = (np.array([row[i] for row in rows], np.int32) for i in (0, 1))
    p = np.array([row[2] for row in rows], np.float32)
    return canonical_edges(n_terms, a, b, p, GATE)


def cluster(rows: Rows, n_terms: int = N_TERMS, overlap_ratio: float = 0.51) -> Clustering:
    return cluster_reference(n_terms, edges_of(rows, n_terms), overlap_ratio)


def soft_of(result: Clustering) -> dict[tuple[int, int], float]:
    keys = zip(result.term.tolist(), result.cluster.tolist(), strict=True)
    return dict(zip(keys, result.support.tolist(), strict=True))


def test_a_triangle_takes_no_tail() -> None:
    result = cluster([(0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.8), (2, 3, 0.75)], 4)
    # (0, 1) opens {0, 1}; 2 knows 2 of 2 and joins; 3 knows 1 of 3 = 0.33 and stays out
    assert result.labels.tolist() == [0, 0, 0, -1]
    # each of the three knows the two others: 2 / 3
    assert soft_of(result) == {(x, 0): pytest.approx(2 / 3) for x in (0, 1, 2)}
    assert (result.n_clusters, result.n_dissolved) == (1, 0)


def test_a_term_between_two_clusters_stays_in_the_older() -> None:
    result = cluster(
        [(0, 1, 0.95), (2, 3, 0.94), (0, 4, 0.9), (1, 4, 0.9), (2, 4, 0.8), (3, 4, 0.8)], 5
    )
    # 4 knows 2 of 2 in {0, 1} and 2 of 2 in {2, 3}; 2 and 3 know 1 of 3 in {0, 1, 4}.
    # Vote of 4: two neighbours in each, size 3 each, so the older one.
    assert result.labels.tolist() == [0, 0, 1, 1, 0]
    assert list(soft_of(result)) == [(0, 0), (1, 0), (2, 1), (3, 1), (4, 0), (4, 1)]
    assert result.support == pytest.approx([2 / 3] * 6)


def test_a_cluster_that_loses_its_members_is_dissolved() -> None:
    result = cluster([(0, 1, 0.95), (2, 3, 0.94), (1, 2, 0.9), (1, 3, 0.9)], 4)
    # {0, 1} opens, {2, 3} opens, 1 knows 2 of 2 there and joins; 2 knows 1 of 2 = 0.5 in {0, 1}.
    # Vote of 1: one neighbour in {0, 1}, two in {1, 2, 3}. {0} is dissolved with 2 memberships.
    assert result.labels.tolist() == [-1, 0, 0, 0]
    assert list(soft_of(result)) == [(1, 0), (2, 0), (3, 0)]
    assert result.n_dissolved == 2


def test_the_ratio_must_be_exceeded_not_met() -> None:
    chain = [(0, 1, 1.0), (1, 2, 0.9)]  # 2 knows 1 of {0, 1}: exactly 0.5
    assert cluster(chain, 3, overlap_ratio=0.5).labels.tolist() == [0, 0, -1]
    assert cluster(chain, 3, overlap_ratio=0.49).labels.tolist() == [0, 0, 0]


@given(ROWS, RATIOS)
@settings(max_examples=200, deadline=None)
def test_parity_with_the_oracle(rows: Rows, overlap_ratio: float) -> None:
    result = cluster(rows, overlap_ratio=overlap_ratio)
    oracle = oracle_clustering(oracle_edges(rows, GATE), overlap_ratio)
    members = [set(np.flatnonzero(result.labels == c).tolist()) for c in range(result.n_clusters)]
    assert members == oracle.clusters
    assert list(soft_of(result)) == sorted(oracle.support)
    assert soft_of(result) == pytest.approx(oracle.support)
    assert result.n_dissolved == oracle.n_dissolved


@pytest.mark.parametrize("seed", range(4))
def test_parity_on_overlapping_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = [rng.choice(150, rng.integers(3, 9), replace=False) for _ in range(70)]
    rows: Rows = [
        (int(a), int(b), float(rng.choice([0.5, 0.75, 0.875, 1.0])))
        for group in groups
        for a in group
        for b in group
        if rng.random() < 0.5
    ]
    result = cluster(rows, 150)
    oracle = oracle_clustering(oracle_edges(rows, GATE), 0.51)
    members = [set(np.flatnonzero(result.labels == c).tolist()) for c in range(result.n_clusters)]
    assert members == oracle.clusters
    assert soft_of(result) == pytest.approx(oracle.support)
    assert len(result.term) > np.count_nonzero(result.labels >= 0)  # the case is truly soft


@given(ROWS, st.permutations(range(70)))
@settings(deadline=None)
def test_row_order_orientation_and_repetition_change_nothing(rows: Rows, order: list[int]) -> None:
    shuffled = [(rows[i][1], rows[i][0], rows[i][2]) for i in order if i < len(rows)]
    one, other = cluster(rows), cluster(shuffled + rows[::2])
    assert one.labels.tolist() == other.labels.tolist()
    assert soft_of(one) == soft_of(other)


@given(ROWS, RATIOS)
@example([], 0.51)
@settings(deadline=None)
def test_labels_are_dense_soft_and_never_alone(rows: Rows, overlap_ratio: float) -> None:
    result = cluster(rows, overlap_ratio=overlap_ratio)
    clustered = result.labels[result.labels >= 0]
    sizes = np.bincount(clustered)
    assert np.all(sizes >= 2)
    soft = soft_of(result)
    assert all((x, c) in soft for x, c in enumerate(result.labels.tolist()) if c >= 0)
    assert all(0 < support < 1 for support in soft.values())
    assert result.labels.dtype == result.term.dtype == result.cluster.dtype == np.int32
    assert result.support.dtype == np.float32


@pytest.mark.parametrize("n_terms", [0, 1, 5])
def test_no_edges(n_terms: int) -> None:
    result = cluster([], n_terms)
    assert result.labels.tolist() == [-1] * n_terms
    assert (len(result.term), result.n_clusters, result.n_dissolved) == (0, 0, 0)


def test_one_edge_and_a_self_loop() -> None:
    assert cluster([(1, 2, 0.9), (0, 0, 1.0)], 3).labels.tolist() == [-1, 0, 0]


def test_a_star_keeps_one_leaf() -> None:
    n_leaves = 100_000
    leaves = np.arange(1, n_leaves + 1, dtype=np.int32)
    equal = np.full(n_leaves, 0.9, np.float32)
    edges = canonical_edges(n_leaves + 1, np.zeros_like(leaves), leaves, equal, GATE)
    # (0, 1) opens {0, 1}; every other leaf knows 1 of 2 = 0.5
    labels = cluster_reference(n_leaves + 1, edges, 0.51).labels
    assert np.flatnonzero(labels >= 0).tolist() == [0, 1]


def test_a_clique_with_equal_weights_is_one_cluster() -> None:
    n = 600
    a, b = np.triu_indices(n, 1)
    edges = canonical_edges(n, a, b, np.full(len(a), 0.8), GATE)
    result = cluster_reference(n, edges, 0.51)
    assert not result.labels.any()
    assert result.support == pytest.approx((n - 1) / n)


@pytest.mark.parametrize("ratio", [-0.1, 1.1, np.nan])
def test_a_bad_ratio(ratio: float) -> None:
    with pytest.raises(ValueError, match="overlap_ratio"):
        cluster([(0, 1, 0.9)], overlap_ratio=ratio)


def test_an_id_out_of_range() -> None:
    with pytest.raises(ValueError, match=r"b\[0\] = 2"):
        cluster_reference(2, edges_of([(1, 2, 0.9)]), 0.51)
