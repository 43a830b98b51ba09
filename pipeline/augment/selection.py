"""Which terms and groups come first when not all are wanted: the frequent ones, then a draw.

The draw is by a seeded hash of the content, so that it does not depend on the order of rows, and
adding terms does not reshuffle the others.
"""

import math

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.hashing import stable_hashes

__all__ = ["first_groups", "first_terms"]


def first_terms(terms: pl.DataFrame, most: int | None, seed: int) -> pl.DataFrame:
    """The terms that are grouped.

    Args:
        terms: Columns term, frequency (null where unknown), in byte-wise order.
        most: How many at most, or None for all.
        seed: Seed of the draw among equally frequent terms.

    Returns:
        The rows chosen, in their order.
    """
    if most is None or most >= terms.height:
        return terms
    order = _order(terms["term"].to_list(), terms["frequency"].to_list(), seed)
    return terms[np.sort(order[:most])]


def first_groups(
    groups: list[tuple[str, ...]], frequency: dict[str, float], most: int | None, seed: int
) -> list[tuple[str, ...]]:
    """The groups that are sent, in the order in which they are.

    Args:
        groups: The terms of each group.
        frequency: Frequency of the terms that have one; a group counts as its most frequent term.
        most: How many groups at most, or None for all.
        seed: Seed of the draw among equally frequent groups.

    Returns:
        The groups chosen.
    """
    frequencies = [
        max((frequency[term] for term in group if term in frequency), default=None)
        for group in groups
    ]
    order = _order(["\n".join(group) for group in groups], frequencies, seed)
    return [groups[place] for place in order[:most]]


def _order(names: list[str], frequencies: list[float | None], seed: int) -> npt.NDArray[np.int64]:
    """Places by falling frequency (unknown last), then by the draw."""
    falling = [math.inf if value is None else -value for value in frequencies]
    draws = stable_hashes(f"{seed}:{name}" for name in names)
    return np.lexsort((draws, np.array(falling, dtype=np.float64)))
