"""What a training leaves: a head, and the cross-encoder behind it, if there is one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nymgraph.discriminator import (
    Blend,
    CascadeClassifier,
    CrossEncoderClassifier,
    HeadClassifier,
    Lexicon,
    PairClassifier,
    TrainedHead,
    load_cross_encoder,
    load_head,
)
from nymgraph.pipeline.devices import resolve_precision
from nymgraph.pipeline.errors import ArtefactError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["Crossed", "TrainedClassifier", "classifier_over", "load_trained"]


class Crossed(NamedTuple):
    """A trained cross-encoder and how it is mixed with its head, for two populations."""

    model: "CrossEncoder"
    dictionary: Blend
    candidates: Blend


class TrainedClassifier(NamedTuple):
    """What a training leaves: a head, and the cross-encoder behind it, if there is one."""

    trained: TrainedHead
    crossed: Crossed | None = None

    @property
    def counts_votes(self) -> bool:
        """Whether what is known of the neighbours of two terms counts."""
        return self.trained.dictionary.counts_votes or self.trained.candidates.counts_votes


def classifier_over(
    classifier: TrainedClassifier,
    terms: Sequence[str],
    lexicon: Lexicon,
    device: str,
    *,
    dictionary: bool,
    elsewhere: bool = False,
) -> PairClassifier:
    """Put a trained classifier to work on a lexicon.

    Args:
        classifier: What is trained.
        terms: The lexicon.
        lexicon: Its vectors and spellings.
        device: Where to compute, as torch names it.
        dictionary: Whether probabilities are for dictionary pairs; else they are for candidates.
        elsewhere: Whether these candidates are of another lexicon than it was trained on. There
            the head judges alone: the cross-encoder is calibrated for its own lexicon.

    Returns:
        The head alone, or the cascade.
    """
    trained, crossed = classifier
    calibration = trained.elsewhere if elsewhere else trained.candidates
    calibration = trained.dictionary if dictionary else calibration
    head = HeadClassifier.over(trained.head, calibration, lexicon, device)
    if crossed is None or elsewhere:
        return head
    blend = crossed.dictionary if dictionary else crossed.candidates
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    cross = CrossEncoderClassifier(crossed.model, blend.calibration, terms, bfloat16=bfloat16)
    return CascadeClassifier(head, cross, blend)


def load_trained(folder: Path, device: str, cure: str) -> TrainedClassifier:
    """Read what a training left: `head.safetensors` and the folder `cross_encoder`.

    Args:
        folder: Where they are; without a cross-encoder a head alone.
        device: Where to compute, as torch names it.
        cure: What to do where they cannot be read.

    Returns:
        The classifier.

    Raises:
        ArtefactError: They are damaged or of another version.
    """
    cross_encoder = folder / "cross_encoder"
    try:
        trained, _ = load_head(folder / "head.safetensors")
        if not cross_encoder.is_dir():
            return TrainedClassifier(trained)
        return TrainedClassifier(trained, Crossed(*load_cross_encoder(cross_encoder, device)))
    except ValueError as error:
        raise ArtefactError(str(error), cure=cure) from error
