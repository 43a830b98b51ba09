"""The result of a training: a head, and the cross-encoder behind it, if there is one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nymgraph.discriminator import (
    Blend,
    CascadeClassifier,
    CrossEncoderClassifier,
    Features,
    HeadClassifier,
    PairClassifier,
    TrainedHead,
    load_cross_encoder,
    load_head,
)
from nymgraph.pipeline.devices import resolve_precision
from nymgraph.pipeline.errors import ArtefactError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["CrossEncoderPart", "TrainedClassifier", "classifier_over", "load_trained"]


class CrossEncoderPart(NamedTuple):
    """A trained cross-encoder and how it is mixed with its head, for two populations."""

    model: "CrossEncoder"
    dictionary: Blend
    candidates: Blend


class TrainedClassifier(NamedTuple):
    """The result of a training: a head, and the cross-encoder behind it, if there is one."""

    trained: TrainedHead
    cross_part: CrossEncoderPart | None = None

    @property
    def counts_votes(self) -> bool:
        """Whether what is known of the neighbours of two terms counts."""
        return self.trained.dictionary.counts_votes or self.trained.candidates.counts_votes


def classifier_over(
    classifier: TrainedClassifier,
    terms: Sequence[str],
    features: Features,
    device: str,
    *,
    dictionary: bool,
    elsewhere: bool = False,
) -> PairClassifier:
    """Put a trained classifier to work on a lexicon.

    Args:
        classifier: What is trained.
        terms: The lexicon.
        features: Its vectors and spellings.
        device: Where to compute, as torch names it.
        dictionary: Whether probabilities are for dictionary pairs; else they are for candidates.
        elsewhere: Whether these candidates are of another lexicon than it was trained on. There
            the head judges alone: the cross-encoder is calibrated for its own lexicon.

    Returns:
        The head alone, or the cascade.
    """
    trained, cross_part = classifier
    calibration = trained.elsewhere if elsewhere else trained.candidates
    calibration = trained.dictionary if dictionary else calibration
    head = HeadClassifier.over(trained.head, calibration, features, device)
    if cross_part is None or elsewhere:
        return head
    blend = cross_part.dictionary if dictionary else cross_part.candidates
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    cross = CrossEncoderClassifier(cross_part.model, blend.calibration, terms, bfloat16=bfloat16)
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
    part = folder / "cross_encoder"
    try:
        trained, _ = load_head(folder / "head.safetensors")
        if not part.is_dir():
            return TrainedClassifier(trained)
        return TrainedClassifier(trained, CrossEncoderPart(*load_cross_encoder(part, device)))
    except ValueError as error:
        raise ArtefactError(str(error), cure=cure) from error
