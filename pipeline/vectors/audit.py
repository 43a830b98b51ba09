"""What retrieval misses: recall of the index, and recall of the labelled pairs."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.vectors.candidates import listed
from pipeline.vectors.neighbours import exact_search

__all__ = ["index_recall", "labelled_recall", "recall_against"]

_TOLERANCE = 1e-5


def index_recall(
    lists: npt.NDArray[np.void],
    vectors: npt.NDArray[Any],
    n_queries: int,
    min_cosine: float,
    seed: int,
) -> dict[str, float]:
    """Recall@k of the neighbour lists against exact search, on sampled terms.

    Args:
        lists: NEIGHBOUR (n_terms, k), as found.
        vectors: (n_terms, dim).
        n_queries: Size of the sample.
        min_cosine: The floor under which neighbours were left out.
        seed: Seed of the sample.

    Returns:
        Mean recall, the half-width of its 95 % confidence interval (normal approximation) and the
        number of sampled terms that have a neighbour.
    """
    n_terms, k = lists.shape
    random = np.random.default_rng(seed)
    rows = np.sort(random.choice(n_terms, min(n_queries, n_terms), replace=False))
    recall = recall_against(lists[rows], exact_search(vectors, rows, k, min_cosine))
    recall = recall[np.isfinite(recall)]
    n = len(recall)
    spread = float(recall.std(ddof=1)) if n > 1 else 0.0
    return {
        "recall_at_k": float(recall.mean()) if n else 0.0,
        "recall_ci95": 1.96 * spread / n**0.5 if n else 0.0,
        "queries": n,
    }


def recall_against(
    found: npt.NDArray[np.void], exact: npt.NDArray[np.void]
) -> npt.NDArray[np.float64]:
    """Recall of each query's list against the exact one.

    A found neighbour counts when it is at least as close as the last exact one (within 1e-5): which
    of several equally close neighbours an index returns does not matter.

    Args:
        found: NEIGHBOUR (n_queries, k).
        exact: NEIGHBOUR (n_queries, k).

    Returns:
        float64 (n_queries,); NaN for a query that has no neighbour.
    """
    wanted = (exact["id"] >= 0).sum(axis=1)
    last = np.where(exact["id"] >= 0, exact["cosine"], np.inf).min(axis=1)
    close = (found["id"] >= 0) & (found["cosine"] >= last[:, None] - _TOLERANCE)
    right = np.minimum(close.sum(axis=1), wanted)
    recall = np.full(len(wanted), np.nan)
    np.divide(right, wanted, out=recall, where=wanted > 0)
    return recall


def labelled_recall(
    lists: npt.NDArray[np.void], pairs: pl.DataFrame, held_out: pl.DataFrame
) -> dict[str, dict[str, float]]:
    """Which share of the labelled pairs are candidates by the vector route.

    Args:
        lists: NEIGHBOUR (n_terms, k).
        pairs: Columns a, b, relation.
        held_out: The table HELD_OUT.

    Returns:
        For "test" (both terms held out for test) and "all" pairs: recall and number of pairs of
        each relation.
    """
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    in_test = np.zeros(len(lists), dtype=bool)
    in_test[held_out.filter(pl.col("split") == "test")["term_id"].to_numpy()] = True
    found = pairs.select("relation").with_columns(
        held=pl.Series(listed(lists, a, b)), test=pl.Series(in_test[a] & in_test[b])
    )
    return {"test": _by_relation(found.filter("test")), "all": _by_relation(found)}


def _by_relation(found: pl.DataFrame) -> dict[str, float]:
    shares = found.group_by("relation").agg(pl.col("held").mean(), pl.len()).sort("relation")
    figures: dict[str, float] = {}
    for relation, held, n in shares.iter_rows():
        figures |= {f"{relation}_recall": held, f"{relation}_pairs": n}
    return figures
