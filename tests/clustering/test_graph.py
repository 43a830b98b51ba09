from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from nymgraph.clustering.graph import Edges, build_graph, canonical_edges, counting_order
from tests.oracles.reference_clustering import oracle_edges

N_TERMS = 9
ROWS = st.lists(
    st.tuples(
        st.integers(0, N_TERMS - 1),
        st.integers(0, N_TERMS - 1),
        st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    ),
    max_size=60,
)


def edges_of(rows: list[tuple[int, int, float]], gate: float = 0.5) -> Edges:
    a, b = (np.array([row[i] for row in rows], np.int32) for i in (0, 1))
    return canonical_edges(N_TERMS, a, b, np.array([row[2] for row in rows], np.float32), gate)


def as_rows(edges: Edges) -> list[tuple[int, int, float]]:
    return list(zip(*(column.tolist() for column in edges), strict=True))


def test_the_order_is_weight_descending_then_a_then_b() -> None:
    edges = edges_of([(3, 1, 0.75), (2, 0, 1.0), (1, 2, 0.75), (5, 5, 1.0), (0, 1, 0.25)])
    # (5, 5) is a self-loop, (0, 1) is under the gate of 0.5
    assert as_rows(edges) == [(0, 2, 1.0), (1, 2, 0.75), (1, 3, 0.75)]
    assert [column.dtype for column in edges] == [np.int32, np.int32, np.float32]


def test_duplicates_in_either_orientation_keep_the_highest() -> None:
    assert as_rows(edges_of([(1, 2, 0.5), (2, 1, 1.0), (1, 2, 0.75)])) == [(1, 2, 1.0)]


@given(ROWS)
def test_parity_with_the_oracle(rows: list[tuple[int, int, float]]) -> None:
    assert as_rows(edges_of(rows)) == oracle_edges(rows, 0.5)


@given(ROWS, st.randoms(use_true_random=False))
def test_order_orientation_and_repetition_of_rows_change_nothing(
    rows: list[tuple[int, int, float]], random: Random
) -> None:
    other = [(b, a, p) if random.random() < 0.5 else (a, b, p) for a, b, p in rows + rows[:5]]
    random.shuffle(other)
    assert as_rows(edges_of(other)) == as_rows(edges_of(rows))


@pytest.mark.parametrize("gate", [0.7, 0.8, 0.9, 0.1])
def test_a_float32_at_the_gate_passes(gate: float) -> None:
    one = np.array([0]), np.array([1])
    at_gate = np.array([gate], np.float32)
    assert len(canonical_edges(2, *one, at_gate, gate).a) == 1
    assert len(canonical_edges(2, *one, np.nextafter(at_gate, np.float32(0)), gate).a) == 0


def test_zero_of_either_sign_is_the_lowest_weight() -> None:
    p = np.array([-0.0, 1.0, 0.0, 1e-30])
    edges = canonical_edges(5, np.array([1, 0, 0, 2]), np.array([2, 3, 4, 3]), p, 0.0)
    assert edges.a.tolist() == [0, 2, 0, 1]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint32, np.int64, np.uint64])
def test_every_integer_dtype_will_do(dtype: type[np.integer]) -> None:
    edges = canonical_edges(3, np.array([2], dtype), np.array([0], dtype), np.array([0.9]), 0.7)
    assert as_rows(edges) == [(0, 2, pytest.approx(0.9))]


def test_neighbours_ascend_and_weights_follow() -> None:
    graph = build_graph(4, edges_of([(0, 3, 1.0), (3, 1, 0.5), (1, 0, 0.75)]))
    assert graph.indptr.tolist() == [0, 2, 4, 4, 6]
    assert graph.indices.tolist() == [1, 3, 0, 3, 0, 1]
    assert graph.weight.tolist() == [0.75, 1.0, 0.75, 0.5, 1.0, 0.5]
    assert [x.dtype for x in graph] == [np.int64, np.int32, np.float32]


@given(ROWS)
def test_the_graph_holds_each_edge_twice(rows: list[tuple[int, int, float]]) -> None:
    edges = edges_of(rows)
    graph = build_graph(N_TERMS, edges)
    source = np.repeat(np.arange(N_TERMS), np.diff(graph.indptr))
    entries = list(zip(source.tolist(), graph.indices.tolist(), graph.weight.tolist(), strict=True))
    both = [(a, b, w) for a, b, w in as_rows(edges)] + [(b, a, w) for a, b, w in as_rows(edges)]
    assert entries == sorted(both)


@given(st.lists(st.integers(0, 5), max_size=50))
def test_counting_order_is_the_stable_argsort(keys: list[int]) -> None:
    key = np.array(keys, np.int32)
    assert_array_equal(counting_order(key, 6, np.arange(len(key))), np.argsort(key, kind="stable"))


@pytest.mark.parametrize("n_terms", [0, 7])
def test_no_rows(n_terms: int) -> None:
    none = np.empty(0, np.int32)
    edges = canonical_edges(n_terms, none, none, np.empty(0, np.float32), 0.7)
    graph = build_graph(n_terms, edges)
    assert (len(edges.a), len(graph.indptr), len(graph.indices)) == (0, n_terms + 1, 0)


@pytest.mark.parametrize(
    ("a", "b", "p", "gate", "message"),
    [
        ([0, 1], [1, 2], [0.9, np.nan], 0.7, r"probability\[1\] = nan"),
        ([0, 1], [1, 2], [1.5, 0.9], 0.7, r"probability\[0\] = 1.5"),
        ([0, 1], [1, 2], [0.9, -0.1], 0.7, r"probability\[1\] = -0.1"),
        ([0, -1], [1, 2], [0.9, 0.9], 0.7, r"a\[1\] = -1"),
        ([0, 1], [1, 3], [0.9, 0.9], 0.7, r"b\[1\] = 3, expected a term id in 0..2"),
        ([0, 1], [1], [0.9, 0.9], 0.7, "shapes"),
        ([0.0], [1], [0.9], 0.7, "expected integers"),
        ([0], [1], [1], 0.7, "expected float32 or float64"),
        ([0], [1], [0.9], np.nan, "gate nan"),
    ],
)
def test_bad_rows_are_named(
    a: list[float], b: list[int], p: list[float], gate: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        canonical_edges(3, np.array(a), np.array(b), np.array(p), gate)


def test_too_many_or_too_few_terms() -> None:
    none = np.empty(0, np.int32)
    for n_terms in (-1, 2**31):
        with pytest.raises(ValueError, match="n_terms"):
            canonical_edges(n_terms, none, none, np.empty(0, np.float32), 0.7)


def test_a_graph_smaller_than_its_edges() -> None:
    with pytest.raises(ValueError, match=r"b\[0\] = 8"):
        build_graph(8, edges_of([(0, 8, 1.0)]))
