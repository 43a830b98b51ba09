"""Tensions: pairs that a cannot-link keeps apart although edges pull them together."""

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.graph import Edges, Graph
from nymgraph.clustering.partition import Costs, Partition, Problem
from nymgraph.clustering.result import Tensions
from nymgraph.kernels import kernel


@kernel
def weights_of(graph: Graph, a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.float32]:
    """Find the weight of the edge between the ends of each pair; 0 where there is none.

    Args:
        graph: the edges as rows, neighbours ascending.
        a: int32 (n_pairs,), one end.
        b: int32 (n_pairs,), the other.

    Returns:
        float32 (n_pairs,).
    """
    out = np.zeros(len(a), np.float32)
    for i in range(len(a)):
        start, end = graph.indptr[a[i]], graph.indptr[a[i] + 1]
        at = start + np.searchsorted(graph.indices[start:end], b[i])
        if at < end and graph.indices[at] == b[i]:
            out[i] = graph.weight[at]
    return out


def find_tensions(
    p_synonym: NDArray[np.float32],
    antonyms: Edges,
    problem: Problem,
    partition: Partition,
    costs: Costs,
) -> Tensions:
    """List the cannot-links with an edge or with a pull above theta.

    Args:
        p_synonym: float32 (n_antonyms,), of the edge between the same two terms; 0 for none.
        antonyms: the cannot-links.
        problem: what is judged.
        partition: the clusters.
        costs: what clusters cost.

    Returns:
        The tensions, sorted by (a, b).
    """
    a, b, p_antonym = antonyms
    pull = _pulls(problem, partition, problem.number[a], problem.number[b], costs.absence)
    tense = np.flatnonzero((p_synonym > 0) | (pull > costs.theta))
    tense = tense[np.lexsort((b[tense], a[tense]))]
    return Tensions(a[tense], b[tense], p_antonym[tense], p_synonym[tense], pull[tense])


@kernel
def _pulls(
    problem: Problem,
    partition: Partition,
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    absence: float,
) -> NDArray[np.float32]:
    """Compute how strongly the clusters of two terms pull them together, for many pairs.

    The largest mean weight of three: a with b's cluster, b with a's, and the two clusters.
    """
    out = np.empty(len(a), np.float32)
    for i in range(len(a)):
        x, y = partition.label[a[i]], partition.label[b[i]]
        of_a = _weight_to(problem, partition, a[i], y, absence) / partition.size[y]
        of_b = _weight_to(problem, partition, b[i], x, absence) / partition.size[x]
        if partition.volume[x] > partition.volume[y]:
            x, y = y, x  # only the rows of x are read
        between, term = 0.0, partition.first[x]
        for _ in range(partition.size[x]):
            between += _weight_to(problem, partition, term, y, absence)
            term = partition.after[term]
        out[i] = max(of_a, of_b, between / (partition.size[x] * partition.size[y]))
    return out


@kernel
def _weight_to(problem: Problem, partition: Partition, x: int, c: int, absence: float) -> float:
    """Sum the weights from a term to a cluster, less what absent edges of known terms cost."""
    graph, total = problem.graph, 0.0
    besides = absence * problem.known[x]
    for i in range(graph.indptr[x], graph.indptr[x + 1]):
        if partition.label[graph.indices[i]] == c:
            total += graph.weight[i] - besides * problem.known[graph.indices[i]]
    return total
