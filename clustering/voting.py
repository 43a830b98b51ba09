"""Voting: every term goes to the cluster where it raises the objective most."""

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.graph import Graph
from nymgraph.clustering.partition import Costs, Partition, Problem, Tally
from nymgraph.kernels import kernel

ALONE = -1
BLOCK = 64  # terms whose data are read ahead; speed only


@kernel
def vote(
    problem: Problem, partition: Partition, tally: Tally, costs: Costs, now: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
    """Let every term, in order of id, go where it raises the objective most.

    Args:
        problem: what is judged.
        partition: left as it is.
        tally: of twice as many clusters as terms, begun for the partition; it is used up.
        costs: what clusters cost.
        now: the time of this vote.

    Returns:
        int32 (n_terms,), the new clusters: n_terms + x where x went off alone; int64
        (2 * n_terms,), the time at which each changed; how many terms moved.
    """
    graph, number = problem.graph, problem.number
    n_terms = len(number)
    label = partition.label.copy()
    changed = np.zeros(2 * n_terms, np.int64)
    changed[:n_terms] = partition.changed
    awake = _awake(graph, label, changed, now - len(graph.indices) // 2 - 1)
    n_moved, sink = 0, np.zeros(1, np.int64)
    for i in range(n_terms):
        if i % BLOCK == 0:
            sink[0] ^= _read_ahead(graph, label, number[i : i + BLOCK], awake)
        x = number[i]
        if not awake[x]:
            continue
        own, best = label[x], _best(problem, x, label, tally, costs)
        if best == ALONE:
            best = n_terms + x  # a number that nothing uses, and that need not be sought
        if best != own:
            _wake(graph, partition, own, awake)
            _wake(graph, partition, best, awake)
            changed[best] = changed[own] = now
            tally.size[own] -= 1
            tally.size[best] += 1
            tally.known[own] -= problem.known[x]
            tally.known[best] += problem.known[x]
            label[x] = best
            n_moved += 1
    return label, changed, n_moved


@kernel
def _read_ahead(
    graph: Graph, label: NDArray[np.int32], terms: NDArray[np.int32], awake: NDArray[np.bool_]
) -> int:
    """Read what the votes of some terms will need; `expansion._read_ahead` says why and how."""
    touched = np.int64(0)
    for x in terms:
        if awake[x]:
            touched ^= graph.indptr[x] ^ label[x]
    for x in terms:
        if awake[x]:
            touched ^= label[graph.indices[graph.indptr[x]]] ^ np.int64(
                graph.weight[graph.indptr[x]]
            )
    return int(touched)


@kernel
def _awake(
    graph: Graph, label: NDArray[np.int32], changed: NDArray[np.int64], since: int
) -> NDArray[np.bool_]:
    """Mark the terms whose own cluster, or one that neighbours them, has changed since a time.

    All others would vote as they did: what they compare is what it was.
    """
    awake = np.zeros(len(label), np.bool_)
    for x in range(len(label)):
        if graph.indptr[x] < graph.indptr[x + 1] and changed[label[x]] >= since:
            awake[x] = True
            for y in graph.indices[graph.indptr[x] : graph.indptr[x + 1]]:
                awake[y] = True
    return awake


@kernel
def _wake(graph: Graph, partition: Partition, c: int, awake: NDArray[np.bool_]) -> None:
    """Mark the terms in or next to a cluster that a term leaves or joins.

    The ring is that before the vote: what joined since has woken its neighbours by leaving.
    """
    if c >= len(awake) or partition.size[c] == 0:
        return  # a cluster of this vote
    term = partition.first[c]
    for _ in range(partition.size[c]):
        awake[term] = True
        for y in graph.indices[graph.indptr[term] : graph.indptr[term + 1]]:
            awake[y] = True
        term = partition.after[term]


@kernel
def _best(problem: Problem, x: int, label: NDArray[np.int32], tally: Tally, costs: Costs) -> int:
    """Find the cluster of largest gain; ties: own, alone, then that of the lowest neighbour."""
    graph, cannot_links = problem.graph, problem.cannot_links
    size, known, support, barred = tally
    row = graph.indices[graph.indptr[x] : graph.indptr[x + 1]]
    weight = graph.weight[graph.indptr[x] : graph.indptr[x + 1]]
    apart = cannot_links.indices[cannot_links.indptr[x] : cannot_links.indptr[x + 1]]
    for i in range(len(row)):
        support[label[row[i]]] += weight[i]
    for y in apart:
        barred[label[y]] = True
    own, penalty = int(label[x]), costs.penalty
    absence = costs.absence * problem.known[x]
    cost = penalty[size[own]] - penalty[size[own] - 1] + absence * (known[own] - problem.known[x])
    best, best_gain = own, support[own] - cost
    if best_gain < 0:
        best, best_gain = ALONE, 0.0
    for y in row:
        c = label[y]
        if c == own or size[c] >= costs.max_size or barred[c]:
            continue
        gain = support[c] - (penalty[size[c] + 1] - penalty[size[c]] + absence * known[c])
        if gain > best_gain:
            best, best_gain = c, gain
    # only what was counted is cleared: clearing all would cost n_terms for each term
    for y in row:
        support[label[y]] = 0
    for y in apart:
        barred[label[y]] = False
    return best
