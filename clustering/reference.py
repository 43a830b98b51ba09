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

from clustering.checks import check_threshold
from clustering.graph import Edges, build_graph, counting_order
from clustering.jit import kernel, parallel_kernel
from clustering.locality import neighbourly, renamed
from clustering.result import SINGLETON, Clustering

BLOCK = 64  # edges whose data are read ahead; speed only


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
    """Many growing lists of integers in one pool; a full list moves to twice the room.

    Attributes:
        start: int64 (n_lists,), where each list begins in the pool.
        size: int32 (n_lists,), its length; its room is the next power of two.
        pool: int32, the values.
        used: int64 (1,), the filled part of the pool.
    """

    start: NDArray[np.int64]
    size: NDArray[np.int32]
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
    number = neighbourly(build_graph(n_terms, edges))
    near = renamed(edges, number)
    indptr, indices = build_graph(n_terms, near)[:2]  # the weights are let go
    row_start, members = _grow(near.a, near.b, indptr, indices, overlap_ratio)
    del near
    size = np.diff(row_start).astype(np.int32)
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
    overlap_ratio: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Run the expansion; return the clusters as rows of members."""
    n_terms = len(indptr) - 1
    clusters_of = _empty_lists(n_terms)
    members_of = _empty_lists(n_terms // 2)  # a new cluster takes two terms that were in none
    n_clusters = 0
    sink = np.zeros(1, np.int64)
    for e in range(len(a)):
        if e % BLOCK == 0:
            sink[0] ^= _touch(a, b, e, indptr, indices, clusters_of, members_of)
        if clusters_of.size[a[e]] == 0 and clusters_of.size[b[e]] == 0:
            for x in (a[e], b[e]):
                clusters_of = _append(clusters_of, x, n_clusters)
                members_of = _append(members_of, n_clusters, x)
            n_clusters += 1
            continue
        # Joining while listing is safe: a cluster that holds both ends is passed over, so no
        # join of this edge is seen by another.
        for x, other in ((a[e], b[e]), (b[e], a[e])):
            first = clusters_of.start[other]
            for c in clusters_of.pool[first : first + clusters_of.size[other]]:
                if _holds(clusters_of, x, c):
                    continue
                if _knows_enough(indices[indptr[x] : indptr[x + 1]], members_of, c, overlap_ratio):
                    clusters_of = _append(clusters_of, x, c)
                    members_of = _append(members_of, c, x)
    return _as_rows(members_of, n_clusters)


@kernel
def _touch(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    e: int,
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    clusters_of: Lists,
    members_of: Lists,
) -> int:
    """Read what the next edges will need: these reads overlap, those of the expansion cannot."""
    touched = 0
    for i in range(e, min(e + BLOCK, len(a))):
        for x in (a[i], b[i]):
            touched ^= indices[indptr[x]]
            if clusters_of.size[x] > 0:
                c = clusters_of.pool[clusters_of.start[x]]
                touched ^= members_of.size[c] ^ members_of.pool[members_of.start[c]]
    return touched


@kernel
def _knows_enough(
    neighbours: NDArray[np.int32], members_of: Lists, c: int, overlap_ratio: float
) -> bool:
    """Whether |N(x) ∩ c| / |c| > overlap_ratio, in float64; stops as soon as that is settled."""
    first, size = members_of.start[c], members_of.size[c]
    if len(neighbours) / size <= overlap_ratio:
        return False
    shared = 0
    for i in range(size):
        if _contains(neighbours, members_of.pool[first + i]):
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
            neighbours = indices[indptr[row[i]] : indptr[row[i] + 1]]
            count = 0
            for y in row:
                count += _contains(neighbours, y)
            shared[row_start[c] + i] = count
    return shared


@kernel
def _contains(ascending: NDArray[np.int32], value: int) -> bool:
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(ascending) and ascending[low] == value


@kernel
def _empty_lists(n_lists: int) -> Lists:
    return Lists(
        np.zeros(n_lists, np.int64),
        np.zeros(n_lists, np.int32),
        np.empty(n_lists + 2, np.int32),
        np.zeros(1, np.int64),
    )


@kernel
def _append(lists: Lists, i: int, value: int) -> Lists:
    """Append to list i; the result replaces the argument (the pool may have been renewed)."""
    start, size, pool, used = lists
    length = size[i]
    if length & (length - 1) == 0:  # zero or a power of two: the room is full
        room = max(1, 2 * length)
        if used[0] + room > len(pool):
            grown = np.empty(2 * len(pool) + room, np.int32)
            grown[: used[0]] = pool[: used[0]]
            pool = grown
        pool[used[0] : used[0] + length] = pool[start[i] : start[i] + length]
        start[i] = used[0]
        used[0] += room
    pool[start[i] + length] = value
    size[i] = length + 1
    return Lists(start, size, pool, used)


@kernel
def _holds(lists: Lists, i: int, value: int) -> bool:
    for k in range(lists.start[i], lists.start[i] + lists.size[i]):
        if lists.pool[k] == value:
            return True
    return False


@kernel
def _as_rows(lists: Lists, n_rows: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Pack the first lists tightly, in order."""
    row_start = np.zeros(n_rows + 1, np.int64)
    for i in range(n_rows):
        row_start[i + 1] = row_start[i] + lists.size[i]
    values = np.empty(row_start[n_rows], np.int32)
    for i in range(n_rows):
        values[row_start[i] : row_start[i + 1]] = lists.pool[
            lists.start[i] : lists.start[i] + lists.size[i]
        ]
    return row_start, values
