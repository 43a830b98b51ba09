"""Writing the arrays of the layout, block by block."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lookup.layout import ARRAYS, FENCE, strings_of

__all__ = ["save", "save_blocks", "save_groups", "save_strings"]


def save(folder: Path, name: str, array: npt.NDArray[Any]) -> None:
    """Write one array, cast to its type in the layout."""
    save_blocks(folder, name, len(array), iter([array]))


def save_blocks(folder: Path, name: str, length: int, blocks: Iterator[npt.NDArray[Any]]) -> None:
    """Write one array of a known length from its blocks, each cast to its type in the layout."""
    dtype = np.dtype(ARRAYS[name].dtype)
    header = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
    with (folder / f"{name}.npy").open("wb") as stream:
        np.lib.format.write_array_header_2_0(stream, header)
        for block in blocks:
            stream.write(np.ascontiguousarray(block, dtype).data)


def save_strings(folder: Path, name: str, read: Callable[[], Iterator[pl.Series]]) -> None:
    """Write a list of strings: two passes over what `read` gives, for the places and the bytes.

    Args:
        folder: Where the arrays go.
        name: Name of the list in the layout.
        read: Opens the strings, in order, batch by batch.
    """
    content, places, fence, fence_places = strings_of(name)
    lengths = np.concatenate([_bytes_of(batch) for batch in read()] or [np.empty(0, np.int64)])
    at = np.concatenate([[0], np.cumsum(lengths)])
    save(folder, places, at)
    encoded = (np.frombuffer(_joined(batch), np.uint8) for batch in read())
    save_blocks(folder, content, int(at[-1]), encoded)
    marks = pl.concat([_every(batch, start) for batch, start in _numbered(read())] or [_NO_TEXT])
    save(folder, fence_places, np.concatenate([[0], np.cumsum(_bytes_of(marks))]))
    save(folder, fence, np.frombuffer(_joined(marks), np.uint8))


def save_groups(folder: Path, name: str, groups: npt.NDArray[Any], n_groups: int) -> None:
    """Write where each group begins in rows sorted by group.

    Args:
        folder: Where the array goes.
        name: Its name in the layout.
        groups: Number of the group of each row, in any order.
        n_groups: How many groups there are.
    """
    counts = np.bincount(groups, minlength=n_groups)
    save(folder, name, np.concatenate([[0], np.cumsum(counts)]))


_NO_TEXT = pl.Series(dtype=pl.String)


def _bytes_of(texts: pl.Series) -> npt.NDArray[np.int64]:
    return texts.str.len_bytes().cast(pl.Int64).to_numpy()


def _joined(texts: pl.Series) -> bytes:
    return "".join(texts.to_list()).encode()


def _numbered(batches: Iterator[pl.Series]) -> Iterator[tuple[pl.Series, int]]:
    row = 0
    for batch in batches:
        yield batch, row
        row += len(batch)


def _every(batch: pl.Series, start: int) -> pl.Series:
    """The strings of a batch whose row in the whole list is a multiple of FENCE."""
    return batch.gather_every(FENCE, -start % FENCE) if -start % FENCE < len(batch) else _NO_TEXT
