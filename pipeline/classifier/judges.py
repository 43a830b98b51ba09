"""Judging pairs outside the classify stage: by term id, or by spelling.

Two protocols, which everything that measures or explains a classifier is written for:

* `discriminator.PairClassifier`: term ids of the lexicon to probabilities.
* `TermJudge`: the spellings of terms to probabilities, for terms that the lexicon does not hold.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import Calibration, Features, PairClassifier
from nymgraph.discriminator.calibration import EXCLUDED
from nymgraph.pipeline.classifier.features import TermSpace
from nymgraph.pipeline.classifier.model import Model
from nymgraph.pipeline.classifier.trained import TrainedClassifier, classifier_over
from nymgraph.pipeline.encoders.encoders import (
    Encoder,
    EncodeSettings,
    load_encoder,
    locate_adapted,
)
from nymgraph.pipeline.errors import ArtefactError, DependencyError
from nymgraph.pipeline.lexicon.vocabulary import language_of
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["Judges", "LazyClassifier", "TermJudge", "judges_of", "run_encoder"]

_log = logging.getLogger("nymgraph")


class TermJudge(Protocol):
    """A judge of pairs of terms by their spelling."""

    def __call__(self, terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
        """Probabilities of pairs: float32 (n_pairs, 3), columns as in RELATIONS."""
        ...


class Judges(NamedTuple):
    """One classifier in the forms in which it is measured.

    Attributes:
        calibrated: On term ids, calibrated for dictionary pairs.
        uncalibrated: The same before calibration.
        by_spelling: The calibrated one on spellings; None where the encoder cannot be loaded.
        terms: The lexicon.
    """

    calibrated: PairClassifier
    uncalibrated: PairClassifier
    by_spelling: TermJudge | None
    terms: Sequence[str]


@dataclass(frozen=True)
class LazyClassifier:
    """A `PairClassifier` for dictionary pairs that projects only the terms it is asked about.

    Attributes:
        classifier: What is trained.
        terms: The lexicon.
        features: Its vectors and spellings; vectors may be a memory map.
        device: Where to compute, as torch names it.
    """

    classifier: TrainedClassifier
    terms: Sequence[str]
    features: Features
    device: str = "cpu"

    def judge(
        self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.float32]:
        """Calibrated probability of each relation.

        Args:
            a: Integer (n_pairs,), term ids.
            b: Integer (n_pairs,), term ids.

        Returns:
            float32 (n_pairs, 3), columns as in RELATIONS.
        """
        ids, ends = np.unique(np.stack([a, b]), return_inverse=True)
        few = self.features.take(ids)
        terms = [self.terms[i] for i in ids]
        whole = classifier_over(self.classifier, terms, few, self.device, dictionary=True)
        return whole.judge(*ends.reshape(2, -1))


def judges_of(
    classifier: TrainedClassifier,
    terms: Sequence[str],
    features: Features,
    workspace: Workspace,
    device: str,
    language: str,
) -> Judges:
    """A trained classifier and the encoder of the run, ready to be measured.

    Args:
        classifier: What is trained.
        terms: The lexicon.
        features: Its vectors and spellings.
        workspace: The data folder, which names the encoder.
        device: Where to compute, as torch names it.
        language: Language code of the lexicon.

    Returns:
        The classifier in its forms; where the encoder cannot be loaded the log says so.
    """
    by_spelling: TermJudge | None = None
    try:
        encoder = run_encoder(workspace, device)
        nothing_known = TermSpace.empty(encoder.dim, language)
        model = Model(classifier, nothing_known, lambda: encoder, device)
        by_spelling = partial(model.probabilities, dictionary=True)
    except DependencyError as error:
        _log.warning("consistency is not measured: %s", error)
    return Judges(
        LazyClassifier(classifier, terms, features, device),
        LazyClassifier(_uncalibrated(classifier), terms, features, device),
        by_spelling,
        terms,
    )


def run_encoder(workspace: Workspace, device: str) -> Encoder:
    """The encoder that made the vectors of a run.

    Args:
        workspace: The data folder.
        device: A torch device or "auto".

    Returns:
        The encoder, in the precision of the run.

    Raises:
        DependencyError: It cannot be loaded; one whose code must be trusted is not.
        ArtefactError: The encoder has changed since.
    """
    adapted = workspace.read_json("adapt", "manifest.json")
    manifest = workspace.read_json("embed", "manifest.json")
    if adapted["method"] != "none":
        workspace.file("adapt", "encoder", whole=True)
    location = locate_adapted(workspace.root / "adapt", adapted)
    if location.revision != manifest["revision"]:
        raise ArtefactError(
            f"the encoder {manifest['encoder']} is not the one that made the vectors",
            got=location.revision,
            expected=manifest["revision"],
            cure="run `nymgraph embed` again, and all after it",
        )
    settings = (device, manifest["precision"], language_of(workspace))
    return load_encoder(location, EncodeSettings(*settings, adapted.get("prompt")))


def _uncalibrated(classifier: TrainedClassifier) -> TrainedClassifier:
    """The same with temperature 1, no votes and no bias but that which leaves a class out."""
    trained = replace(classifier.trained, dictionary=_plain(classifier.trained.dictionary))
    cross_part = classifier.cross_part
    if cross_part is not None:
        blend = replace(
            cross_part.dictionary, calibration=_plain(cross_part.dictionary.calibration)
        )
        cross_part = cross_part._replace(dictionary=blend)
    return TrainedClassifier(trained, cross_part)


def _plain(calibration: Calibration) -> Calibration:
    synonym, antonym, co_hyponym, unlabelled = (
        EXCLUDED if bias <= EXCLUDED / 2 else 0.0 for bias in calibration.bias
    )
    return Calibration(1.0, (synonym, antonym, co_hyponym, unlabelled))
