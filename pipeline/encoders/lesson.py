"""The training data of the encoders of a run, and their training in the stage adapt.

Contract: checkpoints belong to one training, identified by parameters, rows, model and versions;
those of another are deleted. An encoder that was finished before a kill is not trained again.
"""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.encoders.beginnings import Beginning, affordable, begin, fine_tune
from nymgraph.pipeline.encoders.encoders import locate_model
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.labelled import hold_back, weighed_by_use
from nymgraph.pipeline.lexicon.vocabulary import read_vocabulary
from nymgraph.pipeline.settings.params import AdaptParams
from nymgraph.pipeline.storage.artefacts import Workspace, digest
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = ["Lesson", "base_revision", "read_lesson", "trained_encoder"]


class Lesson(NamedTuple):
    """The training data of encoders.

    Attributes:
        terms: The lexicon, and terms that only train.
        split: int8 (n_terms,), split of each; 0 is free.
        language: Language code.
        known: Training pairs that touch no term held back, weighed by use.
        held_back: bool (n_terms,), terms that are held back.
    """

    terms: list[str]
    split: npt.NDArray[np.int8]
    language: str
    known: LabelledPairs
    held_back: npt.NDArray[np.bool_]


def read_lesson(params: AdaptParams, workspace: Workspace) -> Lesson:
    """Read what there is to learn from.

    Args:
        params: The section `adapt`.
        workspace: The data folder.

    Returns:
        Terms and pairs; no term is held back where no encoder is trained.

    Raises:
        InputError: There is no synonym pair to learn from.
    """
    learns = params.method != "none" or params.beside.method != "none"
    terms, _, language, split, pairs = read_vocabulary(workspace)
    share = params.spared if learns else 0.0
    known, held_back = hold_back(weighed_by_use(pairs, split), terms, split, share, params.seed)
    if learns and not (known.relation == 0).any():
        raise InputError(
            "no synonym pair of training terms to adapt the encoder on",
            cure="label more pairs, set adapt.spared to 0, or adapt.method to none",
        )
    return Lesson(terms, split, language, known, held_back)


def trained_encoder(
    params: AdaptParams, lesson: Lesson, workspace: Workspace, name: str
) -> tuple[Path | None, dict[str, Any]]:
    """Train an encoder, if that is asked for.

    Args:
        params: The section `adapt` of this encoder alone.
        lesson: What it learns from.
        workspace: The data folder.
        name: Its name among the working files.

    Returns:
        Its folder among the working files, None where it stays as it is; figures of its rows.

    Raises:
        InputError: A dictionary or a corpus cannot be read.
        DependencyError: The encoder or a dictionary is not there.
        ParameterError: The encoder cannot be trained.
    """
    if params.method == "none":
        return None, {}
    params = affordable(params, lesson.known)
    device = resolve_device(params.device)
    start = begin(params, lesson.terms, lesson.split, lesson.known, lesson.language, device)
    for fact, value in start.figures.items():
        workspace.record.fact(fact, value)
    work = _work_folder(workspace.work("adapt") / name, params, start)
    trained = work / "encoder"
    if not trained.is_dir():  # else the run was killed after it
        trained = fine_tune(start, params, work, workspace.progress, "adapt: steps")
    return trained, {"rows": len(start.rows.anchor), **start.figures}


def base_revision(params: AdaptParams) -> str | None:
    """The revision of an encoder before its training.

    Args:
        params: The section `adapt` of this encoder alone.

    Returns:
        Hash or commit; None for a static one.
    """
    if params.method == "static":
        return None
    return locate_model(params.encoder, params.revision).revision


def _work_folder(folder: Path, params: AdaptParams, start: Beginning) -> Path:
    """Where the checkpoints of this very training are; those of another are thrown away."""
    inputs = {
        "params": params.model_dump(mode="json", exclude={"save_steps", "beside"}),
        "model": base_revision(params),
        "rows": [digest({"rows": column.tolist()}) for column in start.rows],
        "versions": library_versions(),
    }
    if params.method == "static":
        inputs["texts"] = digest({"texts": list(start.texts)})
    work: Path = folder / digest(inputs)[:16]
    for other in folder.glob("*"):
        if other != work:
            shutil.rmtree(other)
    work.mkdir(parents=True, exist_ok=True)
    return work
