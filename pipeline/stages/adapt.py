"""adapt: the encoder made relation-aware, by training pairs only."""

import shutil
from pathlib import Path
from typing import Any

from pipeline.artefacts import Workspace, content_hash, digest, replace_folder
from pipeline.devices import resolve_device
from pipeline.errors import InputError
from pipeline.lexicon.labelled import pairs_within
from pipeline.lexicon.splits import term_splits
from pipeline.params import AdaptParams
from pipeline.runlog import library_versions
from pipeline.schemas import HELD_OUT, PAIRS, TERMS
from pipeline.vectors.adaptation import (
    Triples,
    adapt_encoder,
    draw_triples,
    mine_negatives,
    settings_of,
)
from pipeline.vectors.encoders import ModelLocation, load_model, locate_model

__all__ = ["run"]


def run(params: AdaptParams, workspace: Workspace) -> None:
    """Fine-tune the encoder and write the folder `encoder`, `manifest.json` and `metrics.json`."""
    location = locate_model(params.encoder, params.revision)
    manifest: dict[str, Any] = {
        "base": params.encoder,
        "base_revision": location.revision,
        "method": params.method,
        "trust_remote_code": params.trust_remote_code,
    }
    metrics: dict[str, Any] = {"method": params.method}
    folder = workspace.path("adapt", "encoder")
    if params.method == "none":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        manifest |= {"revision": params.revision}
    else:
        metrics |= _adapt(params, location, folder, workspace)
        manifest |= {"revision": content_hash(folder)}
    workspace.write_json("adapt", "metrics.json", metrics)
    workspace.write_json("adapt", "manifest.json", manifest)


def _adapt(
    params: AdaptParams, location: ModelLocation, folder: Path, workspace: Workspace
) -> dict[str, Any]:
    """Train and put the encoder in its folder; the figures of what it was trained on."""
    terms = workspace.read(TERMS, ["term"])["term"].to_list()
    pairs, held_out = workspace.read(PAIRS), workspace.read(HELD_OUT)
    known = pairs_within(pairs, term_splits(held_out, len(terms)), "train")
    if not (known.relation == 0).any():
        raise InputError(
            "no synonym pair of training terms to adapt the encoder on",
            cure="label more pairs, or set adapt.method to none",
        )
    device = resolve_device(params.device)
    model = load_model(location, device, trust_remote_code=params.trust_remote_code)
    triples = draw_triples(
        known, params.steps * params.batch_size, params.antonym_share, params.seed
    )
    metrics: dict[str, Any] = {"rows": len(triples.anchor)}
    if params.method == "full":
        triples, quality = mine_negatives(
            model, terms, triples, known, params.margin, params.mining_corpus, params.seed
        )
        metrics["negatives"] = quality._asdict()
        workspace.record.fact("mined negatives", quality._asdict())
    work = _work_folder(workspace, params, location, triples)
    with workspace.progress.track("adapt: steps", params.steps) as advance:
        adapt_encoder(model, terms, triples, settings_of(params), work, advance)
    model.save(str(work / "encoder"), create_model_card=False)
    folder.parent.mkdir(parents=True, exist_ok=True)
    replace_folder(work / "encoder", folder)
    shutil.rmtree(work.parent)
    workspace.record.wrote("adapt/rows", len(triples.anchor))
    return metrics


def _work_folder(
    workspace: Workspace, params: AdaptParams, location: ModelLocation, triples: Triples
) -> Path:
    """Where the checkpoints of this very training are; those of another are thrown away."""
    inputs = {
        "params": params.model_dump(exclude={"save_steps"}),
        "model": location.revision,
        "rows": [digest({"rows": column.tolist()}) for column in triples],
        "versions": library_versions(),
    }
    folder = workspace.work("adapt")
    work: Path = folder / digest(inputs)[:16]
    for other in folder.glob("*"):
        if other != work:
            shutil.rmtree(other)
    work.mkdir(parents=True, exist_ok=True)
    return work
