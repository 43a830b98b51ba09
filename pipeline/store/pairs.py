"""The judged pairs as a graph.

The table is sorted by (a, b), so the pairs of a term that stand under the other term need an
index: one for synonyms and one for antonyms, of the pairs at the gate only, built at first use
(8 bytes a pair).
"""

from bisect import bisect_left
from functools import cached_property

import polars as pl

from pipeline.store.stored_table import ColumnIndex, StoredTable
from pipeline.store.views import Edge

__all__ = ["JudgedPairs"]


class JudgedPairs:
    """The judged pairs of an export, by term_id.

    Args:
        table: EXPORTED_EDGES, sorted by (a, b).
        gate: The probability from which a judgement counts, 0 to 1.
    """

    def __init__(self, table: StoredTable, gate: float) -> None:
        self._table, self._gate = table, gate
        self._indices: dict[str, ColumnIndex] = {}

    def edge(self, x: int, y: int) -> Edge | None:
        """The judgement of a pair, or None if the export has none."""
        row = self._row(x, y)
        return None if row is None else self._edge(row)

    def p_synonym(self, x: int, y: int) -> float:
        """The probability that a pair are synonyms; 0 if the export has no judgement."""
        row = self._row(x, y)
        return 0.0 if row is None else float(self._table.value("p_synonym", row))

    def synonyms(self, x: int) -> set[int]:
        """The terms judged synonyms of `x` at the gate."""
        return set(self._judged(x, "p_synonym"))

    def antonyms(self, x: int) -> dict[int, float]:
        """The terms judged antonyms of `x` at the gate, with p_antonym."""
        return self._judged(x, "p_antonym")

    def neighbours(self, x: int) -> dict[int, Edge]:
        """Every exported judgement of `x`, by the other term."""
        forward, backward = self._table.find(x), self._seconds.find(x)
        found = dict(zip(self._table.values("b", forward), forward, strict=True))
        found |= {self._table.value("a", row): row for row in backward}
        return {other: self._edge(row) for other, row in found.items()}

    def _edge(self, row: int) -> Edge:
        return Edge(*(self._table.value(column, row) for column in Edge._fields))

    @cached_property
    def _seconds(self) -> ColumnIndex:
        """Where every pair stands, by its second term."""
        return self._table.index("b")

    def _row(self, x: int, y: int) -> int | None:
        a, b = min(x, y), max(x, y)
        rows = self._table.find(a)
        place = bisect_left(rows, b, key=lambda row: self._table.value("b", row))
        found = place < len(rows) and self._table.value("b", rows[place]) == b
        return rows[place] if found else None

    def _by_second(self, column: str) -> ColumnIndex:
        """Where the pairs at the gate stand, by their second term."""
        if column not in self._indices:
            at_gate = pl.col(column) >= pl.lit(self._gate, pl.Float32)
            self._indices[column] = self._table.index("b", where=at_gate)
        return self._indices[column]

    def _judged(self, x: int, column: str) -> dict[int, float]:
        """The other term and the probability of every pair of `x` at the gate."""
        value, forward = self._table.value, self._table.find(x)
        others = self._table.values("b", forward), self._table.values(column, forward)
        found = dict(zip(*others, strict=True))
        for row in self._by_second(column).find(x):
            found[value("a", row)] = value(column, row)
        return {other: p for other, p in found.items() if p >= self._gate}
