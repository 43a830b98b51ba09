"""Adoption: a term that is still alone joins the best cluster that wants it."""

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.partition import Costs, Partition, Problem, Tally
from nymgraph.kernels import kernel

ALONE = -1


@kernel
def adopt(
    problem: Problem, partition: Partition, tally: Tally, costs: Costs, orphan_support: float
) -> NDArray[np.int32]:
    """Let every term that is alone, in order of id, join the best cluster that wants it.

    A cluster c of two or more wants x when (Σ w(x, y) - absence) / √|c| >= orphan_support, with c
    as it stands by then: what earlier orphans made of it counts, so that a hub does not take in all
    its leaves.

    Args:
        problem: what is judged.
        partition: left as it is.
        tally: begun for the partition; it is used up.
        costs: what clusters cost.
        orphan_support: the least support, in [0, 1].

    Returns:
        int32 (n_terms,), the new clusters.
    """
    label = partition.label.copy()
    for x in problem.number:
        if tally.size[label[x]] == 1:
            best = _adopter(problem, x, label, tally, costs, orphan_support)
            if best != ALONE:
                label[x] = best
                tally.size[best] += 1
                tally.known[best] += problem.known[x]
    return label


@kernel
def _adopter(
    problem: Problem,
    x: int,
    label: NDArray[np.int32],
    tally: Tally,
    costs: Costs,
    orphan_support: float,
) -> int:
    """Find the cluster of largest support; ties: that of the lowest neighbour."""
    graph, cannot_links = problem.graph, problem.cannot_links
    size, known, support, barred = tally
    # counted and cleared as in `voting._best`: a kernel may call only those of its own file
    row = graph.indices[graph.indptr[x] : graph.indptr[x + 1]]
    weight = graph.weight[graph.indptr[x] : graph.indptr[x + 1]]
    apart = cannot_links.indices[cannot_links.indptr[x] : cannot_links.indptr[x + 1]]
    for i in range(len(row)):
        support[label[row[i]]] += weight[i]
    for y in apart:
        barred[label[y]] = True
    absence = costs.absence * problem.known[x]
    best, best_support = ALONE, 0.0
    for y in row:
        c = label[y]
        if 1 < size[c] < costs.max_size and not barred[c]:
            wanted = (support[c] - absence * known[c]) / np.sqrt(size[c])
            if wanted >= orphan_support and wanted > best_support:
                best, best_support = c, wanted
    for y in row:
        support[label[y]] = 0
    for y in apart:
        barred[label[y]] = False
    return best
