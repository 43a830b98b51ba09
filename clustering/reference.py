"""The published clustering: greedy expansion into soft clusters, then topological voting.

Expansion takes the edges in canonical order. If neither end is in a cluster, {a, b} opens one.
Otherwise each end x tries to join each cluster c that holds the other end: it does when
|N(x) ∩ c| / |c| > overlap_ratio, where N(x) holds all neighbours of x in the gated graph.
Voting leaves every term in the one cluster with most of its neighbours; ties go to the cluster
that was smaller, then to the older one. Clusters left with fewer than two terms are dissolved.

Source: arXiv 2601.13251, soft-to-hard clustering. The obvious version, with sets, is
`tests/oracles/reference_clustering.py`.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import check_threshold
from nymgraph.clustering.graph import Edges, counting_order, neighbour_rows
from nymgraph.clustering.locality import neighbourly
from nymgraph.clustering.result import SINGLETON, Clustering
from nymgraph.kernels import kernel, parallel_kernel

BLOCK = 64  # edges whose data are read ahead; speed only
CAPACITY = 10  # values that a list can hold at first, on average; a full pool is doubled


class Soft(NamedTuple):
    """Soft memberships, sorted by (term, cluster); clusters are numbered as they were opened.

    Attributes:
        term: int32 (n_memberships,).
        cluster: int32 (n_memberships,).
        shared: int32 (n_memberships,), |N(term) ∩ cluster|.
        size: int32 (n_clusters,), terms of each cluster.
    """

    term: NDArray[np.int32]
    cluster: NDArray[np.int32]
    shared: NDArray[np.int32]
    size: NDArray[np.int32]


class Lists(NamedTuple):
    """Many growing lists of integers in one pool; a full list moves to twice its capacity.

    Attributes:
        head: int64 (n_lists, 2), where each list begins in the pool, and its length; its capacity
            is the next power of two.
        pool: int32, the values.
        used: int64 (1,), the filled part of the pool.
    """

    head: NDArray[np.int64]
    pool: NDArray[np.int32]
    used: NDArray[np.int64]


def cluster_reference(n_terms: int, edges: Edges, overlap_ratio: float) -> Clustering:
    """Cluster the gated graph as published; an id or a ratio out of range raises ValueError.

    Args:
        n_terms: number of terms, isolated ones included.
        edges: the synonym edges, from `canonical_edges`.
        overlap_ratio: share of a cluster that must know a newcomer, in [0, 1]; published: 0.51.

    Returns:
        Hard labels, numbered by creation, with the soft memberships behind them.
    """
    check_threshold("overlap_ratio", overlap_ratio)
    soft = expand(n_terms, edges, overlap_ratio)
    voted = vote(n_terms, soft)
    alive = np.bincount(voted[voted != SINGLETON], minlength=len(soft.size)) >= 2
    number = np.full(len(alive) + 1, SINGLETON, np.int32)  # the last entry serves label -1
    number[:-1][alive] = np.arange(alive.sum(), dtype=np.int32)
    kept = alive[soft.cluster]
    support = soft.shared[kept] / soft.size[soft.cluster[kept]]
    return Clustering(
        labels=number[voted],
        term=soft.term[kept],
        cluster=number[soft.cluster[kept]],
        support=support.astype(np.float32),
        n_dissolved=int(len(kept) - kept.sum()),
    )


def expand(n_terms: int, edges: Edges, overlap_ratio: float) -> Soft:
    """Grow soft clusters along the edges.

    Args:
        n_terms: number of terms.
        edges: in canonical order.
        overlap_ratio: share of a cluster that must know a newcomer, in [0, 1].

    Returns:
        The soft memberships, every cluster with at least two terms.
    """
    number = neighbourly(*neighbour_rows(n_terms, edges.a, edges.b))
    a, b = number[edges.a], number[edges.b]
    indptr, indices = neighbour_rows(n_terms, a, b)
    # a new cluster takes two terms that were in none
    clusters_of, members_of = _empty_lists(n_terms), _empty_lists(n_terms // 2)
    members_of, n_clusters = _grow(a, b, indptr, indices, clusters_of, members_of, overlap_ratio)
    del a, b, clusters_of
    size = members_of.head[:n_clusters, 1].astype(np.int32)
    row_start = np.concatenate([[0], np.cumsum(size, dtype=np.int64)])
    members = np.empty(row_start[-1], np.int32)
    _pack(members_of, row_start, members)
    del members_of
    shared = _count_shared(row_start, members, indptr, indices)
    ids = np.empty(n_terms, np.int32)
    ids[number] = np.arange(n_terms, dtype=np.int32)
    term = ids[members]
    order = counting_order(term, n_terms, np.arange(len(members)))
    cluster = np.repeat(np.arange(len(size), dtype=np.int32), size)
    return Soft(term[order], cluster[order], shared[order], size)


@kernel
def vote(n_terms: int, soft: Soft) -> NDArray[np.int32]:
    """Leave every term in one cluster: most neighbours, then the smaller, then the older cluster.

    Args:
        n_terms: number of terms.
        soft: the memberships as they stand before any term leaves.

    Returns:
        int32 (n_terms,), cluster in the numbering of `soft`, -1 = in none; not yet dissolved.
    """
    labels = np.full(n_terms, SINGLETON, np.int32)
    best = np.zeros(n_terms, np.int32)
    for i in range(len(soft.term)):  # clusters of a term ascend: the older one is met first
        x, c, shared = soft.term[i], soft.cluster[i], soft.shared[i]
        if (
            labels[x] == SINGLETON
            or shared > best[x]
            or (shared == best[x] and soft.size[c] < soft.size[labels[x]])
        ):
            labels[x], best[x] = c, shared
    return labels


@kernel
def _grow(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    clusters_of: Lists,
    members_of: Lists,
    overlap_ratio: float,
) -> tuple[Lists, int]:
    """Run the expansion; return the members of the clusters, and how many these are."""
    # plain arrays: a tuple of arrays in a loop is counted in and out by atomic instructions
    head_x, of_x, used_x = clusters_of
    head_c, of_c, used_c = members_of
    n_clusters = 0
    sink = np.zeros(1, np.int64)
    for e in range(len(a)):
        if e % BLOCK == 0:
            sink[0] ^= _touch(a, b, e, indptr, indices, head_x, of_x, head_c, of_c)
        if head_x[a[e], 1] == 0 and head_x[b[e], 1] == 0:
            for x in (a[e], b[e]):
                of_x = _append(head_x, of_x, used_x, x, n_clusters)
                of_c = _append(head_c, of_c, used_c, n_clusters, x)
            n_clusters += 1
            continue
        # Joining while listing is safe: a cluster that holds both ends is passed over, so no
        # join of this edge is seen by another.
        for x, other in ((a[e], b[e]), (b[e], a[e])):
            low, high = indptr[x], indptr[x + 1]
            for i in range(head_x[other, 0], head_x[other, 0] + head_x[other, 1]):
                c = of_x[i]
                if _holds(head_x, of_x, x, c):
                    continue
                if _knows_enough(indices, low, high, head_c, of_c, c, overlap_ratio):
                    of_x = _append(head_x, of_x, used_x, x, c)
                    of_c = _append(head_c, of_c, used_c, c, x)
    return Lists(head_c, of_c, used_c), n_clusters


@kernel
def _touch(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    e: int,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    head_x: NDArray[np.int64],
    of_x: NDArray[np.int32],
    head_c: NDArray[np.int64],
    of_c: NDArray[np.int32],
) -> int:
    """Read what the next edges will need: these reads overlap, those of the expansion cannot."""
    touched = 0
    for i in range(e, min(e + BLOCK, len(a))):
        for x in (a[i], b[i]):
            touched ^= indices[indptr[x]]
            for k in range(head_x[x, 0], head_x[x, 0] + head_x[x, 1]):
                touched ^= of_c[head_c[of_x[k], 0]]
    return touched


@kernel
def _knows_enough(
    indices: NDArray[np.int32],
    low: int,
    high: int,
    head: NDArray[np.int64],
    pool: NDArray[np.int32],
    c: int,
    overlap_ratio: float,
) -> bool:
    """Whether |N(x) ∩ c| / |c| > overlap_ratio, in float64; stops as soon as that is settled."""
    first, size = head[c, 0], head[c, 1]
    if (high - low) / size <= overlap_ratio:
        return False
    shared = 0
    for i in range(size):
        if _contains(indices, low, high, pool[first + i]):
            shared += 1
            if shared / size > overlap_ratio:
                return True
        elif (shared + size - i - 1) / size <= overlap_ratio:
            return False
    return False


@parallel_kernel
def _count_shared(
    row_start: NDArray[np.int64],
    members: NDArray[np.int32],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Count |N(x) ∩ c| for every member x of every cluster c."""
    shared = np.zeros(len(members), np.int32)
    for c in numba.prange(len(row_start) - 1):
        row = members[row_start[c] : row_start[c + 1]]
        for i in range(len(row)):
            low, high = indptr[row[i]], indptr[row[i] + 1]
            count = 0
            for y in row:
                count += _contains(indices, low, high, y)
            shared[row_start[c] + i] = count
    return shared


@kernel
def _contains(values: NDArray[np.int32], low: int, high: int, value: int) -> bool:
    """Whether a value stands in values[low:high], which ascend."""
    end = high
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < end and values[low] == value


def _empty_lists(n_lists: int) -> Lists:
    """Allocate what most graphs need; by numpy, which asks for huge pages."""
    pool = np.empty(CAPACITY * n_lists + 2, np.int32)
    return Lists(np.zeros((n_lists, 2), np.int64), pool, np.zeros(1, np.int64))


@kernel
def _append(
    head: NDArray[np.int64],
    pool: NDArray[np.int32],
    used: NDArray[np.int64],
    i: int,
    value: int,
) -> NDArray[np.int32]:
    """Append to list i; the result replaces the pool, which may have been renewed."""
    start, length = head[i, 0], head[i, 1]
    if length & (length - 1) == 0:  # zero or a power of two: the list is full
        capacity = max(1, 2 * length)
        if used[0] + capacity > len(pool):
            grown = np.empty(2 * len(pool) + capacity, np.int32)
            grown[: used[0]] = pool[: used[0]]
            pool = grown
        for k in range(length):
            pool[used[0] + k] = pool[start + k]
        start = head[i, 0] = used[0]
        used[0] += capacity
    pool[start + length] = value
    head[i, 1] = length + 1
    return pool


@kernel
def _holds(head: NDArray[np.int64], pool: NDArray[np.int32], i: int, value: int) -> bool:
    at, end = head[i, 0], head[i, 0] + head[i, 1]
    while at < end and pool[at] != value:
        at += 1
    return bool(at < end)


@kernel
def _pack(lists: Lists, row_start: NDArray[np.int64], values: NDArray[np.int32]) -> None:
    """Copy the first lists, in order, each to its row."""
    for i in range(len(row_start) - 1):
        start = lists.head[i, 0]
        for k in range(row_start[i + 1] - row_start[i]):
            values[row_start[i] + k] = lists.pool[start + k]
