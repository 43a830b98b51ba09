"""The moves of the signed clustering, each of which raises its objective (stated in `signed`).

Exactness: weights and tolls are multiples of `weights.GRAIN` = 2^-16, so that a sum of fewer than
2^36 of them is exact in float64, whatever the order of its terms.

A pass looks only at what has changed since it looked last. That leaves out nothing: a choice whose
inputs are the same as when it was last turned down would be turned down again. Time is counted in
looks, of which each turn has n_edges + 1: one at each edge, in order, then one for the vote.

Terms are named by their place in memory (`locality`). Where the order of ids matters, rows and
passes keep it: rows list neighbours by id, votes are taken by id.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.graph import Edges, Graph
from nymgraph.clustering.jit import kernel
from nymgraph.clustering.weights import GRAIN

ALONE = -1
GROWTH = 0.65  # how the cost of one more term grows with its cluster: 1 = with every pair
BLOCK = 64  # edges whose data are read ahead; speed only


class Near(NamedTuple):
    """What is judged, under names that put neighbours near each other.

    Attributes:
        number: int32 (n_terms,), the name of each id.
        graph: the weighted synonym edges as rows, in each row by id.
        forbidden: the cannot-links as rows.
        known: bool (n_terms,), the terms that have a certain edge.
    """

    number: NDArray[np.int32]
    graph: Graph
    forbidden: Graph
    known: NDArray[np.bool_]


class Rule(NamedTuple):
    """What a cluster costs, and how large it may be.

    Attributes:
        theta: the cost of the first pair, a multiple of GRAIN.
        toll: float64 (max_size + 2,), the cost of a cluster of so many terms, from `tolls`.
        absence: the further cost of a pair of known terms, a multiple of GRAIN.
        max_size: terms of a cluster at most.
    """

    theta: float
    toll: NDArray[np.float64]
    absence: float
    max_size: int


class Partition(NamedTuple):
    """A partition of all terms, those that are alone included.

    Attributes:
        label: int32 (n_terms,), the cluster of each term, in 0..n_terms-1.
        after: int32 (n_terms,), the next term of the same cluster, in a ring.
        first: int32 (n_terms,), a term of each cluster.
        size: int32 (n_terms,), terms of each cluster; 0 = the number is not in use.
        volume: int64 (n_terms,), edges and cannot-links at the terms of each cluster.
        outside: float64 (n_terms,), weight of the edges that leave each cluster.
        changed: int64 (n_terms,), the look at which each cluster changed last.
        known: float64 (n_terms,), known terms of each cluster.
    """

    label: NDArray[np.int32]
    after: NDArray[np.int32]
    first: NDArray[np.int32]
    size: NDArray[np.int32]
    volume: NDArray[np.int64]
    outside: NDArray[np.float64]
    changed: NDArray[np.int64]
    known: NDArray[np.float64]


def tolls(theta: float, max_size: int) -> NDArray[np.float64]:
    """Tell what a cluster of n terms costs: theta Σ k^GROWTH over 0 < k < n, in whole grains.

    Args:
        theta: the cost of a cluster of two, a multiple of GRAIN.
        max_size: terms of a cluster at most.

    Returns:
        float64 (max_size + 2,), for n = 0..max_size + 1.
    """
    joins = np.arange(max_size + 1, dtype=np.float64) ** GROWTH
    total = theta * np.concatenate([[0.0], np.cumsum(joins)])
    return np.asarray(np.rint(total / GRAIN) * GRAIN)


def all_alone(near: Near) -> Partition:
    """Start with every term in a cluster of its own.

    Args:
        near: what is judged.

    Returns:
        The partition, all of it changed in the vote of turn 0.
    """
    n_terms = len(near.number)
    names = np.arange(n_terms, dtype=np.int32)
    changed = np.full(n_terms, look_of_vote(near.graph, 0))
    return gather(near, names, changed, np.zeros(n_terms), 0)


def look_of_vote(graph: Graph, turn: int) -> int:
    """Tell the time of a vote.

    Args:
        graph: the synonym edges as rows.
        turn: the number of the turn.

    Returns:
        The last look of that turn.
    """
    n_edges = len(graph.indices) // 2
    return turn * (n_edges + 1) + n_edges


@kernel
def gather(
    near: Near,
    label: NDArray[np.int32],
    changed: NDArray[np.int64],
    outside: NDArray[np.float64],
    since: int,
) -> Partition:
    """Make the rings and sums that belong to the labels.

    Args:
        near: what is judged.
        label: int32 (n_terms,), clusters in 0..n_terms-1; becomes part of the result.
        changed: int64 (n_terms,), likewise.
        outside: float64 (n_terms,), likewise; right for clusters that changed before `since`.
        since: a look.

    Returns:
        The partition.
    """
    graph, forbidden = near.graph, near.forbidden
    n_terms = len(label)
    after = np.arange(n_terms).astype(np.int32)
    first = np.full(n_terms, -1, np.int32)
    size = np.zeros(n_terms, np.int32)
    volume = np.zeros(n_terms, np.int64)
    known = np.zeros(n_terms, np.float64)
    for x in range(n_terms):
        c = label[x]
        if size[c] == 0:
            first[c] = x
        else:
            after[x], after[first[c]] = after[first[c]], x
        size[c] += 1
        known[c] += near.known[x]
        volume[c] += graph.indptr[x + 1] - graph.indptr[x]
        volume[c] += forbidden.indptr[x + 1] - forbidden.indptr[x]
        if changed[c] >= since:
            if size[c] == 1:
                outside[c] = 0
            for i in range(graph.indptr[x], graph.indptr[x + 1]):
                if label[graph.indices[i]] != c:
                    outside[c] += graph.weight[i]
    return Partition(label, after, first, size, volume, outside, changed, known)


@kernel
def expand(
    edges: Edges,
    near: Near,
    partition: Partition,
    rule: Rule,
    turn: int,
) -> int:
    """Join the clusters at the two ends of each edge, in order, where that raises the objective.

    The weight between two clusters is at most what leaves either: most pairs need no look.

    Args:
        edges: those of the graph, in canonical order.
        near: what is judged.
        partition: changed in place.
        rule: what clusters cost.
        turn: the number of this turn, from 1.

    Returns:
        How many pairs of clusters were joined.
    """
    label, size, changed = partition.label, partition.size, partition.changed
    graph, known = near.graph, partition.known
    n_edges = len(edges.a)
    n_joined, sink = 0, np.zeros(1, np.int64)
    for e in range(n_edges):
        if turn == 1 and e % BLOCK == 0:
            sink[0] ^= _touch(edges, graph, partition, e)
        x, y = label[edges.a[e]], label[edges.b[e]]
        before = (turn - 1) * (n_edges + 1) + e
        if x == y or (changed[x] < before and changed[y] < before):
            continue
        both = size[x] + size[y]
        if both > rule.max_size:
            continue
        least = rule.toll[both] - rule.toll[size[x]] - rule.toll[size[y]]
        least += rule.absence * known[x] * known[y]
        if min(partition.outside[x], partition.outside[y]) <= least:
            continue
        if partition.volume[x] > partition.volume[y]:
            x, y = y, x  # only the rows of x are read
        weight = float(edges.weight[e])
        if both > 2:
            weight = _weight_between(graph, partition, x, y, least)
        if weight > least and not _forbids(near.forbidden, partition, x, y):
            _join(partition, x, y, weight, before + n_edges + 1)
            n_joined += 1
    return n_joined


@kernel
def _touch(edges: Edges, graph: Graph, partition: Partition, start: int) -> int:
    """Read what the next edges will need: these reads overlap, those of the moves cannot."""
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
def _touch_rows(
    graph: Graph, label: NDArray[np.int32], terms: NDArray[np.int32], awake: NDArray[np.bool_]
) -> int:
    """Read what the votes of some terms will need, as `_touch` does."""
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
def vote(
    near: Near,
    partition: Partition,
    rule: Rule,
    now: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
    """Let every term, in order of id, go where it raises the objective most.

    Args:
        near: what is judged.
        partition: left as it is.
        rule: what clusters cost.
        now: the look of this vote.

    Returns:
        int32 (n_terms,), the new clusters: n_terms + x where x went off alone; int64
        (2 * n_terms,), the look at which each changed; how many terms moved.
    """
    n_terms = len(partition.label)
    number, graph, forbidden, _ = near
    label = partition.label.copy()
    size = np.zeros(2 * n_terms, np.int32)
    changed = np.zeros(2 * n_terms, np.int64)
    known = np.zeros(2 * n_terms, np.float64)
    size[:n_terms], changed[:n_terms] = partition.size, partition.changed
    known[:n_terms] = partition.known
    support = np.zeros(2 * n_terms, np.float64)
    barred = np.zeros(2 * n_terms, np.bool_)
    awake = _awake(graph, label, changed, now - len(graph.indices) // 2 - 1)
    n_moved, sink = 0, np.zeros(1, np.int64)
    for i in range(n_terms):
        if i % BLOCK == 0:
            sink[0] ^= _touch_rows(graph, label, number[i : i + BLOCK], awake)
        x = number[i]
        if not awake[x]:
            continue
        row = graph.indices[graph.indptr[x] : graph.indptr[x + 1]]
        foes = forbidden.indices[forbidden.indptr[x] : forbidden.indptr[x + 1]]
        weight = graph.weight[graph.indptr[x] : graph.indptr[x + 1]]
        own = np.float64(near.known[x])
        best = _best(row, weight, foes, label, label[x], own, size, known, support, barred, rule)
        if best == ALONE:
            best = n_terms + x
        if best != label[x]:
            _wake(graph, partition, label[x], awake)
            _wake(graph, partition, best, awake)
            changed[best] = changed[label[x]] = now
            size[label[x]] -= 1
            size[best] += 1
            known[label[x]] -= own
            known[best] += own
            label[x] = best
            n_moved += 1
    return label, changed, n_moved


@kernel
def _awake(
    graph: Graph, label: NDArray[np.int32], changed: NDArray[np.int64], since: int
) -> NDArray[np.bool_]:
    """Mark the terms whose own cluster, or one that neighbours them, has changed since a look."""
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
def _best(
    row: NDArray[np.int32],
    weight: NDArray[np.float32],
    foes: NDArray[np.int32],
    label: NDArray[np.int32],
    own: int,
    own_known: float,
    size: NDArray[np.int32],
    known: NDArray[np.float64],
    support: NDArray[np.float64],
    barred: NDArray[np.bool_],
    rule: Rule,
) -> int:
    """Find the cluster of largest gain; ties: own, alone, then that of the lowest neighbour."""
    for i in range(len(row)):
        support[label[row[i]]] += weight[i]
    for y in foes:
        barred[label[y]] = True
    absence = rule.absence * own_known
    cost = rule.toll[size[own]] - rule.toll[size[own] - 1] + absence * (known[own] - own_known)
    best, best_gain = own, support[own] - cost
    if best_gain < 0:
        best, best_gain = ALONE, 0.0
    for y in row:
        c = label[y]
        if c == own or size[c] >= rule.max_size or barred[c]:
            continue
        gain = support[c] - (rule.toll[size[c] + 1] - rule.toll[size[c]] + absence * known[c])
        if gain > best_gain:
            best, best_gain = c, gain
    for y in row:
        support[label[y]] = 0
    for y in foes:
        barred[label[y]] = False
    return best


@kernel
def split(
    graph: Graph, label: NDArray[np.int32], changed: NDArray[np.int64], now: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Cut what the vote changed into its connected parts, each named by its first term.

    What expansion joined is connected. No two names meet: the name of a cluster that did not change
    is one of its terms.

    Args:
        graph: the synonym edges as rows.
        label: int32 (n_terms,), clusters.
        changed: int64, the look at which each changed.
        now: the look of the vote.

    Returns:
        int32 (n_terms,), the parts, in 0..n_terms-1; int64 (n_terms,), the look of each.
    """
    n_terms = len(label)
    part = np.full(n_terms, -1, np.int32)
    part_changed = np.zeros(n_terms, np.int64)
    stack = np.empty(n_terms, np.int32)
    for start in range(n_terms):
        if part[start] >= 0:
            continue
        own = label[start]
        if changed[own] < now:
            part[start], part_changed[own] = own, changed[own]
            continue
        part[start], part_changed[start] = start, now
        stack[0], filled = start, 1
        while filled:
            filled -= 1
            x = stack[filled]
            for y in graph.indices[graph.indptr[x] : graph.indptr[x + 1]]:
                if part[y] < 0 and label[y] == own:
                    part[y] = start
                    stack[filled] = y
                    filled += 1
    return part, part_changed


@kernel
def adopt(near: Near, partition: Partition, rule: Rule, orphan_support: float) -> NDArray[np.int32]:
    """Let every term that is alone, in order of id, join the best cluster that wants it.

    A cluster c of two or more wants x when (Σ w(x, y) - absence) / √|c| >= orphan_support, with c
    as it stands by then: what earlier orphans made of it counts, so that a hub does not take in all
    its leaves.

    Args:
        near: what is judged.
        partition: left as it is.
        rule: what clusters cost.
        orphan_support: the least support, in [0, 1].

    Returns:
        int32 (n_terms,), the new clusters.
    """
    number, graph, forbidden, known = near
    label, size, n_known = partition.label.copy(), partition.size.copy(), partition.known.copy()
    support = np.zeros(len(label), np.float64)
    barred = np.zeros(len(label), np.bool_)
    for x in number:
        if size[label[x]] > 1:
            continue
        row = graph.indices[graph.indptr[x] : graph.indptr[x + 1]]
        weight = graph.weight[graph.indptr[x] : graph.indptr[x + 1]]
        foes = forbidden.indices[forbidden.indptr[x] : forbidden.indptr[x + 1]]
        for i in range(len(row)):
            support[label[row[i]]] += weight[i]
        for y in foes:
            barred[label[y]] = True
        absence = rule.absence * known[x]
        best = _adopter(row, label, size, n_known, support, barred, absence, orphan_support, rule)
        for y in row:
            support[label[y]] = 0
        for y in foes:
            barred[label[y]] = False
        if best != ALONE:
            label[x] = best
            size[best] += 1
            n_known[best] += known[x]
    return label


@kernel
def _adopter(
    row: NDArray[np.int32],
    label: NDArray[np.int32],
    size: NDArray[np.int32],
    n_known: NDArray[np.float64],
    support: NDArray[np.float64],
    barred: NDArray[np.bool_],
    absence: float,
    orphan_support: float,
    rule: Rule,
) -> int:
    """Find the cluster of largest support; ties: that of the lowest neighbour."""
    best, best_support = ALONE, 0.0
    for y in row:
        c = label[y]
        if 1 < size[c] < rule.max_size and not barred[c]:
            wanted = (support[c] - absence * n_known[c]) / np.sqrt(size[c])
            if wanted >= orphan_support and wanted > best_support:
                best, best_support = c, wanted
    return best


@kernel
def memberships(
    near: Near,
    partition: Partition,
    rule: Rule,
    place: NDArray[np.int64],
    out_cluster: NDArray[np.int32],
    out_support: NDArray[np.float32],
) -> NDArray[np.int32]:
    """List each term's own cluster, and those that would support it and that nothing forbids.

    Args:
        near: what is judged.
        partition: clusters of one term are left out.
        rule: what clusters cost: a cluster that is not the term's own is listed if it is worth it.
        place: int64 (n_terms,), where in the output the memberships of each term start.
        out_cluster: int32, filled with clusters; nothing is written beyond its end.
        out_support: float32, likewise; Σ w(x, y) / |c without x|.

    Returns:
        int32 (n_terms,), how many memberships each term has, written or not.
    """
    graph, forbidden = near.graph, near.forbidden
    label, size = partition.label, partition.size
    support, plain = np.zeros(len(label), np.float64), np.zeros(len(label), np.float64)
    barred = np.zeros(len(label), np.bool_)
    n_found = np.zeros(len(label), np.int32)
    for x in range(len(label)):
        absence = rule.absence * near.known[x]
        row = graph.indices[graph.indptr[x] : graph.indptr[x + 1]]
        foes = forbidden.indices[forbidden.indptr[x] : forbidden.indptr[x + 1]]
        for i in range(len(row)):
            weight = graph.weight[graph.indptr[x] + i]
            support[label[row[i]]] += weight
            plain[label[row[i]]] += weight - absence * near.known[row[i]]
        for y in foes:
            barred[label[y]] = True
        for y in row:
            c = label[y]
            others = size[c] - (c == label[x])
            cost = rule.toll[others + 1] - rule.toll[others] + absence * partition.known[c]
            wanted = c == label[x] or (support[c] > cost and not barred[c])
            if size[c] > 1 and support[c] >= 0 and wanted:
                at = place[x] + n_found[x]
                if at < len(out_cluster):
                    out_cluster[at], out_support[at] = c, plain[c] / others
                n_found[x] += 1
            support[c] = -1  # seen
        for y in row:
            support[label[y]] = plain[label[y]] = 0
        for y in foes:
            barred[label[y]] = False
    return n_found


@kernel
def pulls(
    near: Near,
    partition: Partition,
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    absence: float,
) -> NDArray[np.float32]:
    """Tell how strongly the clusters of two terms want them together, for many pairs.

    The largest mean weight of three: a with b's cluster, b with a's, and the two clusters.

    Args:
        near: what is judged.
        partition: the clusters.
        a: int32 (n_pairs,), one end.
        b: int32 (n_pairs,), the other, of another cluster.
        absence: what an edge between known terms weighs besides.

    Returns:
        float32 (n_pairs,), in [0, 1].
    """
    out = np.empty(len(a), np.float32)
    for i in range(len(a)):
        x, y = partition.label[a[i]], partition.label[b[i]]
        of_a = _weight_to(near, partition, a[i], y, absence) / partition.size[y]
        of_b = _weight_to(near, partition, b[i], x, absence) / partition.size[x]
        if partition.volume[x] > partition.volume[y]:
            x, y = y, x
        between, term = 0.0, partition.first[x]
        for _ in range(partition.size[x]):
            between += _weight_to(near, partition, term, y, absence)
            term = partition.after[term]
        out[i] = max(of_a, of_b, between / (partition.size[x] * partition.size[y]))
    return out


@kernel
def _weight_to(near: Near, partition: Partition, x: int, c: int, absence: float) -> float:
    graph, total = near.graph, 0.0
    besides = absence * near.known[x]
    for i in range(graph.indptr[x], graph.indptr[x + 1]):
        if partition.label[graph.indices[i]] == c:
            total += graph.weight[i] - besides * near.known[graph.indices[i]]
    return total


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
def _forbids(forbidden: Graph, partition: Partition, x: int, y: int) -> bool:
    term = partition.first[x]
    for _ in range(partition.size[x]):
        for i in range(forbidden.indptr[term], forbidden.indptr[term + 1]):
            if partition.label[forbidden.indices[i]] == y:
                return True
        term = partition.after[term]
    return False


@kernel
def _join(partition: Partition, x: int, y: int, weight: float, now: int) -> None:
    """Give the terms of the smaller cluster to the larger, and link the two rings."""
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
