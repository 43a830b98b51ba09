import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nymgraph.clustering.graph import Edges
from nymgraph.clustering.metrics import b_cubed, drift, intrusions, pair_scores, size_summary

# clusters {0, 1, 2}, {3, 4}, {5}'s only as a singleton; 0, 1, 2, 3, 5 are held out
LABELS = np.array([0, 0, 0, 1, 1, -1], np.int32)
HELD_OUT = np.array([1, 1, 1, 1, 0, 1], np.bool_)
GOLD = np.array([0, 0, 3, 2]), np.array([1, 3, 4, 5])


def test_pairs_with_both_ends_held_out() -> None:
    scores = pair_scores(LABELS, *GOLD, HELD_OUT)
    # predicted: C(3, 2) + C(1, 2) = 3; gold: (0,1) (0,3) (2,5); correct: (0,1)
    assert (scores.n_predicted, scores.n_gold, scores.n_correct) == (3, 3, 1)
    assert scores.precision == scores.recall == pytest.approx(1 / 3)
    assert scores.f1 == scores.f05 == pytest.approx(1 / 3)


def test_pairs_touching_a_held_out_term() -> None:
    scores = pair_scores(LABELS, *GOLD, HELD_OUT, touching=True)
    # predicted: C(3, 2) - C(0, 2) + C(2, 2) - C(1, 2) = 4; gold: all 4; correct: (0,1) (3,4)
    assert (scores.n_predicted, scores.n_gold, scores.n_correct) == (4, 4, 2)


def test_f05_leans_to_precision() -> None:
    scores = pair_scores(np.zeros(3, np.int32), np.array([0]), np.array([1]), np.ones(3, np.bool_))
    # precision 1/3, recall 1: F1 = 2·(1/3)/(4/3) = 1/2, F0.5 = 1.25·(1/3)/(0.25/3 + 1) = 5/13
    assert (scores.precision, scores.recall) == (pytest.approx(1 / 3), 1.0)
    assert (scores.f1, scores.f05) == (pytest.approx(1 / 2), pytest.approx(5 / 13))


def test_b_cubed_by_hand() -> None:
    scores = b_cubed(LABELS, *GOLD, HELD_OUT)
    # held out:  x   C(x)       G(x)        |C∩G|/|C|   |C∩G|/|G|
    #            0   {0,1,2}    {0,1,3}     2/3         2/3
    #            1   {0,1,2}    {0,1}       2/3         1
    #            2   {0,1,2}    {2,5}       1/3         1/2
    #            3   {3}        {0,3}       1           1/2
    #            5   {5}        {2,5}       1           1/2
    assert scores.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert scores.recall == pytest.approx((2 / 3 + 1 + 1 / 2 + 1 / 2 + 1 / 2) / 5)
    p, r = scores.precision, scores.recall
    assert scores.f1 == pytest.approx(2 * p * r / (p + r))
    assert scores.n_terms == 5


Case = tuple[NDArray[np.int64], NDArray[np.bool_], list[tuple[int, int]]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n = draw(st.integers(1, 12))
    raw = draw(st.lists(st.integers(-1, 4), min_size=n, max_size=n))
    labels = np.unique([-1, *raw], return_inverse=True)[1][1:] - 1
    held_out = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
    gold = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return labels, held_out, gold


def columns(pairs: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


@given(cases(), st.booleans())
@settings(deadline=None)
def test_pair_scores_against_sets(case: Case, touching: bool) -> None:
    labels, held_out, gold_pairs = case
    enough = any if touching else all
    n = len(labels)
    every = {(a, b) for a in range(n) for b in range(a + 1, n) if enough(held_out[[a, b]])}
    predicted = {(a, b) for a, b in every if labels[a] == labels[b] != -1}
    gold = set(gold_pairs) & every
    scores = pair_scores(labels, *columns(gold_pairs), held_out, touching=touching)
    assert (scores.n_predicted, scores.n_gold) == (len(predicted), len(gold))
    assert scores.n_correct == len(predicted & gold)


@given(cases())
@settings(deadline=None)
def test_b_cubed_against_sets(case: Case) -> None:
    labels, held_out, gold_pairs = case
    n = len(labels)
    ratios = []
    for x in np.flatnonzero(held_out).tolist():
        gold = {b if a == x else a for a, b in gold_pairs if x in (a, b)}
        gold = {y for y in gold if held_out[y]}
        mine = {y for y in range(n) if held_out[y] and labels[y] == labels[x] != -1} | {x}
        if gold:
            found = len(mine & (gold | {x}))
            ratios.append((found / len(mine), found / (1 + len(gold))))
    expected = np.mean(ratios, axis=0) if ratios else (0.0, 0.0)
    scores = b_cubed(labels, *columns(gold_pairs), held_out)
    assert (scores.precision, scores.recall) == pytest.approx(tuple(expected))


def test_antonyms_within_a_cluster_are_found() -> None:
    rows = intrusions(LABELS, np.array([0, 3, 4, 5]), np.array([3, 4, 3, 5]))
    assert rows.tolist() == [1, 2]
    assert rows.dtype == np.int64


def test_drift_counts_pairs_without_an_edge() -> None:
    edges = Edges(np.array([0, 1, 2], np.int32), np.array([1, 2, 3], np.int32), np.ones(3, "f4"))
    # pairs: 3 in {0, 1, 2}, 1 in {3, 4}; with an edge: (0,1) (1,2); (2,3) crosses
    assert drift(LABELS, edges) == pytest.approx(2 / 4)
    assert drift(np.full(6, -1), edges) == 0.0


def test_sizes() -> None:
    summary = size_summary(np.array([0, 0, 1, 1, 2, 2, 2, 2, 2, -1]))
    assert (summary.n_clusters, summary.n_clustered, summary.biggest) == (3, 9, 5)
    assert (summary.mean, summary.median) == (3.0, 2.0)
    assert summary.histogram.tolist() == [0, 0, 2, 0, 0, 1]


@pytest.mark.parametrize("n_terms", [0, 3])
def test_nothing_to_score_is_zero(n_terms: int) -> None:
    labels, held_out = np.full(n_terms, -1), np.ones(n_terms, np.bool_)
    none = np.empty(0, np.int64)
    scores = pair_scores(labels, none, none, held_out)
    assert (scores.precision, scores.recall, scores.f1, scores.f05) == (0.0, 0.0, 0.0, 0.0)
    means = b_cubed(labels, none, none, held_out)
    assert (means.precision, means.recall, means.f1, means.n_terms) == (0.0, 0.0, 0.0, 0)
    summary = size_summary(labels)
    assert (summary.mean, summary.median, summary.histogram.tolist()) == (0.0, 0.0, [0])
    assert len(intrusions(labels, none, none)) == 0


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="expected bool"):
        pair_scores(LABELS, *GOLD, HELD_OUT.astype(np.int8))
    with pytest.raises(ValueError, match="shapes"):
        b_cubed(LABELS, *GOLD, HELD_OUT[:3])
    with pytest.raises(ValueError, match=r"gold_b\[3\] = 9"):
        b_cubed(LABELS, GOLD[0], np.array([1, 3, 4, 9]), HELD_OUT)
    with pytest.raises(ValueError, match=r"a\[0\] = -1"):
        intrusions(LABELS, np.array([-1]), np.array([0]))
    with pytest.raises(ValueError, match="no term in cluster 1"):
        size_summary(np.array([0, 2]))
