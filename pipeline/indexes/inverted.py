"""Search in two steps, for the case that every term is a query: products of matrices, list by list.

First step: short codes (`codes`), projections on the leading directions as small integers, whose
products choose a shortlist for each query. Second step: the shortlist is ranked by the cosines of
the vectors themselves, summed in a fixed order. The terms may be cut into lists by k-means on their
codes; then a query looks into the `nprobe` lists whose centres are nearest to it. With one list it
is compared with all terms. A search of many queries goes list by list: all queries that look into a
list are multiplied with all its members at once, which a processor does many times faster than one
query at a time. All choices rest on integers or on fixed sums: the result is the same for any
number of threads and any division into shards.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.indexes.codes import (
    Basis,
    Coder,
    best_codes,
    chosen,
    nearest,
    nothing,
    offer,
    rounded,
)
from nymgraph.pipeline.indexes.neighbours import Span, neighbour_lists, spare
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.indexes.rerank import fixed_cosines, fixed_lengths

__all__ = ["InvertedFile", "build_inverted"]

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]
Vectors = npt.NDArray[np.floating[Any]]
_ITERATIONS = 6
_ROWS_AT_ONCE = 65_536
_SAMPLE = 16_384  # vectors on which directions are found
_LIST_DIRECTIONS = 128  # of the codes of centres


@dataclass(frozen=True)
class InvertedFile:
    """Terms in lists.

    Attributes:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        length: float32 (n_terms,), their lengths.
        basis: Directions, the leading ones first.
        to_lists: Codes queries for the comparison with centres.
        centre: int8, the codes of the centres of n_lists lists.
        start: int64 (n_lists + 1,), where the members of each list begin.
        id: int32 (n_members,), the members of each list, rising.
        coder: Codes queries for the comparison with members.
        member: int8, the codes of the members, in the order of `id`.
        nprobe: Lists that a query looks into.
        shortlist: How many are ranked by their cosines, beside the term itself.
    """

    vectors: Vectors
    length: npt.NDArray[np.float32]
    basis: Basis
    to_lists: Coder
    centre: Codes
    start: Ints
    id: Ids
    coder: Coder
    member: Codes
    nprobe: int
    shortlist: int

    @property
    def n_lists(self) -> int:
        """Number of lists."""
        return len(self.start) - 1

    def with_effort(self, effort: int) -> "InvertedFile":
        """The same file, with so many lists looked into."""
        return replace(self, nprobe=min(effort, self.n_lists))

    def with_shortlist(self, shortlist: int) -> "InvertedFile":
        """The same file, with so many ranked by their cosines."""
        return replace(self, shortlist=shortlist)

    def with_directions(self, n_directions: int) -> "InvertedFile":
        """The same lists, their members coded along so many directions."""
        coder = self.basis.coder(n_directions)
        if len(coder.weight) == len(self.coder.weight):
            return self
        return replace(self, coder=coder, member=_members(self.vectors, coder, self.id))

    def search(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        """The k nearest neighbours of some terms, as `NeighbourIndex.search` says."""
        # the term itself is among what is found, and a code is a little beside its vector
        width = min(max(self.shortlist, k + spare(k)) + 1, len(self.id))
        blocks = [
            self._search_block(rows[start : start + _ROWS_AT_ONCE], width, k, min_cosine)
            for start in range(0, max(len(rows), 1), _ROWS_AT_ONCE)
        ]
        return np.concatenate(blocks)

    def depths(self, rows: Ints, ids: Ids) -> Ids:
        """How many lists a query must look into until it meets another term.

        Args:
            rows: int64 (n_queries,), the queries.
            ids: int32 (n_queries, k), the others of each.

        Returns:
            int32 (n_queries, k), 1 to n_lists; n_lists + 1 for ids that are no members.
        """
        order = self._probed(self.vectors[rows], self.n_lists)
        rank = np.full((len(rows), self.n_lists + 1), self.n_lists + 1, np.int32)
        np.put_along_axis(rank, order, np.arange(1, self.n_lists + 1, dtype=np.int32)[None], 1)
        list_of = np.full(len(self.vectors) + 1, self.n_lists)  # the last for the id -1
        list_of[self.id] = np.repeat(np.arange(self.n_lists), np.diff(self.start))
        return np.take_along_axis(rank, list_of[ids], axis=1)

    def places(self, rows: Ints, ids: Ids, most: int) -> Ids:
        """Where other terms stand among the products of a query with all members.

        Args:
            rows: int64 (n_queries,), the queries.
            ids: int32 (n_queries, k), the others of each.
            most: How many places are looked at.

        Returns:
            int32 (n_queries, k): 0 for the first, itself not counted; `most` for what stands
            further behind or is no member. Where few lists are looked into it stands no worse.
        """
        width = min(most + 1, len(self.id))
        best = nearest(self.coder.code(self.vectors[rows]), self.member, self.id, width)
        found = chosen(-np.sort(-best, axis=1))
        places = np.full(ids.shape, most, np.int32)
        for place, row, others, itself in zip(places, found, ids, rows, strict=True):
            match = others[:, None] == row[row != itself][None, :most]
            place[match.any(axis=1)] = match.argmax(axis=1)[match.any(axis=1)]
        return places

    def _probed(self, queries: Vectors, nprobe: int) -> Ids:
        """The lists nearest to each query, int32 (n_queries, nprobe), the nearest first."""
        return best_codes(self.to_lists.code(queries), self.centre, nprobe)

    def _search_block(
        self, rows: Ints, width: int, k: int, min_cosine: float
    ) -> npt.NDArray[np.void]:
        queries = self.vectors[rows]
        code = self.coder.code(queries)
        if self.n_lists == 1:
            best = nearest(code, self.member, self.id, width)
        else:
            best = nothing(len(rows), width)
            probed = self._probed(queries, self.nprobe)
            # the nearest list first: what follows is seldom better than what it holds
            for lists in (probed[:, :1], probed[:, 1:4], probed[:, 4:]):
                for number, asking in _by_list(lists):
                    span = slice(self.start[number], self.start[number + 1])
                    offer(best, asking, code[asking], self.member[span], self.id[span])
        ids = np.where(self.length[rows, None] > 0, chosen(best), -1)
        cosine = fixed_cosines(self.vectors, self.length, rows, ids)
        return neighbour_lists(rows, ids, cosine, k, min_cosine)


def build_inverted(
    vectors: Vectors,
    plan: IndexPlan,
    sample_per_list: int,
    seed: int,
    span: Span,
    length: npt.NDArray[np.float32] | None = None,
) -> InvertedFile:
    """Cut the terms into lists, and code them.

    Args:
        vectors: float16 or float32 (n_terms, dim); may be a memory map.
        plan: Number of lists (no more than members are made), lists that a query looks into,
            directions, and length of the shortlist.
        sample_per_list: Vectors for the k-means, per list; a seeded random sample.
        seed: Seed of the samples.
        span: First term that becomes a member, and the one after the last.
        length: float32 (n_terms,), as of `fixed_lengths`, if they are known.

    Returns:
        The file: beside the vectors, a byte for each direction and 12 more of a term.
    """
    first, n_members = span[0], span[1] - span[0]
    n_lists = min(max(plan.nlist, 1), n_members)
    random = np.random.default_rng(seed)
    n_sample = min(n_members, max(n_lists * sample_per_list if n_lists > 1 else 0, _SAMPLE))
    sample = np.sort(random.choice(n_members, n_sample, replace=False)) + first
    few = np.sort(random.choice(sample, min(_SAMPLE, n_sample), replace=False))
    basis = Basis.of(vectors[few])
    to_lists, coder = basis.coder(_LIST_DIRECTIONS), basis.coder(plan.directions)
    if n_lists > 1:
        centre = _centres(to_lists.code(vectors[sample]), n_lists, random, to_lists.factor)
        number = np.concatenate(
            [
                best_codes(
                    to_lists.code(vectors[start : min(start + _ROWS_AT_ONCE, span[1])]), centre, 1
                )[:, 0]
                for start in range(*span, _ROWS_AT_ONCE)
            ]
        )
    else:
        centre, number = to_lists.code(vectors[:1]), np.zeros(n_members, np.int32)
    ids = (np.argsort(number, kind="stable") + first).astype(np.int32)
    counts = np.bincount(number, minlength=n_lists)
    return InvertedFile(
        vectors=vectors,
        length=fixed_lengths(vectors) if length is None else length,
        basis=basis,
        to_lists=to_lists,
        centre=centre,
        start=np.concatenate([[0], np.cumsum(counts)]),
        id=ids,
        coder=coder,
        member=_members(vectors, coder, ids),
        nprobe=min(max(plan.nprobe, 1), n_lists),
        shortlist=plan.shortlist,
    )


def _members(vectors: Vectors, coder: Coder, ids: Ids) -> Codes:
    """The codes of members in the order of their lists; read in the order of the vectors."""
    first = int(ids.min(initial=len(vectors)))
    return coder.code(vectors[first : first + len(ids)])[ids - first]


def _centres(sample: Codes, n_lists: int, random: np.random.Generator, factor: float) -> Codes:
    """Spherical k-means (Lloyd): to the nearest centre, which moves to the sum of its members."""
    centre = sample[np.sort(random.choice(len(sample), n_lists, replace=False))]
    for _ in range(_ITERATIONS):
        number = best_codes(sample, centre, 1)[:, 0]
        order = np.argsort(number, kind="stable")
        counts = np.bincount(number, minlength=n_lists)
        filled = np.flatnonzero(counts)
        first = (np.cumsum(counts) - counts)[filled]
        sums = np.add.reduceat(sample[order], first, axis=0, dtype=np.int32)
        # a list without members begins anew at a random place
        centre = sample[random.choice(len(sample), n_lists)]
        centre[filled] = rounded(sums, factor)
    return centre


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
