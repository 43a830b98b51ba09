"""What is known of the neighbours of two terms.

Where *scorching* lies near *hot*, *icy* near *cold*, and *hot* and *cold* are known antonyms, that
speaks for *scorching* and *icy* being antonyms, too. For a pair (x, y) and each relation r:

    max of min(cos(x, p), cos(y, q))   over the neighbours p of x and q of y known to stand in r

and 0 where there are none: how near the nearest known pair of r is. What is known of x and y
themselves is never read (p is not y, q is not x), so a training pair looks as a pair of unknown
terms does. The same for (a, b) and (b, a). It is a nearest-neighbour rule on pairs (Cover and Hart,
1967); how much its votes count beside the logits of the head is part of the calibration, fitted on
held-out pairs. A head that sees them in training trusts them too little, for it knows the pairs it
is trained on (docs/experiments.md).
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from nymgraph.kernels import parallel_kernel

N_VOTES = 3
"""One number for each relation that a dictionary knows."""
N_NEIGHBOURS = 32
"""Nearest terms that are looked at: 16 find less, 48 no more."""
_ROWS = 4096
_MARKS = 1024

Ids = NDArray[np.int64]


class Neighbourhoods(NamedTuple):
    """The neighbours of some terms of a lexicon, and the known pairs of the lexicon.

    Attributes:
        term: int64 (n_terms,), the row of each of these terms in the lexicon, or a number of its
            own behind the last row.
        near: int32 (n_terms, k), rows of its neighbours, -1 for none; may be a memory map.
        cosine: float32 (n_terms, k), of each neighbour.
        start: int64 (n_lexicon + 1,), where the mates of each term of the lexicon begin.
        mate: int32, the other ends of its known pairs.
        relation: int8, the relation to each mate, a place in `RELATIONS`.
    """

    term: Ids
    near: NDArray[np.int32]
    cosine: NDArray[np.float32]
    start: Ids
    mate: NDArray[np.int32]
    relation: NDArray[np.int8]

    @classmethod
    def of(
        cls,
        term: Ids,
        near: NDArray[np.int32],
        cosine: NDArray[np.float32],
        n_lexicon: int,
        known: tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]],
    ) -> "Neighbourhoods":
        """Lay out the known pairs of a lexicon by their ends.

        Args:
            term: int64 (n_terms,), the row of each term in the lexicon; a number from n_lexicon on
                for a term that is not in it.
            near: int32 (n_terms, k), rows of its neighbours, -1 for none.
            cosine: float32 (n_terms, k), of each neighbour.
            n_lexicon: number of terms in the lexicon.
            known: any integer (n_pairs,) each: both ends of the known pairs, and their relations.

        Returns:
            The neighbourhoods of the terms.
        """
        a, b, relation = known
        end, mate = np.concatenate([a, b]), np.concatenate([b, a])
        order = np.lexsort((mate, end))
        return cls(
            term=term,
            near=near,
            cosine=cosine,
            start=np.searchsorted(end[order], np.arange(n_lexicon + 1)).astype(np.int64),
            mate=mate[order].astype(np.int32),
            relation=np.concatenate([relation, relation])[order].astype(np.int8),
        )

    @property
    def n_terms(self) -> int:
        """Number of terms."""
        return len(self.term)

    def take(self, ids: NDArray[np.integer]) -> "Neighbourhoods":
        """Pick terms.

        Args:
            ids: any integer (n,), places among these terms.

        Returns:
            The neighbourhoods of these terms, in this order.
        """
        return self._replace(term=self.term[ids], near=self.near[ids], cosine=self.cosine[ids])


def neighbour_votes(
    hoods: Neighbourhoods, a: NDArray[np.integer], b: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Say how near the nearest known pair of each relation is.

    Args:
        hoods: of the terms.
        a: any integer (n_pairs,), places among the terms.
        b: any integer (n_pairs,), the same.

    Returns:
        float32 (n_pairs, N_VOTES), 0 to 1, the same for (a, b) and (b, a).
    """
    votes = np.zeros((len(a), N_VOTES), np.float32)
    _weigh(*hoods, np.asarray(a, np.int64), np.asarray(b, np.int64), votes)
    return votes


@parallel_kernel
def _weigh(
    term: Ids,
    near: NDArray[np.int32],
    cosine: NDArray[np.float32],
    start: Ids,
    mate: NDArray[np.int32],
    relation: NDArray[np.int8],
    a: Ids,
    b: Ids,
    votes: NDArray[np.float32],
) -> None:
    """Fill the votes block by block; a thread writes only the rows of its blocks.

    `mark` separates nearly all terms that are no neighbour of y from those that may be one.
    """
    k = near.shape[1]
    for block in numba.prange((len(a) + _ROWS - 1) // _ROWS):
        mark = np.full(_MARKS, -1, np.int64)
        for i in range(block * _ROWS, min(len(a), (block + 1) * _ROWS)):
            x, y = a[i], b[i]
            for place in range(k):
                mark[near[y, place] & (_MARKS - 1)] = i
            for j in range(k):
                p = near[x, j]
                if p < 0 or p == term[y]:
                    continue
                for m in range(start[p], start[p + 1]):
                    q, r = mate[m], relation[m]
                    if mark[q & (_MARKS - 1)] != i or q == term[x]:
                        continue
                    for place in range(k):
                        if near[y, place] == q:
                            nearness = min(cosine[x, j], cosine[y, place])
                            votes[i, r] = max(votes[i, r], nearness)
