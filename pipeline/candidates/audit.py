"""The audit of retrieval: recall of the index, and recall of the labelled pairs."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.candidates.candidates import listed
from nymgraph.pipeline.candidates.spelling import OpposingAffixes
from nymgraph.pipeline.indexes.neighbours import exact_search
from nymgraph.pipeline.schemas import SPLIT_NAMES

__all__ = ["index_recall", "labelled_recall", "mean_recall", "recall_against"]

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
    mean, half_width, n = mean_recall(recall)
    return {"recall_at_k": mean, "recall_ci95": half_width, "queries": n}


def mean_recall(recall: npt.NDArray[np.float64]) -> tuple[float, float, int]:
    """Mean of the recalls of queries.

    Args:
        recall: float64 (n_queries,), NaN for a query that has no neighbour.

    Returns:
        The mean, the half-width of its 95 % confidence interval (normal approximation) and the
        number of queries that have a neighbour.
    """
    recall = recall[np.isfinite(recall)]
    n = len(recall)
    spread = float(recall.std(ddof=1)) if n > 1 else 0.0
    return float(recall.mean()) if n else 0.0, 1.96 * spread / n**0.5 if n else 0.0, n


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
    lists: npt.NDArray[np.void],
    spelled: npt.NDArray[np.void],
    opposites: OpposingAffixes,
    pairs: pl.DataFrame,
    held_out: pl.DataFrame,
) -> dict[str, dict[str, dict[str, float]]]:
    """Which share of the labelled pairs the searches find; what a dictionary adds is not counted.

    Args:
        lists: NEIGHBOUR (n_terms, k), by vectors.
        spelled: NEIGHBOUR (n_terms, k), by spelling.
        opposites: Finds pairs that differ by an affix that makes opposites.
        pairs: Columns a, b, relation.
        held_out: The table HELD_OUT.

    Returns:
        For "test", "validation" (both terms held out for it) and "all" pairs, of each relation the
        number of pairs and the recall by vectors ("vector"), by vectors or spelling without the
        pairs marked `affix`, which are candidates for antonyms ("synonym routes"), and with them
        ("all routes").
    """
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    by_vector = listed(lists, a, b)
    by_either = by_vector | listed(spelled, a, b)
    found = pairs.select("relation").with_columns(
        vector=pl.Series(by_vector),
        synonym_routes=pl.Series(by_either & ~opposites.between(a, b)),
        all_routes=pl.Series(by_either),
    )
    split = np.zeros(len(lists), dtype=np.int8)
    names = held_out["split"].cast(pl.String).replace_strict(SPLIT_NAMES, range(3))
    split[held_out["term_id"].to_numpy()] = names.to_numpy()
    figures = {}
    for name in ("validation", "test"):
        code = SPLIT_NAMES.index(name)
        within = pl.Series((split[a] == code) & (split[b] == code))
        figures[name] = _by_relation(found.filter(within))
    return figures | {"all": _by_relation(found)}


def _by_relation(found: pl.DataFrame) -> dict[str, dict[str, float]]:
    routes = ("vector", "synonym_routes", "all_routes")
    shares = found.group_by("relation").agg(pl.len().alias("pairs"), pl.col(routes).mean())
    return {row.pop("relation"): row for row in shares.sort("relation").iter_rows(named=True)}
