"""Exact search by products of matrices with torch, block by block, for a GPU.

Each block of queries is multiplied with the terms block by block, and the best so far are kept. The
terms stay on the device where they fit the budget; else each block is read from the memory map
again. With half precision a few more than k are kept, and all are ranked again by cosines summed in
a fixed order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from nymgraph.pipeline.indexes.neighbours import Span, neighbour_lists, spare
from nymgraph.pipeline.indexes.rerank import fixed_cosines, fixed_lengths

__all__ = ["Blockwise", "build_blockwise"]

Ints = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.floating[Any]]
_SHARE = 0.8  # of the device's free memory
_CPU_BUDGET = 2 * 2**30
_LOAD_ROWS = 16_384


@dataclass(frozen=True)
class Blockwise:
    """The terms, to be multiplied with queries.

    Attributes:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        length: float32 (n_terms,), their lengths.
        span: First term among which it searches, and the one after the last.
        device: Where it computes, as torch names it.
        dtype: In which precision.
        budget: Bytes that it may take on the device.
        resident: (span, dim) on the device where it fits, else None.
    """

    vectors: Vectors
    length: npt.NDArray[np.float32]
    span: Span
    device: str
    dtype: torch.dtype
    budget: int
    resident: Tensor | None

    def with_effort(self, effort: int) -> "Blockwise":
        """Itself: exact search knows no effort."""
        return self

    def search(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        """The k nearest neighbours of some terms, as `NeighbourIndex.search` says."""
        width = min(k + 1 + spare(k), self.span[1] - self.span[0])
        n_queries, _ = self.block_rows(width)
        ids = np.full((len(rows), width), -1, np.int32)
        for start in range(0, len(rows), n_queries):
            block = slice(start, start + n_queries)
            ids[block] = self._nearest(self._load(rows[block]), width).cpu().numpy()
        ids[self.length[rows] == 0] = -1
        cosine = fixed_cosines(self.vectors, self.length, rows, ids)
        return neighbour_lists(rows, ids, cosine, k, min_cosine)

    def block_rows(self, width: int) -> tuple[int, int]:
        """How many queries and terms meet at once, within the budget.

        A query costs its vector and twice its best; a term its vector, as float32 too while it is
        normalised; a meeting 4 bytes for the product and 4 for its copy in float32.

        Args:
            width: How many are kept of each query.

        Returns:
            Rows of queries and of terms, at least 1.
        """
        dim = self.vectors.shape[1]
        left = self.budget - (0 if self.resident is None else self.resident.nbytes)
        side = max(1, int((left / 16) ** 0.5))
        fixed = max(6 * dim, 4 * dim + 24 * width)
        rows = max(1, min(side, left // (4 * fixed)))
        return min(rows, 16_384), min(rows, 262_144)

    def _nearest(self, queries: Tensor, width: int) -> Tensor:
        """The ids of the best of each query, int32 (n_queries, width)."""
        best = torch.full((len(queries), 0), -torch.inf, device=self.device)
        ids = torch.empty((len(queries), 0), dtype=torch.int32, device=self.device)
        for first, terms in self._blocks(width):
            product = (queries @ terms.T).float()
            value, place = product.topk(min(width, len(terms)), dim=1)
            best = torch.cat([best, value], dim=1)
            ids = torch.cat([ids, (place + first).to(torch.int32)], dim=1)
            if best.shape[1] > width:
                best, place = best.topk(width, dim=1)
                ids = ids.gather(1, place)
        return ids

    def _blocks(self, width: int) -> Iterator[tuple[int, Tensor]]:
        _, n_terms = self.block_rows(width)
        for first in range(*self.span, n_terms):
            last = min(first + n_terms, self.span[1])
            if self.resident is None:
                yield first, self._load(slice(first, last))
            else:
                yield first, self.resident[first - self.span[0] : last - self.span[0]]

    def _load(self, rows: Ints | slice) -> Tensor:
        return _unit_rows(self.vectors[rows], self.device, self.dtype)


def build_blockwise(
    vectors: Vectors,
    device: str,
    span: Span,
    dtype: torch.dtype | None = None,
    budget: int | None = None,
    length: npt.NDArray[np.float32] | None = None,
) -> Blockwise:
    """Prepare exact search on a device.

    Args:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        device: As torch names it.
        span: First term among which to search, and the one after the last.
        dtype: Precision of the products; None: float16 on a GPU, else float32.
        budget: Bytes that it may take there; None: four fifths of a GPU's free ones, else 2 GiB.
        length: float32 (n_terms,), as of `fixed_lengths`, if they are known.

    Returns:
        The index.
    """
    on_gpu = torch.device(device).type == "cuda"
    dtype = dtype or (torch.float16 if on_gpu else torch.float32)
    if budget is None:
        budget = int(torch.cuda.mem_get_info(device)[0] * _SHARE) if on_gpu else _CPU_BUDGET
    resident = None
    if (span[1] - span[0]) * vectors.shape[1] * dtype.itemsize <= budget // 2:
        resident = torch.empty(span[1] - span[0], vectors.shape[1], dtype=dtype, device=device)
        for start in range(*span, _LOAD_ROWS):
            stop = min(start + _LOAD_ROWS, span[1])
            rows = _unit_rows(vectors[start:stop], device, dtype)
            resident[start - span[0] : stop - span[0]] = rows
    length = fixed_lengths(vectors) if length is None else length
    return Blockwise(vectors, length, span, device, dtype, budget, resident)


def _unit_rows(rows: Vectors, device: str, dtype: torch.dtype) -> Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(rows)).to(device).float()
    return torch.nn.functional.normalize(tensor, dim=1, eps=1e-30).to(dtype)
