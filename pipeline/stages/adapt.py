"""adapt: the encoder made relation-aware, by training pairs only; maybe a second one beside it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.classifier.taken import take_encoder
from nymgraph.pipeline.encoders.joining import Made, beside_of, join_encoders
from nymgraph.pipeline.encoders.lesson import (
    Lesson,
    base_revision,
    read_lesson,
    trained_encoder,
)
from nymgraph.pipeline.schemas import HELD_BACK
from nymgraph.pipeline.settings.params import AdaptParams
from nymgraph.pipeline.storage.artefacts import Workspace, content_hash, replace_folder

__all__ = ["run"]


def run(params: AdaptParams, workspace: Workspace, model: Path | None = None) -> None:
    """Fine-tune the encoder; write it, the terms held back, `manifest.json` and `metrics.json`.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        model: A model to be used: its encoder is taken over, and nothing is trained.
    """
    if model is not None:
        workspace.write_json("adapt", "manifest.json", take_encoder(model, workspace))
        workspace.write_json("adapt", "metrics.json", {"method": "model"})
        workspace.write(HELD_BACK, HELD_BACK.empty())
        return
    beside = beside_of(params)
    if params.method == "none" and beside is None:
        _pass_on(params, workspace)
        return
    parts = [params, *([beside] if beside else [])]
    lesson = read_lesson(params, workspace)
    made, figures = [], []
    for number, part in enumerate(parts):
        weight = params.beside.weight if number else 1.0
        trained, found = trained_encoder(part, lesson, workspace, f"part-{number}")
        made.append(Made(part, weight, trained))
        figures.append(found)
    workspace.record.wrote("adapt/rows", sum(found.get("rows", 0) for found in figures))
    metrics = {"method": params.method, **figures[0]}
    metrics |= {"beside": figures[1]} if beside else {}
    manifest = _put(made, lesson, workspace)
    shutil.rmtree(workspace.work("adapt"), ignore_errors=True)
    every = pl.DataFrame({"term": lesson.terms}, {"term": pl.String}).with_row_index("term_id")
    workspace.write(HELD_BACK, every.filter(pl.Series(lesson.held_back)))
    workspace.write_json("adapt", "metrics.json", metrics)
    workspace.write_json("adapt", "manifest.json", manifest)


def _put(made: Sequence[Made], lesson: Lesson, workspace: Workspace) -> dict[str, Any]:
    """Put the encoder into its folder; its manifest."""
    params, folder = made[0].params, workspace.path("adapt", "encoder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if len(made) == 1 and made[0].trained is not None:
        replace_folder(made[0].trained, folder)
        return {**_described(params), "revision": content_hash(folder)}
    joined = workspace.work("adapt") / "joined"
    shutil.rmtree(joined, ignore_errors=True)
    joined.mkdir(parents=True)
    join_encoders(made, lesson.terms, lesson.language, joined, params.seed)
    replace_folder(joined, folder)
    return {
        "base": " + ".join(_name(one.params) for one in made),
        "base_revision": None,
        "method": "joined",
        "prompt": None,
        "trust_remote_code": any(one.params.trust_remote_code for one in made),
        "revision": content_hash(folder),
    }


def _pass_on(params: AdaptParams, workspace: Workspace) -> None:
    """Leave the encoder as it is: an empty folder, and its name."""
    folder = workspace.path("adapt", "encoder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    manifest = {**_described(params), "revision": params.revision}
    workspace.write(HELD_BACK, HELD_BACK.empty())
    workspace.write_json("adapt", "metrics.json", {"method": params.method})
    workspace.write_json("adapt", "manifest.json", manifest)


def _described(params: AdaptParams) -> dict[str, Any]:
    """The entries of the manifest about one encoder."""
    return {
        "base": _name(params),
        "base_revision": base_revision(params),
        "method": params.method,
        "prompt": params.prompt,
        "trust_remote_code": params.trust_remote_code,
    }


def _name(params: AdaptParams) -> str:
    return "static" if params.method == "static" else params.encoder
