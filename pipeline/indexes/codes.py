"""Vectors as few small integers, whose products are exact: the same on every machine.

A float's last bits depend on the order in which a processor adds; the sums of integers do not. A
vector is projected on the leading directions of the second moment of a sample (not centred), made
to length 1 there, multiplied by a constant and rounded: its code. So the product of two codes
orders pairs by the cosine of the two projections. That is nearer to the cosine of the vectors than
the product of the projections, for it assumes that two vectors are as similar outside the
projection as inside it. The projection is itself a product of integers. Products of codes are sums
of integers, exact in int32 and, as R^2 dim < 2^24, in float32 too: whichever way a processor
multiplies matrices fastest, with however many threads and in blocks of whatever shape, the results
are the same bytes. R is 127 up to 1,040 dimensions.

Contract: a zero vector has the code zero.
"""

import functools
import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from nymgraph.kernels import kernel, parallel_kernel

__all__ = [
    "Basis",
    "Coder",
    "best_codes",
    "chosen",
    "nearest",
    "nothing",
    "offer",
    "products",
    "rounded",
]

Codes = npt.NDArray[np.int8]
Vectors = npt.NDArray[np.floating[Any]]
_ALIGNED = 8  # a GPU multiplies integers only in multiples of 8
_LOADED = 8_192
# So many codes meet as many others at once: their products stay in a core's own cache.
_ROWS_AT_ONCE = 512
_CHUNK = 32
_SAMPLED = 16
_LAST_ID = 2**31 - 1
_GRID = 1_024


class Coder(NamedTuple):
    """The projection that turns vectors into codes.

    Attributes:
        along: int8 (n_directions, dim), the directions, with zeros behind as in a code.
        weight: float32 (n_directions,), what a product with each is multiplied by.
        factor: By which a projection of length 1 is multiplied before it is rounded.
    """

    along: Codes
    weight: npt.NDArray[np.float32]
    factor: float

    def code(self, vectors: Vectors) -> Codes:
        """The codes of vectors.

        Args:
            vectors: float16 or float32 (n, dim), of any length; may be a memory map.

        Returns:
            int8 (n, n_directions), with zeros behind up to a multiple of 8.
        """
        n_directions = len(self.weight)
        code = np.zeros((len(vectors), _aligned(n_directions)), np.int8)
        for start in range(0, len(vectors), _LOADED):
            block = slice(start, start + _LOADED)
            projected = self._projected(vectors[block])
            code[block, :n_directions] = rounded(projected, self.factor)
        return code

    def _projected(self, vectors: Vectors) -> npt.NDArray[np.float32]:
        product = products(torch.from_numpy(_peaked(vectors)), torch.from_numpy(self.along)).numpy()
        along: npt.NDArray[np.float32] = product[:, : len(self.weight)] * self.weight
        return along


class Basis(NamedTuple):
    """Directions in which vectors differ, the leading ones first.

    Attributes:
        direction: float64 (dim, dim), orthonormal rows.
        sample: float16 or float32 (n_sample, dim), the vectors that they were found on.
    """

    direction: npt.NDArray[np.float64]
    sample: Vectors

    @classmethod
    def of(cls, sample: Vectors) -> "Basis":
        """The eigenvectors of the second moment, by falling eigenvalue.

        Args:
            sample: float16 or float32 (n_sample, dim), of any length.

        Returns:
            The basis.
        """
        unit = (
            sample / np.maximum(np.linalg.norm(sample.astype(np.float64), axis=1), 1e-30)[:, None]
        )
        # sums of integers, exact in float64: whatever the number of threads
        grid = np.rint(unit * _GRID)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # the last bits of a decomposition depend on it
        try:
            _, vectors = torch.linalg.eigh(torch.from_numpy(grid.T @ grid))
        finally:
            torch.set_num_threads(threads)
        return cls(np.ascontiguousarray(vectors.numpy().T[::-1]), sample)

    def coder(self, n_directions: int) -> Coder:
        """What codes vectors by the leading directions.

        Args:
            n_directions: How many; no more than dim are taken.

        Returns:
            The coder. Its factor is such that of a thousand vectors one is cut off somewhere.
        """
        direction = self.direction[:n_directions]
        peak = np.abs(direction).max(axis=1)
        largest = _largest(direction.shape[1])
        along = np.zeros((_aligned(len(direction)), _aligned(direction.shape[1])), np.int8)
        along[: len(direction), : direction.shape[1]] = np.rint(direction / peak[:, None] * largest)
        coder = Coder(along, (peak / largest).astype(np.float32), 1.0)
        projected = coder._projected(self.sample)
        tall = np.abs(projected).max(axis=1) / _lengths(projected)[:, 0]
        factor = _largest(len(direction)) / max(float(np.quantile(tall, 0.999)), 1e-3)
        return coder._replace(factor=factor)


def rounded(projected: npt.NDArray[np.floating[Any]], factor: float) -> Codes:
    """Vectors made to length 1, multiplied and rounded.

    Args:
        projected: float (n, dim), of any length.
        factor: By which they are multiplied.

    Returns:
        int8 (n, dim); what is too large is cut off.
    """
    largest = _largest(projected.shape[1])
    scaled = projected / _lengths(projected) * factor
    code: Codes = np.clip(np.rint(scaled), -largest, largest).astype(np.int8)
    return code


def products(one: Tensor, other: Tensor, out: Tensor | None = None) -> Tensor:
    """All products of two sets of codes.

    Args:
        one: int8 (n, dim).
        other: int8 (m, dim), on the same device.
        out: int32, at least n * m numbers, for the result: faster than new memory.

    Returns:
        int32 (n, m), exact.
    """
    if not multiplies_integers(one.device.type):
        return (one.float() @ other.float().T).to(torch.int32)
    if out is None:
        return torch._int_mm(one, other.T)
    n, m = one.shape[0], other.shape[0]
    return torch._int_mm(one, other.T, out=out[: n * m].view(n, m))


def nothing(n_queries: int, width: int) -> npt.NDArray[np.int64]:
    """Nothing found yet.

    Args:
        n_queries: Number of queries.
        width: How many are kept of each.

    Returns:
        int64 (n_queries, width): a heap for each query, the least good in front. An entry is the
        product, times 2^32, plus 2^31 - 1 - id, so that of equal products the lower id is better.
    """
    return np.full((n_queries, width), -(2**63), np.int64)


def chosen(best: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The ids in heaps, in no order; -1 where nothing was found.

    Args:
        best: int64 (n_queries, width), as of `nothing`.

    Returns:
        int32 (n_queries, width).
    """
    ids = _LAST_ID - (best & (2**32 - 1))
    return np.where(best == -(2**63), -1, ids).astype(np.int32)


def best_codes(queries: Codes, others: Codes, width: int) -> npt.NDArray[np.int32]:
    """The nearest of a few vectors to each of many.

    Args:
        queries: int8 (n_queries, dim).
        others: int8 (n_others, dim), at least `width` of them.
        width: How many are wanted.

    Returns:
        int32 (n_queries, width), the best first, of equals the lower id.
    """
    best = nothing(len(queries), width)
    offer(best, np.arange(len(queries)), queries, others, np.arange(len(others), dtype=np.int32))
    return chosen(-np.sort(-best, axis=1))


def nearest(
    queries: Codes, others: Codes, ids: npt.NDArray[np.int32], width: int
) -> npt.NDArray[np.int64]:
    """The nearest of many vectors to each of many.

    A sixteenth of the others comes first and shows what product it takes to be among the nearest of
    all; then nearly nothing else needs to enter a heap, which would cost more than the products do.
    The rare query for which too few are that near begins anew.

    Args:
        queries: int8 (n_queries, dim).
        others: int8 (n_others, dim), at least `width` of them.
        ids: int32 (n_others,), their ids.
        width: How many are wanted.

    Returns:
        Heaps, int64 (n_queries, width), as of `nothing`.
    """
    rows = np.arange(len(queries))
    best, few = nothing(len(queries), width), -(-width // _SAMPLED)
    few += 2 + 3 * math.isqrt(few)
    if len(others) < 4 * _SAMPLED * few:
        offer(best, rows, queries, others, ids)
        return best
    sampled = nothing(len(queries), few)
    offer(sampled, rows, queries, np.ascontiguousarray(others[::_SAMPLED]), ids[::_SAMPLED])
    least = sampled[:, :1] >> 32 << 32  # a key below that of every vector with this product
    best[:] = least
    offer(best, rows, queries, others, ids)
    again = rows[best[:, 0] == least[:, 0]]
    best[again] = nothing(1, width)
    offer(best, again, queries[again], others, ids)
    return best


def offer(
    best: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    queries: Codes,
    others: Codes,
    ids: npt.NDArray[np.int32],
) -> None:
    """Let each query take what is better than what it has.

    Args:
        best: Heaps of all queries, as of `nothing`; changed.
        rows: int64 (n,), the rows of `best` that are asked, each once.
        queries: int8 (n, dim), their codes.
        others: int8 (m, dim), what is offered to all of them.
        ids: int32 (m,), the ids of the others.
    """
    height = _ROWS_AT_ONCE * torch.get_num_threads()
    out = torch.empty(height * _ROWS_AT_ONCE, dtype=torch.int32)
    for start in range(0, len(rows), height):
        block = slice(start, start + height)
        query = torch.from_numpy(queries[block])
        for left in range(0, len(others), _ROWS_AT_ONCE):
            columns = slice(left, left + _ROWS_AT_ONCE)
            product = products(query, torch.from_numpy(others[columns]), out).numpy()
            _scan(product, ids[columns], rows[block], best)


def _lengths(projected: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Their lengths as a column, 1 for those that are zero."""
    squares = np.square(projected, dtype=np.float64).sum(axis=1, keepdims=True)
    return np.sqrt(np.where(squares > 0, squares, 1)).astype(np.float32)


def _peaked(vectors: Vectors) -> Codes:
    """Each vector multiplied so that its largest component is R, and rounded."""
    n, dim = vectors.shape
    rows = np.asarray(vectors, np.float32)
    peak = np.abs(rows).max(axis=1, initial=0, keepdims=True)
    code = np.zeros((n, _aligned(dim)), np.int8)
    code[:, :dim] = np.rint(rows * (np.float32(_largest(dim)) / np.where(peak > 0, peak, 1)))
    return code


def _largest(dim: int) -> int:
    """R: the largest number in a code of so many dimensions."""
    return min(127, math.isqrt((2**24 - 1) // max(dim, 1)))


def _aligned(dim: int) -> int:
    return -(-dim // _ALIGNED) * _ALIGNED


@functools.cache
def multiplies_integers(device: str) -> bool:
    """Whether the device has a product of int8 that does not overflow (old processors' does)."""
    extreme = torch.full((32, 64), 127, dtype=torch.int8, device=device)
    try:
        found = torch._int_mm(extreme, -extreme.T)
    except (RuntimeError, AttributeError):
        return False
    return bool((found == -64 * 127**2).all())


@parallel_kernel
def _scan(
    product: npt.NDArray[np.int32],
    ids: npt.NDArray[np.int32],
    rows: npt.NDArray[np.int64],
    best: npt.NDArray[np.int64],
) -> None:
    """Look for better ones, a few columns at a time: mostly there are none."""
    for i in numba.prange(len(rows)):
        line, heap = product[i], best[rows[i]]
        least = np.int32(heap[0] >> 32)
        for first in range(0, len(ids), _CHUNK):
            last = min(len(ids), first + _CHUNK)
            if _reach(line[first:last], least):
                for j in range(first, last):
                    if line[j] >= least:
                        value = (np.int64(line[j]) << 32) | np.int64(_LAST_ID - ids[j])
                        if value > heap[0]:
                            _replace(heap, value)
                            least = np.int32(heap[0] >> 32)


@kernel
def _reach(line: npt.NDArray[np.int32], least: Any) -> Any:  # noqa: ANN401
    """Whether one of them is large enough; counted, for a processor counts many at once."""
    count = np.int32(0)
    for j in range(len(line)):
        count += np.int32(line[j] >= least)
    return count > 0


@kernel
def _replace(heap: npt.NDArray[np.int64], value: Any) -> None:  # noqa: ANN401
    """Put a better one in place of the least good, and let it sink."""
    place, width = 0, len(heap)
    while True:
        child = 2 * place + 1
        if child >= width:
            break
        if child + 1 < width and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] > value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value
