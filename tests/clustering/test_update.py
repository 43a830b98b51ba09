"""Of an update only what new judgements touch is clustered again, and it comes out as a build."""

import numpy as np
import pytest

from nymgraph.clustering.graph import Edges, canonical_edges
from nymgraph.clustering.result import Clustering, no_tensions
from nymgraph.clustering.update import Previous, evidence_of, merge, only, touched

KEYS = np.array([11, 22, 33, 44, 55, 66], np.uint64)
M = np.array([0.9, 1.8, 0.9, 0.8, 0.8, 0.0])


def edges(*rows: tuple[int, int, float]) -> Edges:
    a, b = (np.array([row[i] for row in rows], np.int32) for i in (0, 1))
    return canonical_edges(6, a, b, np.array([row[2] for row in rows], np.float32), 0.5)


GRAPH = edges((0, 1, 0.9), (1, 2, 0.9), (3, 4, 0.8))
FOES = edges((0, 2, 0.7))


def state(evidence: np.ndarray, **other: np.ndarray) -> Previous:
    before = Previous(
        evidence,
        np.ones(6, np.bool_),
        np.array([5, 5, -1, 2, 2, -1], np.int32),
        np.array([0, 1, 3, 4], np.int32),
        np.array([5, 5, 2, 2], np.int32),
        np.array([0.9, 0.9, 0.8, 0.8], np.float32),
        no_tensions(),
    )
    return before._replace(**other)


def moved(one: np.ndarray, other: np.ndarray) -> list[int]:
    return np.flatnonzero(one != other).tolist()


def test_evidence_is_that_of_the_ends_alone() -> None:
    before = evidence_of(KEYS, GRAPH, FOES, M)
    stronger = edges((0, 1, 0.9), (1, 2, 0.9), (3, 4, 0.85))
    assert moved(before, evidence_of(KEYS, stronger, FOES, M)) == [3, 4]
    assert moved(before, evidence_of(KEYS, GRAPH, edges((0, 5, 0.7)), M)) == [0, 2, 5]
    # an edge is no cannot-link, a cannot-link no edge
    assert moved(before, evidence_of(KEYS, FOES, GRAPH, M)) == [0, 1, 2, 3, 4]
    more = np.array([0, 0, 0, 0, 0.25, 0.25])
    # a pair judged below both gates counts through what its ends expect
    assert moved(before, evidence_of(KEYS, GRAPH, FOES, M + more)) == [4, 5]


def test_evidence_does_not_depend_on_order_or_on_ids() -> None:
    order = np.array([3, 0, 5, 1, 4, 2])  # the new id of each term
    before = evidence_of(KEYS, GRAPH, FOES, M)
    place = np.argsort(order)
    renamed = [Edges(order[e.b], order[e.a], e.weight) for e in (GRAPH, FOES)]
    assert evidence_of(KEYS[place], *renamed, M[place])[order].tolist() == before.tolist()


def test_a_component_is_touched_by_any_of_its_terms() -> None:
    evidence = evidence_of(KEYS, GRAPH, FOES, M)
    same = state(evidence)
    assert not touched(GRAPH, evidence, same).any()
    other = evidence.copy()
    other[2] += 1
    assert touched(GRAPH, evidence, state(other)).tolist() == [True] * 3 + [False] * 3
    new = np.array([True, True, True, True, True, False])
    assert touched(GRAPH, evidence, state(evidence, known=new)).tolist() == [False] * 5 + [True]


def test_only_keeps_rows_within_what_is_touched() -> None:
    again = np.array([True, True, True, False, False, False])
    assert only(GRAPH, again).a.tolist() == [0, 1]
    assert len(only(edges((0, 3, 0.9)), again).a) == 0


def test_merging_numbers_clusters_by_their_lowest_term() -> None:
    fresh = Clustering(
        np.array([-1, -1, -1, 0, 0, -1], np.int32),
        np.array([3, 4], np.int32),
        np.array([0, 0], np.int32),
        np.array([0.7, 0.7], np.float32),
        0,
    )
    again = np.array([False, False, False, True, True, True])
    whole = merge(fresh, state(KEYS), again)
    assert whole.labels.tolist() == [0, 0, -1, 1, 1, -1]
    assert (whole.term.tolist(), whole.cluster.tolist()) == ([0, 1, 3, 4], [0, 0, 1, 1])
    assert whole.support.tolist() == pytest.approx([0.9, 0.9, 0.7, 0.7])


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="shapes"):
        evidence_of(KEYS[:3], GRAPH, FOES, M)
    with pytest.raises(ValueError, match="a"):
        evidence_of(KEYS[:1], GRAPH, FOES, M[:1])
    with pytest.raises(ValueError, match="shapes"):
        touched(GRAPH, KEYS[:3], state(KEYS))
