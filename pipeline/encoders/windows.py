"""The terms of a lexicon in shards of terms of like length, read as they are needed.

Terms of like length waste no padding in a batch, so they are sorted by length: not all at once,
which would ask for all terms in memory, but in windows of `WINDOW_TERMS` terms, one in memory at a
time. Within a window the longest terms stand first, terms of one length by rising id; each window
is cut into shards by itself.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.storage.artefacts import reading

__all__ = ["WINDOW_TERMS", "TermWindows"]

WINDOW_TERMS = 2_000_000
"""Terms sorted together; part of what decides which terms share a batch."""

Ids = npt.NDArray[np.int64]


class _Window(NamedTuple):
    """The terms of a window, its first id, and its rows, longest first."""

    terms: pl.Series
    first: int
    order: Ids


class TermWindows(Sequence[Ids]):
    """The shards: as a sequence, the ids of the terms of each.

    Args:
        source: The terms, row = term_id: a Parquet file with a column `term`, or all in memory.
        n_terms: How many there are.
        shard_terms: Terms in one shard; the last one of a window may hold fewer.
        window_terms: Terms sorted together.
    """

    def __init__(
        self,
        source: Path | pl.Series,
        n_terms: int,
        shard_terms: int,
        window_terms: int = WINDOW_TERMS,
    ) -> None:
        self._source = source
        self._shard_terms = shard_terms
        self._spans = list(_spans(n_terms, shard_terms, window_terms))
        self._window: _Window | None = None

    def __len__(self) -> int:
        """Number of shards."""
        return len(self._spans)

    @overload
    def __getitem__(self, shard: int) -> Ids: ...

    @overload
    def __getitem__(self, shard: slice) -> list[Ids]: ...

    def __getitem__(self, shard: int | slice) -> Ids | list[Ids]:
        """The ids of the terms of a shard, int64 (n,)."""
        if isinstance(shard, slice):
            return [self[place] for place in range(*shard.indices(len(self)))]
        window, rows = self._rows(shard)
        return rows + window.first

    def terms(self, shard: int) -> list[str]:
        """The terms of a shard, in the order of its ids."""
        window, rows = self._rows(shard)
        terms: list[str] = window.terms.gather(rows).to_list()
        return terms

    def _rows(self, shard: int) -> tuple[_Window, Ids]:
        """The window of a shard, and the places of the shard's terms in it."""
        first, n_window, start = self._spans[shard]
        if self._window is None or self._window.first != first:
            self._window = read_window(self._source, first, n_window)
        return self._window, self._window.order[start : start + self._shard_terms]

    def __getstate__(self) -> dict[str, Any]:
        """What travels to another process: not the window in memory."""
        return {**self.__dict__, "_window": None}


def read_window(source: Path | pl.Series, first: int, n_window: int) -> _Window:
    if isinstance(source, pl.Series):
        terms = source.slice(first, n_window)
    else:
        with reading(source, "ingest"):
            rows = pl.scan_parquet(source).select("term").slice(first, n_window)
            terms = rows.collect()["term"]
    lengths = terms.str.len_chars().to_numpy().astype(np.int64)
    return _Window(terms, first, np.argsort(-lengths, kind="stable"))


def _spans(n_terms: int, shard_terms: int, window_terms: int) -> Iterator[tuple[int, int, int]]:
    """For each shard the first id and the size of its window, and where in the window it begins."""
    for first in range(0, n_terms, window_terms):
        n_window = min(window_terms, n_terms - first)
        for start in range(0, n_window, shard_terms):
            yield first, n_window, start
