"""The least effort of an index that reaches the recall wanted, found on sampled terms.

Recall rises with the effort (lists probed, breadth in a graph). The effort is doubled until the
lower end of the 95 % confidence interval of the recall reaches the floor, then the last doubling is
halved down to a sixteenth. The audit of the finished search draws other terms.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.candidates.audit import mean_recall, recall_against
from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.indexes.indexes import NeighbourIndex
from nymgraph.pipeline.indexes.neighbours import exact_search

__all__ = ["Trial", "below_floor", "least_effort"]


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
        cure="set retrieve.nprobe (index hnsw, cagra: retrieve.ef) to null or higher, "
        "retrieve.storage to int8 or fp32, retrieve.index to exact, or lower retrieve.recall_floor",
    )
