"""Shapes with an answer that a person would give: stars, cliques, paths; and no cliffs."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.clustering.graph import canonical_edges
from nymgraph.clustering.signed import DEFAULTS, cluster_signed
from nymgraph.clustering.weights import expected_synonyms

Rows = list[tuple[int, int, float]]
GATE = 0.7
N_TERMS = 9


def labels(rows: Rows, n_terms: int) -> list[int]:
    """The clusters of a table of edges; what is below the gate does not count, as in --edges."""
    kept = [row for row in rows if np.float32(row[2]) >= np.float32(GATE)]
    a, b = (np.array([row[i] for row in kept], np.int32) for i in (0, 1))
    p = np.array([row[2] for row in kept], np.float32)
    edges = canonical_edges(n_terms, a, b, p, GATE)
    none = canonical_edges(n_terms, a[:0], b[:0], p[:0], GATE)
    expected = expected_synonyms(n_terms, a, b, p)
    return cluster_signed(n_terms, edges, none, expected, DEFAULTS).labels.tolist()


def star(n_leaves: int, p: float) -> int:
    """Leaves that stay with their hub."""
    found = labels([(0, leaf, p) for leaf in range(1, n_leaves + 1)], n_leaves + 1)
    return 0 if found[0] < 0 else found.count(found[0]) - 1


@pytest.mark.parametrize("p", [0.7, 0.8, 0.9, 0.95, 0.99])
def test_a_hub_keeps_its_best_leaf_and_no_more_of_many(p: float) -> None:
    sizes = [1, 2, 3, 5, 8, 13, 20, 30, 40, 60, 80, 160, 320]
    kept = [star(n, p) for n in sizes]
    shares = [leaves / n for leaves, n in zip(kept, sizes, strict=True)]
    assert min(kept) >= 1
    assert kept[:2] == [1, 2]
    assert shares == sorted(shares, reverse=True)


def test_the_best_leaf_of_many_is_the_one_that_stays() -> None:
    rows = [(0, leaf, 0.99 if leaf == 57 else 0.8) for leaf in range(1, 301)]
    found = labels(rows, 301)
    assert [leaf for leaf in range(1, 301) if found[leaf] == found[0]] == [57]


@pytest.mark.parametrize("n", [4, 6, 10, 20, 40])
def test_a_clique_with_one_absent_edge_is_one_cluster(n: int) -> None:
    rows = [(a, b, 0.9) for a, b in itertools.combinations(range(n), 2) if (a, b) != (0, 1)]
    assert labels(rows, n) == [0] * n


@pytest.mark.parametrize("n", [8, 12, 20])
def test_two_large_cliques_that_share_a_hub_stay_two(n: int) -> None:
    one, other = [0, *range(1, n)], [0, *range(n, 2 * n - 1)]
    rows = [(a, b, 0.9) for clique in (one, other) for a, b in itertools.combinations(clique, 2)]
    found = labels(rows, 2 * n - 1)
    assert len(set(found[1:n])) == len(set(found[n:])) == 1
    assert found[1] != found[n]
    assert min(found) >= 0


@pytest.mark.parametrize("n", [2, 3, 4, 5, 10, 50, 200])
def test_a_path_falls_into_short_pieces(n: int) -> None:
    found = labels([(x, x + 1, 0.9) for x in range(n - 1)], n)
    assert min(found) >= 0
    assert {found.count(label) for label in found} <= set(range(2, 7))


P = st.sampled_from([0.71, 0.8, 0.9, 0.97])
PAIRS = list(itertools.combinations(range(N_TERMS), 2))
GRAPHS = st.dictionaries(st.sampled_from(PAIRS), P, max_size=14)


@settings(deadline=None)
@given(GRAPHS, st.sampled_from(PAIRS), st.floats(0, 0.69))
def test_an_edge_below_the_gate_changes_nothing(
    graph: dict[tuple[int, int], float], pair: tuple[int, int], p: float
) -> None:
    rows = [(*ends, weight) for ends, weight in graph.items() if ends != pair]
    assert labels([*rows, (*pair, p)], N_TERMS) == labels(rows, N_TERMS)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(PAIRS), P, min_size=1, max_size=9), st.data())
def test_an_edge_made_certain_never_separates_its_ends(
    graph: dict[tuple[int, int], float], data: st.DataObject
) -> None:
    a, b = data.draw(st.sampled_from(sorted(graph)))
    before = labels([(*ends, p) for ends, p in graph.items()], N_TERMS)
    raised = labels([(*ends, 0.999 if ends == (a, b) else p) for ends, p in graph.items()], N_TERMS)
    assert before[a] != before[b] or before[a] < 0 or raised[a] == raised[b] >= 0
