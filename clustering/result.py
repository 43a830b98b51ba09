"""What a clustering algorithm returns, and the sizes that everything else starts from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clustering.checks import check_ids, check_same_length

SINGLETON = -1  # the label of a term in no cluster


@dataclass(frozen=True)
class Clustering:
    """Hard labels and soft memberships, both under the same cluster numbers.

    Attributes:
        labels: int32 (n_terms,), cluster 0..n_clusters-1, or -1 for a singleton.
        term: int32 (n_memberships,), the soft memberships, sorted by (term, cluster).
        cluster: int32 (n_memberships,), the cluster that the term belongs to.
        support: float32 (n_memberships,), |N(x) ∩ c| / |c| in [0, 1], c as it stood when soft.
        n_dissolved: soft memberships left out because their cluster was dissolved.
    """

    labels: NDArray[np.int32]
    term: NDArray[np.int32]
    cluster: NDArray[np.int32]
    support: NDArray[np.float32]
    n_dissolved: int

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
