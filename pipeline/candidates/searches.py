"""The two searches for neighbours, by vector and by spelling, and the pairing, as recipes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import Spellings
from nymgraph.pipeline.candidates.candidates import (
    dictionary_pairs,
    marked,
    owned_pairs,
    spelled_pairs,
    with_further,
)
from nymgraph.pipeline.candidates.spelling import (
    OpposingAffixes,
    build_spelling_index,
    search_spellings,
)
from nymgraph.pipeline.candidates.tuning import Free, Trial, below_floor, least_cost, least_effort
from nymgraph.pipeline.engine.recipe import Make, PartedRecipe, Recipe, Rows
from nymgraph.pipeline.indexes.indexes import PartedIndex, build_parts, merged
from nymgraph.pipeline.indexes.neighbours import Span
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.schemas import CANDIDATES
from nymgraph.pipeline.settings.params import RetrieveParams
from nymgraph.pipeline.storage.artefacts import map_array
from nymgraph.pipeline.storage.shards import ShardedWork

__all__ = [
    "Cuts",
    "Found",
    "PairRecipe",
    "SearchRecipe",
    "SpellRecipe",
    "assembled",
    "cuts_of",
    "discard_lists",
    "floor_of",
    "lists_file",
    "settled_plan",
    "spans_of",
]

Cuts = list[npt.NDArray[np.int64]]
_EXACT_PART = 2**18
_OTHER_PART = 2**22
_SETTLED = ("nprobe", "ef", "directions", "shortlist")


class Found(NamedTuple):
    """The lists of the two searches, by vectors and by spelling: NEIGHBOUR (n_terms, k)."""

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


def settled_plan(
    work: ShardedWork, vectors: npt.NDArray[Any], plan: IndexPlan, params: RetrieveParams
) -> tuple[IndexPlan, PartedIndex | None]:
    """Settle the effort of an inexact index: find it, or check the one that the parameters give.

    Args:
        work: Takes the effort, its only shard.
        vectors: (n_terms, dim).
        plan: The index.
        params: How many neighbours, how near, and how many of them must be found.

    Returns:
        The plan with its effort, and the index if it was built for that.

    Raises:
        ParameterError: The recall wanted is not reached.
    """
    if plan.kind == "exact":
        return plan, None
    if not work.pending:
        settled = zip(_SETTLED, np.load(work.file(0)).tolist(), strict=True)
        return IndexPlan(**{**plan._asdict(), **dict(settled)}), None
    sampled = (params.train_sample_per_list, params.seed)
    index = build_parts(vectors, plan, *sampled, spans_of(len(vectors), plan))
    sample = (params.audit_queries, params.k, params.min_cosine, params.seed)
    trial, floor = Trial.draw(vectors, *sample), floor_of(params, plan)
    free = Free(*(getattr(params, name) is None for name in Free._fields))
    given = params.nprobe if plan.kind == "ivf" else params.ef
    if plan.is_coded and any(free):
        plan, index = least_cost(index, trial, floor, plan, free)
    elif plan.is_coded or given:
        mean, half_width = trial.recall(index, plan.effort)
        if mean + half_width < floor:
            raise below_floor(mean, half_width, floor)
    else:
        most = plan.most_effort(len(vectors))
        plan = plan.with_effort(least_effort(index, trial, floor, most))
    work.commit(0, np.array([getattr(plan, name) for name in _SETTLED]))
    return plan, index.with_effort(plan.effort)


def floor_of(params: RetrieveParams, plan: IndexPlan) -> float:
    """Which share of the nearest neighbours the search must find: as given, or usual for it."""
    return plan.recall_floor if params.recall_floor is None else params.recall_floor


def spans_of(n_terms: int, plan: IndexPlan) -> list[Span]:
    """The parts of an index, which several workers can hold; the same for every engine.

    Args:
        n_terms: Number of terms.
        plan: The index; the size of its parts decides a little of what an approximate one finds.

    Returns:
        First term of each part, and the one after its last.
    """
    size = _EXACT_PART if plan == IndexPlan("exact") else _OTHER_PART
    return [(first, min(first + size, n_terms)) for first in range(0, max(1, n_terms), size)]


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
        n_threads: Threads of a search: products of matrices differ in their last bits with it.
        built: The index, if this process has it already; it does not travel to another.
    """

    vectors: Path
    cuts: Cuts
    plan: IndexPlan
    params: RetrieveParams
    n_threads: int
    built: PartedIndex | None = None

    @property
    def n_parts(self) -> int:
        """Number of parts."""
        return len(self._spans())

    def open_parts(self, parts: Sequence[int]) -> Make:
        """Build the indexes of some parts; they make NEIGHBOUR (n_queries, k)."""
        faiss.omp_set_num_threads(self.n_threads)
        params, index = self.params, self.built
        if index is None or len(parts) < self.n_parts:
            vectors = map_array(self.vectors, "embed")
            vectors = vectors[: sum(map(len, self.cuts))]  # extra terms may stand behind
            spans = [self._spans()[part] for part in parts]
            sampled = (params.train_sample_per_list, params.seed)
            index = build_parts(vectors, self.plan, *sampled, spans)
        return lambda shard: index.search(self.cuts[shard], params.k, params.min_cosine)

    def merge(self, shard: int, found: Sequence[Rows]) -> Rows:
        """The nearest of all parts."""
        return merged([np.asarray(lists) for lists in found], self.cuts[shard])

    def _spans(self) -> list[Span]:
        return spans_of(sum(map(len, self.cuts)), self.plan)

    def __getstate__(self) -> dict[str, Any]:
        """What travels to another process."""
        return {**self.__dict__, "built": None}


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
    """Make two shards of pairs for each shard of terms, then one of the other routes.

    Attributes:
        cuts: The terms of each shard.
        near: The file of the lists by vectors, NEIGHBOUR (n_terms, k).
        spelled: The file of the lists by spelling.
        vectors: The file of the vectors, (n_terms, dim).
        opposites: Finds pairs that differ by an affix that makes opposites.
        pairs: Columns a, b, relation, split.
        further: Pairs of each further route: int64 (n_pairs, 2), a < b, sorted.
    """

    cuts: Cuts
    near: Path
    spelled: Path
    vectors: Path
    opposites: OpposingAffixes
    pairs: pl.DataFrame
    further: Mapping[str, npt.NDArray[np.int64]]

    def open(self) -> Make:
        """Open the lists; they make rows of CANDIDATES."""
        found = Found(*(map_array(lists, "retrieve") for lists in (self.near, self.spelled)))
        vectors = map_array(self.vectors, "embed")
        return lambda shard: CANDIDATES.conform(self._pairs(shard, found, vectors))

    def _pairs(self, shard: int, found: Found, vectors: npt.NDArray[Any]) -> pl.DataFrame:
        if shard == 2 * len(self.cuts):
            pairs = dictionary_pairs(*found, vectors, self.pairs)
            for route, further in self.further.items():
                pairs = with_further(pairs, *found, vectors, further, route)
            return pairs
        cut = self.cuts[shard % len(self.cuts)]
        start, stop = int(cut[0]), int(cut[-1]) + 1
        if shard < len(self.cuts):
            pairs = owned_pairs(found.near, start, stop)
        else:
            pairs = spelled_pairs(*found, vectors, start, stop)
        return marked(pairs, self.opposites)


def assembled(work: ShardedWork, cuts: Cuts) -> npt.NDArray[np.void]:
    """Put the shards of lists into one memory map, beside the working folder.

    Args:
        work: The finished lists.
        cuts: The terms of each shard.

    Returns:
        NEIGHBOUR (n_terms, k).
    """
    work.assemble(lists_file(work), cuts)
    return map_array(lists_file(work), "retrieve")


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
