"""The two searches for neighbours, by vector and by spelling, and the pairing, as recipes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt
import polars as pl

from discriminator import Spellings
from pipeline.engine.recipe import Make, PartedRecipe, Recipe, Rows
from pipeline.params import RetrieveParams
from pipeline.schemas import CANDIDATES
from pipeline.shards import ShardedWork
from pipeline.vectors.candidates import dictionary_pairs, owned_pairs, spelled_pairs
from pipeline.vectors.neighbours import IndexPlan, build_index, merged, search
from pipeline.vectors.spelling import OpposingAffixes, build_spelling_index, search_spellings

__all__ = [
    "Cuts",
    "Found",
    "PairRecipe",
    "SearchRecipe",
    "SpellRecipe",
    "assembled",
    "cuts_of",
    "discard_lists",
    "lists_file",
    "part_terms",
]

Cuts = list[npt.NDArray[np.int64]]
_EXACT_PART = 2**18
_OTHER_PART = 2**22


class Found(NamedTuple):
    """What the two searches found: the lists by vectors and by spelling, NEIGHBOUR (n_terms, k)."""

    near: npt.NDArray[np.void]
    spelled: npt.NDArray[np.void]


def cuts_of(n_terms: int, shard_terms: int) -> Cuts:
    """Cut the terms into shards.

    Args:
        n_terms: Number of terms.
        shard_terms: Terms in one shard, the last may hold fewer.

    Returns:
        The term ids of each shard, rising.
    """
    return [
        np.arange(start, min(start + shard_terms, n_terms))
        for start in range(0, n_terms, shard_terms)
    ]


def part_terms(plan: IndexPlan) -> int:
    """Terms of one part of an index; it decides a little of what an approximate search finds.

    Args:
        plan: The index.

    Returns:
        The size, the same for every engine.
    """
    return _EXACT_PART if plan.kind == "exact" else _OTHER_PART


@dataclass(frozen=True)
class SearchRecipe(PartedRecipe):
    """Search the near vectors of the terms of a shard.

    The terms are searched in parts of fixed size, and what the parts give is merged: so the result
    is the same whether one process holds all parts or each of several machines some.

    Attributes:
        vectors: The file of the vectors, (n_terms, dim).
        cuts: The terms of each shard.
        plan: The index.
        params: How many neighbours, and how near.
        part_terms: Terms of one part.
        n_threads: Threads of a search: products of matrices differ in their last bits with it.
    """

    vectors: Path
    cuts: Cuts
    plan: IndexPlan
    params: RetrieveParams
    part_terms: int
    n_threads: int

    @property
    def n_parts(self) -> int:
        """Number of parts."""
        return max(1, -(-sum(map(len, self.cuts)) // self.part_terms))

    def open_parts(self, parts: Sequence[int]) -> Make:
        """Build the indexes of some parts; they make NEIGHBOUR (n_queries, k)."""
        faiss.omp_set_num_threads(self.n_threads)
        vectors = np.load(self.vectors, mmap_mode="r", allow_pickle=False)
        params, indexes = self.params, []
        for part in parts:
            first = part * self.part_terms
            span = (first, min(first + self.part_terms, len(vectors)))
            sample = (params.train_sample_per_list, params.seed)
            indexes.append((first, build_index(vectors, self.plan, *sample, span)))

        def make(shard: int) -> npt.NDArray[np.void]:
            rows, limits = self.cuts[shard], (params.k, params.min_cosine)
            return merged([search(index, vectors, rows, *limits, n) for n, index in indexes], rows)

        return make

    def merge(self, shard: int, found: Sequence[Rows]) -> Rows:
        """The nearest of all parts."""
        return merged([np.asarray(lists) for lists in found], self.cuts[shard])


@dataclass(frozen=True)
class SpellRecipe(Recipe):
    """Search the near spellings of the terms of a shard.

    Attributes:
        spellings: Of the lexicon.
        cuts: The terms of each shard.
        params: How many neighbours, and how near.
    """

    spellings: Spellings
    cuts: Cuts
    params: RetrieveParams

    def open(self) -> Make:
        """Collect the trigrams of all terms; they make NEIGHBOUR (n_rows, spelling_k)."""
        index = build_spelling_index(self.spellings)
        params = self.params
        limits = (params.spelling_k, params.min_spelling, params.max_postings)
        return lambda shard: search_spellings(index, self.cuts[shard], *limits)


@dataclass(frozen=True)
class PairRecipe(Recipe):
    """Make two shards of pairs for each shard of terms, then one of what the dictionary knows.

    Attributes:
        cuts: The terms of each shard.
        near: The file of the lists by vectors, NEIGHBOUR (n_terms, k).
        spelled: The file of the lists by spelling.
        vectors: The file of the vectors, (n_terms, dim).
        opposites: Tells which pairs differ by an affix that makes opposites.
        pairs: Columns a, b, relation, split.
    """

    cuts: Cuts
    near: Path
    spelled: Path
    vectors: Path
    opposites: OpposingAffixes
    pairs: pl.DataFrame

    @property
    def n_shards(self) -> int:
        """Number of shards."""
        return 2 * len(self.cuts) + 1

    def open(self) -> Make:
        """Open the lists; they make rows of CANDIDATES."""
        files = (self.near, self.spelled, self.vectors)
        near, spelled, vectors = (np.load(f, mmap_mode="r", allow_pickle=False) for f in files)
        found = Found(near, spelled)
        return lambda shard: CANDIDATES.conform(self._pairs(shard, found, vectors))

    def _pairs(self, shard: int, found: Found, vectors: npt.NDArray[Any]) -> pl.DataFrame:
        if shard == 2 * len(self.cuts):
            return dictionary_pairs(*found, vectors, self.pairs)
        cut = self.cuts[shard % len(self.cuts)]
        start, stop = int(cut[0]), int(cut[-1]) + 1
        if shard < len(self.cuts):
            return owned_pairs(found.near, start, stop)
        return spelled_pairs(*found, vectors, self.opposites, start, stop)


def assembled(work: ShardedWork, cuts: Cuts) -> npt.NDArray[np.void]:
    """Put the shards of lists into one memory map, beside the working folder.

    Args:
        work: The finished lists.
        cuts: The terms of each shard.

    Returns:
        NEIGHBOUR (n_terms, k).
    """
    work.assemble(lists_file(work), cuts)
    lists: npt.NDArray[np.void] = np.load(lists_file(work), mmap_mode="r")
    return lists


def discard_lists(work: ShardedWork) -> None:
    """Throw lists away, the shards and the whole; the pairs made of them are published.

    Args:
        work: The lists.
    """
    work.discard()
    lists_file(work).unlink()


def lists_file(work: ShardedWork) -> Path:
    """Where the assembled lists are."""
    return work.folder.with_suffix(".npy")
