"""The state of the signed clustering: the problem, the costs of clusters, and the partition.

Exactness: weights and penalties are multiples of `weights.GRAIN` = 2^-16, so that a sum of fewer
than 2^36 of them is exact in float64, whatever the order of its terms.

Time: each turn has n_edges + 1 points in time, one at each edge of the expansion, in order, and one
for the vote. A cluster remembers when it changed last, and a move that was turned down is tried
again only if one of its clusters has changed since. That is lossless: with the same inputs it
would be turned down again.

Terms are named by their place in memory (`locality`). Where the order of ids matters, rows and
passes keep it: rows list neighbours by id, votes are taken by id.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.graph import Graph
from nymgraph.clustering.weights import GRAIN
from nymgraph.kernels import kernel

GROWTH = 0.65  # how the cost of one more term grows with its cluster: 1 = with every pair


class Problem(NamedTuple):
    """The judged graph, under names that put neighbours near each other.

    Attributes:
        number: int32 (n_terms,), the name of each id.
        graph: the weighted synonym edges as rows, in each row by id.
        cannot_links: the pairs that no cluster may hold, as rows.
        known: bool (n_terms,), the terms that have a certain edge.
    """

    number: NDArray[np.int32]
    graph: Graph
    cannot_links: Graph
    known: NDArray[np.bool_]


class Costs(NamedTuple):
    """The cost of a cluster, and its largest size.

    Attributes:
        theta: the cost of the first pair, a multiple of GRAIN.
        penalty: float64 (max_size + 2,), T(n), the cost of a cluster of n terms.
        absence: the further cost of a pair of known terms, a multiple of GRAIN.
        max_size: terms of a cluster at most.
    """

    theta: float
    penalty: NDArray[np.float64]
    absence: float
    max_size: int


class Partition(NamedTuple):
    """A partition of all terms, those that are alone included.

    Attributes:
        label: int32 (n_terms,), the cluster of each term, in 0..n_terms-1.
        after: int32 (n_terms,), the next term of the same cluster, in a ring.
        first: int32 (n_terms,), a term of each cluster.
        size: int32 (n_terms,), terms of each cluster; 0 = the number is not in use.
        volume: int64 (n_terms,), edges and cannot-links at the terms of each cluster.
        outside: float64 (n_terms,), weight of the edges that leave each cluster.
        changed: int64 (n_terms,), the time at which each cluster changed last.
        known: float64 (n_terms,), known terms of each cluster.
    """

    label: NDArray[np.int32]
    after: NDArray[np.int32]
    first: NDArray[np.int32]
    size: NDArray[np.int32]
    volume: NDArray[np.int64]
    outside: NDArray[np.float64]
    changed: NDArray[np.int64]
    known: NDArray[np.float64]


class Tally(NamedTuple):
    """The sums that a term compares when it looks for a cluster, by cluster.

    Attributes:
        size: int32 (n_clusters,), terms of each cluster.
        known: float64 (n_clusters,), known terms of each.
        support: float64 (n_clusters,), weight of the term's edges to each; 0 between two terms.
        barred: bool (n_clusters,), whether a cannot-link of the term leads there; likewise.
    """

    size: NDArray[np.int32]
    known: NDArray[np.float64]
    support: NDArray[np.float64]
    barred: NDArray[np.bool_]


def begin_tally(partition: Partition, n_clusters: int) -> Tally:
    """Begin a tally, in which no term has counted anything yet.

    Args:
        partition: the clusters as they stand.
        n_clusters: how many there may come to be.

    Returns:
        The tally.
    """
    size, known = np.zeros(n_clusters, np.int32), np.zeros(n_clusters, np.float64)
    size[: len(partition.size)], known[: len(partition.known)] = partition.size, partition.known
    return Tally(size, known, np.zeros(n_clusters, np.float64), np.zeros(n_clusters, np.bool_))


def size_penalty(theta: float, max_size: int) -> NDArray[np.float64]:
    """Compute T(n), the cost of n terms: theta Σ k^GROWTH over 0 < k < n, in whole grains.

    Args:
        theta: the cost of a cluster of two, a multiple of GRAIN.
        max_size: terms of a cluster at most.

    Returns:
        float64 (max_size + 2,), for n = 0..max_size + 1.
    """
    joins = np.arange(max_size + 1, dtype=np.float64) ** GROWTH
    total = theta * np.concatenate([[0.0], np.cumsum(joins)])
    return np.asarray(np.rint(total / GRAIN) * GRAIN)


def all_alone(problem: Problem) -> Partition:
    """Start with every term in a cluster of its own.

    Args:
        problem: what is judged.

    Returns:
        The partition, all of it changed in the vote of turn 0.
    """
    n_terms = len(problem.number)
    names = np.arange(n_terms, dtype=np.int32)
    changed = np.full(n_terms, time_of_vote(problem.graph, 0))
    return gather(problem, names, changed, np.zeros(n_terms), 0)


def time_of_vote(graph: Graph, turn: int) -> int:
    """Compute when the vote of a turn is.

    Args:
        graph: the synonym edges as rows.
        turn: the number of the turn.

    Returns:
        The last point in time of that turn.
    """
    n_edges = len(graph.indices) // 2
    return turn * (n_edges + 1) + n_edges


@kernel
def gather(
    problem: Problem,
    label: NDArray[np.int32],
    changed: NDArray[np.int64],
    outside: NDArray[np.float64],
    since: int,
) -> Partition:
    """Make the rings and sums that belong to the labels.

    Args:
        problem: what is judged.
        label: int32 (n_terms,), clusters in 0..n_terms-1; becomes part of the result.
        changed: int64 (n_terms,), likewise.
        outside: float64 (n_terms,), likewise; right for clusters that changed before `since`.
        since: a time.

    Returns:
        The partition.
    """
    graph, cannot_links = problem.graph, problem.cannot_links
    n_terms = len(label)
    after = np.arange(n_terms).astype(np.int32)
    first = np.full(n_terms, -1, np.int32)
    size = np.zeros(n_terms, np.int32)
    volume = np.zeros(n_terms, np.int64)
    known = np.zeros(n_terms, np.float64)
    for x in range(n_terms):
        c = label[x]
        if size[c] == 0:
            first[c] = x
        else:
            after[x], after[first[c]] = after[first[c]], x
        size[c] += 1
        known[c] += problem.known[x]
        volume[c] += graph.indptr[x + 1] - graph.indptr[x]
        volume[c] += cannot_links.indptr[x + 1] - cannot_links.indptr[x]
        if changed[c] >= since:
            if size[c] == 1:
                outside[c] = 0
            for i in range(graph.indptr[x], graph.indptr[x + 1]):
                if label[graph.indices[i]] != c:
                    outside[c] += graph.weight[i]
    return Partition(label, after, first, size, volume, outside, changed, known)


@kernel
def split(
    graph: Graph, label: NDArray[np.int32], changed: NDArray[np.int64], now: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Cut what the vote changed into its connected parts, each named by its first term.

    What expansion joined is connected. No two names meet: the name of a cluster that did not change
    is one of its terms.

    Args:
        graph: the synonym edges as rows.
        label: int32 (n_terms,), clusters.
        changed: int64, the time at which each changed.
        now: the time of the vote.

    Returns:
        int32 (n_terms,), the parts, in 0..n_terms-1; int64 (n_terms,), when each changed.
    """
    n_terms = len(label)
    part = np.full(n_terms, -1, np.int32)
    part_changed = np.zeros(n_terms, np.int64)
    stack = np.empty(n_terms, np.int32)
    for start in range(n_terms):
        if part[start] >= 0:
            continue
        own = label[start]
        if changed[own] < now:
            part[start], part_changed[own] = own, changed[own]
            continue
        part[start], part_changed[start] = start, now
        stack[0], filled = start, 1
        while filled:
            filled -= 1
            x = stack[filled]
            for y in graph.indices[graph.indptr[x] : graph.indptr[x + 1]]:
                if part[y] < 0 and label[y] == own:
                    part[y] = start
                    stack[filled] = y
                    filled += 1
    return part, part_changed
