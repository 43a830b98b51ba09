"""Ids, representatives and cohesion of clusters."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import check_same_length
from nymgraph.clustering.graph import Edges, counting_order
from nymgraph.clustering.result import SINGLETON, cluster_sizes, same_cluster
from nymgraph.kernels import kernel, mixed

ID_MASK = np.uint64(2**63 - 1)  # ids are stored as int64 and never negative
MAX_SALTS = 64
CHUNK = 16_384  # vectors in memory at a time, as float64


def cluster_ids(labels: NDArray[np.integer], term_keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Name each cluster by its content: the same members give the same id, in any order.

    id = mix(Σ mix(key ^ mix(salt)) + size) mod 2^63, with mix the SplitMix64 finaliser. Clusters
    that collide all take the next salt, until ids are unique.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        term_keys: uint64 (n_terms,), one stable hash per term.

    Returns:
        int64 (n_clusters,), unique, at least 0.

    Raises:
        ValueError: if lengths or dtype are wrong, or two clusters have the same keys.

    Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
    """
    check_same_length(labels=labels, term_keys=term_keys)
    if term_keys.dtype != np.uint64:
        raise ValueError(
            f"got term_keys of dtype {term_keys.dtype}, expected uint64; view signed hashes as it"
        )
    sizes = cluster_sizes(labels)
    salts = np.zeros(len(sizes), np.uint64)
    for _ in range(MAX_SALTS):
        ids = raw_ids(labels, term_keys, sizes, salts)
        clash = _duplicated(ids)
        if not clash.any():
            return ids.astype(np.int64)
        salts[clash] += np.uint64(1)
    raise ValueError(
        f"got the same id for cluster {int(np.argmax(clash))} and another after {MAX_SALTS} "
        "salts, expected different keys for different terms; hash the terms with 64 bits"
    )


def degree_representatives(labels: NDArray[np.integer], edges: Edges) -> NDArray[np.int32]:
    """Choose in each cluster the member with most neighbours inside it.

    Ties: the higher summed weight of the edges inside, then the lower id.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        edges: the synonym edges, in canonical order.

    Returns:
        int32 (n_clusters,), term ids.
    """
    n_clusters = len(cluster_sizes(labels))
    inside = same_cluster(labels, edges.a, edges.b)
    n_terms, weight = len(labels), edges.weight[inside].astype(np.float64)
    ends = (edges.a[inside], edges.b[inside])
    degree, strength = np.zeros(n_terms), np.zeros(n_terms)
    for end in ends:
        degree += np.bincount(end, minlength=n_terms)
        strength += np.bincount(end, weight, minlength=n_terms)
    return _best_members(labels, n_clusters, degree, strength)


def vector_representatives(
    labels: NDArray[np.integer], vectors: NDArray[np.floating]
) -> NDArray[np.int32]:
    """Choose in each cluster the member with the highest mean cosine to the others.

    Σ_y cos(x, y) over the other members is x · (s - x), with s the sum of the cluster's vectors.
    Ties go to the lower id, so a cluster of two is represented by its first term.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        vectors: float16 or float32 (n_terms, dim), L2-normalised rows; may be a memory map, of
            which only the members' rows are read, a bounded number at a time.

    Returns:
        int32 (n_clusters,), term ids.

    Raises:
        ValueError: if vectors is not (n_terms, dim).
    """
    if vectors.ndim != 2 or len(vectors) != len(labels):
        raise ValueError(
            f"got vectors of shape {vectors.shape}, expected ({len(labels)}, dim); "
            "pass the matrix whose row is the term id"
        )
    sizes = cluster_sizes(labels)
    members = _members_by_cluster(labels, len(sizes))
    centrality = np.zeros(len(labels))
    for first, last in _cluster_blocks(sizes):
        block = members[first:last]
        cluster = labels[block]
        sums = np.zeros((int(cluster[-1] - cluster[0]) + 1, vectors.shape[1]))
        for rows, own in _chunks(block, cluster - cluster[0]):
            starts = np.flatnonzero(np.diff(own, prepend=-1))
            sums[own[starts]] += np.add.reduceat(vectors[rows].astype(np.float64), starts)
        for rows, own in _chunks(block, cluster - cluster[0]):
            x = vectors[rows].astype(np.float64)
            centrality[rows] = np.einsum("ij,ij->i", x, sums[own] - x)
    return _best_members(labels, len(sizes), centrality, np.zeros(len(labels)))


def cohesion(labels: NDArray[np.integer], edges: Edges) -> NDArray[np.float32]:
    """Weigh each cluster's edges against all its pairs: Σ weight / (n (n - 1) / 2).

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        edges: the synonym edges, in canonical order.

    Returns:
        float32 (n_clusters,), in [0, 1]; 1 is a clique of certain edges; 0 for one lone term.
    """
    sizes = cluster_sizes(labels)
    inside = same_cluster(labels, edges.a, edges.b)
    weight = edges.weight[inside].astype(np.float64)
    total = np.bincount(labels[edges.a[inside]], weight, minlength=len(sizes))
    n_pairs = np.maximum(1, sizes * (sizes - 1) // 2)
    return np.asarray(total / n_pairs, np.float32)


def raw_ids(
    labels: NDArray[np.integer],
    term_keys: NDArray[np.uint64],
    sizes: NDArray[np.int64],
    salts: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Add the mixed keys of each cluster modulo 2^64, add its size, mix, keep 63 bits."""
    total = sizes.astype(np.uint64)
    _add_mixed(labels, term_keys, mixed(salts), total)
    return np.asarray(mixed(total) & ID_MASK)


@kernel
def _add_mixed(
    labels: NDArray[np.integer],
    term_keys: NDArray[np.uint64],
    salts: NDArray[np.uint64],
    total: NDArray[np.uint64],
) -> None:
    for x in range(len(labels)):
        if labels[x] != SINGLETON:
            total[labels[x]] += mixed(term_keys[x] ^ salts[labels[x]])


def _duplicated(values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    order = np.argsort(values)
    same = values[order][1:] == values[order][:-1]
    out = np.zeros(len(values), np.bool_)
    out[order[1:][same]] = out[order[:-1][same]] = True
    return out


def _members_by_cluster(labels: NDArray[np.integer], n_clusters: int) -> NDArray[np.int64]:
    """List the clustered terms by (cluster, term)."""
    order = counting_order(labels + 1, n_clusters + 1, np.arange(len(labels)))
    return order[len(labels) - np.count_nonzero(labels != SINGLETON) :]


def _cluster_blocks(sizes: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Cut the member list between clusters, CHUNK members or one larger cluster at a time."""
    ends = np.cumsum(sizes)
    first = 0
    while len(ends) and first < ends[-1]:
        cut = np.searchsorted(ends, first + CHUNK, side="right")
        begun = np.searchsorted(ends, first, side="right")
        last = int(ends[max(cut - 1, begun)])
        yield first, last
        first = last


def _chunks(
    rows: NDArray[np.int64], own: NDArray[np.integer]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.integer]]]:
    for i in range(0, len(rows), CHUNK):
        yield rows[i : i + CHUNK], own[i : i + CHUNK]


@kernel
def _best_members(
    labels: NDArray[np.integer],
    n_clusters: int,
    first: NDArray[np.float64],
    second: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Find in each cluster the member with the highest (first, second), then the lowest id."""
    best = np.full(n_clusters, SINGLETON, np.int32)
    for x in range(len(labels)):
        c = labels[x]
        if c == SINGLETON:
            continue
        y = best[c]
        if (
            y == SINGLETON
            or first[x] > first[y]
            or (first[x] == first[y] and second[x] > second[y])
        ):
            best[c] = x
    return best
