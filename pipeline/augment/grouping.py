"""Groups of near terms: complete linkage inside neighbourhoods of the k-NN graph.

Contract: vectors are (n_terms, dim), one row per term, normalised here; a zero vector is near no
other. Pairs are compared only inside a neighbourhood, which holds at most `_NEIGHBOURHOOD` terms.
No two terms of a group are further apart than the cosine distance given. Ties are settled by row:
the same vectors give the same groups.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from nymgraph.kernels import kernel
from nymgraph.pipeline.indexes.indexes import build_index
from nymgraph.pipeline.indexes.plans import plan_index
from nymgraph.pipeline.settings.params import RetrieveParams

__all__ = ["complete_linkage", "group_terms", "neighbourhoods"]

_NEIGHBOURHOOD = 1_000  # terms compared with each other: a matrix of 8 MB
_EXACT_BELOW = 200_000
_TRAIN_SAMPLE_PER_LIST = 64
_SEARCH_ROWS = 16_384
# Distances are compared at this precision, so that a processor's rounding cannot change a group.
_DECIMALS = 6


def group_terms(
    vectors: npt.NDArray[np.floating[Any]], k: int, max_distance: float, max_size: int, seed: int
) -> list[npt.NDArray[np.int64]]:
    """Group terms whose vectors are near.

    Args:
        vectors: (n_terms, dim).
        k: Neighbours of each term that make the graph.
        max_distance: Largest cosine distance inside a group, above 0, below 1.
        max_size: Most terms in a group; a larger one is split along its dendrogram.
        seed: Seed of the index (large lexicons).

    Returns:
        The rows of each group of 2 to `max_size` terms, rising; groups by their first row.
    """
    a, b, cosine = _graph(vectors, k, 1 - max_distance, seed)
    groups = [
        rows[members]
        for rows in neighbourhoods(len(vectors), a, b, cosine, _NEIGHBOURHOOD)
        for members in complete_linkage(vectors[rows], max_distance, max_size)
    ]
    return sorted(groups, key=lambda rows: int(rows[0]))


def neighbourhoods(
    n_terms: int,
    a: npt.NDArray[np.int64],
    b: npt.NDArray[np.int64],
    cosine: npt.NDArray[np.float64],
    most: int,
) -> list[npt.NDArray[np.int64]]:
    """Cut the graph into connected pieces: nearest pairs are joined first, as long as they fit.

    Args:
        n_terms: Number of terms.
        a: int64 (n_edges,), first ends.
        b: int64 (n_edges,), second ends.
        cosine: float64 (n_edges,), larger is nearer; ties are settled by (a, b).
        most: Most terms in a piece.

    Returns:
        The rows of each piece of two or more terms, rising.
    """
    order = np.lexsort((b, a, -cosine))
    piece = bounded_components(n_terms, a[order], b[order], most)
    rows = np.argsort(piece, kind="stable")
    cuts = np.flatnonzero(np.diff(piece[rows])) + 1
    return [part for part in np.split(rows, cuts) if len(part) > 1]


def complete_linkage(
    vectors: npt.NDArray[np.floating[Any]], max_distance: float, max_size: int
) -> list[npt.NDArray[np.int64]]:
    """Complete-linkage groups of a few terms, all pairs compared.

    A group is a largest subtree of the dendrogram that is no higher than `max_distance` and holds
    no more than `max_size` terms.

    Args:
        vectors: (n_terms, dim), n_terms >= 2.
        max_distance: Largest cosine distance inside a group.
        max_size: Most terms in a group.

    Returns:
        The rows of each group of two or more terms, rising.
    """
    tree = linkage(_distances(vectors), method="complete")
    n_terms = len(vectors)
    group = np.full(2 * n_terms - 1, -1, dtype=np.int64)  # terms, then the nodes of the tree
    for node in range(2 * n_terms - 2, n_terms - 1, -1):  # from the root down
        left, right, height, size = tree[node - n_terms]
        if group[node] < 0 and height <= max_distance and size <= max_size:
            group[node] = node
        if group[node] >= 0:
            group[[int(left), int(right)]] = group[node]
    leaves = group[:n_terms]
    return [np.flatnonzero(leaves == node) for node in np.unique(leaves[leaves >= 0])]


def _graph(
    vectors: npt.NDArray[np.floating[Any]], k: int, min_cosine: float, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The pairs of neighbours, each once, with their cosine: ends a < b."""
    params = RetrieveParams(exact_below=_EXACT_BELOW, device="cpu")
    plan = plan_index(len(vectors), vectors.shape[1], params)
    index = build_index(vectors, plan, _TRAIN_SAMPLE_PER_LIST, seed)
    ends, cosines = [], []
    for start in range(0, len(vectors), _SEARCH_ROWS):
        rows = np.arange(start, min(start + _SEARCH_ROWS, len(vectors)))
        lists = index.search(rows, k, min_cosine)
        row, place = np.nonzero(lists["id"] >= 0)
        one, other = rows[row], lists["id"][row, place].astype(np.int64)
        ends.append(np.minimum(one, other) * len(vectors) + np.maximum(one, other))
        cosines.append(lists["cosine"][row, place])
    keys, first = np.unique(np.concatenate(ends), return_index=True)
    cosine = np.concatenate(cosines)[first].astype(np.float64)
    return keys // len(vectors), keys % len(vectors), np.round(cosine, _DECIMALS)


def _distances(vectors: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Cosine distances of all pairs, condensed, 0 to 2; 1 to a zero vector."""
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    unit = wide / np.where(lengths == 0, 1, lengths)
    distance = np.clip(1 - unit @ unit.T, 0, 2)
    np.fill_diagonal(distance, 0)
    condensed: npt.NDArray[np.float64] = squareform(distance, checks=False)
    return np.round(condensed, _DECIMALS)


@kernel
def bounded_components(
    n_terms: int, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], most: int
) -> npt.NDArray[np.int64]:
    """Union-find over the edges in order, refusing pieces of more than `most` terms."""
    parent = np.arange(n_terms)
    size = np.ones(n_terms, dtype=np.int64)
    for edge in range(len(a)):
        x, y = a[edge], b[edge]
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        while parent[y] != y:
            parent[y] = parent[parent[y]]
            y = parent[y]
        if x != y and size[x] + size[y] <= most:
            low, high = min(x, y), max(x, y)
            parent[high] = low
            size[low] += size[high]
    for term in range(n_terms):  # a parent is never larger than its child
        parent[term] = parent[parent[term]]
    return parent
