"""How near two terms are, measured by what lies around them.

A cosine of 0.8 is little where thirty terms are as near (flags, job titles), and much where none
is. For a pair (x, y), by the neighbours that were found of both:

    nearness = cos(x, y) - (d(x) + d(y)) / 2 + shared(x, y)

* d(x), the density, is the mean cosine of x to its `N_DENSE` nearest: the first two parts are half
  of the cross-domain similarity of Conneau et al., Word Translation Without Parallel Data, ICLR
  2018, section 2.3.
* shared(x, y) = Σ min(w_x, w_y) / Σ max(w_x, w_y) over all terms, with w_x(t) = cos(x, t) less the
  mean cosine of all its neighbours, where that is above 0, and cos(x, x) = 1: a Jaccard index of
  weighted neighbourhoods, as in Zhong et al., Re-ranking Person Re-identification with k-reciprocal
  Encoding, CVPR 2017, section 3.3. Terms of one meaning have the same neighbours.

No label is read and nothing is fitted, so that it holds on lists of any origin; it grows with the
cosine. The same for (a, b) and (b, a). Of terms without neighbours it is the cosine.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from nymgraph.discriminator.neighbourhood import N_VOTES, Neighbourhoods
from nymgraph.kernels import kernel, parallel_kernel

NEARNESS = N_VOTES
"""Place of the nearness among the signals of a pair, behind the votes."""
N_SIGNALS = N_VOTES + 1
N_DENSE = 10
"""Nearest terms whose cosines make the density."""
_ROWS = 4096
_LEAST = 1e-9

Ids = NDArray[np.int64]


def surroundings(
    hoods: Neighbourhoods, a: NDArray[np.integer], b: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Say what is added to the cosine of pairs to give their nearness.

    Args:
        hoods: of the terms.
        a: any integer (n_pairs,), places among the terms.
        b: any integer (n_pairs,), the same.

    Returns:
        float32 (n_pairs,): shared neighbours less density, -1 to 1.
    """
    added = np.empty(len(a), np.float32)
    ends = (np.asarray(a, np.int64), np.asarray(b, np.int64))
    _surround(hoods.term, hoods.near, hoods.cosine, *ends, added)
    return added


@parallel_kernel
def _surround(
    term: Ids,
    near: NDArray[np.int32],
    cosine: NDArray[np.float32],
    a: Ids,
    b: Ids,
    added: NDArray[np.float32],
) -> None:
    """Fill block by block; a thread writes only the rows of its blocks."""
    for block in numba.prange((len(a) + _ROWS - 1) // _ROWS):
        for i in range(block * _ROWS, min(len(a), (block + 1) * _ROWS)):
            x, y = a[i], b[i]
            if term[y] < term[x]:  # one order, for the sums to have the same bits
                x, y = y, x
            count_x, count_y = _count(near[x]), _count(near[y])
            if count_x == 0 or count_y == 0:
                added[i] = 0.0
                continue
            mean_x, mean_y = cosine[x, :count_x].mean(), cosine[y, :count_y].mean()
            total = _weight(cosine[x, :count_x], mean_x) + _weight(cosine[y, :count_y], mean_y)
            shared = _shared(
                near[x], cosine[x], mean_x, near[y], cosine[y], mean_y, term[x], term[y]
            )
            density = (
                cosine[x, : min(count_x, N_DENSE)].mean()
                + cosine[y, : min(count_y, N_DENSE)].mean()
            ) / 2
            added[i] = shared / max(total - shared, _LEAST) - density


@kernel
def _count(near: NDArray[np.int32]) -> int:
    """Neighbours in a row that is filled up with -1."""
    count = 0
    while count < len(near) and near[count] >= 0:
        count += 1
    return count


@kernel
def _weight(cosine: NDArray[np.float32], mean: float) -> float:
    """Sum of the weights of a neighbourhood, its own term included."""
    total = max(1 - mean, 0.0)
    for j in range(len(cosine)):
        total += max(float(cosine[j]) - mean, 0.0)
    return total


@kernel
def _shared(
    near_x: NDArray[np.int32],
    cosine_x: NDArray[np.float32],
    mean_x: float,
    near_y: NDArray[np.int32],
    cosine_y: NDArray[np.float32],
    mean_y: float,
    x: int,
    y: int,
) -> float:
    """Sum of the lesser weights of the terms that two neighbourhoods share.

    Neighbours stand by falling cosine: behind the first that weighs nothing none does.
    """
    shared = _lesser(x, 1 - mean_x, near_y, cosine_y, mean_y, y)
    for j in range(len(near_x)):
        weight = cosine_x[j] - mean_x
        if near_x[j] < 0 or weight <= 0:
            break
        shared += _lesser(near_x[j], weight, near_y, cosine_y, mean_y, y)
    return shared


@kernel
def _lesser(
    term: int,
    weight: float,
    near: NDArray[np.int32],
    cosine: NDArray[np.float32],
    mean: float,
    own: int,
) -> float:
    """The lesser of a weight and that which a term has in a neighbourhood."""
    if term == own:
        return max(min(weight, 1 - mean), 0.0)
    for j in range(len(near)):
        if near[j] < 0 or cosine[j] <= mean:
            return 0.0
        if near[j] == term:
            return min(weight, float(cosine[j]) - mean)
    return 0.0
