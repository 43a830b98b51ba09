"""Clustering again only what new or changed judgements touch.

*Evidence of a term*: all that its cluster can depend on, folded into one number: its edges and its
cannot-links, each with the other end and its probability, and the number of synonyms that it
expects. A judged row below both gates counts only in that number.

*Touched*: a term is touched when its evidence is new or another one; a component (terms joined by
edges of today) is touched when one of its terms is. Let no term of a component be touched. Then
each of its terms has the edges that it had, so that the same terms were a component before. Both
algorithms join terms along edges only, weigh an edge by what stands at its two ends, and break
ties by the order of terms, which new terms do not change. So the component comes out as it did,
and its earlier result is taken over as it stands.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import check_ids, check_same_length
from nymgraph.clustering.graph import Edges
from nymgraph.clustering.result import SINGLETON, Clustering, Tensions
from nymgraph.kernels import kernel, mixed

SYNONYM, ANTONYM = np.uint64(1 << 32), np.uint64(2 << 32)  # above the 32 bits of a probability


class Previous(NamedTuple):
    """An earlier result in the term ids of today.

    Attributes:
        evidence: uint64 (n_terms,), of each term then; 0 where it was not there.
        known: bool (n_terms,), whether it was there.
        labels: int32 (n_terms,), cluster numbers, gaps allowed; -1 = singleton or not there.
        term: int32 (n_memberships,), the soft memberships, sorted by (term, cluster).
        cluster: int32 (n_memberships,), in the numbers of `labels`.
        support: float32 (n_memberships,).
        tensions: as then, without pairs of terms that are no more.
    """

    evidence: NDArray[np.uint64]
    known: NDArray[np.bool_]
    labels: NDArray[np.int32]
    term: NDArray[np.int32]
    cluster: NDArray[np.int32]
    support: NDArray[np.float32]
    tensions: Tensions


def evidence_of(
    term_keys: NDArray[np.uint64],
    edges: Edges,
    antonyms: Edges,
    expected: NDArray[np.float64],
) -> NDArray[np.uint64]:
    """Fold what each term's cluster can depend on; the same for every order of the rows.

    evidence(x) = mix(bits(m(x))) + Σ mix(key(y) ^ mix(kind + bits(p(x, y)))) mod 2^64, over the
    edges and cannot-links of x, with mix the SplitMix64 finaliser.

    Args:
        term_keys: uint64 (n_terms,), one stable hash per term.
        edges: the synonym edges, from `canonical_edges`.
        antonyms: the cannot-links, likewise.
        expected: float64 (n_terms,), m(x); zeros where the algorithm does not ask.

    Returns:
        uint64 (n_terms,). Unequal lengths or ids out of range are a ValueError.
    """
    check_same_length(term_keys=term_keys, expected=expected)
    total: NDArray[np.uint64] = mixed((expected + 0.0).view(np.uint64))
    for rows, kind in ((edges, SYNONYM), (antonyms, ANTONYM)):
        check_ids("a", rows.a, len(term_keys))
        check_ids("b", rows.b, len(term_keys))
        bits = (rows.weight + np.float32(0)).view(np.uint32)
        _fold(rows.a, rows.b, bits, kind, term_keys, total)
    return total


def touched(edges: Edges, evidence: NDArray[np.uint64], previous: Previous) -> NDArray[np.bool_]:
    """Mark the terms that are to be clustered again: the components with a touched term.

    Args:
        edges: the synonym edges of today.
        evidence: uint64 (n_terms,), of today.
        previous: the earlier result.

    Returns:
        bool (n_terms,).
    """
    check_same_length(evidence=evidence, previous=previous.evidence)
    changed = ~previous.known | (evidence != previous.evidence)
    return _spread(edges.a, edges.b, changed)


def only(edges: Edges, again: NDArray[np.bool_]) -> Edges:
    """Keep the rows between terms that are clustered again, in their sequence.

    Args:
        edges: edges, or cannot-links: one that leaves a component bars nothing.
        again: bool (n_terms,), from `touched`.

    Returns:
        The rows.
    """
    kept = again[edges.a] & again[edges.b]
    return Edges(edges.a[kept], edges.b[kept], edges.weight[kept])


def merge(fresh: Clustering, previous: Previous, again: NDArray[np.bool_]) -> Clustering:
    """Join what was clustered again with what stays.

    Args:
        fresh: the clustering of `only` the touched rows, over all terms.
        previous: the earlier result.
        again: bool (n_terms,), from `touched`.

    Returns:
        The whole, clusters numbered by their lowest term; n_dissolved is that of `fresh`.
    """
    stays = ~again[previous.term]
    shift = fresh.n_clusters
    before = np.where(previous.labels >= 0, previous.labels + shift, SINGLETON)
    number, labels = _numbered(np.where(again, fresh.labels, before))
    term = np.concatenate([fresh.term, previous.term[stays]])
    cluster = number[np.concatenate([fresh.cluster, previous.cluster[stays] + shift])]
    support = np.concatenate([fresh.support, previous.support[stays]])
    order = np.lexsort((cluster, term))
    return Clustering(
        labels=labels,
        term=term[order],
        cluster=cluster[order],
        support=support[order],
        n_dissolved=fresh.n_dissolved,
        tensions=_joined(fresh.tensions, previous.tensions, again),
    )


def _joined(fresh: Tensions, before: Tensions, again: NDArray[np.bool_]) -> Tensions:
    stays = ~again[before.a]
    columns = [np.concatenate([new, old[stays]]) for new, old in zip(fresh, before, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return Tensions(*(column[order] for column in columns))


def _numbered(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number clusters by their lowest term; return the new number of each old one, and labels."""
    used, first = np.unique(labels, return_index=True)
    used, first = used[used >= 0], first[used >= 0]
    number = np.full(int(labels.max(initial=SINGLETON)) + 2, SINGLETON, np.int32)  # last: -1
    number[used[np.argsort(first)]] = np.arange(len(used), dtype=np.int32)
    return number, number[labels]


@kernel
def _fold(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    bits: NDArray[np.uint32],
    kind: np.uint64,
    keys: NDArray[np.uint64],
    total: NDArray[np.uint64],
) -> None:
    for e in range(len(a)):
        salt = mixed(kind + np.uint64(bits[e]))
        total[a[e]] += mixed(keys[b[e]] ^ salt)
        total[b[e]] += mixed(keys[a[e]] ^ salt)


@kernel
def _spread(
    a: NDArray[np.int32], b: NDArray[np.int32], changed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Mark every term of a component with a marked one (union-find, the lower root wins)."""
    root = np.arange(len(changed)).astype(np.int32)
    for e in range(len(a)):
        x, y = _root(root, a[e]), _root(root, b[e])
        root[max(x, y)] = min(x, y)
    marked = np.zeros(len(changed), np.bool_)
    for x in range(len(changed)):
        if changed[x]:
            marked[_root(root, x)] = True
    out = np.zeros(len(changed), np.bool_)
    for x in range(len(changed)):
        out[x] = marked[_root(root, x)]
    return out


@kernel
def _root(root: NDArray[np.int32], x: int) -> int:
    while root[x] != x:
        root[x] = root[root[x]]
        x = root[x]
    return x
