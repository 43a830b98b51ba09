"""Nearest neighbours by cosine, with FAISS, exact or by an inverted-file index.

Contract: vectors are float16 or float32 (n_terms, dim), one row per term; they are normalised here.
A zero vector has no neighbours. In a neighbour list an absent neighbour is id -1; a term is never
its own neighbour (it is dropped by id: among equal vectors it need not come first); neighbours
stand by falling cosine, ties by rising id.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

__all__ = [
    "NEIGHBOUR",
    "IndexPlan",
    "Span",
    "build_index",
    "exact_search",
    "merged",
    "plan_index",
    "search",
]

Vectors = npt.NDArray[np.floating[Any]]
Span = tuple[int, int]
"""First term and the one after the last."""
NEIGHBOUR = np.dtype([("id", "<i4"), ("cosine", "<f4")])
_ADD_ROWS = 65_536


class IndexPlan(NamedTuple):
    """Which index, and for the inverted file its number of lists and of lists probed."""

    kind: str
    nlist: int = 0
    nprobe: int = 0


def plan_index(
    n_terms: int, kind: str, exact_below: int, nlist: int | None, nprobe: int | None
) -> IndexPlan:
    """Choose the index: exact for small lexicons, an inverted file above.

    The rule for the inverted file: nlist is the power of two nearest to 4 sqrt(n_terms), nprobe an
    eighth of it; exact search costs n_terms^2, this one about n_terms^1.5 / 2.

    Args:
        n_terms: Number of terms.
        kind: "auto", "exact" or "ivf".
        exact_below: "auto" searches exactly below so many terms.
        nlist: Number of lists, or None for the rule.
        nprobe: Number of lists probed, or None for the rule.

    Returns:
        The plan.
    """
    if kind == "exact" or (kind == "auto" and n_terms < exact_below):
        return IndexPlan("exact")
    lists = nlist or 2 ** round(np.log2(4 * np.sqrt(n_terms)))
    lists = min(lists, n_terms)
    return IndexPlan("ivf", lists, min(nprobe or max(1, lists // 8), lists))


def build_index(
    vectors: Vectors,
    plan: IndexPlan,
    train_sample_per_list: int,
    seed: int,
    span: Span | None = None,
) -> Any:  # noqa: ANN401
    """Build the index over all terms or a span of them.

    An inverted file is trained on a seeded random sample.

    Args:
        vectors: (n_terms, dim).
        plan: Which index.
        train_sample_per_list: Training vectors per list of the inverted file.
        seed: Seed of the sample and of the training.
        span: First term and the one after the last; None: all.

    Returns:
        A FAISS index whose ids are the rows of the span.
    """
    first, stop = span or (0, len(vectors))
    n_terms, dim = stop - first, vectors.shape[1]
    if plan.kind == "exact":
        index: Any = faiss.IndexFlatIP(dim)
    else:
        quantizer = faiss.IndexFlatIP(dim)
        n_lists = min(plan.nlist, n_terms)
        index = faiss.IndexIVFFlat(quantizer, dim, n_lists, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed = seed
        index.nprobe = plan.nprobe
        size = min(n_terms, n_lists * train_sample_per_list)
        sample = np.random.default_rng(seed).choice(n_terms, size, replace=False)
        index.train(_unit(vectors[first + np.sort(sample)]))
    for start in range(first, stop, _ADD_ROWS):
        index.add(_unit(vectors[start : min(start + _ADD_ROWS, stop)]))
    return index


def search(
    index: Any,  # noqa: ANN401
    vectors: Vectors,
    rows: npt.NDArray[np.int64],
    k: int,
    min_cosine: float,
    first: int = 0,
) -> npt.NDArray[np.void]:
    """The k nearest neighbours of some terms.

    Args:
        index: As built by `build_index`.
        vectors: (n_terms, dim).
        rows: int64 (n_queries,), the terms to search for.
        k: Neighbours wanted; fewer exist in a small lexicon.
        min_cosine: Neighbours further away than this are left out.
        first: First term of the index's span.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
    queries = _unit(vectors[rows])
    cosine, ids = index.search(queries, min(k + 1, index.ntotal))
    ids = np.where((ids < 0) | (queries == 0).all(axis=1, keepdims=True), -1, ids + first)
    return _neighbour_lists(rows, ids, cosine, k, min_cosine)


def merged(
    lists: Sequence[npt.NDArray[np.void]], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.void]:
    """The lists of several spans as one.

    Args:
        lists: NEIGHBOUR (n_queries, k) of each span; the spans do not overlap.
        rows: int64 (n_queries,), the terms searched for.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
    whole = np.concatenate(lists, axis=1)
    return _neighbour_lists(rows, whole["id"], whole["cosine"], lists[0].shape[1], -1.0)


def exact_search(
    vectors: Vectors, rows: npt.NDArray[np.int64], k: int, min_cosine: float
) -> npt.NDArray[np.void]:
    """The same by exact search without an index, block by block: the yardstick of `search`.

    Args:
        vectors: (n_terms, dim).
        rows: int64 (n_queries,), the terms to search for.
        k: Neighbours wanted.
        min_cosine: Neighbours further away than this are left out.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
    n_terms = vectors.shape[0]
    queries = _unit(vectors[rows])
    heaps = faiss.ResultHeap(len(rows), min(k + 1, n_terms), keep_max=True)
    for start in range(0, n_terms, _ADD_ROWS):
        block = _unit(vectors[start : start + _ADD_ROWS])
        cosine, ids = faiss.knn(
            queries, block, min(k + 1, len(block)), metric=faiss.METRIC_INNER_PRODUCT
        )
        heaps.add_result(cosine, np.where(ids >= 0, ids + start, -1))
    heaps.finalize()
    ids = np.where((queries == 0).all(axis=1, keepdims=True), -1, heaps.I)
    return _neighbour_lists(rows, ids, heaps.D, k, min_cosine)


def _neighbour_lists(
    rows: npt.NDArray[np.int64],
    ids: npt.NDArray[np.integer[Any]],
    cosine: npt.NDArray[np.float32],
    k: int,
    min_cosine: float,
) -> npt.NDArray[np.void]:
    absent = (ids < 0) | (ids == rows[:, None]) | (cosine < min_cosine)
    cosine = np.where(absent, -np.inf, np.clip(cosine, -1, 1))
    ids = np.where(absent, -1, ids)
    order = np.lexsort((ids, -cosine), axis=1)[:, :k]
    lists = np.full((len(rows), k), np.array((-1, 0), NEIGHBOUR), NEIGHBOUR)
    width = order.shape[1]
    lists["id"][:, :width] = np.take_along_axis(ids, order, axis=1)
    lists["cosine"][:, :width] = np.take_along_axis(cosine, order, axis=1)
    lists["cosine"][lists["id"] < 0] = 0
    return lists


def _unit(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Float32 rows of length 1; zero rows stay zero."""
    rows = np.array(vectors, dtype=np.float32, order="C")
    faiss.normalize_L2(rows)
    return rows
