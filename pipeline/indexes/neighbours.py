"""Nearest neighbours by cosine: what every index returns, and the yardstick of them all.

Contract: vectors are float16 or float32 (n_terms, dim), one row per term; they are normalised here.
A zero vector has no neighbours. In a neighbour list an absent neighbour is id -1; a term is never
its own neighbour (it is dropped by id: among equal vectors it need not come first); neighbours
stand by falling cosine, ties by rising id.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

__all__ = [
    "NEIGHBOUR",
    "Span",
    "exact_search",
    "nearest_rows",
    "neighbour_lists",
    "one_thread",
    "spare",
    "unit",
]

Vectors = npt.NDArray[np.floating[Any]]
Span = tuple[int, int]
NEIGHBOUR = np.dtype([("id", "<i4"), ("cosine", "<f4")])
ADD_ROWS = 65_536


def exact_search(
    vectors: Vectors, rows: npt.NDArray[np.int64], k: int, min_cosine: float
) -> npt.NDArray[np.void]:
    """The k nearest neighbours of some terms by exact search without an index, block by block.

    Args:
        vectors: (n_terms, dim).
        rows: int64 (n_queries,), the terms to search for.
        k: Neighbours wanted.
        min_cosine: Neighbours further away than this are left out.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
    return nearest_rows(vectors, vectors[rows], rows, k, min_cosine)


def nearest_rows(
    vectors: Vectors, asked: Vectors, own: npt.NDArray[np.int64], k: int, min_cosine: float
) -> npt.NDArray[np.void]:
    """The k rows nearest to any vectors, by exact search, block by block.

    Args:
        vectors: (n_terms, dim); may be a memory map.
        asked: (n_queries, dim).
        own: int64 (n_queries,), the row that is the query itself and no neighbour of it, or -1.
        k: Neighbours wanted.
        min_cosine: Neighbours further away than this are left out.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
    n_terms = vectors.shape[0]
    queries = unit(asked)
    heaps = faiss.ResultHeap(len(queries), min(k + 1, n_terms), keep_max=True)
    for start in range(0, n_terms, ADD_ROWS):
        block = unit(vectors[start : start + ADD_ROWS])
        with one_thread():
            cosine, ids = faiss.knn(
                queries, block, min(k + 1, len(block)), metric=faiss.METRIC_INNER_PRODUCT
            )
        heaps.add_result(cosine, np.where(ids >= 0, ids + start, -1))
    heaps.finalize()
    ids = np.where((queries == 0).all(axis=1, keepdims=True), -1, heaps.I)
    return neighbour_lists(own, ids, heaps.D, k, min_cosine)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS work with one thread, for the same bytes: its products of matrices split by it."""
    n_threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(n_threads)


def neighbour_lists(
    rows: npt.NDArray[np.int64],
    ids: npt.NDArray[np.integer[Any]],
    cosine: npt.NDArray[np.float32],
    k: int,
    min_cosine: float,
) -> npt.NDArray[np.void]:
    """Neighbour lists as the contract wants them.

    Args:
        rows: int64 (n_queries,), the terms searched for; their vectors are not zero.
        ids: int (n_queries, width), what was found, in any order; -1 where nothing was.
        cosine: float32 (n_queries, width).
        k: Neighbours wanted.
        min_cosine: Neighbours further away than this are left out.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
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


def spare(k: int) -> int:
    """How many more than k a search by inexact vectors keeps, for ranking again by exact ones."""
    return max(8, k // 8)


def unit(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Float32 rows of length 1; zero rows stay zero."""
    rows = np.array(vectors, dtype=np.float32, order="C")
    faiss.normalize_L2(rows)
    return rows
