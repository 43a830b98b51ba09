"""Names for terms that put neighbours near each other, so that a pass waits less for memory.

Terms come in the order of their spelling, which says nothing about their meaning: the two ends of
an edge lie far apart, and each step from one to the other waits for memory. Renamed by
`neighbourly` they mostly share a page. No result depends on the names: edges keep the sequence and
the rows keep the order of the terms' own ids.
"""

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.graph import Edges
from nymgraph.kernels import kernel

BALL = 64  # terms that are numbered around one seed


@kernel
def neighbourly(indptr: NDArray[np.int64], indices: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number the terms ball by ball: a seed, its neighbours, theirs, until the ball is full.

    The next seed is the oldest term that a ball saw and had no room for, else the lowest term left.

    Args:
        indptr: int64 (n_terms + 1,), where the row of each term begins.
        indices: int32, neighbours by the synonym edges, row by row.

    Returns:
        int32 (n_terms,), the new number of each term.
    """
    n_terms = len(indptr) - 1
    number = np.full(n_terms, -1, np.int32)
    queue = np.empty(n_terms, np.int32)  # the terms by number: the inner part of a ball is read
    ball_start = n_numbered = 0
    seed = 0
    while n_numbered < n_terms:
        while number[seed] >= 0:
            seed += 1
        number[seed] = n_numbered
        queue[n_numbered] = seed
        ball_start = at = n_numbered
        n_numbered += 1
        while at < n_numbered < ball_start + BALL:
            x = queue[at]
            at += 1
            for y in indices[indptr[x] : indptr[x + 1]]:
                if number[y] < 0 and n_numbered < ball_start + BALL:
                    number[y] = n_numbered
                    queue[n_numbered] = y
                    n_numbered += 1
    return number


def renamed(edges: Edges, number: NDArray[np.int32]) -> Edges:
    """Give the ends of edges their new names, in the same sequence and orientation.

    Args:
        edges: any edges.
        number: int32 (n_terms,), from `neighbourly`.

    Returns:
        The edges; a may be the larger end.
    """
    return Edges(number[edges.a], number[edges.b], edges.weight)
