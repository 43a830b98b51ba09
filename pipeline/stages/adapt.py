"""adapt: the encoder made relation-aware, by training pairs only."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.artefacts import Workspace, content_hash, digest, replace_folder
from nymgraph.pipeline.classifier.taken import take_encoder
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.encoders.beginnings import Beginning, affordable, begin, fine_tune
from nymgraph.pipeline.encoders.encoders import locate_model
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.labelled import touching, weighed_by_use
from nymgraph.pipeline.lexicon.splits import spared_terms
from nymgraph.pipeline.lexicon.vocabulary import read_vocabulary
from nymgraph.pipeline.params import AdaptParams
from nymgraph.pipeline.runlog import library_versions
from nymgraph.pipeline.schemas import SPARED

__all__ = ["run"]


def run(params: AdaptParams, workspace: Workspace, model: Path | None = None) -> None:
    """Fine-tune the encoder; write it, the terms spared, `manifest.json` and `metrics.json`.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        model: A model to be used: its encoder is taken over, and nothing is trained.
    """
    if model is not None:
        workspace.write_json("adapt", "manifest.json", take_encoder(model, workspace))
        workspace.write_json("adapt", "metrics.json", {"method": "model"})
        workspace.write(SPARED, SPARED.empty())
        return
    static = params.method == "static"
    manifest: dict[str, Any] = {
        "base": "static" if static else params.encoder,
        "base_revision": None if static else locate_model(params.encoder, params.revision).revision,
        "method": params.method,
        "prompt": params.prompt,
        "trust_remote_code": params.trust_remote_code,
    }
    metrics: dict[str, Any] = {"method": params.method}
    folder = workspace.path("adapt", "encoder")
    if params.method == "none":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        workspace.write(SPARED, SPARED.empty())
        manifest |= {"revision": params.revision}
    else:
        metrics |= _adapt(params, manifest["base_revision"], folder, workspace)
        manifest |= {"revision": content_hash(folder)}
    workspace.write_json("adapt", "metrics.json", metrics)
    workspace.write_json("adapt", "manifest.json", manifest)


def _adapt(
    params: AdaptParams, revision: str | None, folder: Path, workspace: Workspace
) -> dict[str, Any]:
    """Train and put the encoder in its folder; the figures of what it was trained on."""
    terms, _, language, split, pairs = read_vocabulary(workspace)
    spared = spared_terms(terms, split, params.spared, params.seed)
    known = weighed_by_use(pairs, split)
    known = known.take(~touching(known, spared))
    if not (known.relation == 0).any():
        raise InputError(
            "no synonym pair of training terms to adapt the encoder on",
            cure="label more pairs, set adapt.spared to 0, or adapt.method to none",
        )
    params = affordable(params, known)
    start = begin(params, terms, split, known, language, resolve_device(params.device))
    for name, figures in start.figures.items():
        workspace.record.fact(name, figures)
    work = _work_folder(workspace, params, revision, start)
    trained = fine_tune(start, params, work, workspace.progress, "adapt: steps")
    folder.parent.mkdir(parents=True, exist_ok=True)
    replace_folder(trained, folder)
    shutil.rmtree(work.parent)
    every = pl.DataFrame({"term": terms}, {"term": pl.String}).with_row_index("term_id")
    workspace.write(SPARED, every.filter(pl.Series(spared)))
    workspace.record.wrote("adapt/rows", len(start.rows.anchor))
    return {"rows": len(start.rows.anchor), **start.figures}


def _work_folder(
    workspace: Workspace, params: AdaptParams, revision: str | None, start: Beginning
) -> Path:
    """Where the checkpoints of this very training are; those of another are thrown away."""
    inputs = {
        "params": params.model_dump(mode="json", exclude={"save_steps"}),
        "model": revision,
        "rows": [digest({"rows": column.tolist()}) for column in start.rows],
        "versions": library_versions(),
    }
    if params.method == "static":
        inputs["texts"] = digest({"texts": list(start.texts)})
    folder = workspace.work("adapt")
    work: Path = folder / digest(inputs)[:16]
    for other in folder.glob("*"):
        if other != work:
            shutil.rmtree(other)
    work.mkdir(parents=True, exist_ok=True)
    return work
