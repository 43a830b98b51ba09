"""Links between clusters: opposite or related, by the votes of the pairs between them.

Work in shards: `cluster_links` on each shard of judged pairs, then one `merge_links`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import (
    check_ids,
    check_probabilities,
    check_same_length,
    check_threshold,
)
from nymgraph.clustering.result import SINGLETON

OPPOSITE = 0
RELATED = 1
UNITS = 2.0**24


class Links(NamedTuple):
    """Links between clusters, sorted by (cluster_a, cluster_b, relation), each once.

    Attributes:
        cluster_a: int32 (n_links,), the smaller cluster number.
        cluster_b: int32 (n_links,), the larger cluster number.
        relation: int8 (n_links,), 0 = opposite, 1 = related.
        votes: int32 (n_links,), pairs that say so, at least 1.
        mass: int64 (n_links,), sum of the probabilities of the votes, in units of 2^-24: integers,
            so that the sum does not depend on the order of pairs or shards.
    """

    cluster_a: NDArray[np.int32]
    cluster_b: NDArray[np.int32]
    relation: NDArray[np.int8]
    votes: NDArray[np.int32]
    mass: NDArray[np.int64]

    @property
    def mean_probability(self) -> NDArray[np.float32]:
        """Mean probability of the relation over the votes: float32 (n_links,), in [0, 1]."""
        return (self.mass / self.votes / UNITS).astype(np.float32)


def cluster_links(
    labels: NDArray[np.integer],
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    p_synonym: NDArray[np.floating],
    p_antonym: NDArray[np.floating],
    p_co_hyponym: NDArray[np.floating],
    gate: float,
) -> Links:
    """Let judged pairs vote on the clusters of their two ends.

    A pair votes `opposite` when p_antonym >= gate; otherwise `related` when p_co_hyponym >= gate
    and p_co_hyponym is larger than both others. Pairs within a cluster or with a singleton end
    do not vote. The gate is compared in the dtype of the probabilities. Values out of range
    raise ValueError.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        a: integer (n_pairs,), one end.
        b: integer (n_pairs,), the other end; each pair once.
        p_synonym: float32 or float64 (n_pairs,), in [0, 1].
        p_antonym: likewise.
        p_co_hyponym: likewise.
        gate: the least probability that votes, in [0, 1].

    Returns:
        The links of these pairs.
    """
    probabilities = {
        "p_synonym": p_synonym,
        "p_antonym": p_antonym,
        "p_co_hyponym": p_co_hyponym,
    }
    check_same_length(a=a, b=b, **probabilities)
    check_ids("a", a, len(labels))
    check_ids("b", b, len(labels))
    for name, values in probabilities.items():
        check_probabilities(name, values)
    check_threshold("gate", gate)
    between = (labels[a] != labels[b]) & (labels[a] != SINGLETON) & (labels[b] != SINGLETON)
    opposite = between & (p_antonym >= p_antonym.dtype.type(gate))
    related = between & ~opposite & (p_co_hyponym >= p_co_hyponym.dtype.type(gate))
    related &= (p_co_hyponym > p_antonym) & (p_co_hyponym > p_synonym)
    votes = (
        _votes(labels, a[opposite], b[opposite], OPPOSITE, p_antonym[opposite]),
        _votes(labels, a[related], b[related], RELATED, p_co_hyponym[related]),
    )
    return merge_links(votes)


def merge_links(parts: Sequence[Links]) -> Links:
    """Add up partial results.

    Args:
        parts: links under one cluster numbering, in any order.

    Returns:
        The links of all parts; the same for every cut of the pairs into parts.
    """
    columns = zip(*(_EMPTY, *parts), strict=True)
    a, b, relation, votes, mass = (np.concatenate(column) for column in columns)
    order = np.lexsort((relation, b, a))
    a, b, relation, votes, mass = (x[order] for x in (a, b, relation, votes, mass))
    new = np.ones(len(a), np.bool_)
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1]) | (relation[1:] != relation[:-1])
    first = np.flatnonzero(new)
    if not len(first):
        return _EMPTY
    return Links(
        a[first],
        b[first],
        relation[first],
        np.add.reduceat(votes, first, dtype=np.int32),
        np.add.reduceat(mass, first),
    )


def _votes(
    labels: NDArray[np.integer],
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    relation: int,
    probability: NDArray[np.floating],
) -> Links:
    """Turn each pair into a link of one vote."""
    ends = labels[a].astype(np.int32), labels[b].astype(np.int32)
    return Links(
        np.minimum(*ends),
        np.maximum(*ends),
        np.full(len(a), relation, np.int8),
        np.ones(len(a), np.int32),
        np.rint(probability.astype(np.float64) * UNITS).astype(np.int64),
    )


_EMPTY = Links(
    np.empty(0, np.int32),
    np.empty(0, np.int32),
    np.empty(0, np.int8),
    np.empty(0, np.int32),
    np.empty(0, np.int64),
)
