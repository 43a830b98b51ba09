"""What a classifier must beat: two thresholds on the cosine, and always the commonest relation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nymgraph.discriminator.relations import RELATIONS

N_RELATIONS = len(RELATIONS)
N_THRESHOLDS = 401
ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


@dataclass(frozen=True)
class CosineBaseline:
    """Judges by the cosine alone: bands[0] below `low`, bands[1] from `low`, bands[2] from `high`.

    Attributes:
        low: lower threshold, a cosine.
        high: upper threshold, a cosine, at least `low`.
        bands: the relation in each band, from the lowest cosine to the highest.
    """

    low: float
    high: float
    bands: tuple[int, int, int]

    def judge(self, cosine: NDArray[np.floating]) -> NDArray[np.float32]:
        """Give all probability to the relation of the band.

        Args:
            cosine: any float (n_pairs,), in [-1, 1].

        Returns:
            float32 (n_pairs, 3), one 1 in each row.
        """
        band = (cosine >= self.low).astype(np.int64) + (cosine >= self.high)
        return _certain(np.array(self.bands)[band])


@dataclass(frozen=True)
class MajorityBaseline:
    """Judges every pair to be of one relation.

    Attributes:
        relation: place in `RELATIONS`.
    """

    relation: int

    def judge(self, n_pairs: int) -> NDArray[np.float32]:
        """Give all probability to one relation.

        Args:
            n_pairs: number of pairs.

        Returns:
            float32 (n_pairs, 3), one 1 in each row.
        """
        return _certain(np.full(n_pairs, self.relation))


def fit_majority(relation: NDArray[np.integer]) -> MajorityBaseline:
    """Find the commonest relation, of equally common ones the first.

    Args:
        relation: any integer (n_pairs,), places in `RELATIONS`.

    Returns:
        The baseline. No pairs, or unlabelled ones, are a ValueError.
    """
    _check(relation)
    return MajorityBaseline(int(np.bincount(relation, minlength=N_RELATIONS).argmax()))


def fit_cosine(cosine: NDArray[np.floating], relation: NDArray[np.integer]) -> CosineBaseline:
    """Find the two thresholds and the order of relations of best macro-F1 on training pairs.

    All pairs of 401 quantiles of the cosine and all six orders are tried, which is exact when
    there are no more different cosines than that. Ties go to the lowest thresholds.

    Args:
        cosine: any float (n_pairs,), in [-1, 1].
        relation: any integer (n_pairs,), places in `RELATIONS`.

    Returns:
        The baseline.

    Raises:
        ValueError: no pairs, unlabelled ones, or columns of unequal lengths.
    """
    _check(relation)
    if cosine.shape != relation.shape:
        raise ValueError(
            f"got {cosine.shape} cosines and {relation.shape} relations, expected one shape; "
            "cut both from the same rows"
        )
    grid = np.unique(cosine)
    if len(grid) > N_THRESHOLDS:
        grid = np.quantile(cosine, np.linspace(0, 1, N_THRESHOLDS), method="nearest")
    below = np.stack(
        [np.searchsorted(np.sort(cosine[relation == code]), grid) for code in range(N_RELATIONS)]
    )
    fits = {bands: _best_pair(below, np.bincount(relation, minlength=3), bands)
            for bands in ORDERS}  # fmt: skip
    bands = max(fits, key=lambda order: fits[order][0])
    _, low, high = fits[bands]
    return CosineBaseline(float(grid[low]), float(grid[high]), bands)


def _best_pair(
    below: NDArray[np.int64], support: NDArray[np.int64], bands: tuple[int, ...]
) -> tuple[float, int, int]:
    """Give the best macro-F1 of one order, and the places of its thresholds in the grid.

    F1 = 2 tp / (judged so + truly so); below (3, n_grid) counts pairs of a relation under a cosine.
    """
    total = below.sum(axis=0)
    n_pairs, n_grid = int(support.sum()), below.shape[1]
    first, middle, last = bands
    f1 = np.zeros((n_grid, n_grid))
    f1 += (2 * below[first] / (total + support[first]).clip(1))[:, None]
    rising = total[None, :] - total[:, None]
    f1 += 2 * (below[middle][None, :] - below[middle][:, None]) / (rising + support[middle]).clip(1)
    f1 += (2 * (support[last] - below[last]) / (n_pairs - total + support[last]).clip(1))[None, :]
    f1[np.tril_indices(n_grid, -1)] = -1.0
    low, high = np.unravel_index(int(f1.argmax()), f1.shape)
    return float(f1[low, high] / N_RELATIONS), int(low), int(high)


def _certain(relation: NDArray[np.integer]) -> NDArray[np.float32]:
    """Turn judged relations (n_pairs,) into probabilities 0 and 1, (n_pairs, 3)."""
    certain: NDArray[np.float32] = np.eye(N_RELATIONS, dtype=np.float32)[relation]
    return certain


def _check(relation: NDArray[np.integer]) -> None:
    if len(relation) == 0 or min(relation) < 0 or max(relation) >= N_RELATIONS:
        raise ValueError(
            f"got {len(relation)} pairs, expected at least one, with relation codes 0..2; "
            "fit on labelled pairs only"
        )
