"""A trained classifier that stands by itself: `nymgraph fit` makes one, `nymgraph judge` uses it.

The folder holds all that is needed to judge any two terms: `model.json`, `head.safetensors`, the
encoder (a folder, if it was fine-tuned; its name and revision otherwise), `known` (the training
pairs and the vectors of their terms, for the votes of neighbours) and, where there is one, the
cross-encoder.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import Lexicon
from nymgraph.pipeline.classifier.known_terms import KnownTerms, load_known
from nymgraph.pipeline.classifier.trained import TrainedClassifier, classifier_over, load_trained
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.encoders.encoders import Encoder, ModelLocation, load_encoder, locate_model
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.spelled import spell_terms

__all__ = ["MODEL_FORMAT", "PairModel", "encode_terms", "load_pair_model", "open_encoder"]

MODEL_FORMAT = "nymgraph pair model 2"
_BATCH_SIZE = 256


@dataclass(frozen=True)
class PairModel:
    """An encoder, a head and maybe a cross-encoder.

    Attributes:
        encoder: Gives the vectors of terms.
        classifier: The head, and the cross-encoder behind it.
        device: Where to compute, as torch names it.
        language: Language code of the terms.
        known: The training pairs, whose terms vote as neighbours; None for no votes.
    """

    encoder: Encoder
    classifier: TrainedClassifier
    device: str = "cpu"
    language: str = "und"
    known: KnownTerms | None = None

    def judge(self, terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
        """Probabilities of pairs of any terms, calibrated for dictionary pairs.

        Args:
            terms_a: n_pairs terms.
            terms_b: n_pairs terms.

        Returns:
            float32 (n_pairs, 3), columns as in RELATIONS, the same for (a, b) and (b, a).
        """
        terms = sorted({*terms_a, *terms_b})
        if not terms:
            return np.empty((0, 3), np.float32)
        row = {term: number for number, term in enumerate(terms)}
        a, b = (np.array([row[t] for t in ends], np.int64) for ends in (terms_a, terms_b))
        surface = self.classifier.trained.head.surface
        spellings = spell_terms(terms, self.language) if surface else None
        vectors = encode_terms(self.encoder, terms)
        hoods = None if self.known is None else self.known.neighbourhoods(terms, vectors)
        lexicon = Lexicon(vectors, spellings, hoods)
        whole = classifier_over(self.classifier, terms, lexicon, self.device, dictionary=True)
        return whole.judge(a, b)


def encode_terms(encoder: Encoder, terms: Sequence[str]) -> npt.NDArray[np.float16]:
    """Vectors of terms in the precision in which they are stored.

    Args:
        encoder: The encoder.
        terms: n_terms terms.

    Returns:
        float16 (n_terms, dim), in the order given.
    """
    order = sorted(range(len(terms)), key=lambda row: (-len(terms[row]), terms[row]))
    vectors = np.empty((len(terms), encoder.dim), np.float16)
    vectors[order] = encoder.encode([terms[row] for row in order])
    return vectors


def load_pair_model(folder: Path, device: str = "auto") -> PairModel:
    """Read the folder that `nymgraph fit` wrote.

    Args:
        folder: The folder.
        device: A torch device, or "auto" for a GPU if there is one.

    Returns:
        The model, ready to judge.

    Raises:
        ArtefactError: The folder is not there, is damaged, or another version wrote it.
    """
    try:
        notes = json.loads((folder / "model.json").read_text("utf-8"))
        known = load_known(folder / "known")
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise ArtefactError(
            f"{folder} holds no model",
            got=str(error),
            expected="a folder that `nymgraph fit` wrote",
            cure="check the path, or fit the model again",
        ) from error
    if notes.get("format") != MODEL_FORMAT:
        raise ArtefactError(
            f"{folder} holds a model of another version",
            got=str(notes.get("format")),
            expected=MODEL_FORMAT,
            cure="fit the model again",
        )
    where = resolve_device(device)
    classifier, _ = load_trained(folder, where, "fit the model again")
    encoder = open_encoder(folder, notes, device)
    return PairModel(encoder, classifier, where, notes.get("language", "und"), known)


def open_encoder(folder: Path, notes: dict[str, Any], device: str) -> Encoder:
    """Load the encoder of a model.

    Args:
        folder: Folder of the model.
        notes: The content of its `model.json`.
        device: A torch device, or "auto" for a GPU if there is one.

    Returns:
        The encoder.

    Raises:
        ArtefactError: It is not the one that the model was fitted with.
    """
    return load_encoder(
        _encoder_location(folder, notes),
        device,
        notes["precision"],
        _BATCH_SIZE,
        prompt=notes.get("prompt"),
        trust_remote_code=notes["trust_remote_code"],
    )


def _encoder_location(folder: Path, notes: dict[str, Any]) -> ModelLocation:
    if notes["adapted"]:
        return ModelLocation(str(folder / "encoder"), notes["revision"], on_hub=False)
    location = locate_model(notes["encoder"], notes["revision"])
    if location.revision != notes["revision"]:
        raise ArtefactError(
            f"the encoder {notes['encoder']} is not the one that the model was fitted with",
            got=location.revision,
            expected=notes["revision"],
            cure="install that version of the encoder, or fit the model again",
        )
    return location
