"""A model that is used instead of adapting and training: what a run takes over from it."""

import shutil
from pathlib import Path
from typing import Any

from nymgraph.pipeline.classifier.model_notes import (
    ModelNotes,
    locate_encoder,
    model_for_run,
)
from nymgraph.pipeline.lexicon.vocabulary import language_of
from nymgraph.pipeline.storage.artefacts import Workspace, replace_folder

__all__ = ["take_encoder", "take_model"]


def take_encoder(model: Path, workspace: Workspace) -> dict[str, Any]:
    """Put the encoder of a model where `adapt` would put its own.

    Args:
        model: The model.
        workspace: The data folder.

    Returns:
        The manifest of the encoder.

    Raises:
        ParameterError: The model is of another language, or the run's own.
        ArtefactError: There is no model, it is damaged, or of another version.
    """
    place, notes = _given(model, workspace)
    location, encoder = locate_encoder(place, notes.encoder), notes.encoder
    manifest: dict[str, Any] = {
        "base": encoder.name,
        "base_revision": None,
        "method": "none" if encoder.held is None else "model",
        "prompt": encoder.prompt,
        "trust_remote_code": encoder.trust_remote_code,
        "revision": location.revision,
    }
    work = workspace.work("adapt") / "encoder"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    if encoder.held is not None:
        held = Path(location.path)
        if held.is_dir():
            shutil.copytree(held, work, dirs_exist_ok=True)
        else:
            shutil.copyfile(held, work / held.name)
            manifest["file"] = held.name
    replace_folder(work, workspace.path("adapt", "encoder"))
    return manifest


def take_model(model: Path, workspace: Workspace) -> ModelNotes:
    """Put a copy of a model where `train` would put its own.

    Args:
        model: The model.
        workspace: The data folder.

    Returns:
        What the model says of itself.

    Raises:
        ParameterError: The model is of another language, or the run's own.
        ArtefactError: There is no model, it is damaged, or of another version.
    """
    place, notes = _given(model, workspace)
    work = workspace.work("train") / "model"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(place, work)
    replace_folder(work, workspace.path("train", "model"))
    return notes


def _given(model: Path, workspace: Workspace) -> tuple[Path, ModelNotes]:
    return model_for_run(model, language_of(workspace), workspace.root)
