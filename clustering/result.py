"""The result of a clustering algorithm, and the sizes of its clusters."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import check_ids, check_same_length

SINGLETON = -1  # the label of a term in no cluster


class Tensions(NamedTuple):
    """Pairs held apart as opposites although synonymy pulls them together; sorted by (a, b).

    Attributes:
        a: int32 (n_tensions,), the smaller term id.
        b: int32 (n_tensions,), the larger term id.
        p_antonym: float32 (n_tensions,), of the cannot-link.
        p_synonym: float32 (n_tensions,), of the edge between the two; 0 where there is none.
        pull: float32 (n_tensions,), the largest mean weight, in [0, 1], between a and the cluster
            of b, b and the cluster of a, and the two clusters.
    """

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    p_antonym: NDArray[np.float32]
    p_synonym: NDArray[np.float32]
    pull: NDArray[np.float32]


def no_tensions() -> Tensions:
    """Make the empty table, of an algorithm that knows no cannot-links."""
    ids, values = np.empty(0, np.int32), np.empty(0, np.float32)
    return Tensions(ids, ids, values, values, values)


@dataclass(frozen=True)
class Clustering:
    """Hard labels and soft memberships, both under the same cluster numbers.

    Attributes:
        labels: int32 (n_terms,), cluster 0..n_clusters-1, or -1 for a singleton.
        term: int32 (n_memberships,), the soft memberships, sorted by (term, cluster).
        cluster: int32 (n_memberships,), the cluster that the term belongs to.
        support: float32 (n_memberships,), in [0, 1]. Reference: |N(x) ∩ c| / |c|, c as it stood
            when soft. Signed: mean weight of x to the other terms of c.
        n_dissolved: soft memberships left out because their cluster was dissolved.
        tensions: cannot-links that held apart what synonymy pulls together.
    """

    labels: NDArray[np.int32]
    term: NDArray[np.int32]
    cluster: NDArray[np.int32]
    support: NDArray[np.float32]
    n_dissolved: int
    tensions: Tensions = field(default_factory=no_tensions)

    @property
    def n_clusters(self) -> int:
        """Number of clusters after voting."""
        return int(self.labels.max(initial=SINGLETON)) + 1


def cluster_sizes(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """Count the terms of each cluster.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.

    Returns:
        int64 (n_clusters,), each at least 1.

    Raises:
        ValueError: if labels are not integers, below -1, or leave a number unused.
    """
    if not np.issubdtype(labels.dtype, np.integer) or labels.ndim != 1:
        raise ValueError(
            f"got labels of dtype {labels.dtype} and shape {labels.shape}, "
            "expected integers (n_terms,); pass Clustering.labels"
        )
    if labels.min(initial=0) < SINGLETON:
        raise ValueError(
            f"got label {labels.min()}, expected -1 or a cluster number; mark singletons with -1"
        )
    sizes = np.bincount(labels[labels != SINGLETON])
    if not sizes.all():
        raise ValueError(
            f"got no term in cluster {int(np.argmin(sizes))}, expected numbers without gaps; "
            "renumber the clusters densely"
        )
    return sizes.astype(np.int64)


def same_cluster(
    labels: NDArray[np.integer], a: NDArray[np.integer], b: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Mark the pairs of two terms of one cluster; ids out of range raise ValueError.

    Args:
        labels: integer (n_terms,), cluster numbers, -1 = singleton.
        a: integer (n_pairs,), one end.
        b: integer (n_pairs,), the other end.

    Returns:
        bool (n_pairs,); False for a pair of a term with itself.
    """
    check_same_length(a=a, b=b)
    check_ids("a", a, len(labels))
    check_ids("b", b, len(labels))
    return np.asarray((labels[a] == labels[b]) & (labels[a] != SINGLETON) & (a != b))
