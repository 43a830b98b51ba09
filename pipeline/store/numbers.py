"""Numbers as they are shown."""

import numpy as np

__all__ = ["shortest"]


def shortest(value: float) -> float:
    """The shortest decimal that stands for a value in float32: 0.7, not 0.699999988079071."""
    return float(str(np.float32(value)))
