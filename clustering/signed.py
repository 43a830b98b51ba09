"""The signed clustering: expansion and voting on weighted edges, with cannot-links.

*Weights.* w(a, b) in [0, 1] is the probability of the edge, lowered where its ends have many
neighbours that they do not share (`weights` has the formula). Pairs without an edge weigh 0. An
edge between two known terms, that is ends of labelled edges, weighs `absence` besides.

*Objective.* Over all partitions without a cannot-link inside a cluster, none above max_size,
maximise

    F = Σ over pairs within a cluster of (w(a, b) - d(a, b))  -  Σ over clusters of T(|c|),
    T(n) = theta Σ k^GROWTH over 0 < k < n,    theta = min_support,    GROWTH = 0.65.

d(a, b) = absence where both terms are known, else 0; an edge gets it back. A dictionary lists most
synonyms of a word that it knows: what it leaves out, and the judge does not call a synonym either,
speaks against a cluster. An edge of the judge may fill a gap of the dictionary: it is not charged.

T is what a cluster of n terms costs, theta for a pair. Each pair is a claim of synonymy that its
weight must pay for: a chain hot - spicy - pain pays for the pair hot - pain that nothing supports.
With GROWTH 1 every pair would cost theta, as in correlation clustering. But the candidates of a
term are limited in number: in a large cluster most pairs that have no edge were missed by the
search or by the judge, and say less. So the k-th pair of a term with its cluster costs less than
the first. Finding the best partition is NP-hard, and the moves below climb.

*Moves.* Every term starts alone. Each turn:

1. expansion: take the edges by (w descending, a, b); join the clusters at their ends when that
   raises F, the bound holds and no cannot-link lies between them;
2. voting: terms, by id, each move to the cluster where F rises most, to none if that is best;
   ties: stay, then none, then the cluster of the neighbour with the lowest id;
3. splitting: clusters that fell apart become their connected parts.

until nothing moves. Every move raises F by at least one grain (2^-16), and F cannot exceed the
sum of the weights, so the turns come to an end; MAX_TURNS bounds the time.

4. orphans: terms still alone, by id, join the cluster with the largest Σ (w - d) / √|c|, as it
   stands by then, if that is at least orphan_support: the root asks less of a large cluster than T
   does, one strong synonym in a family of absent ones.

*Stars.* A hub keeps its best leaf, whatever their number, and the share of its leaves that it keeps
never rises with it: all of a few, then fewer. `tests/clustering/test_shapes.py` holds this.

*Guarantee.* No two terms with a cannot-link share a cluster; checked at the end of every run.
Tensions list what cannot-links kept apart: pairs that a synonym edge joins, or whose clusters pull
them together by more than theta.

*Soft memberships.* A term belongs to its own cluster and to each that would gain by taking it in
and that no cannot-link bars; support is the mean weight to the other terms of it.

Order: nothing depends on the order of rows, on threads or on hashes (`partition` says why sums
do not either). The obvious version is `tests/oracles/signed_clustering.py`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.adoption import adopt
from nymgraph.clustering.checks import check_n_terms, check_threshold
from nymgraph.clustering.expansion import expand
from nymgraph.clustering.graph import Edges, build_graph, by_weight, edges_by_pair, fill_rows
from nymgraph.clustering.locality import neighbourly, renamed
from nymgraph.clustering.partition import (
    Costs,
    Partition,
    Problem,
    all_alone,
    begin_tally,
    gather,
    size_penalty,
    split,
    time_of_vote,
)
from nymgraph.clustering.result import SINGLETON, Clustering, same_cluster
from nymgraph.clustering.soft import soft_memberships
from nymgraph.clustering.tensions import find_tensions, weights_of
from nymgraph.clustering.voting import vote
from nymgraph.clustering.weights import GRAIN, weighted_edges
from nymgraph.kernels import kernel

MAX_TURNS = 100
MAX_ABSENCE = 16


class SignedSettings(NamedTuple):
    """The parameters of the objective.

    Attributes:
        min_support: theta, the weight above which two terms join, in (0, 1]; T scales with it.
        orphan_support: the least Σ (w - d) / √|c| at which a cluster takes in a term that is alone.
        max_size: terms of a cluster at most, at least 2.
        absence: what it costs a cluster to hold two known terms without an edge, in
            [0, MAX_ABSENCE].
    """

    min_support: float = 0.3
    orphan_support: float = 0.3
    max_size: int = 200
    absence: float = 0.25


DEFAULTS = SignedSettings()


def cluster_signed(
    n_terms: int,
    edges: Edges,
    antonyms: Edges,
    expected: NDArray[np.float64],
    settings: SignedSettings = DEFAULTS,
    labelled: Edges | None = None,
) -> Clustering:
    """Cluster the gated graph under cannot-links, as specified at the top of the file.

    Args:
        n_terms: number of terms, isolated ones included.
        edges: the synonym edges, from `canonical_edges`.
        antonyms: the cannot-links, from `canonical_edges` of p_antonym.
        expected: float64 (n_terms,), from `expected_synonyms`.
        settings: theta and the bounds.
        labelled: those of `edges` that a dictionary labelled, not judged ones; None for those of
            p_synonym 1.

    Returns:
        Hard labels, numbered by the lowest term of each cluster; soft memberships; tensions.

    Raises:
        ValueError: if an argument is out of range.
        RuntimeError: if the guarantee is broken, which would be a fault of this module.
    """
    costs = _costs(n_terms, expected, settings)
    judged, links = build_graph(n_terms, edges), build_graph(n_terms, antonyms)
    number = neighbourly(judged.indptr, judged.indices)
    p_synonym = weights_of(judged, antonyms.a, antonyms.b)
    labelled = _certain(edges) if labelled is None else labelled
    known = _known(n_terms, labelled)
    # absence is charged on all pairs of known terms; edges get it back
    least = costs.theta + GRAIN  # two that prefer each other join
    labelled_graph = build_graph(n_terms, labelled)
    weighted = renamed(
        weighted_edges(judged, labelled_graph, expected, known, costs.absence, least), number
    )
    del judged  # at 150 million edges these are gigabytes
    graph = fill_rows(n_terms, weighted)
    cannot_links = fill_rows(n_terms, renamed(edges_by_pair(links), number))
    problem = Problem(number, graph, cannot_links, known[np.argsort(number)])
    weighted = by_weight(weighted)
    partition = _climb(weighted, problem, costs)
    del weighted
    tally = begin_tally(partition, n_terms)
    adopted = adopt(problem, partition, tally, costs, settings.orphan_support)
    never = time_of_vote(graph, MAX_TURNS + 1)
    partition = gather(problem, adopted, partition.changed, partition.outside, never)
    labels = _number(partition.label, partition.size, number)
    _check_guarantee(labels, antonyms)
    term, cluster, support = soft_memberships(problem, partition, labels, costs)
    return Clustering(
        labels=labels,
        term=term,
        cluster=cluster,
        support=support,
        n_dissolved=0,
        tensions=find_tensions(p_synonym, antonyms, problem, partition, costs),
    )


def _certain(edges: Edges) -> Edges:
    sure = edges.weight >= 1
    return Edges(edges.a[sure], edges.b[sure], edges.weight[sure])


def _known(n_terms: int, labelled: Edges) -> NDArray[np.bool_]:
    """Mark the terms, by id, that have a labelled edge."""
    known = np.zeros(n_terms, np.bool_)
    known[labelled.a] = known[labelled.b] = True
    return known


def _climb(edges: Edges, problem: Problem, costs: Costs) -> Partition:
    """Take turns until nothing moves."""
    graph = problem.graph
    partition = all_alone(problem)
    for turn in range(1, MAX_TURNS + 1):
        now = time_of_vote(graph, turn)
        n_joined = expand(edges, problem, partition, costs, turn)
        tally = begin_tally(partition, 2 * len(problem.number))
        label, changed, n_moved = vote(problem, partition, tally, costs, now)
        parts = split(graph, label, changed, now)
        partition = gather(problem, *parts, partition.outside, now)
        if not n_joined and not n_moved:
            break
    return partition


@kernel
def _number(
    label: NDArray[np.int32], size: NDArray[np.int32], number: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Number the clusters of two and more by their lowest id; terms by id."""
    found = np.full(len(label), SINGLETON, np.int32)
    out = np.full(len(label), SINGLETON, np.int32)
    n_clusters = 0
    for x in range(len(label)):
        c = label[number[x]]
        if size[c] > 1:
            if found[c] == SINGLETON:
                found[c] = n_clusters
                n_clusters += 1
            out[x] = found[c]
    return out


def _costs(n_terms: int, expected: NDArray[np.float64], settings: SignedSettings) -> Costs:
    """Check what no other function checks; return the costs in whole grains."""
    check_n_terms(n_terms)
    if expected.shape != (n_terms,) or not (np.isfinite(expected) & (expected >= 0)).all():
        raise ValueError(
            f"got expected of shape {expected.shape} or with a value that is negative or not "
            f"finite, expected ({n_terms},); take it from expected_synonyms"
        )
    check_threshold("min_support", settings.min_support)
    check_threshold("orphan_support", settings.orphan_support)
    theta = round(settings.min_support / GRAIN) * GRAIN
    if theta == 0:
        raise ValueError(
            f"got min_support {settings.min_support}, expected at least {GRAIN}; "
            "0 would join whole components: raise it"
        )
    if not 0 <= settings.absence <= MAX_ABSENCE:
        raise ValueError(
            f"got absence {settings.absence}, expected 0 to {MAX_ABSENCE}; 0 takes what a "
            "dictionary leaves out for unknown"
        )
    if settings.max_size < 2:
        raise ValueError(f"got max_size {settings.max_size}, expected at least 2; raise it")
    max_size = min(settings.max_size, max(2, n_terms))
    absence = round(settings.absence / GRAIN) * GRAIN
    return Costs(theta, size_penalty(theta, max_size), absence, max_size)


def _check_guarantee(labels: NDArray[np.int32], antonyms: Edges) -> None:
    broken = np.flatnonzero(same_cluster(labels, antonyms.a, antonyms.b))
    if len(broken):
        a, b = antonyms.a[broken[0]], antonyms.b[broken[0]]
        raise RuntimeError(
            f"got terms {a} and {b} in one cluster in spite of their cannot-link, expected "
            "them apart; this is a fault of nymgraph.clustering.signed: please report it"
        )
