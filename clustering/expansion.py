"""Expansion: joining the clusters at the two ends of an edge, where that raises the objective."""

import numpy as np

from nymgraph.clustering.graph import Edges, Graph
from nymgraph.clustering.partition import Costs, Partition, Problem
from nymgraph.kernels import kernel

BLOCK = 64  # edges whose data are read ahead; speed only


@kernel
def expand(edges: Edges, problem: Problem, partition: Partition, costs: Costs, turn: int) -> int:
    """Join the clusters at the two ends of each edge, in order, where that raises the objective.

    Args:
        edges: those of the graph, in canonical order.
        problem: what is judged.
        partition: changed in place.
        costs: what clusters cost.
        turn: the number of this turn, from 1.

    Returns:
        How many pairs of clusters were joined.
    """
    label, size, changed = partition.label, partition.size, partition.changed
    graph, known = problem.graph, partition.known
    n_edges = len(edges.a)
    n_joined, sink = 0, np.zeros(1, np.int64)
    for e in range(n_edges):
        if turn == 1 and e % BLOCK == 0:
            sink[0] ^= _read_ahead(edges, graph, partition, e)
        x, y = label[edges.a[e]], label[edges.b[e]]
        last = (turn - 1) * (n_edges + 1) + e  # when this edge was tried last
        if x == y or (changed[x] < last and changed[y] < last):
            continue
        both = size[x] + size[y]
        if both > costs.max_size:
            continue
        least = costs.penalty[both] - costs.penalty[size[x]] - costs.penalty[size[y]]
        least += costs.absence * known[x] * known[y]
        # the weight between two clusters is at most what leaves either: most pairs that are too
        # weak are turned down here, without a look at their rows
        if min(partition.outside[x], partition.outside[y]) <= least:
            continue
        if partition.volume[x] > partition.volume[y]:
            x, y = y, x  # only the rows of x are read
        weight = float(edges.weight[e])
        if both > 2:
            weight = _weight_between(graph, partition, x, y, least)
        if weight > least and not _barred(problem.cannot_links, partition, x, y):
            _join(partition, x, y, weight, last + n_edges + 1)
            n_joined += 1
    return n_joined


@kernel
def _read_ahead(edges: Edges, graph: Graph, partition: Partition, start: int) -> int:
    """Read what the next edges will need, so that it is in the cache by then.

    A move must wait for each of its reads, since they decide what it reads next. These reads do not
    depend on one another: the processor has many of them under way at once. Numba knows no
    prefetch; a read stands in for it, and the XOR of all, which is returned and kept, keeps the
    compiler from leaving it out.
    """
    touched = np.int64(0)
    for e in range(start, min(start + BLOCK, len(edges.a))):
        touched ^= partition.label[edges.a[e]] ^ partition.label[edges.b[e]]
    for e in range(start, min(start + BLOCK, len(edges.a))):
        x, y = partition.label[edges.a[e]], partition.label[edges.b[e]]
        if x != y:
            touched ^= partition.size[x] ^ partition.changed[x] ^ graph.indices[graph.indptr[x]]
            touched ^= np.int64(partition.outside[x])
    return int(touched)


@kernel
def _weight_between(graph: Graph, partition: Partition, x: int, y: int, least: float) -> float:
    """Sum the edges from x to y; stop, with 0, once it is plain that they are not above `least`."""
    label, left = partition.label, partition.outside[x]
    total, term = 0.0, partition.first[x]
    for _ in range(partition.size[x]):
        for i in range(graph.indptr[term], graph.indptr[term + 1]):
            c = label[graph.indices[i]]
            if c == y:
                total += graph.weight[i]
            elif c != x:
                left -= graph.weight[i]  # what may still lead to y, with what has
                if left <= least:
                    return 0.0
        term = partition.after[term]
    return total


@kernel
def _barred(cannot_links: Graph, partition: Partition, x: int, y: int) -> bool:
    """Check whether a cannot-link lies between two clusters."""
    term = partition.first[x]
    for _ in range(partition.size[x]):
        for i in range(cannot_links.indptr[term], cannot_links.indptr[term + 1]):
            if partition.label[cannot_links.indices[i]] == y:
                return True
        term = partition.after[term]
    return False


@kernel
def _join(partition: Partition, x: int, y: int, weight: float, now: int) -> None:
    """Give the terms of the smaller cluster to the larger, and link the two rings.

    So a term is relabelled at most log2(max_size) times in a turn. Two rings become one by swapping
    what comes after one term of each: no list is copied, none needs room to grow.
    """
    if partition.size[x] > partition.size[y]:
        x, y = y, x
    label, after, first = partition.label, partition.after, partition.first
    term = first[x]
    for _ in range(partition.size[x]):
        label[term] = y
        term = after[term]
    after[first[x]], after[first[y]] = after[first[y]], after[first[x]]
    partition.size[y] += partition.size[x]
    partition.volume[y] += partition.volume[x]
    partition.known[y] += partition.known[x]
    partition.outside[y] += partition.outside[x] - 2 * weight
    partition.size[x] = 0
    partition.changed[y] = now
