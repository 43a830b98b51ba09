"""Judging pairs outside the classify stage: by term id, or by spelling.

Two protocols, which everything that measures or explains a classifier is written for:

* `discriminator.PairClassifier`: term ids of the lexicon to probabilities.
* `TermJudge`: the spellings of terms to probabilities, for terms that the lexicon does not hold.

Here is how a run supplies both today: a trained head on the vectors of its encoder.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from discriminator import (
    Calibration,
    HeadClassifier,
    PairClassifier,
    PairHead,
    TrainedHead,
    project_terms,
)
from pipeline.artefacts import Workspace
from pipeline.errors import ArtefactError, DependencyError
from pipeline.vectors.encoders import Encoder, TransformerEncoder, locate_model

__all__ = [
    "Judges",
    "LazyHead",
    "TermJudge",
    "dictionary_judge",
    "head_judge",
    "judges_of_head",
    "run_encoder",
]

_log = logging.getLogger("nymgraph")
_BATCH_SIZE = 256


class TermJudge(Protocol):
    """What judges pairs of terms by their spelling."""

    def __call__(self, terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
        """Probabilities of pairs: float32 (n_pairs, 3), columns as in RELATIONS."""
        ...


class Judges(NamedTuple):
    """One classifier in the forms in which it is measured.

    Attributes:
        calibrated: On term ids, calibrated for dictionary pairs.
        uncalibrated: The same before calibration.
        by_spelling: The calibrated one on spellings; None where the encoder cannot be loaded.
    """

    calibrated: PairClassifier
    uncalibrated: PairClassifier
    by_spelling: TermJudge | None


@dataclass(frozen=True)
class LazyHead:
    """A `PairClassifier` that projects only the terms it is asked about.

    Attributes:
        head: The trained network.
        calibration: Which population the probabilities are for.
        vectors: (n_terms, dim), may be a memory map.
        device: Where to compute, as torch names it.
    """

    head: PairHead
    calibration: Calibration
    vectors: npt.NDArray[Any]
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
        projections = project_terms(self.head, self.vectors[ids], self.device)
        whole = HeadClassifier(self.head, self.calibration, projections, self.device)
        return whole.judge(*ends.reshape(2, -1))


def dictionary_judge(
    trained: TrainedHead, vectors: npt.NDArray[Any], device: str = "cpu"
) -> LazyHead:
    """A trained head on term ids, calibrated for dictionary pairs."""
    return LazyHead(trained.head, trained.dictionary, vectors, device)


def judges_of_head(
    trained: TrainedHead, vectors: npt.NDArray[Any], workspace: Workspace, device: str
) -> Judges:
    """A trained head and the encoder of the run, ready to be measured.

    Args:
        trained: The head.
        vectors: (n_terms, dim).
        workspace: The data folder, which names the encoder.
        device: Where to compute, as torch names it.

    Returns:
        The classifier in its forms; where the encoder cannot be loaded the log says so.
    """
    plain = replace(trained.dictionary, temperature=1.0, bias=(0, 0, 0, trained.dictionary.bias[3]))
    by_spelling: TermJudge | None = None
    try:
        encoder = run_encoder(workspace, device)
        by_spelling = head_judge(encoder, trained.head, trained.dictionary, device)
    except DependencyError as error:
        _log.warning("consistency is not measured: %s", error)
    return Judges(
        dictionary_judge(trained, vectors, device),
        LazyHead(trained.head, plain, vectors, device),
        by_spelling,
    )


def head_judge(
    encoder: Encoder, head: PairHead, calibration: Calibration, device: str = "cpu"
) -> TermJudge:
    """A head as a `TermJudge`: each spelling is encoded once, in the precision of stored vectors.

    Args:
        encoder: The encoder that the head was trained with.
        head: The trained network.
        calibration: Which population the probabilities are for.
        device: Where to compute, as torch names it.

    Returns:
        The judge.
    """

    def judge(terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
        # the longest first: batches of like length waste no padding
        every = sorted({*terms_a, *terms_b}, key=lambda term: (-len(term), term))
        row = {term: number for number, term in enumerate(every)}
        a, b = (np.array([row[t] for t in ends], dtype=np.int64) for ends in (terms_a, terms_b))
        if not every:
            return np.empty((0, 3), dtype=np.float32)
        vectors = encoder.encode(every).astype(np.float16)
        return LazyHead(head, calibration, vectors, device).judge(a, b)

    return judge


def run_encoder(workspace: Workspace, device: str) -> Encoder:
    """The encoder that made the vectors of a run, as `embed/manifest.json` names it.

    Args:
        workspace: The data folder.
        device: A torch device or "auto".

    Returns:
        The encoder, in the precision of the run.

    Raises:
        DependencyError: It cannot be loaded; one whose code must be trusted is not.
        ArtefactError: The model has changed since.
    """
    manifest = workspace.read_json("embed", "manifest.json")
    location = locate_model(manifest["encoder"], manifest["revision"])
    if location.revision != manifest["revision"]:
        raise ArtefactError(
            f"the encoder {manifest['encoder']} is not the one that made the vectors",
            got=location.revision,
            expected=manifest["revision"],
            cure="run `nymgraph embed` again, and all after it",
        )
    return TransformerEncoder(location, device, manifest["precision"], _BATCH_SIZE)
