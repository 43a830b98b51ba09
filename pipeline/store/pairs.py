"""The judged pairs as a graph.

The pairs are sorted by (a, b); those of a term that stand under the other term are found by the
index of second terms.
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from nymgraph.pipeline.lookup import LookupIndex
from nymgraph.pipeline.lookup.widening import FAR
from nymgraph.pipeline.store.numbers import shortest
from nymgraph.pipeline.store.views import Edge

__all__ = ["JudgedPairs"]

_SAMPLE = 10_000
_LOOSE = 1e-6  # more than a float32 differs from its shortest decimal


class JudgedPairs:
    """The judged pairs of an export, by term_id.

    Args:
        index: The index of the export.
        gate: The probability from which a judgement counts, 0 to 1.
    """

    def __init__(self, index: LookupIndex, gate: float) -> None:
        self._gate, self._index = gate, index
        self._a, self._b, self._known = (index.view(f"edges.{x}") for x in ("a", "b", "known"))
        self._at, self._second, self._second_at = (
            index.view(f"edges.{x}") for x in ("at", "by_second", "by_second_at")
        )
        self._values = {
            name: index.view(f"edges.{name}")
            for name in ("cosine", "p_synonym", "p_antonym", "p_co_hyponym")
        }

    def edge(self, x: int, y: int) -> Edge | None:
        """The judgement of a pair, or None if the export has none."""
        row = self._row(x, y)
        return None if row is None else self._edge(row)

    def p_synonym(self, x: int, y: int) -> float:
        """The probability that a pair are synonyms; 0 if the export has no judgement."""
        row = self._row(x, y)
        return 0.0 if row is None else shortest(self._values["p_synonym"][row])

    def far(self, x: int, y: int) -> bool:
        """Whether a pair lies as far apart as the FAR farthest synonyms of the dictionary.

        Such a pair shares a rare reading, or one of the two is a rare word. False for a pair that
        the export does not have.
        """
        row = self._row(x, y)
        return row is not None and self._values["cosine"][row] < self._near

    @cached_property
    def _near(self) -> float:
        """The cosine from which on synonyms are not far, by pairs evenly spread over all."""
        cosine, p, known = (
            self._index.array(f"edges.{x}") for x in ("cosine", "p_synonym", "known")
        )
        rows = np.linspace(0, len(p) - 1, min(len(p), _SAMPLE)).astype(np.int64)
        synonyms = rows[(known[rows] == 1) & (p[rows] >= self._gate)]
        return float(np.quantile(cosine[synonyms], FAR)) if len(synonyms) else -1.0

    def synonyms(self, x: int) -> dict[int, float]:
        """The terms judged synonyms of `x` at the gate, with p_synonym."""
        return self._judged(x, "p_synonym", self._gate)

    def judged_synonyms(self, x: int, least: float) -> dict[int, float]:
        """The terms that are synonyms of `x` with at least a probability, with p_synonym.

        Those likelier to be antonyms are left out.
        """
        found = self._judged(x, "p_synonym", least)
        opposite = self._judged(x, "p_antonym", least)
        return {other: p for other, p in found.items() if opposite.get(other, 0.0) < p}

    def antonyms(self, x: int, gate: float | None = None) -> dict[int, float]:
        """The terms judged antonyms of `x` at a gate (None: the gate), with p_antonym."""
        return self._judged(x, "p_antonym", self._gate if gate is None else gate)

    def neighbours(self, x: int) -> dict[int, Edge]:
        """Every exported judgement of `x`, by the other term."""
        return {other: self._edge(row) for other, row in self._rows(x)}

    def _edge(self, row: int) -> Edge:
        numbers = {name: shortest(values[row]) for name, values in self._values.items()}
        return Edge(**numbers, evidence="dictionary" if self._known[row] else "model")

    def _row(self, x: int, y: int) -> int | None:
        a, b = min(x, y), max(x, y)
        stop = self._at[a + 1]
        row = bisect_left(self._b, b, self._at[a], stop)
        return row if row < stop and self._b[row] == b else None

    def _rows(self, x: int) -> Iterator[tuple[int, int]]:
        """The other term and the row of every pair of `x`."""
        for row in range(self._at[x], self._at[x + 1]):
            yield self._b[row], row
        for row in self._second[self._second_at[x] : self._second_at[x + 1]].tolist():
            yield self._a[row], row

    def _judged(self, x: int, column: str, gate: float) -> dict[int, float]:
        """The other term and the probability of every pair of `x` at a gate."""
        values, low = self._values[column], gate - _LOOSE
        found = {other: values[row] for other, row in self._rows(x) if values[row] >= low}
        exact = {other: shortest(p) for other, p in found.items()}
        return {other: p for other, p in exact.items() if p >= gate}
