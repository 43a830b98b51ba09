"""Cosines of chosen pairs, summed in a fixed order: the same however the pairs are divided."""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

__all__ = ["fixed_cosines", "fixed_lengths"]

Vectors = npt.NDArray[np.floating[Any]]
Floats = npt.NDArray[np.float32]
_LANES = 16


def fixed_lengths(vectors: Vectors) -> Floats:
    """The length of every vector.

    Args:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.

    Returns:
        float32 (n_terms,).
    """
    length = np.empty(len(vectors), np.float32)
    _lengths(*_stored(vectors), length)
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
    _cosines(*_stored(vectors), length, rows, ids, cosine)
    return cosine


def _stored(vectors: Vectors) -> tuple[npt.NDArray[np.int16], Floats]:
    """The vectors as halves, by their bits, or as floats; the other is empty."""
    plain = np.asarray(vectors)
    if plain.dtype == np.float16:
        return plain.view(np.int16), np.empty((0, 0), np.float32)
    return np.empty((0, 0), np.int16), plain.astype(np.float32, copy=False)


@numba.njit(cache=True, parallel=True)
def _lengths(halves: npt.NDArray[np.int16], floats: Floats, length: Floats) -> None:
    for row in numba.prange(len(length)):
        one = _widened(halves, floats, row)
        length[row] = np.sqrt(_dot(one, one))


@numba.njit(cache=True, parallel=True)
def _cosines(
    halves: npt.NDArray[np.int16],
    floats: Floats,
    length: Floats,
    rows: npt.NDArray[np.int64],
    ids: npt.NDArray[np.int32],
    cosine: Floats,
) -> None:
    for i in numba.prange(len(rows)):
        one = _widened(halves, floats, rows[i])
        for place in range(ids.shape[1]):
            other = ids[i, place]
            if other < 0:
                continue
            lengths = length[rows[i]] * length[other]
            if lengths > 0:
                cosine[i, place] = _dot(one, _widened(halves, floats, other)) / lengths


@numba.njit(cache=True)
def _widened(halves: npt.NDArray[np.int16], floats: Floats, row: int) -> Floats:
    """A row as floats, with zeros behind up to a multiple of the lanes.

    A half has 5 bits of exponent, with the bias 15, and 10 of mantissa; put into a float's place
    they read as the value times 2^-112 (subnormal halves too).
    """
    dim = max(halves.shape[1], floats.shape[1])
    wide = np.zeros((dim + _LANES - 1) // _LANES * _LANES, np.int32)
    value = wide.view(np.float32)
    if len(floats) > 0:
        for i in range(dim):
            value[i] = floats[row, i]
        return value
    for i in range(dim):
        half = np.int32(halves[row, i])
        wide[i] = ((half & 0x7FFF) << 13) | (half & np.int32(-0x80000000))
    for i in range(dim):
        value[i] *= np.float32(2.0**112)
    return value


@numba.njit(cache=True)
def _dot(one: Floats, other: Floats) -> np.float32:
    """Every 16th product is summed by itself, then the 16 sums in order."""
    sums = np.zeros(_LANES, np.float32)
    for start in range(0, len(one), _LANES):
        for lane in range(_LANES):
            sums[lane] += one[start + lane] * other[start + lane]
    total = np.float32(0)
    for lane in range(_LANES):
        total += sums[lane]
    return total
