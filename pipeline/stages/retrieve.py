"""retrieve: vectors and spellings to candidate pairs, with an audit of what the searches miss."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.candidates.audit import index_recall, labelled_recall
from nymgraph.pipeline.candidates.pairing import Searched, search_pairs
from nymgraph.pipeline.candidates.searches import Found, floor_of
from nymgraph.pipeline.candidates.spelling import OpposingAffixes
from nymgraph.pipeline.candidates.tuning import below_floor
from nymgraph.pipeline.classifier.features import search_neighbours, write_neighbours
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.lexicon.labelled import pairs_within
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.spelled import spell_terms
from nymgraph.pipeline.lexicon.vocabulary import Vocabulary, read_vocabulary
from nymgraph.pipeline.schemas import CANDIDATES, GLOSSED, HELD_OUT, PAIRS, TRAINING_CANDIDATES
from nymgraph.pipeline.settings.params import RetrieveParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["run"]


def run(
    params: RetrieveParams, workspace: Workspace, engine: Engine = LOCAL, model: Path | None = None
) -> None:
    """Search neighbours, pair them; write `candidates`, `neighbours.npy` and `metrics.json`.

    Where extra terms train, they are searched together with the lexicon once more: what is trained
    on, and whose known pairs vote. Where a model is used, only those that vote are searched.
    """
    every = workspace.read_array("embed", "vectors.npy")
    vocabulary = read_vocabulary(workspace)
    whole = _searched(every, vocabulary, workspace)
    n_lexicon = vocabulary.n_lexicon
    lexicon = whole._replace(
        vectors=every[:n_lexicon],
        terms=whole.terms[:n_lexicon],
        pairs=without_language_model(workspace.read(PAIRS)),
        glossed=workspace.read(GLOSSED, ["a", "b"]).to_numpy().astype(np.int64),
    )
    folder, progress = workspace.work("retrieve"), workspace.progress
    candidates, training = (workspace.root / t.path for t in (CANDIDATES, TRAINING_CANDIDATES))
    audit = partial(_audit, params, lexicon, workspace)
    search_pairs(lexicon, params, engine, folder, progress, candidates, audit)
    if not vocabulary.is_lexicon and model is None:
        keep = partial(_keep, workspace)
        search_pairs(whole, params, engine, folder / "training", progress, training, keep)
        return
    if model is not None and not vocabulary.is_lexicon:
        rows = np.arange(n_lexicon)
        write_neighbours(workspace, search_neighbours(every, rows, params.min_cosine))
    workspace.write_parts(TRAINING_CANDIDATES, [TRAINING_CANDIDATES.empty()])


def _searched(every: npt.NDArray[Any], vocabulary: Vocabulary, workspace: Workspace) -> Searched:
    """All terms, extra ones too, and what training pairs say of affixes."""
    pairs, language = without_language_model(vocabulary.pairs), vocabulary.language
    known = pairs_within(pairs, vocabulary.split, "train")
    opposites = OpposingAffixes.learn(spell_terms(vocabulary.terms, language), known)
    file = workspace.path("embed", "vectors.npy")
    manifest = workspace.read_json("embed", "manifest.json")
    inputs = {
        "vectors": manifest["content"],
        "terms": manifest["terms"],
        "pairs": workspace.hash_of("label", "pairs.parquet"),
        "extra_pairs": workspace.hash_of("label", "extra_pairs.parquet"),
        "glossed": workspace.hash_of("embed", "glossed.parquet"),
    }
    none = np.empty((0, 2), np.int64)
    return Searched(file, every, vocabulary.terms, language, pairs, opposites, none, inputs)


def _audit(
    params: RetrieveParams,
    lexicon: Searched,
    workspace: Workspace,
    found: Found,
    plan: IndexPlan,
    n_candidates: int,
) -> None:
    """The audit of the searches; an error where the index is surely below the recall floor."""
    sample = (params.audit_queries, params.min_cosine, params.seed)
    recall = index_recall(found.near, lexicon.vectors, *sample)
    mean, half_width = recall["recall_at_k"], recall["recall_ci95"]
    floor = floor_of(params, plan)
    if recall["queries"] and mean + half_width < floor:
        raise below_floor(mean, half_width, floor)
    held_out = workspace.read(HELD_OUT)
    metrics = {
        "candidates": n_candidates,
        "index": plan.described(),
        **recall,
        "labelled_pairs": labelled_recall(*found, lexicon.opposites, lexicon.pairs, held_out),
    }
    write_neighbours(workspace, found.near)
    workspace.write_json("retrieve", "metrics.json", metrics)
    workspace.record.wrote("retrieve/candidates", n_candidates)


def _keep(workspace: Workspace, found: Found, _plan: IndexPlan, n_candidates: int) -> None:
    write_neighbours(workspace, found.near)
    workspace.record.wrote("retrieve/training_candidates", n_candidates)
