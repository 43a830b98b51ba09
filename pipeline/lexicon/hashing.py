"""Hashes that are the same on every machine, in every process and whatever the hash seed."""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

__all__ = ["stable_hash", "stable_hashes"]


def stable_hash(text: str) -> int:
    """A 64-bit hash of a text (BLAKE2b over its UTF-8 form)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def stable_hashes(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """`stable_hash` of many texts: uint64 (n_texts,)."""
    return np.fromiter(map(stable_hash, texts), dtype=np.uint64)
