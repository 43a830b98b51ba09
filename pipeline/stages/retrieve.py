"""retrieve: vectors to candidate pairs, with an audit of what the index misses."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.artefacts import Workspace, content_hash
from pipeline.lexicon.provenance import without_language_model
from pipeline.params import RetrieveParams
from pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS
from pipeline.shards import ShardedWork, open_work
from pipeline.vectors.audit import index_recall, labelled_recall
from pipeline.vectors.candidates import dictionary_pairs, owned_pairs
from pipeline.vectors.neighbours import IndexPlan, build_index, plan_index, search

__all__ = ["run"]


def run(params: RetrieveParams, workspace: Workspace) -> None:
    """Search neighbours, pair them, and write `candidates` and `metrics.json`."""
    vectors = workspace.read_array("embed", "vectors.npy")
    pairs = without_language_model(
        workspace.read(PAIRS, ["a", "b", "relation", "sources", "split"])
    )
    plan = plan_index(len(vectors), params.index, params.exact_below, params.nlist, params.nprobe)
    inputs = {
        "vectors": workspace.read_json("embed", "manifest.json")["content"],
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
        open_work(folder / "lists", inputs, len(cuts), ".npy") as search_work,
        open_work(folder / "pairs", inputs, len(cuts) + 1) as pair_work,
    ):
        _search(search_work, cuts, vectors, plan, params, workspace)
        search_work.assemble(folder / "lists.npy", cuts)
        lists = np.load(folder / "lists.npy", mmap_mode="r")
        _pair(pair_work, cuts, lists, vectors, pairs, workspace)
        metrics = {
            "candidates": pair_work.rows,
            "index": plan._asdict(),
            **index_recall(lists, vectors, params.audit_queries, params.min_cosine, params.seed),
            "labelled_pairs": labelled_recall(lists, pairs, workspace.read(HELD_OUT)),
        }
        workspace.write_json("retrieve", "metrics.json", metrics)
        workspace.record.wrote("retrieve/candidates", pair_work.rows)
        pair_work.publish(workspace.root / CANDIDATES.path)
        search_work.discard()
        (folder / "lists.npy").unlink()


def _search(
    work: ShardedWork,
    cuts: list[npt.NDArray[np.int64]],
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


def _pair(
    work: ShardedWork,
    cuts: list[npt.NDArray[np.int64]],
    lists: npt.NDArray[np.void],
    vectors: npt.NDArray[Any],
    pairs: pl.DataFrame,
    workspace: Workspace,
) -> None:
    """A shard of pairs for each shard of terms; the last one holds the dictionary's pairs."""
    for shard in work.remaining(workspace.progress, "retrieve: shards paired"):
        if shard < len(cuts):
            found = owned_pairs(lists, int(cuts[shard][0]), int(cuts[shard][-1]) + 1)
        else:
            found = dictionary_pairs(lists, vectors, pairs)
        work.commit(shard, CANDIDATES.conform(found))
