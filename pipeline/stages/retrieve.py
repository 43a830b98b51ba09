"""retrieve: vectors and spellings to candidate pairs, with an audit of what the searches miss."""

from typing import Any

import faiss
import numpy.typing as npt

from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.candidates.audit import index_recall, labelled_recall
from nymgraph.pipeline.candidates.searches import (
    Found,
    PairRecipe,
    SearchRecipe,
    SpellRecipe,
    assembled,
    cuts_of,
    discard_lists,
    floor_of,
    lists_file,
    settings_of,
    settled_plan,
)
from nymgraph.pipeline.candidates.spelling import OpposingAffixes
from nymgraph.pipeline.candidates.tuning import below_floor
from nymgraph.pipeline.classifier.features import write_neighbours
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.indexes.plans import IndexPlan, checked_plan, plan_index
from nymgraph.pipeline.lexicon.labelled import pairs_within
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.spelled import spell_bare, spell_terms
from nymgraph.pipeline.lexicon.splits import term_splits
from nymgraph.pipeline.limits import free_room, index_gb, refuse, retrieve_refusals
from nymgraph.pipeline.params import RetrieveParams
from nymgraph.pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS, TERMS
from nymgraph.pipeline.shards import open_work

__all__ = ["run"]


def run(params: RetrieveParams, workspace: Workspace, engine: Engine = LOCAL) -> None:
    """Search neighbours, pair them; write `candidates`, `neighbours.npy` and `metrics.json`."""
    file = workspace.path("embed", "vectors.npy")
    vectors = workspace.read_array("embed", "vectors.npy")
    table = workspace.read(TERMS, ["term", "language"])
    terms, language = table["term"].to_list(), table["language"][0]
    pairs, held_out = without_language_model(workspace.read(PAIRS)), workspace.read(HELD_OUT)
    known = pairs_within(pairs, term_splits(held_out, len(vectors)), "train")
    opposites = OpposingAffixes.learn(spell_terms(terms, language), known)
    plan = plan_index(len(vectors), vectors.shape[1], settings_of(params))
    plan = checked_plan(plan, params.k)
    inputs, cuts = _inputs(params, plan, workspace), cuts_of(len(vectors), params.shard_terms)
    folder, progress = workspace.work("retrieve"), workspace.progress
    sizes = (len(vectors), vectors.shape[1], params.k + params.spelling_k)
    here = engine is LOCAL  # else the workers hold the index
    held_gb = index_gb(*sizes[:2], plan.kind, plan.storage, plan.device) if here else 0.0
    refuse(retrieve_refusals(*sizes, held_gb, folder, free_room(workspace.root)))
    with (
        open_work(folder / "tuned", inputs, 1, ".npy") as tuned,
        open_work(folder / "lists", inputs, len(cuts), ".npy") as near,
        open_work(folder / "spelled", inputs, len(cuts), ".npy") as spelled,
        open_work(folder / "pairs", inputs, 2 * len(cuts) + 1) as paired,
    ):
        plan, index = settled_plan(tuned, vectors, plan, params)
        nearest = SearchRecipe(file, cuts, plan, params, faiss.omp_get_max_threads(), index)
        near.take(engine.made(nearest, near.pending), progress, "retrieve: shards searched")
        alike = SpellRecipe(spell_bare(terms, language), cuts, params)
        spelled.take(engine.made(alike, spelled.pending), progress, "retrieve: shards spelled")
        found = Found(assembled(near, cuts), assembled(spelled, cuts))
        recall = _audited(found, vectors, params, floor_of(params, plan))
        pairing = PairRecipe(cuts, lists_file(near), lists_file(spelled), file, opposites, pairs)
        paired.take(engine.made(pairing, paired.pending), progress, "retrieve: shards paired")
        metrics = {
            "candidates": paired.rows,
            "index": plan.described(),
            **recall,
            "labelled_pairs": labelled_recall(*found, opposites, pairs, held_out),
        }
        write_neighbours(workspace, found.near)
        workspace.write_json("retrieve", "metrics.json", metrics)
        workspace.record.wrote("retrieve/candidates", paired.rows)
        paired.publish(workspace.root / CANDIDATES.path)
        for lists in (near, spelled):
            discard_lists(lists)
        tuned.discard()


def _audited(
    found: Found, vectors: npt.NDArray[Any], params: RetrieveParams, floor: float
) -> dict[str, float]:
    """Recall of the index; an error where it is surely below the floor."""
    sample = (params.audit_queries, params.min_cosine, params.seed)
    recall = index_recall(found.near, vectors, *sample)
    mean, half_width = recall["recall_at_k"], recall["recall_ci95"]
    if recall["queries"] and mean + half_width < floor:
        raise below_floor(mean, half_width, floor)
    return recall


def _inputs(params: RetrieveParams, plan: IndexPlan, workspace: Workspace) -> dict[str, Any]:
    """All that determines the candidates."""
    manifest = workspace.read_json("embed", "manifest.json")
    return {
        "vectors": manifest["content"],
        "terms": manifest["terms"],
        "pairs": workspace.hash_of("label", "pairs.parquet"),
        "params": params.model_dump(),
        "plan": plan._asdict(),
        "threads": faiss.omp_get_max_threads(),
    }
