"""retrieve: vectors and spellings to candidate pairs, with an audit of what the searches miss."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from discriminator import Spellings, spell
from pipeline.artefacts import Workspace, content_hash
from pipeline.lexicon.labelled import pairs_within
from pipeline.lexicon.splits import term_splits
from pipeline.params import RetrieveParams
from pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS, TERMS
from pipeline.shards import ShardedWork, open_work
from pipeline.vectors.audit import index_recall, labelled_recall
from pipeline.vectors.candidates import dictionary_pairs, owned_pairs, spelled_pairs
from pipeline.vectors.neighbours import IndexPlan, build_index, plan_index, search
from pipeline.vectors.spelling import OpposingAffixes, build_spelling_index, search_spellings

__all__ = ["run"]

Cuts = list[npt.NDArray[np.int64]]


class _Found(NamedTuple):
    """What the two searches found: the lists by vectors and by spelling."""

    near: npt.NDArray[np.void]
    spelled: npt.NDArray[np.void]


def run(params: RetrieveParams, workspace: Workspace) -> None:
    """Search neighbours, pair them, and write `candidates` and `metrics.json`."""
    vectors = workspace.read_array("embed", "vectors.npy")
    spellings = spell(workspace.read(TERMS, ["term"])["term"].to_list())
    pairs, held_out = workspace.read(PAIRS), workspace.read(HELD_OUT)
    known = pairs_within(pairs, term_splits(held_out, len(vectors)), "train")
    opposites = OpposingAffixes.learn(spellings, known)
    plan = plan_index(len(vectors), params.index, params.exact_below, params.nlist, params.nprobe)
    manifest = workspace.read_json("embed", "manifest.json")
    inputs = {
        "vectors": manifest["content"],
        "terms": manifest["terms"],
        "pairs": content_hash(workspace.root / PAIRS.path),
        "params": params.model_dump(),
        "plan": plan._asdict(),
    }
    cuts = [
        np.arange(start, min(start + params.shard_terms, len(vectors)))
        for start in range(0, len(vectors), params.shard_terms)
    ]
    folder = workspace.work("retrieve")
    with (
        open_work(folder / "lists", inputs, len(cuts), ".npy") as near_work,
        open_work(folder / "spelled", inputs, len(cuts), ".npy") as spelled_work,
        open_work(folder / "pairs", inputs, 2 * len(cuts) + 1) as pair_work,
    ):
        _search(near_work, cuts, vectors, plan, params, workspace)
        _search_spellings(spelled_work, cuts, spellings, params, workspace)
        found = _Found(
            *(_assembled(work, cuts) for work in (near_work, spelled_work)),
        )
        _pair(pair_work, cuts, found, vectors, opposites, pairs, workspace)
        metrics = {
            "candidates": pair_work.rows,
            "index": plan._asdict(),
            **index_recall(
                found.near, vectors, params.audit_queries, params.min_cosine, params.seed
            ),
            "labelled_pairs": labelled_recall(*found, opposites, pairs, held_out),
        }
        workspace.write_json("retrieve", "metrics.json", metrics)
        workspace.record.wrote("retrieve/candidates", pair_work.rows)
        pair_work.publish(workspace.root / CANDIDATES.path)
        for work in (near_work, spelled_work):
            work.discard()
            _whole(work).unlink()


def _search(
    work: ShardedWork,
    cuts: Cuts,
    vectors: npt.NDArray[Any],
    plan: IndexPlan,
    params: RetrieveParams,
    workspace: Workspace,
) -> None:
    if not work.pending:
        return
    index = build_index(vectors, plan, params.train_sample_per_list, params.seed)
    for shard in work.remaining(workspace.progress, "retrieve: shards searched"):
        work.commit(shard, search(index, vectors, cuts[shard], params.k, params.min_cosine))


def _search_spellings(
    work: ShardedWork,
    cuts: Cuts,
    spellings: Spellings,
    params: RetrieveParams,
    workspace: Workspace,
) -> None:
    if not work.pending:
        return
    index = build_spelling_index(spellings)
    limits = (params.spelling_k, params.min_spelling, params.max_postings)
    for shard in work.remaining(workspace.progress, "retrieve: shards spelled"):
        work.commit(shard, search_spellings(index, cuts[shard], *limits))


def _whole(work: ShardedWork) -> Path:
    return work.folder.with_suffix(".npy")


def _assembled(work: ShardedWork, cuts: Cuts) -> npt.NDArray[np.void]:
    """The shards of lists in one memory map."""
    work.assemble(_whole(work), cuts)
    lists: npt.NDArray[np.void] = np.load(_whole(work), mmap_mode="r")
    return lists


def _pair(
    work: ShardedWork,
    cuts: Cuts,
    found: _Found,
    vectors: npt.NDArray[Any],
    opposites: OpposingAffixes,
    pairs: pl.DataFrame,
    workspace: Workspace,
) -> None:
    """Make two shards of pairs for each shard of terms, then one of what the dictionary knows."""
    for shard in work.remaining(workspace.progress, "retrieve: shards paired"):
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
