"""The two searches for neighbours, by vector and by spelling, and the pairing, shard by shard."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from discriminator import Spellings
from pipeline.params import RetrieveParams
from pipeline.progress import Progress
from pipeline.schemas import CANDIDATES
from pipeline.shards import ShardedWork
from pipeline.vectors.candidates import dictionary_pairs, owned_pairs, spelled_pairs
from pipeline.vectors.indexes import NeighbourIndex, build_index
from pipeline.vectors.plans import IndexPlan, IndexSettings
from pipeline.vectors.spelling import OpposingAffixes, build_spelling_index, search_spellings
from pipeline.vectors.tuning import Trial, below_floor, least_effort

__all__ = [
    "Cuts",
    "Found",
    "assembled",
    "cuts_of",
    "discard_lists",
    "pair_shards",
    "search_shards",
    "settings_of",
    "settled_plan",
    "spell_shards",
]

Cuts = list[npt.NDArray[np.int64]]


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


def settings_of(params: RetrieveParams) -> IndexSettings:
    """What the parameters say of the index."""
    names = IndexSettings._fields[1:]
    return IndexSettings(params.index, *(getattr(params, name) for name in names))


def settled_plan(
    work: ShardedWork, vectors: npt.NDArray[Any], plan: IndexPlan, params: RetrieveParams
) -> tuple[IndexPlan, NeighbourIndex | None]:
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
        return plan.with_effort(int(np.load(work.file(0))[0])), None
    index = build_index(vectors, plan, params.train_sample_per_list, params.seed)
    sample = (params.audit_queries, params.k, params.min_cosine, params.seed)
    trial = Trial.draw(vectors, *sample)
    if params.nprobe if plan.kind == "ivf" else params.ef:
        mean, half_width = trial.recall(index, plan.effort)
        if mean + half_width < params.recall_floor:
            raise below_floor(mean, half_width, params.recall_floor)
    else:
        plan = plan.with_effort(
            least_effort(index, trial, params.recall_floor, plan.most_effort(len(vectors)))
        )
    work.commit(0, np.array([plan.effort]))
    return plan, index.with_effort(plan.effort)


def search_shards(
    work: ShardedWork,
    cuts: Cuts,
    vectors: npt.NDArray[Any],
    plan: IndexPlan,
    params: RetrieveParams,
    progress: Progress,
    index: NeighbourIndex | None = None,
) -> None:
    """Search the near vectors of the shards that are still to be made.

    Args:
        work: Takes the lists.
        cuts: The terms of each shard.
        vectors: (n_terms, dim).
        plan: Which index.
        params: How many neighbours, and how near.
        progress: Told of the shards.
        index: The index, if it is built already.
    """
    if not work.pending:
        return
    index = index or build_index(vectors, plan, params.train_sample_per_list, params.seed)
    for shard in work.remaining(progress, "retrieve: shards searched"):
        work.commit(shard, index.search(cuts[shard], params.k, params.min_cosine))


def spell_shards(
    work: ShardedWork,
    cuts: Cuts,
    spellings: Spellings,
    params: RetrieveParams,
    progress: Progress,
) -> None:
    """Search the near spellings of the shards that are still to be made.

    Args:
        work: Takes the lists.
        cuts: The terms of each shard.
        spellings: Of the lexicon.
        params: How many neighbours, and how near.
        progress: Told of the shards.
    """
    if not work.pending:
        return
    index = build_spelling_index(spellings)
    limits = (params.spelling_k, params.min_spelling, params.max_postings)
    for shard in work.remaining(progress, "retrieve: shards spelled"):
        work.commit(shard, search_spellings(index, cuts[shard], *limits))


def assembled(work: ShardedWork, cuts: Cuts) -> npt.NDArray[np.void]:
    """Put the shards of lists into one memory map, beside the working folder.

    Args:
        work: The finished lists.
        cuts: The terms of each shard.

    Returns:
        NEIGHBOUR (n_terms, k).
    """
    work.assemble(_whole(work), cuts)
    lists: npt.NDArray[np.void] = np.load(_whole(work), mmap_mode="r")
    return lists


def discard_lists(work: ShardedWork) -> None:
    """Throw lists away, the shards and the whole; the pairs made of them are published.

    Args:
        work: The lists.
    """
    work.discard()
    _whole(work).unlink()


def pair_shards(
    work: ShardedWork,
    cuts: Cuts,
    found: Found,
    vectors: npt.NDArray[Any],
    opposites: OpposingAffixes,
    pairs: pl.DataFrame,
    progress: Progress,
) -> None:
    """Make two shards of pairs for each shard of terms, then one of what the dictionary knows.

    Args:
        work: Takes the rows of CANDIDATES.
        cuts: The terms of each shard.
        found: What the searches found.
        vectors: (n_terms, dim).
        opposites: Tells which pairs differ by an affix that makes opposites.
        pairs: Columns a, b, relation, split.
        progress: Told of the shards.
    """
    for shard in work.remaining(progress, "retrieve: shards paired"):
        if shard == 2 * len(cuts):
            rows = dictionary_pairs(*found, vectors, pairs)
        else:
            cut = cuts[shard % len(cuts)]
            start, stop = int(cut[0]), int(cut[-1]) + 1
            if shard < len(cuts):
                rows = owned_pairs(found.near, start, stop)
            else:
                rows = spelled_pairs(*found, vectors, opposites, start, stop)
        work.commit(shard, CANDIDATES.conform(rows))


def _whole(work: ShardedWork) -> Path:
    return work.folder.with_suffix(".npy")
