"""Candidate pairs from neighbour lists: every unordered pair once, with a < b.

Five routes: near vectors; near spellings; pairs that a dictionary knows; acronyms and what they may
stand for; terms and their definitions. A pair takes the first route that finds it. A pair found by
vector or spelling that differs by an affix which makes opposites (happy, unhappy) is marked
`affix`: it is a candidate for an antonym.

A pair stands in the list of a, of b, or of both. It is owned by its smaller end when that end lists
the other, and by its larger end otherwise. Each row yields the pairs it owns, so that none comes
twice and no table of all pairs is needed.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.candidates.spelling import OpposingAffixes
from nymgraph.pipeline.schemas import CANDIDATES

__all__ = [
    "cosines",
    "dictionary_pairs",
    "listed",
    "marked",
    "owned_pairs",
    "spelled_pairs",
    "with_further",
]

ROWS_AT_ONCE = 4_096


def owned_pairs(lists: npt.NDArray[np.void], start: int, stop: int) -> pl.DataFrame:
    """The pairs that rows start..stop own, by the vector route.

    Args:
        lists: NEIGHBOUR (n_terms, k), the lists of all terms; may be a memory map.
        start: First row.
        stop: Row after the last.

    Returns:
        The rows of CANDIDATES, sorted by (a, b).
    """
    blocks = [
        _owned(lists, first, min(first + ROWS_AT_ONCE, stop))
        for first in range(start, stop, ROWS_AT_ONCE)
    ]
    return pl.concat([CANDIDATES.empty(), *blocks]).sort("a", "b")


def spelled_pairs(
    lists: npt.NDArray[np.void],
    spelled: npt.NDArray[np.void],
    vectors: npt.NDArray[Any],
    start: int,
    stop: int,
) -> pl.DataFrame:
    """The pairs near by spelling that rows start..stop own and no list of near vectors holds.

    Args:
        lists: NEIGHBOUR (n_terms, k), by vectors.
        spelled: NEIGHBOUR (n_terms, k), by spelling.
        vectors: (n_terms, dim).
        start: First row.
        stop: Row after the last.

    Returns:
        The rows of CANDIDATES, sorted by (a, b).
    """
    found = owned_pairs(spelled, start, stop)
    a, b = (found[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    new = ~listed(lists, a, b)
    columns = {"a": a[new], "b": b[new], "cosine": cosines(vectors, a[new], b[new])}
    return CANDIDATES.conform(pl.DataFrame(columns).with_columns(route=pl.lit("surface")))


def marked(pairs: pl.DataFrame, opposites: OpposingAffixes) -> pl.DataFrame:
    """Give the route `affix` to the pairs that differ by an affix which makes opposites.

    Args:
        pairs: Rows of CANDIDATES.
        opposites: Finds the pairs that do.

    Returns:
        The same rows.
    """
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    affix = pl.when(pl.Series(opposites.between(a, b))).then(pl.lit("affix"))
    return CANDIDATES.conform(pairs.with_columns(route=affix.otherwise(pl.col("route"))))


def listed(
    lists: npt.NDArray[np.void], a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether each pair stands in the list of one of its ends.

    Args:
        lists: NEIGHBOUR (n_terms, k).
        a: int64 (n_pairs,), first ends.
        b: int64 (n_pairs,), second ends.

    Returns:
        bool (n_pairs,).
    """
    return _lists_hold(lists, a, b) | _lists_hold(lists, b, a)


def dictionary_pairs(
    lists: npt.NDArray[np.void],
    spelled: npt.NDArray[np.void],
    vectors: npt.NDArray[Any],
    pairs: pl.DataFrame,
) -> pl.DataFrame:
    """The known synonyms and antonyms of the training split that no neighbour list holds.

    Args:
        lists: NEIGHBOUR (n_terms, k), by vectors.
        spelled: NEIGHBOUR (n_terms, k), by spelling.
        vectors: (n_terms, dim).
        pairs: Columns a, b, relation, split.

    Returns:
        The rows of CANDIDATES, sorted by (a, b).
    """
    known = pairs.filter(
        (pl.col("split") == "train") & pl.col("relation").is_in(["synonym", "antonym"])
    ).sort("a", "b")
    a, b = (known[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    new = ~listed(lists, a, b) & ~listed(spelled, a, b)
    columns = {"a": a[new], "b": b[new], "cosine": cosines(vectors, a[new], b[new])}
    return CANDIDATES.conform(pl.DataFrame(columns).with_columns(route=pl.lit("dictionary")))


def with_further(
    pairs: pl.DataFrame,
    lists: npt.NDArray[np.void],
    spelled: npt.NDArray[np.void],
    vectors: npt.NDArray[Any],
    further: npt.NDArray[np.int64],
    route: str,
) -> pl.DataFrame:
    """Pairs, and those of a further route that neither they nor the lists hold.

    Args:
        pairs: Rows of CANDIDATES, from `dictionary_pairs` or this.
        lists: NEIGHBOUR (n_terms, k), by vectors.
        spelled: NEIGHBOUR (n_terms, k), by spelling.
        vectors: (n_terms, dim).
        further: int64 (n_pairs, 2), a < b, sorted.
        route: By which they were found.

    Returns:
        The rows of CANDIDATES, sorted by (a, b).
    """
    a, b = further.T
    new = ~listed(lists, a, b) & ~listed(spelled, a, b)
    columns = {"a": a[new], "b": b[new], "cosine": cosines(vectors, a[new], b[new])}
    found = CANDIDATES.conform(pl.DataFrame(columns).with_columns(route=pl.lit(route)))
    found = found.join(pairs, on=["a", "b"], how="anti")
    return pl.concat([pairs, found]).sort("a", "b")


def cosines(
    vectors: npt.NDArray[Any], a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Cosine of each pair, block by block; 0 where a vector is zero.

    Args:
        vectors: (n_terms, dim).
        a: int64 (n_pairs,), first ends.
        b: int64 (n_pairs,), second ends.

    Returns:
        float32 (n_pairs,), -1 to 1.
    """
    cosine = np.empty(len(a), dtype=np.float32)
    for start in range(0, len(a), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        one, other = (vectors[ends[block]].astype(np.float32) for ends in (a, b))
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        cosine[block] = (one * other).sum(axis=1) / np.where(lengths == 0, 1, lengths)
    return np.clip(cosine, -1, 1)


def _owned(lists: npt.NDArray[np.void], first: int, stop: int) -> pl.DataFrame:
    block = lists[first:stop]
    row, place = np.nonzero(block["id"] >= 0)
    one, other = row + first, block["id"][row, place].astype(np.int64)
    mine = (one < other) | ~_lists_hold(lists, other, one)
    one, other, cosine = one[mine], other[mine], block["cosine"][row, place][mine]
    columns = {"a": np.minimum(one, other), "b": np.maximum(one, other), "cosine": cosine}
    return CANDIDATES.conform(pl.DataFrame(columns).with_columns(route=pl.lit("vector")))


def _lists_hold(
    lists: npt.NDArray[np.void], owner: npt.NDArray[np.int64], member: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether the list of each owner holds the member; in blocks, for bounded memory."""
    held = np.empty(len(owner), dtype=bool)
    for start in range(0, len(owner), ROWS_AT_ONCE * 32):
        block = slice(start, start + ROWS_AT_ONCE * 32)
        held[block] = (lists["id"][owner[block]] == member[block, None]).any(axis=1)
    return held
