"""Training the cross-encoder that stands behind a head, and fitting how the two are mixed."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from nymgraph.discriminator import (
    ANTONYM,
    Blend,
    Calibration,
    CascadeClassifier,
    CrossEncoderClassifier,
    CrossEncoderSettings,
    HeadClassifier,
    LabelledPairs,
    Lexicon,
    PairClassifier,
    TrainedHead,
    blend_candidates,
    blend_dictionary,
    labelled_logits,
    load_cross_encoder,
    load_head,
    margin_of_share,
    margins,
    n_gold,
    new_cross_encoder,
    save_cross_encoder,
    train_cross_encoder,
)
from nymgraph.discriminator.cascade import WEIGHTS
from nymgraph.discriminator.cross_encoder import training_rows
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.params import CrossEncoderParams, TrainParams
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.vectors.encoders import locate_model

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = [
    "Crossed",
    "TrainedClassifier",
    "World",
    "classifier_over",
    "drawn_pairs",
    "load_trained",
    "train_behind",
    "train_cross",
    "train_crossed",
]


class Crossed(NamedTuple):
    """A trained cross-encoder and how it is mixed with its head, for two populations."""

    model: "CrossEncoder"
    dictionary: Blend
    candidates: Blend


class TrainedClassifier(NamedTuple):
    """What a training leaves: a head, and the cross-encoder behind it, if there is one."""

    trained: TrainedHead
    crossed: Crossed | None = None


@dataclass(frozen=True)
class World:
    """What a classifier is trained on.

    Attributes:
        terms: The lexicon.
        lexicon: Its vectors and spellings.
        train: Training pairs, unlabelled neighbours among them.
        validation: Labelled pairs of held-out terms.
        candidates: All near neighbours among the terms of `validation`; None where there are none.
        spared: bool (n_terms,), terms whose pairs the encoder of the vectors did not learn.
    """

    terms: Sequence[str]
    lexicon: Lexicon
    train: LabelledPairs
    validation: LabelledPairs
    candidates: LabelledPairs | None
    spared: npt.NDArray[np.bool_]


def train_behind(
    trained: TrainedHead,
    world: World,
    classifier: str,
    params: CrossEncoderParams,
    device: str,
    work: Path,
    progress: Progress,
) -> Crossed:
    """Fine-tune a cross-encoder on the pairs of a head, and fit their mixture on validation.

    Args:
        trained: The head.
        world: What it was trained on.
        classifier: "cascade", or "cross_encoder": then the head has no say.
        params: How.
        device: Where to compute, as torch names it.
        work: Folder for the trainer's working files.
        progress: Told of the steps.

    Returns:
        The cross-encoder and its blends.
    """
    model = train_cross(world, params, device, work, progress)
    bfloat16 = _settings(params, device).bfloat16
    return _fit_blends(trained, model, world, classifier, params, bfloat16, device)


def train_cross(
    world: World, params: CrossEncoderParams, device: str, work: Path, progress: Progress
) -> "CrossEncoder":
    """Fine-tune a cross-encoder on the pairs of a world.

    Args:
        world: What to train on.
        params: How.
        device: Where to compute, as torch names it.
        work: Folder for the trainer's working files; removed at the end.
        progress: Told of the steps.

    Returns:
        The cross-encoder.
    """
    location = locate_model(params.model, params.revision)
    model = new_cross_encoder(
        location.path,
        device,
        revision=location.revision if location.on_hub else None,
        trust_remote_code=params.trust_remote_code,
        seed=params.seed,
    )
    settings = _settings(params, device)
    pairs = drawn_pairs(world.train, params.pairs, params.seed)
    n_steps = -(-len(training_rows(pairs, settings).a) // settings.batch_size)
    with progress.track("cross-encoder: steps", n_steps) as advance:
        train_cross_encoder(model, world.terms, pairs, settings, str(work), advance)
    shutil.rmtree(work, ignore_errors=True)
    return model


def train_crossed(
    trained: TrainedHead,
    world: World,
    params: TrainParams,
    folder: Path,
    work: Path,
    progress: Progress,
) -> Crossed | None:
    """Train the cross-encoder that the parameters ask for, and leave it in its folder.

    Args:
        trained: The head.
        world: What it was trained on.
        params: The section `train`.
        folder: Where the cross-encoder is to be; made empty where only a head is asked for.
        work: Folder for the trainer's working files.
        progress: Told of the steps.

    Returns:
        The cross-encoder and its blends; None where only a head is asked for.
    """
    if params.classifier == "head":
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return None
    device = resolve_device(params.device)
    crossed = train_behind(
        trained, world, params.classifier, params.cross_encoder, device, work, progress
    )
    save_cross_encoder(folder, *crossed)
    return crossed


def drawn_pairs(pairs: LabelledPairs, n_pairs: int, seed: int) -> LabelledPairs:
    """All antonyms, and a draw of the other pairs by their weight.

    Args:
        pairs: Training pairs.
        n_pairs: How many of the others.
        seed: Seed of the draw.

    Returns:
        The pairs, in their order.
    """
    others = np.flatnonzero((pairs.relation != ANTONYM) & (pairs.weight > 0))
    if n_pairs < len(others):
        share = pairs.weight[others] / pairs.weight[others].sum(dtype=np.float64)
        random = np.random.default_rng(seed)
        others = random.choice(others, n_pairs, replace=False, p=share)
    return pairs.take(np.sort(np.concatenate([others, np.flatnonzero(pairs.relation == ANTONYM)])))


def classifier_over(
    classifier: TrainedClassifier,
    terms: Sequence[str],
    lexicon: Lexicon,
    device: str,
    *,
    dictionary: bool,
) -> PairClassifier:
    """Put a trained classifier to work on a lexicon.

    Args:
        classifier: What is trained.
        terms: The lexicon.
        lexicon: Its vectors and spellings.
        device: Where to compute, as torch names it.
        dictionary: Whether probabilities are for dictionary pairs; else they are for candidates.

    Returns:
        The head alone, or the cascade.
    """
    trained, crossed = classifier
    calibration = trained.dictionary if dictionary else trained.candidates
    head = HeadClassifier.over(trained.head, calibration, lexicon, device)
    if crossed is None:
        return head
    blend = crossed.dictionary if dictionary else crossed.candidates
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    cross = CrossEncoderClassifier(crossed.model, blend.calibration, terms, bfloat16=bfloat16)
    return CascadeClassifier(head, cross, blend)


def load_trained(folder: Path, device: str, cure: str) -> tuple[TrainedClassifier, dict[str, str]]:
    """Read what a training left: `head.safetensors` and the folder `cross_encoder`.

    Args:
        folder: Where they are; without a cross-encoder, or with an empty folder, a head alone.
        device: Where to compute, as torch names it.
        cure: What to do where they cannot be read.

    Returns:
        The classifier, and what was noted with the head.

    Raises:
        ArtefactError: They are damaged or of another version.
    """
    cross_encoder = folder / "cross_encoder"
    try:
        trained, notes = load_head(folder / "head.safetensors")
        if not cross_encoder.is_dir() or not any(cross_encoder.iterdir()):
            return TrainedClassifier(trained), notes
        crossed = Crossed(*load_cross_encoder(cross_encoder, device))
        return TrainedClassifier(trained, crossed), notes
    except ValueError as error:
        raise ArtefactError(str(error), cure=cure) from error


def _settings(params: CrossEncoderParams, device: str) -> CrossEncoderSettings:
    return CrossEncoderSettings(
        epochs=params.epochs,
        batch_size=params.batch_size,
        learning_rate=params.learning_rate,
        loss=params.loss,
        agreement=params.agreement,
        bfloat16=resolve_precision("auto", device) == "bfloat16",
        seed=params.seed,
    )


def _fit_blends(
    trained: TrainedHead,
    model: "CrossEncoder",
    world: World,
    classifier: str,
    params: CrossEncoderParams,
    bfloat16: bool,
    device: str,
) -> Crossed:
    """Fit the mixture on validation pairs, and on the unsure ones of the candidates."""
    alone = classifier == "cross_encoder"
    share, weights = (1.0, (1.0,)) if alone else (params.share, WEIGHTS)
    cross = CrossEncoderClassifier(model, trained.dictionary, world.terms, bfloat16=bfloat16)
    validation, candidates = world.validation, world.candidates
    head = labelled_logits(trained.head, world.lexicon, validation, device)
    margin = margin_of_share(_judged(trained.dictionary, head), share)
    read = cross.logits(validation.a, validation.b)
    dictionary = blend_dictionary(head, read, validation.relation, margin, weights)
    if candidates is None:
        return Crossed(model, dictionary, dictionary)
    head = labelled_logits(trained.head, world.lexicon, candidates, device)
    judged = _judged(trained.candidates, head)
    margin = margin_of_share(judged, share)
    unsure = np.flatnonzero(margins(judged) < margin)
    pairs = candidates.take(unsure)
    blend = blend_candidates(
        head[unsure],
        cross.logits(pairs.a, pairs.b),
        pairs.relation,
        n_gold(pairs),
        dictionary.weight,
        margin,
    )
    return Crossed(model, dictionary, blend)


def _judged(calibration: Calibration, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    judged: npt.NDArray[np.float32] = calibration.apply(torch.from_numpy(logits)).numpy()
    return judged
