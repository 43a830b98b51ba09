"""What became of each cluster between two runs: kept, grown, shrunk, split, merged, new, gone.

Both runs are labels over the same terms (a term that one run does not know is a singleton there).
Two clusters are related when they share a member. An old cluster's *heir* is the new cluster that
shares most members with it; ties go to the lower number. The events:

* kept: one old and one new cluster, the same members;
* grown, shrunk: each is the other's heir and only parent, members only came, or also went;
* split: the old cluster's members lie in several new clusters;
* merged: the new cluster's members come from several old clusters;
* new, gone: related to nothing on the other side.

A pair of clusters can be part of a split and of a merger at once: it is called merged when the new
cluster is the old one's heir, and split otherwise. Each old id is carried over at most once: pairs
are taken by falling number of shared members, then by old and new number, while both are free.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import check_same_length
from nymgraph.clustering.result import SINGLETON, cluster_sizes

EVENTS = ("kept", "grown", "shrunk", "split", "merged", "new", "gone")
KEPT, GROWN, SHRUNK, SPLIT, MERGED, NEW, GONE = range(7)
NONE = -1


class Lineage(NamedTuple):
    """One row per related pair of clusters, and one per cluster related to none.

    Attributes:
        old: int32 (n_rows,), old cluster number, -1 for a new cluster.
        new: int32 (n_rows,), new cluster number, -1 for one that is gone.
        shared: int32 (n_rows,), members in both.
        event: int8 (n_rows,), place in EVENTS.
        carried: bool (n_rows,), whether the new cluster takes over the old one's id.
    """

    old: NDArray[np.int32]
    new: NDArray[np.int32]
    shared: NDArray[np.int32]
    event: NDArray[np.int8]
    carried: NDArray[np.bool_]


def trace(old_labels: NDArray[np.integer], new_labels: NDArray[np.integer]) -> Lineage:
    """Compare two clusterings of the same terms.

    Args:
        old_labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        new_labels: integer (n_terms,), likewise.

    Returns:
        The rows, sorted by old, then new number; those without an old cluster come last. Labels of
        unequal length, or with gaps in the numbers, are a ValueError.
    """
    check_same_length(old_labels=old_labels, new_labels=new_labels)
    old_size, new_size = cluster_sizes(old_labels), cluster_sizes(new_labels)
    old, new, shared = _overlaps(old_labels, new_labels, len(new_size))
    event = _events(old, new, shared, old_size, new_size)
    gone = np.setdiff1d(np.arange(len(old_size)), old)
    born = np.setdiff1d(np.arange(len(new_size)), new)
    rows = Lineage(
        np.concatenate([old, gone, np.full(len(born), NONE)]).astype(np.int32),
        np.concatenate([new, np.full(len(gone), NONE), born]).astype(np.int32),
        np.concatenate([shared, np.zeros(len(gone) + len(born))]).astype(np.int32),
        np.concatenate([event, np.full(len(gone), GONE), np.full(len(born), NEW)]).astype(np.int8),
        np.concatenate([_carried(old, new, shared), np.zeros(len(gone) + len(born), np.bool_)]),
    )
    order = np.lexsort((rows.new, rows.old, rows.old == NONE))
    return Lineage(
        rows.old[order],
        rows.new[order],
        rows.shared[order],
        rows.event[order],
        rows.carried[order],
    )


def _overlaps(
    old_labels: NDArray[np.integer], new_labels: NDArray[np.integer], n_new: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The related pairs, sorted, with their shared members."""
    both = (old_labels != SINGLETON) & (new_labels != SINGLETON)
    key = old_labels[both].astype(np.int64) * max(1, n_new) + new_labels[both]
    pair, shared = np.unique(key, return_counts=True)
    return pair // max(1, n_new), pair % max(1, n_new), shared.astype(np.int64)


def _events(
    old: NDArray[np.int64],
    new: NDArray[np.int64],
    shared: NDArray[np.int64],
    old_size: NDArray[np.int64],
    new_size: NDArray[np.int64],
) -> NDArray[np.int64]:
    parents, children = np.bincount(new, minlength=1)[new], np.bincount(old, minlength=1)[old]
    order = np.lexsort((new, -shared, old))
    heir = np.zeros(len(old), np.bool_)
    heir[order[np.unique(old[order], return_index=True)[1]]] = True
    came, went = new_size[new] > shared, old_size[old] > shared
    alone = (parents == 1) & (children == 1)
    several = np.where((parents > 1) & (heir | (children == 1)), MERGED, SPLIT)
    one = np.select([~came & ~went, ~went], [KEPT, GROWN], SHRUNK)
    return np.where(alone, one, several)


def _carried(
    old: NDArray[np.int64], new: NDArray[np.int64], shared: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Match old and new clusters one to one, by falling overlap."""
    taken: set[int] = set()
    given: set[int] = set()
    carried = np.zeros(len(old), np.bool_)
    for row in np.lexsort((new, old, -shared)).tolist():
        parent, child = int(old[row]), int(new[row])
        if parent not in taken and child not in given:
            taken.add(parent)
            given.add(child)
            carried[row] = True
    return carried
