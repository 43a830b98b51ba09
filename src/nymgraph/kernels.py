"""What all compiled kernels share: Numba's two decorators with types, and SplitMix64.

Numba caches the machine code of a kernel beside its source, and makes it anew when *that file*
changes; it does not notice a change elsewhere. So a kernel uses functions and numbers of its own
file alone: `tests/project/test_kernels.py` holds this. Two exceptions can never change: `mixed`, a
published function on which stored ids depend, and SINGLETON, the -1 of every label.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., object])
GOLDEN = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: what SplitMix64 counts by


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


@kernel
def mixed(z: Any) -> Any:  # noqa: ANN401 - a number or an array
    """Mix 64 bits, one to one: a step of SplitMix64 and its finaliser.

    Args:
        z: uint64, a number or an array.

    Returns:
        The like.

    Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
    """
    z = z + np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
