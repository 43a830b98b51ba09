"""Vectors as small integers, whose products are exact: the same on every machine.

A float's last bits depend on the order in which a processor adds; the sums of integers do not. Each
vector is multiplied so that its largest component is R and rounded: its code. Products of codes are
sums of integers, exact in int32 and, as R^2 dim < 2^24, in float32 too: whichever way a processor
multiplies matrices fastest, with however many threads and in blocks of whatever shape, the results
are the same bytes. R is 127 up to 1,040 dimensions.

Contract: a zero vector has the code zero and the scale zero.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["Best", "Codes", "best_codes", "encode", "offer", "products"]

F = TypeVar("F", bound=Callable[..., object])
_ALIGNED = 8  # a GPU multiplies integers only in multiples of 8
_ROWS_AT_ONCE = 1_024
_CHUNK = 32


class Codes(NamedTuple):
    """Vectors as integers.

    Attributes:
        code: int8 (n, dim), with zeros behind up to a multiple of 8.
        scale: float32 (n,), 1 / length of the code, or 0: the cosine of two codes is
            product * scale * scale.
    """

    code: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]

    def take(self, rows: npt.NDArray[np.int64]) -> "Codes":
        """Some of the vectors.

        Args:
            rows: int64 (n_rows,).

        Returns:
            Their codes.
        """
        return Codes(self.code[rows], self.scale[rows])

    def part(self, span: slice) -> "Codes":
        """A span of the vectors, not copied."""
        return Codes(self.code[span], self.scale[span])


class Best(NamedTuple):
    """The best so far of each query: a heap, the least good in front.

    Attributes:
        merit: float32 (n_queries, width), product * scale of the other; -inf where none is.
        id: int32 (n_queries, width), -1 where none is; of equals the lower id is better.
    """

    merit: npt.NDArray[np.float32]
    id: npt.NDArray[np.int32]

    @classmethod
    def none(cls, n_queries: int, width: int) -> "Best":
        """Nothing found yet.

        Args:
            n_queries: Number of queries.
            width: How many are kept of each.

        Returns:
            Empty heaps.
        """
        shape = (n_queries, width)
        return cls(np.full(shape, -np.inf, np.float32), np.full(shape, -1, np.int32))


def encode(vectors: npt.NDArray[np.floating[Any]]) -> Codes:
    """The codes of vectors.

    Args:
        vectors: float16 or float32 (n, dim), of any length.

    Returns:
        Their codes.
    """
    n, dim = vectors.shape
    largest = min(127, math.isqrt((2**24 - 1) // max(dim, 1)))
    code = np.zeros((n, -(-dim // _ALIGNED) * _ALIGNED), np.int8)
    scale = np.zeros(n, np.float32)
    for start in range(0, n, _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        rows = np.asarray(vectors[block], np.float32)
        peak = np.abs(rows).max(axis=1, initial=0, keepdims=True)
        code[block, :dim] = np.rint(rows / np.where(peak > 0, peak, 1) * np.float32(largest))
        squares = np.square(code[block], dtype=np.int32).sum(axis=1)
        np.divide(1, np.sqrt(squares), out=scale[block], where=squares > 0, casting="same_kind")
    return Codes(code, scale)


def products(one: Tensor, other: Tensor) -> Tensor:
    """All products of two sets of codes.

    Args:
        one: int8 (n, dim).
        other: int8 (m, dim), on the same device.

    Returns:
        int32 (n, m), exact.
    """
    if _multiplies_integers(one.device.type):
        return torch._int_mm(one, other.T)
    return (one.float() @ other.float().T).to(torch.int32)


def best_codes(queries: Codes, others: Codes, width: int) -> npt.NDArray[np.int32]:
    """The nearest of a few vectors to each of many.

    Args:
        queries: n_queries of them.
        others: At least `width` of them.
        width: How many are wanted.

    Returns:
        int32 (n_queries, width), the best first, of equals the lower id.
    """
    best = Best.none(len(queries.code), width)
    ids = np.arange(len(others.code), dtype=np.int32)
    offer(best, np.arange(len(queries.code)), queries.code, others, ids)
    order = np.lexsort((best.id, -best.merit), axis=1)
    return np.take_along_axis(best.id, order, axis=1)


def offer(
    best: Best,
    rows: npt.NDArray[np.int64],
    queries: npt.NDArray[np.int8],
    others: Codes,
    ids: npt.NDArray[np.int32],
) -> None:
    """Let each query take what is better than what it has.

    Args:
        best: Of all queries; changed.
        rows: int64 (n,), the rows of `best` that are asked, each once.
        queries: int8 (n, dim), their codes.
        others: What is offered to all of them.
        ids: int32, the ids of the others.
    """
    for left in range(0, len(others.code), _ROWS_AT_ONCE):
        columns = slice(left, left + _ROWS_AT_ONCE)
        other = torch.from_numpy(others.code[columns])
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            block = slice(start, start + _ROWS_AT_ONCE)
            product = products(torch.from_numpy(queries[block]), other).numpy()
            _scan(product, others.scale[columns], ids[columns], rows[block], *best)


@functools.cache
def _multiplies_integers(device: str) -> bool:
    """Whether the device has a product of int8 that does not overflow (old processors' does)."""
    extreme = torch.full((32, 64), 127, dtype=torch.int8, device=device)
    try:
        found = torch._int_mm(extreme, -extreme.T)
    except (RuntimeError, AttributeError):
        return False
    return bool((found == -64 * 127**2).all())


def _parallel_kernel(function: F) -> F:
    """Compile a function whose parallel loop writes only to its own rows; call it from Python."""
    return cast("F", numba.njit(cache=True, parallel=True)(function))


@_parallel_kernel
def _scan(
    product: npt.NDArray[np.int32],
    scale: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    rows: npt.NDArray[np.int64],
    merit: npt.NDArray[np.float32],
    best: npt.NDArray[np.int32],
) -> None:
    """Look for better ones, a few columns at a time: mostly there are none."""
    n_others = len(ids)
    for i in numba.prange(len(rows)):
        row = rows[i]
        for first in range(0, n_others, _CHUNK):
            last = min(n_others, first + _CHUNK)
            least, n_better = merit[row, 0], 0
            for j in range(first, last):
                n_better += np.float32(product[i, j]) * scale[j] >= least
            if n_better > 0:
                for j in range(first, last):
                    value = np.float32(product[i, j]) * scale[j]
                    if value > merit[row, 0] or (value == merit[row, 0] and ids[j] < best[row, 0]):
                        _replace(merit[row], best[row], value, ids[j])


@numba.njit(cache=True)
def _replace(
    merit: npt.NDArray[np.float32], best: npt.NDArray[np.int32], value: float, other: int
) -> None:
    """Put a better one in place of the least good, and let it sink."""
    place, width = 0, len(merit)
    while True:
        child = 2 * place + 1
        if child >= width:
            break
        right = child + 1
        if right < width and (
            merit[right] < merit[child]
            or (merit[right] == merit[child] and best[right] > best[child])
        ):
            child = right
        if merit[child] > value or (merit[child] == value and best[child] < other):
            break
        merit[place], best[place] = merit[child], best[child]
        place = child
    merit[place], best[place] = value, other
