"""Checks on what callers hand over: each passes in silence or raises ValueError with the cure."""

import numpy as np
from numpy.typing import NDArray

MAX_TERMS = 2**31 - 1  # term ids are int32


def check_n_terms(n_terms: int) -> None:
    """Check that ids below `n_terms` fit int32.

    Args:
        n_terms: number of terms of the lexicon, isolated ones included.

    Raises:
        ValueError: if the number is negative or above 2^31 - 1.
    """
    if not 0 <= n_terms <= MAX_TERMS:
        raise ValueError(
            f"got n_terms {n_terms}, expected 0 to {MAX_TERMS}; pass the number of terms"
        )


def check_same_length(**arrays: NDArray[np.generic]) -> None:
    """Check that all arrays are one-dimensional and equally long.

    Args:
        **arrays: the arrays under the names to be used in the message.

    Raises:
        ValueError: if a shape differs.
    """
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        raise ValueError(
            f"got shapes {shapes}, expected 1-D arrays of one length; pass columns of one table"
        )


def check_ids(name: str, ids: NDArray[np.integer], n_terms: int) -> None:
    """Check that every id is an integer in 0..n_terms-1.

    Args:
        name: what the array is called in the message.
        ids: any integer dtype, shape (n,).
        n_terms: number of terms of the lexicon.

    Raises:
        ValueError: on another dtype, or naming the first row out of range.
    """
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"got {name} of dtype {ids.dtype}, expected integers; cast the term ids")
    if len(ids) and (ids.min() < 0 or ids.max() >= n_terms):
        row = int(np.argmax((ids < 0) | (ids >= n_terms)))
        raise ValueError(
            f"got {name}[{row}] = {ids[row]}, expected a term id in 0..{n_terms - 1}; "
            "number edges and terms from the same table"
        )


def check_probabilities(name: str, values: NDArray[np.floating]) -> None:
    """Check that every value is a float32 or float64 in [0, 1].

    Args:
        name: what the array is called in the message.
        values: shape (n,).

    Raises:
        ValueError: on another dtype, or naming the first row that is NaN or out of range.
    """
    if values.dtype not in (np.float32, np.float64):
        raise ValueError(
            f"got {name} of dtype {values.dtype}, expected float32 or float64; cast the column"
        )
    if len(values) and not (values.min() >= 0 and values.max() <= 1):  # NaN fails both
        row = int(np.argmax(~((values >= 0) & (values <= 1))))
        raise ValueError(
            f"got {name}[{row}] = {values[row]}, expected a probability in [0, 1]; "
            "drop or repair the row"
        )


def check_threshold(name: str, value: float) -> None:
    """Check that one setting lies in [0, 1].

    Args:
        name: what the setting is called in the message.
        value: the setting.

    Raises:
        ValueError: if it is NaN or out of range.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"got {name} {value}, expected a number in [0, 1]; correct the setting")
