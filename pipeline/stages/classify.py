"""classify: candidate pairs to judged pairs, part by part; known pairs override the model."""

from functools import partial
from pathlib import Path

import polars as pl

from nymgraph.pipeline.artefacts import Workspace, content_hash, missing
from nymgraph.pipeline.classifier.candidates import JudgeRecipe
from nymgraph.pipeline.classifier.model_folder import MODEL_FILE
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.lexicon.evidence import evidence_of
from nymgraph.pipeline.lexicon.senses import term_uses
from nymgraph.pipeline.params import ClassifyParams
from nymgraph.pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS, RELATIONS, SENSES
from nymgraph.pipeline.shards import open_work

__all__ = ["run"]


def run(params: ClassifyParams, workspace: Workspace, engine: Engine = LOCAL) -> None:
    """Judge every candidate and write `relations`, one part for each part of the candidates."""
    device = engine.ask(partial(resolve_device, params.device))
    # evidence on a held-out term would void every figure: `release` adds it
    pairs = workspace.read(PAIRS).filter(pl.col("split") == "train")
    uses = term_uses(workspace.read(SENSES), workspace.read_json("embed", "manifest.json")["rows"])
    evidence = evidence_of(pairs, uses, language_model=params.trust_language_model)
    files = workspace.files(CANDIDATES)
    inputs = {
        "candidates": content_hash(workspace.root / CANDIDATES.path),
        "pairs": content_hash(workspace.root / PAIRS.path),
        "senses": content_hash(workspace.root / SENSES.path),
        "model": content_hash(_present(workspace, "train", f"model/{MODEL_FILE}")),
        "held_out": content_hash(workspace.root / HELD_OUT.path),
        "neighbours": content_hash(_present(workspace, "retrieve", "neighbours.npy")),
        "vectors": workspace.read_json("embed", "manifest.json")["content"],
        "terms": workspace.read_json("embed", "manifest.json")["terms"],
        "device": device.split(":")[0],
        "trust_language_model": params.trust_language_model,
    }
    with open_work(workspace.work("classify"), inputs, len(files)) as work:
        recipe = JudgeRecipe(workspace.root, files, evidence, device)
        work.take(engine.made(recipe, work.pending), workspace.progress, "classify: parts")
        workspace.record.wrote("classify/relations", work.rows)
        workspace.record.fact("pairs per second", round(work.rows_per_second))
        work.publish(workspace.root / RELATIONS.path)


def _present(workspace: Workspace, stage: str, name: str) -> Path:
    path = workspace.path(stage, name)
    if not path.is_file():
        raise missing(path, stage)
    return path
