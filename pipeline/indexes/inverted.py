"""An inverted file for the case that every term is a query: products of matrices, list by list.

The terms are cut into lists by k-means on their codes (`codes`). A query looks into the `nprobe`
lists whose centres are nearest to it. A search of many queries goes list by list: all queries that
look into a list are multiplied with all its members at once, which a processor does many times
faster than one query at a time. What the codes find, with some to spare, is ranked again by the
cosines of the vectors themselves, summed in a fixed order. All choices rest on integers or on
fixed sums: the result is the same for any number of threads and any division into shards.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.indexes.codes import Best, Codes, best_codes, encode, offer
from nymgraph.pipeline.indexes.neighbours import Span, neighbour_lists, spare
from nymgraph.pipeline.indexes.rerank import fixed_cosines, fixed_lengths

__all__ = ["InvertedFile", "build_inverted"]

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Vectors = npt.NDArray[np.floating[Any]]
_ITERATIONS = 6
_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True)
class InvertedFile:
    """Terms in lists.

    Attributes:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        length: float32 (n_terms,), their lengths.
        centre: Codes of the centres of n_lists lists.
        start: int64 (n_lists + 1,), where the members of each list begin.
        id: int32 (n_members,), the members of each list, rising.
        member: Codes of the members, in the order of `id`.
        nprobe: Lists that a query looks into.
    """

    vectors: Vectors
    length: npt.NDArray[np.float32]
    centre: Codes
    start: Ints
    id: Ids
    member: Codes
    nprobe: int

    def with_effort(self, effort: int) -> "InvertedFile":
        """The same file, with so many lists looked into."""
        return replace(self, nprobe=min(effort, len(self.start) - 1))

    def search(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        """The k nearest neighbours of some terms, as `NeighbourIndex.search` says."""
        blocks = [
            self._search_block(rows[start : start + _ROWS_AT_ONCE], k, min_cosine)
            for start in range(0, max(len(rows), 1), _ROWS_AT_ONCE)
        ]
        return np.concatenate(blocks)

    def probed(self, queries: Codes) -> Ids:
        """The lists to look into.

        Args:
            queries: n_queries of them.

        Returns:
            int32 (n_queries, nprobe), the nearest first.
        """
        return best_codes(queries, self.centre, self.nprobe)

    def _search_block(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        queries = encode(self.vectors[rows])
        # the term itself is among what is found, and a code is a little beside its vector
        best = Best.none(len(rows), min(k + 1 + spare(k), len(self.id)))
        probed = self.probed(queries)
        # the nearest list first: what follows is seldom better than what it holds
        for lists in (probed[:, :1], probed[:, 1:]):
            for number, asking in _by_list(lists):
                span = slice(self.start[number], self.start[number + 1])
                offer(best, asking, queries.code[asking], self.member.part(span), self.id[span])
        cosine = fixed_cosines(self.vectors, self.length, rows, best.id)
        return neighbour_lists(rows, best.id, cosine, k, min_cosine)


def build_inverted(
    vectors: Vectors,
    n_lists: int,
    nprobe: int,
    sample_per_list: int,
    seed: int,
    span: Span,
    length: npt.NDArray[np.float32] | None = None,
) -> InvertedFile:
    """Cut the terms into lists.

    Args:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        n_lists: Number of lists; no more than members are made.
        nprobe: Lists that a query looks into.
        sample_per_list: Vectors for the k-means, per list; a seeded random sample.
        seed: Seed of the sample.
        span: First term that becomes a member, and the one after the last.
        length: float32 (n_terms,), as of `fixed_lengths`, if they are known.

    Returns:
        The file: dim + 12 bytes a term beside the vectors, twice dim while it is built.
    """
    first, n_members = span[0], span[1] - span[0]
    n_lists = min(n_lists, n_members)
    random = np.random.default_rng(seed)
    sample = random.choice(n_members, min(n_members, n_lists * sample_per_list), replace=False)
    centre = _centres(encode(vectors[first + np.sort(sample)]), n_lists, random)
    codes = encode(vectors[slice(*span)])
    number = best_codes(codes, centre, 1)[:, 0]
    ids = np.argsort(number, kind="stable")
    counts = np.bincount(number, minlength=n_lists)
    return InvertedFile(
        vectors=vectors,
        length=fixed_lengths(vectors) if length is None else length,
        centre=centre,
        start=np.concatenate([[0], np.cumsum(counts)]),
        id=(ids + first).astype(np.int32),
        member=codes.take(ids),
        nprobe=min(nprobe, n_lists),
    )


def _centres(sample: Codes, n_lists: int, random: np.random.Generator) -> Codes:
    """Spherical k-means (Lloyd): to the nearest centre, which moves to the sum of its members."""
    first = np.sort(random.choice(len(sample.code), n_lists, replace=False))
    centre = sample.take(first)
    for _ in range(_ITERATIONS):
        number = best_codes(sample, centre, 1)[:, 0]
        order = np.argsort(number, kind="stable")
        counts = np.bincount(number, minlength=n_lists)
        filled = np.flatnonzero(counts)
        sums = np.add.reduceat(_units(sample, order), (np.cumsum(counts) - counts)[filled], axis=0)
        moved = encode(sums)
        # a list without members begins anew at a random place
        centre = sample.take(random.choice(len(sample.code), n_lists))
        centre.code[filled], centre.scale[filled] = moved.code, moved.scale
    return centre


def _units(codes: Codes, order: Ints) -> npt.NDArray[np.float32]:
    return codes.code[order] * codes.scale[order, None]


def _by_list(lists: Ids) -> Iterator[tuple[int, Ints]]:
    """Each list with the queries that look into it, rising."""
    if lists.size == 0:
        return
    flat = lists.ravel()
    small = flat.astype(np.uint16) if flat.max() < 2**16 else flat  # sorted by radix: faster
    order = np.argsort(small, kind="stable")
    numbers, starts = np.unique(flat[order], return_index=True)
    for number, asking in zip(numbers, np.split(order // lists.shape[1], starts[1:]), strict=True):
        yield int(number), asking
