"""The judged synonym graph: from foreign rows to canonical edges, and from these to CSR.

Contract of `canonical_edges`, the one door through which foreign rows enter:

* rows come in any order and any orientation; ids are integers in 0..n_terms-1;
* probabilities are float32 or float64 in [0, 1]; NaN or a value out of range is an error that
  names the first bad row, never a silent drop;
* self-loops are dropped; several rows of one pair, in either orientation, count once, with the
  highest probability;
* the gate is compared in the dtype of the probabilities, so that 0.7 stored as float32
  (0.69999999) passes a gate of 0.7;
* the weight is the probability in float32; rows that are equal in float32 are ties, and ties are
  broken by (a, b). The result is the same for every order of the rows.

Why not numpy and scipy.sparse: of 4 million random rows, 2.8 million edges, `canonical_edges` takes
0.36 s and two `np.lexsort` 4.3 s; `build_graph` takes 0.26 s and `scipy.sparse.csr_matrix` with
sorted rows 0.4 s and 55 MB besides its result (docs/experiments.md).
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import (
    check_ids,
    check_n_terms,
    check_probabilities,
    check_same_length,
    check_threshold,
)
from nymgraph.kernels import kernel, parallel_kernel

DIGIT = 8  # bits of a key that one pass of a sort looks at
ROWS = 1024  # that one thread sorts at once
A, B, WEIGHT = 0, 1, 2  # the columns of Edges
DOWN = np.uint32(0xFFFFFFFF)  # turns the bits of a key round: descending


class Edges(NamedTuple):
    """Undirected edges, each once, in canonical order: weight descending, then a, then b.

    Attributes:
        a: int32 (n_edges,), the smaller term id.
        b: int32 (n_edges,), the larger term id.
        weight: float32 (n_edges,), p_synonym in [gate, 1].
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    weight: NDArray[np.float32]


class Graph(NamedTuple):
    """The same edges from both ends, in compressed sparse rows; neighbours ascend in each row.

    Attributes:
        indptr: int64 (n_terms + 1,); the row of x is indptr[x]:indptr[x + 1].
        indices: int32 (2 * n_edges,), neighbours.
        weight: float32 (2 * n_edges,), the weight of the edge to that neighbour.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weight: NDArray[np.float32]


def canonical_edges(
    n_terms: int,
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    probability: NDArray[np.floating],
    gate: float,
) -> Edges:
    """Gate, orient, deduplicate and order judged pairs (the contract is at the top of the file).

    A row that breaks it raises ValueError.

    Args:
        n_terms: number of terms, isolated ones included.
        a: integer (n_rows,), one end.
        b: integer (n_rows,), the other end.
        probability: float32 or float64 (n_rows,), p_synonym in [0, 1].
        gate: the least probability to keep, in [0, 1].

    Returns:
        The edges at or above the gate.
    """
    check_n_terms(n_terms)
    check_same_length(a=a, b=b, probability=probability)
    check_ids("a", a, n_terms)
    check_ids("b", b, n_terms)
    check_probabilities("probability", probability)
    check_threshold("gate", gate)
    keep = (probability >= probability.dtype.type(gate)) & (a != b)
    weight = probability[keep].astype(np.float32)
    a, b = a[keep].astype(np.int32), b[keep].astype(np.int32)
    edges = Edges(np.minimum(a, b), np.maximum(a, b), weight)
    del keep, a, b, weight
    return by_weight(_unique(n_terms, edges))


def build_graph(n_terms: int, edges: Edges) -> Graph:
    """Lay edges out as compressed sparse rows; an id out of range raises ValueError.

    Args:
        n_terms: number of terms, isolated ones included.
        edges: each pair once; any order and orientation.

    Returns:
        The graph, with neighbours ascending in each row.
    """
    check_n_terms(n_terms)
    check_same_length(a=edges.a, b=edges.b, weight=edges.weight)
    check_ids("a", edges.a, n_terms)
    check_ids("b", edges.b, n_terms)
    copies = Edges(np.minimum(edges.a, edges.b), np.maximum(edges.a, edges.b), edges.weight.copy())
    ordered = _by_pair(n_terms, copies, _empty_like(edges))
    del copies
    return fill_rows(n_terms, ordered)


def edges_by_pair(graph: Graph) -> Edges:
    """Read the edges of a graph back, ordered by (a, b).

    Args:
        graph: each edge in both its rows, neighbours ascending.

    Returns:
        The edges.
    """
    return Edges(*_upper_rows(*graph))


def _unique(n_terms: int, edges: Edges) -> Edges:
    """Order by (a, b) and keep each pair once, with its highest weight; overwrites the edges."""
    a, b, weight = edges = _by_pair(n_terms, edges, _empty_like(edges))
    first = np.ones(len(a), np.bool_)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    if first.all():
        return edges
    return Edges(a[first], b[first], np.maximum.reduceat(weight, np.flatnonzero(first)))


def _by_pair(n_terms: int, edges: Edges, spare: Edges) -> Edges:
    """Order by (a, b); both sets of arrays are overwritten, and one is the result."""
    if _ascend(edges.a, edges.b):
        return edges
    for column in (B, A):
        for shift in range(0, int(n_terms).bit_length(), DIGIT):
            edges, spare = _pass(edges, spare, column, np.uint32(0), shift)
    return edges


def by_weight(edges: Edges) -> Edges:
    """Order by weight descending, stably: edges ordered by (a, b) come out in canonical order.

    Args:
        edges: any edges; the arrays are overwritten.

    Returns:
        The edges in their new sequence.
    """
    edges.weight[:] += np.float32(0)  # -0.0 becomes 0.0: bits of others order as the floats do
    spare = _empty_like(edges)
    for shift in range(0, 32, DIGIT):
        edges, spare = _pass(edges, spare, WEIGHT, DOWN, shift)
    return edges


def _empty_like(edges: Edges) -> Edges:
    return Edges(np.empty_like(edges.a), np.empty_like(edges.b), np.empty_like(edges.weight))


def _pass(
    edges: Edges, spare: Edges, column: int, flip: np.uint32, shift: int
) -> tuple[Edges, Edges]:
    """Order by one digit of a column, stably; return the ordered edges and the other arrays."""
    moved = _scatter(edges[column].view(np.uint32), flip, shift, edges, spare)
    return (spare, edges) if moved else (edges, spare)


@kernel
def counting_order(
    key: NDArray[np.integer], n_keys: int, order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Refine `order` so that key[order] ascends; rows with equal keys keep their sequence.

    A counting sort: two passes, no comparison. Sort by (a, b) by calling it for b, then for a.

    Args:
        key: integer (n_rows,), values in 0..n_keys-1.
        n_keys: number of distinct values that may occur.
        order: int64 (n_rows,), the rows in the sequence so far.

    Returns:
        int64 (n_rows,), the rows in the new sequence.
    """
    place = np.zeros(n_keys + 1, np.int64)
    for value in key:
        place[value + 1] += 1
    for value in range(n_keys):
        place[value + 1] += place[value]
    out = np.empty_like(order)
    for row in order:
        value = key[row]
        out[place[value]] = row
        place[value] += 1
    return out


@kernel
def _ascend(a: NDArray[np.int32], b: NDArray[np.int32]) -> bool:
    for e in range(1, len(a)):
        if a[e] < a[e - 1] or (a[e] == a[e - 1] and b[e] < b[e - 1]):
            return False
    return True


@kernel
def _scatter(
    key: NDArray[np.uint32], flip: np.uint32, shift: int, edges: Edges, out: Edges
) -> bool:
    """Write the edges to `out`, by one digit of key ^ flip; False, untouched, if all agree."""
    place = np.zeros((1 << DIGIT) + 1, np.int64)
    last = np.uint32((1 << DIGIT) - 1)
    for value in key:
        place[(((value ^ flip) >> np.uint32(shift)) & last) + np.uint32(1)] += 1
    if place.max() == len(key):
        return False
    for digit in range(1 << DIGIT):
        place[digit + 1] += place[digit]
    for e in range(len(key)):
        digit = ((key[e] ^ flip) >> np.uint32(shift)) & last
        out.a[place[digit]] = edges.a[e]
        out.b[place[digit]] = edges.b[e]
        out.weight[place[digit]] = edges.weight[e]
        place[digit] += 1
    return True


def fill_rows(n_terms: int, edges: Edges) -> Graph:
    """Write every edge into both its rows: from b first, then from a, each in sequence.

    So neighbours ascend in each row where edges are ordered by (a, b), a the smaller end. Where
    ends were renamed after that, rows keep the order of the old names.

    Args:
        n_terms: number of terms.
        edges: each pair once; no weights: the graph has none either.

    Returns:
        The graph.
    """
    # made by numpy, which asks for huge pages; kernels do not
    graph = Graph(
        np.zeros(n_terms + 1, np.int64),
        np.empty(2 * len(edges.a), np.int32),
        np.empty(2 * len(edges.weight), np.float32),
    )
    _fill(edges, graph, np.empty(n_terms, np.int64))
    return graph


def neighbour_rows(
    n_terms: int, a: NDArray[np.int32], b: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Lay out who neighbours whom, without weights; an id out of range raises ValueError.

    Args:
        n_terms: number of terms, isolated ones included.
        a: int32 (n_edges,), one end; each pair once.
        b: int32 (n_edges,), the other end.

    Returns:
        int64 (n_terms + 1,) and int32 (2 * n_edges,), the rows of a `Graph`, each ascending.
    """
    check_n_terms(n_terms)
    check_same_length(a=a, b=b)
    check_ids("a", a, n_terms)
    check_ids("b", b, n_terms)
    indptr, indices, _ = fill_rows(n_terms, Edges(a, b, np.empty(0, np.float32)))
    _ascending(indptr, indices)
    return indptr, indices


@kernel
def _fill(edges: Edges, graph: Graph, place: NDArray[np.int64]) -> None:
    a, b, weight = edges
    for e in range(len(a)):
        graph.indptr[a[e] + 1] += 1
        graph.indptr[b[e] + 1] += 1
    for x in range(len(place)):
        place[x] = graph.indptr[x]
        graph.indptr[x + 1] += graph.indptr[x]
    for source, target in ((b, a), (a, b)):
        for e in range(len(a)):
            at = place[source[e]]
            graph.indices[at] = target[e]
            if len(weight):
                graph.weight[at] = weight[e]
            place[source[e]] = at + 1


@parallel_kernel
def _ascending(indptr: NDArray[np.int64], indices: NDArray[np.int32]) -> None:
    """Sort each row."""
    for block in numba.prange((len(indptr) + ROWS - 2) // ROWS):
        for x in range(block * ROWS, min((block + 1) * ROWS, len(indptr) - 1)):
            if indptr[x + 1] - indptr[x] > 1:
                indices[indptr[x] : indptr[x + 1]].sort()


@kernel
def _upper_rows(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], weight: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """List every edge from its smaller end: ordered by (a, b)."""
    n_edges = len(indices) // 2
    a, b = np.empty(n_edges, np.int32), np.empty(n_edges, np.int32)
    out_weight = np.empty(n_edges, np.float32)
    e = 0
    for x in range(len(indptr) - 1):
        for i in range(indptr[x], indptr[x + 1]):
            if indices[i] > x:
                a[e], b[e], out_weight[e] = x, indices[i], weight[i]
                e += 1
    return a, b, out_weight
