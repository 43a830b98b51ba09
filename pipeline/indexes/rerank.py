"""Cosines of chosen pairs, summed in a fixed order: the same however the pairs are divided."""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from nymgraph.kernels import kernel, parallel_kernel

__all__ = ["fixed_cosines", "fixed_lengths"]

Vectors = npt.NDArray[np.floating[Any]]
Floats = npt.NDArray[np.float32]
_LANES = 64


def fixed_lengths(vectors: Vectors) -> Floats:
    """The length of every vector.

    Args:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.

    Returns:
        float32 (n_terms,).
    """
    length = np.empty(len(vectors), np.float32)
    _lengths(_stored(vectors), length)
    return length


def fixed_cosines(
    vectors: Vectors, length: Floats, rows: npt.NDArray[np.int64], ids: npt.NDArray[np.int32]
) -> Floats:
    """Cosines of some terms to others.

    Args:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        length: float32 (n_terms,), as of `fixed_lengths`.
        rows: int64 (n_rows,), the terms.
        ids: int32 (n_rows, width), the others of each; -1 where there is none.

    Returns:
        float32 (n_rows, width), 0 where a vector is zero or there is none.
    """
    cosine = np.zeros(ids.shape, np.float32)
    _cosines(_stored(vectors), length, rows, ids, cosine)
    return cosine


def _stored(vectors: Vectors) -> npt.NDArray[np.int16] | Floats:
    """The vectors as halves, by their bits, or as floats."""
    plain = np.asarray(vectors)
    if plain.dtype == np.float16:
        return plain.view(np.int16)
    return plain.astype(np.float32, copy=False)


def _widening(context: Any, stored: Any) -> Any:  # noqa: ANN401
    """A stored number as float32; Numba knows no halves, LLVM and the processors do."""

    def widened(_: Any, builder: Any, __: Any, given: Any) -> Any:  # noqa: ANN401
        if stored == types.float32:
            return given[0]
        half = builder.bitcast(given[0], ir.HalfType())
        return builder.fpext(half, ir.FloatType())

    return types.float32(stored), widened


_value: Any = intrinsic(_widening)


@parallel_kernel
def _lengths(stored: npt.NDArray[Any], length: Floats) -> None:
    for row in numba.prange(len(length)):
        one, sums = np.empty(stored.shape[1], np.float32), np.empty(_LANES, np.float32)
        for i in range(stored.shape[1]):
            one[i] = _value(stored[row, i])
        length[row] = np.sqrt(_dot(one, stored, row, sums))


@parallel_kernel
def _cosines(
    stored: npt.NDArray[Any],
    length: Floats,
    rows: npt.NDArray[np.int64],
    ids: npt.NDArray[np.int32],
    cosine: Floats,
) -> None:
    for i in numba.prange(len(rows)):
        one, sums = np.empty(stored.shape[1], np.float32), np.empty(_LANES, np.float32)
        for t in range(stored.shape[1]):
            one[t] = _value(stored[rows[i], t])
        for place in range(ids.shape[1]):
            other = ids[i, place]
            lengths = length[rows[i]] * length[other] if other >= 0 else np.float32(0)
            if lengths > 0:
                cosine[i, place] = _dot(one, stored, other, sums) / lengths


@kernel
def _dot(one: Floats, stored: npt.NDArray[Any], row: int, sums: Floats) -> np.float32:
    """Every 64th product is summed by itself, then these sums by halves, the last 16 in order.

    A place without a sign needs no check for counting from the end, so that the loops are of the
    kind that a compiler makes of many numbers at once.
    """
    dim, other = len(one), np.uint64(row)
    whole = dim // _LANES * _LANES
    for lane in range(_LANES):
        sums[lane] = 0
    for start in range(0, whole, _LANES):
        for lane in range(_LANES):
            place = np.uint64(start + lane)
            sums[lane] += one[place] * _value(stored[other, place])
    for lane in range(dim - whole):
        place = np.uint64(whole + lane)
        sums[lane] += one[place] * _value(stored[other, place])
    width = _LANES
    while width > 16:
        width //= 2
        for lane in range(width):
            sums[lane] += sums[np.uint64(lane + width)]
    total = np.float32(0)
    for lane in range(16):
        total += sums[lane]
    return total
