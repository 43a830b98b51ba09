"""Nearest neighbours by hand: every cosine, sorted."""

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.indexes.neighbours import NEIGHBOUR


def neighbour_lists(rows: list[list[tuple[int, float]]], k: int) -> npt.NDArray[np.void]:
    """Lists of (id, cosine), filled up with absent neighbours."""
    lists = np.full((len(rows), k), np.array((-1, 0), NEIGHBOUR), NEIGHBOUR)
    for row, neighbours in enumerate(rows):
        lists[row, : len(neighbours)] = neighbours
    return lists


def all_cosines(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """(n, n); 0 where a vector is zero."""
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    unit = wide / np.where(lengths == 0, 1, lengths)[:, None]
    return unit @ unit.T


def brute_force(
    vectors: npt.NDArray[np.floating], k: int, min_cosine: float
) -> list[list[tuple[int, float]]]:
    """The k nearest of every row, by falling cosine, then rising id."""
    cosine = all_cosines(vectors)
    zero = ~vectors.any(axis=1)
    lists = []
    for row in range(len(vectors)):
        near = [
            (other, float(cosine[row, other]))
            for other in range(len(vectors))
            if other != row and cosine[row, other] >= min_cosine and not zero[row]
        ]
        lists.append(sorted(near, key=lambda one: (-one[1], one[0]))[:k])
    return lists
