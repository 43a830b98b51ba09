"""Soft memberships of a partition: the clusters that would gain by taking a term in."""

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.partition import Costs, Partition, Problem
from nymgraph.clustering.result import SINGLETON
from nymgraph.kernels import kernel


def soft_memberships(
    problem: Problem, partition: Partition, labels: NDArray[np.int32], costs: Costs
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """List each term's own cluster, and those that would support it and that nothing forbids.

    Args:
        problem: what is judged.
        partition: clusters of one term are left out.
        labels: int32 (n_terms,), the final number of each term's cluster, by id.
        costs: what clusters cost: one that is not the term's own is listed if it is worth it.

    Returns:
        int32 term, int32 cluster and float32 support, Σ w(x, y) / |c without x|, of every
        membership, sorted by (term, cluster).
    """
    number = problem.number
    place = np.zeros(len(labels), np.int64)
    none = np.empty(0, np.int32), np.empty(0, np.float32)
    n_found = _list(problem, partition, costs, place, *none)[number]  # counted, then written
    place[number] = np.cumsum(n_found) - n_found
    n_memberships = int(n_found.sum())
    cluster, support = np.empty(n_memberships, np.int32), np.empty(n_memberships, np.float32)
    _list(problem, partition, costs, place, cluster, support)
    term = np.repeat(np.arange(len(labels), dtype=np.int32), n_found)
    final = np.full(len(labels), SINGLETON, np.int32)
    final[partition.label[number]] = labels
    cluster = final[cluster]
    _sort_within(term, cluster, support)
    return term, cluster, support


@kernel
def _list(
    problem: Problem,
    partition: Partition,
    costs: Costs,
    place: NDArray[np.int64],
    out_cluster: NDArray[np.int32],
    out_support: NDArray[np.float32],
) -> NDArray[np.int32]:
    """Write the memberships of each term from its place on; count them.

    Args:
        problem: what is judged.
        partition: clusters of one term are left out.
        costs: what clusters cost.
        place: int64 (n_terms,), where in the output the memberships of each term start.
        out_cluster: int32, filled with clusters; nothing is written beyond its end.
        out_support: float32, likewise.

    Returns:
        int32 (n_terms,), how many memberships each term has, written or not.
    """
    graph, cannot_links = problem.graph, problem.cannot_links
    label, size = partition.label, partition.size
    support, plain = np.zeros(len(label), np.float64), np.zeros(len(label), np.float64)
    barred = np.zeros(len(label), np.bool_)
    n_found = np.zeros(len(label), np.int32)
    for x in range(len(label)):
        absence = costs.absence * problem.known[x]
        row = graph.indices[graph.indptr[x] : graph.indptr[x + 1]]
        apart = cannot_links.indices[cannot_links.indptr[x] : cannot_links.indptr[x + 1]]
        for i in range(len(row)):
            weight = graph.weight[graph.indptr[x] + i]
            support[label[row[i]]] += weight
            plain[label[row[i]]] += weight - absence * problem.known[row[i]]
        for y in apart:
            barred[label[y]] = True
        for y in row:
            c = label[y]
            others = size[c] - (c == label[x])
            cost = costs.penalty[others + 1] - costs.penalty[others] + absence * partition.known[c]
            wanted = c == label[x] or (support[c] > cost and not barred[c])
            if size[c] > 1 and support[c] >= 0 and wanted:
                at = place[x] + n_found[x]
                if at < len(out_cluster):
                    out_cluster[at], out_support[at] = c, plain[c] / others
                n_found[x] += 1
            support[c] = -1  # listed, or turned down
        for y in row:
            support[label[y]] = plain[label[y]] = 0
        for y in apart:
            barred[label[y]] = False
    return n_found


@kernel
def _sort_within(
    term: NDArray[np.int32], cluster: NDArray[np.int32], support: NDArray[np.float32]
) -> None:
    """Order the memberships of each term, which stand together, by cluster.

    By insertion: most terms have one or two.
    """
    for i in range(1, len(term)):
        c, wanted, at = cluster[i], support[i], i
        while at > 0 and term[at - 1] == term[i] and cluster[at - 1] > c:
            cluster[at], support[at] = cluster[at - 1], support[at - 1]
            at -= 1
        cluster[at], support[at] = c, wanted
