"""Typed names for Numba's two decorators, so that a compiled kernel keeps its signature.

A kernel calls only kernels of its own file: Numba's cache does not notice a change elsewhere.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a sequential kernel; the machine code is cached next to the source.

    Args:
        function: a free function of arrays, numbers and named tuples of arrays.

    Returns:
        The compiled function, with the same signature.
    """
    return cast("F", numba.njit(cache=True)(function))


def parallel_kernel(function: F) -> F:
    """Compile a kernel whose `numba.prange` loops write only to `out[i]`; call it from Python only.

    Args:
        function: as for `kernel`; no result may depend on the number of threads.

    Returns:
        The compiled function, with the same signature.
    """
    return cast("F", numba.njit(cache=True, parallel=True)(function))
