"""How much an edge weighs: its probability, divided by what competes for its two ends.

    w(a, b) = p / (p + (1 - p) h)
    h = max(1 + min(r, GRANTED) / 10, (r - GRANTED) / (1 + c)),    r = m(a) + m(b) - 2 p

m(x) is the sum of p_synonym over all judged pairs of x, gated or not: the number of synonyms that
the judge expects x to have. c sums min(p(a, y), p(b, y)) over the neighbours y that a and b share
in the gated graph. So h is what else the two resemble, r, beyond the 2.5 that are GRANTED to any
two words (these break ties and do little else), for each synonym that they share: the odds of an
edge at a term that resembles everything are divided by a lot, those of an edge within a family of
synonyms by about 1.

A labelled edge, as of a dictionary, weighs 2 p - 1, at least 0: knowledge has no competitors as a
judgement has, but rare senses count less than common ones. An edge between two known terms weighs
what `signed` charges for its absence besides.

An edge that is the best of both its ends, by p and then by the lower id of the other, weighs at
least `least` (if its p is that high): competition never removes the nearest neighbour of a term.
Otherwise a hub of many leaves, each as good as the others, would lose them all.

Where the smaller row has more than SAMPLE neighbours, every k-th of them is read, so that a clique
of thousands costs no more than its edges.

Measured on WordNet, held-out validation terms: of the edges of p 0.7 to 0.8, 63 % are right where
neither end expects more than 1.5 synonyms, 18 % where one end expects 5 to 8, 13 % at 8 to 12.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import (
    check_ids,
    check_n_terms,
    check_probabilities,
    check_same_length,
)
from nymgraph.clustering.graph import Edges, Graph, edges_by_pair
from nymgraph.kernels import kernel, parallel_kernel

GRAIN = 2.0**-16  # weights are whole multiples of it
GRANTED = 2.5  # expected synonyms, of the two ends together, that compete with nothing
SAMPLE = 32
BLOCK = 64  # edges whose data are read ahead; speed only
UNITS = 2.0**24


def expected_synonyms(
    n_terms: int,
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    p_synonym: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Sum p_synonym over the judged pairs of each term; add the results of several shards.

    Probabilities are taken in units of 2^-24, so that sums below 2^29 are exact and the same for
    every order of the rows and every cut into shards. Bad rows raise ValueError.

    Args:
        n_terms: number of terms.
        a: integer (n_pairs,), one end.
        b: integer (n_pairs,), the other end; each pair once.
        p_synonym: float32 or float64 (n_pairs,), in [0, 1].

    Returns:
        float64 (n_terms,), the number of synonyms to expect.
    """
    check_n_terms(n_terms)
    check_same_length(a=a, b=b, p_synonym=p_synonym)
    check_ids("a", a, n_terms)
    check_ids("b", b, n_terms)
    check_probabilities("p_synonym", p_synonym)
    units = np.rint(p_synonym * UNITS) / UNITS
    units[a == b] = 0
    return np.asarray(np.bincount(a, units, n_terms) + np.bincount(b, units, n_terms), np.float64)


def weighted_edges(
    graph: Graph,
    labelled: Graph,
    expected: NDArray[np.float64],
    known: NDArray[np.bool_],
    absence: float,
    least: float,
) -> Edges:
    """Weigh every edge.

    Args:
        graph: the gated edges as rows, weight = p_synonym, neighbours ascending.
        labelled: the labelled ones among them, as rows, neighbours ascending.
        expected: float64 (n_terms,), m(x).
        known: bool (n_terms,), the terms that a dictionary knows.
        absence: what an edge between two of these weighs besides, a multiple of GRAIN.
        least: what an edge weighs at least that is the best of both its ends, a multiple of GRAIN.

    Returns:
        The edges ordered by (a, b); weights are multiples of GRAIN, at most 1 + absence.
    """
    edges = edges_by_pair(graph)
    weight = _weigh(graph, edges, labelled, expected, known, absence, _best(graph), least)
    return edges._replace(weight=weight)


@kernel
def _best(graph: Graph) -> NDArray[np.int32]:
    """Find the neighbour of largest p of each term, of equals the lowest; -1 for none."""
    best = np.full(len(graph.indptr) - 1, -1, np.int32)
    for x in range(len(best)):
        most = np.float32(0)
        for i in range(graph.indptr[x], graph.indptr[x + 1]):
            if graph.weight[i] > most:
                best[x], most = graph.indices[i], graph.weight[i]
    return best


@parallel_kernel
def _weigh(
    graph: Graph,
    edges: Edges,
    labelled: Graph,
    expected: NDArray[np.float64],
    known: NDArray[np.bool_],
    absence: float,
    best: NDArray[np.int32],
    least: float,
) -> NDArray[np.float32]:
    out = np.empty(len(edges.a), np.float32)
    for block in numba.prange((len(out) + BLOCK - 1) // BLOCK):
        start, end = block * BLOCK, min((block + 1) * BLOCK, len(out))
        out[start] = _touch(graph, edges, start, end)
        for e in range(start, end):
            x, y, p = edges.a[e], edges.b[e], np.float64(edges.weight[e])
            besides = absence if known[x] and known[y] else 0.0
            if _holds(labelled, x, y):
                out[e] = np.rint(max(0.0, 2.0 * p - 1.0) / GRAIN) * GRAIN + besides
                continue
            rest = max(0.0, expected[x] + expected[y] - 2.0 * p)
            competition = 1.0 + min(rest, GRANTED) / 10.0
            if rest - GRANTED > competition:
                competition = max(competition, (rest - GRANTED) / (1.0 + _shared(graph, x, y)))
            weight = p / (p + (1.0 - p) * competition)
            if best[x] == y and best[y] == x:
                weight = max(weight, min(p, least))
            out[e] = np.rint(weight / GRAIN) * GRAIN + besides
    return out


@kernel
def _holds(graph: Graph, x: np.int32, y: np.int32) -> bool:
    """Check whether two terms have an edge."""
    start, end = graph.indptr[x], graph.indptr[x + 1]
    at = start + np.searchsorted(graph.indices[start:end], y)
    return bool(at < end and graph.indices[at] == y)


@kernel
def _touch(graph: Graph, edges: Edges, start: int, end: int) -> float:
    """Read what some edges will need: these reads overlap, those of the merging cannot."""
    touched = np.int64(0)
    for e in range(start, end):
        touched ^= graph.indptr[edges.b[e]]
    total = np.float32(touched)
    for e in range(start, end):
        at = min(graph.indptr[edges.b[e]], len(graph.indices) - 1)
        total += graph.indices[at] + graph.weight[at]
    return float(total)


@kernel
def _shared(graph: Graph, x: np.int32, y: np.int32) -> float:
    """Sum min(p(x, z), p(y, z)) over common neighbours, along the row that is shorter."""
    degree_x = graph.indptr[x + 1] - graph.indptr[x]
    degree_y = graph.indptr[y + 1] - graph.indptr[y]
    if degree_x > degree_y or (degree_x == degree_y and x > y):  # the same row from both ends
        x, y, degree_x, degree_y = y, x, degree_y, degree_x
    step = (degree_x + SAMPLE - 1) // SAMPLE
    by_search = step > 1 or degree_y > 8 * degree_x  # else both rows are walked along
    total, at, end = 0.0, graph.indptr[y], graph.indptr[y + 1]
    for i in range(graph.indptr[x], graph.indptr[x + 1], step):
        z = graph.indices[i]
        if by_search:
            at += np.searchsorted(graph.indices[at:end], z)
        else:
            while at < end and graph.indices[at] < z:
                at += 1
        if at == end:
            break
        if graph.indices[at] == z:
            total += min(graph.weight[i], graph.weight[at])
    return float(total * step)
