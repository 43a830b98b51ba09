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
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.params import ClassifyParams
from nymgraph.pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS, RELATIONS
from nymgraph.pipeline.shards import open_work

__all__ = ["run"]


def run(params: ClassifyParams, workspace: Workspace, engine: Engine = LOCAL) -> None:
    """Judge every candidate and write `relations`, one part for each part of the candidates."""
    device = engine.ask(partial(resolve_device, params.device))
    pairs = workspace.read(PAIRS)
    evidence = _evidence(pairs if params.trust_language_model else without_language_model(pairs))
    files = workspace.files(CANDIDATES)
    inputs = {
        "candidates": content_hash(workspace.root / CANDIDATES.path),
        "pairs": content_hash(workspace.root / PAIRS.path),
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


def _evidence(pairs: pl.DataFrame) -> pl.DataFrame:
    """Known pairs of free terms only: evidence on a held-out term would void every figure."""
    free = pairs.filter(pl.col("split") == "train")
    return free.select("a", "b", pl.col("relation").alias("known"), "confidence")


def _present(workspace: Workspace, stage: str, name: str) -> Path:
    path = workspace.path(stage, name)
    if not path.is_file():
        raise missing(path, stage)
    return path
