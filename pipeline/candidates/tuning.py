"""The least effort of an index that reaches the recall wanted, found on sampled terms.

Recall rises with the effort (lists probed, breadth in a graph). The effort is doubled until the
lower end of the 95 % confidence interval of the recall reaches the floor, then the last doubling is
halved down to a sixteenth. The audit of the finished search draws other terms.

Search in two steps has three settings: directions, length of the shortlist, lists probed. A true
neighbour is found when its list is probed and it stands on the shortlist; both places are found
once for each number of directions, and from them follows the recall of every shortlist and number
of lists. The cheapest setting that reaches the floor is taken (`IndexPlan.work`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.candidates.audit import mean_recall, recall_against
from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.indexes.indexes import NeighbourIndex, PartedIndex
from nymgraph.pipeline.indexes.inverted import InvertedFile
from nymgraph.pipeline.indexes.neighbours import exact_search, spare
from nymgraph.pipeline.indexes.plans import IndexPlan

__all__ = ["Free", "Trial", "below_floor", "least_cost", "least_effort"]

_DIRECTIONS = (64, 96, 128, 160, 192, 256, 384, 512)
_MOST_SHORTLISTED = 512


@dataclass(frozen=True)
class Trial:
    """Sampled terms and their true neighbours.

    Attributes:
        rows: int64 (n_queries,), the terms, rising.
        exact: NEIGHBOUR (n_queries, k), their neighbours by exact search.
        min_cosine: Neighbours further away than this are left out.
    """

    rows: npt.NDArray[np.int64]
    exact: npt.NDArray[np.void]
    min_cosine: float

    @classmethod
    def draw(
        cls, vectors: npt.NDArray[Any], n_queries: int, k: int, min_cosine: float, seed: int
    ) -> "Trial":
        """Draw terms and search for them exactly.

        Args:
            vectors: (n_terms, dim).
            n_queries: How many terms.
            k: Neighbours wanted.
            min_cosine: Neighbours further away than this are left out.
            seed: Seed of the sample; not that of the audit.

        Returns:
            The trial.
        """
        random = np.random.default_rng([seed, 1])
        rows = np.sort(random.choice(len(vectors), min(n_queries, len(vectors)), replace=False))
        return cls(rows, exact_search(vectors, rows, k, min_cosine), min_cosine)

    def recall(self, index: NeighbourIndex, effort: int) -> tuple[float, float]:
        """Recall of an index, and the half-width of its 95 % confidence interval.

        Where no sampled term has a neighbour there is nothing to miss: recall 1.
        """
        k = self.exact.shape[1]
        found = index.with_effort(effort).search(self.rows, k, self.min_cosine)
        mean, half_width, n_queries = mean_recall(recall_against(found, self.exact))
        return (mean, half_width) if n_queries else (1.0, 0.0)

    def share(self, found: npt.NDArray[np.bool_]) -> tuple[float, float]:
        """Recall where it is known which of the true neighbours are found, and its half-width.

        Args:
            found: bool (n_queries, k).

        Returns:
            Mean and half-width of the 95 % confidence interval, as of `recall`.
        """
        wanted = self.exact["id"] >= 0
        share = np.full(len(wanted), np.nan)
        hits, of = (found & wanted).sum(axis=1), wanted.sum(axis=1)
        np.divide(hits, of, out=share, where=of > 0)
        mean, half_width, n_queries = mean_recall(share)
        return (mean, half_width) if n_queries else (1.0, 0.0)


def least_effort(index: NeighbourIndex, trial: Trial, floor: float, most: int) -> int:
    """Find the least effort that reaches the floor.

    Args:
        index: The index.
        trial: Terms to try it on.
        floor: Recall that the lower end of the confidence interval must reach, 0 to 1.
        most: Largest effort possible.

    Returns:
        The effort.

    Raises:
        ParameterError: Even the largest effort does not reach it.
    """

    def reaches(effort: int) -> bool:
        mean, half_width = trial.recall(index, effort)
        return mean - half_width >= floor

    low, high = 0, max(1, most // 256)
    while not reaches(high):
        if high == most:
            raise below_floor(*trial.recall(index, most), floor)
        low, high = high, min(2 * high, most)
    while high - low > max(1, high // 16):
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


class Free(NamedTuple):
    """Which settings of a search in two steps may be chosen; the others are those of the plan."""

    directions: bool = True
    shortlist: bool = True
    nprobe: bool = True


def least_cost(
    index: PartedIndex, trial: Trial, floor: float, plan: IndexPlan, free: Free
) -> tuple[IndexPlan, PartedIndex]:
    """Find the cheapest search in two steps that reaches the floor.

    Args:
        index: Its parts, each an `InvertedFile`.
        trial: Terms to try it on.
        floor: Recall that the lower end of the confidence interval must reach, 0 to 1.
        plan: The settings as they are.
        free: Which of them may be chosen.

    Returns:
        The plan with its settings, and the index with these.

    Raises:
        ParameterError: No setting reaches it.
    """
    parts = [part for part in index.parts if isinstance(part, InvertedFile)]
    depth = _least([part.depths(trial.rows, trial.exact["id"]) for part in parts])
    n_terms, dim = parts[0].vectors.shape
    tried = [d for d in _DIRECTIONS if d < dim] + [dim] if free.directions else [plan.directions]
    best, cheapest, recall = None, np.inf, (0.0, 0.0)
    for n_directions in tried:
        coded = [part.with_directions(n_directions) for part in parts]
        most = _MOST_SHORTLISTED if free.shortlist else plan.shortlist
        place = _least([one.places(trial.rows, trial.exact["id"], most) for one in coded])
        settled = plan._replace(directions=n_directions)
        found = _reaching(depth, place, trial, floor, settled, free)
        cost, settled = min(
            ((one.work(n_terms, dim), one) for one in found), default=(np.inf, settled)
        )
        if cost < cheapest:
            cheapest, best = cost, (settled, coded)
        elif best is not None:
            break  # more directions only cost more from here on
        recall = trial.share(place < most)
    if best is None:
        raise below_floor(*recall, floor)
    plan, coded = best
    ready = [one.with_shortlist(plan.shortlist).with_effort(plan.nprobe) for one in coded]
    return plan, PartedIndex(ready)


def _least(places: list[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """Each term is a member of one part only; in the others it stands behind all."""
    least: npt.NDArray[np.int32] = np.minimum.reduce(places)
    return least


def _reaching(
    depth: npt.NDArray[np.int32],
    place: npt.NDArray[np.int32],
    trial: Trial,
    floor: float,
    plan: IndexPlan,
    free: Free,
) -> Iterator[IndexPlan]:
    """For each length of the shortlist the fewest lists that reach the floor, where some do."""
    k = trial.exact.shape[1]
    shortlists = [plan.shortlist]
    if free.shortlist:
        lengths = {round((k + spare(k)) * 2 ** (i / 4)) for i in range(24)}
        shortlists = sorted(n for n in lengths if n <= max(_MOST_SHORTLISTED, k + spare(k)))
    for shortlist in shortlists:
        ranked = place < max(shortlist, k + spare(k))

        def reaches(nprobe: int, ranked: npt.NDArray[np.bool_] = ranked) -> bool:
            mean, half_width = trial.share(ranked & (depth <= nprobe))
            return mean - half_width >= floor

        low, high = (0, plan.nlist) if free.nprobe and plan.nlist else (plan.nprobe, plan.nprobe)
        high = max(high, 1)
        if not reaches(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reaches(middle) else (middle, high)
        yield plan._replace(shortlist=shortlist, nprobe=high if plan.nlist else 0)


def below_floor(mean: float, half_width: float, floor: float) -> ParameterError:
    """The error of a search that misses too much.

    Args:
        mean: Its recall.
        half_width: Of its confidence interval.
        floor: What was wanted.

    Returns:
        The error, with the settings to change.
    """
    return ParameterError(
        "the search for neighbours misses more than retrieve.recall_floor allows",
        got=f"recall {mean:.4f} ± {half_width:.4f}",
        expected=f"at least {floor}",
        cure="set retrieve.nprobe, retrieve.directions, retrieve.shortlist (index hnsw, cagra: "
        "retrieve.ef) to null or higher, retrieve.storage to int8 or fp32, retrieve.index to "
        "exact, or lower retrieve.recall_floor",
    )
