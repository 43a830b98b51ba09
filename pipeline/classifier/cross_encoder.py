"""Training the cross-encoder that stands behind a head, and fitting how the two are mixed."""

import shutil
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from nymgraph.discriminator import (
    ANTONYM,
    Calibration,
    CrossEncoderClassifier,
    CrossEncoderSettings,
    LabelledPairs,
    TrainedHead,
    blend_candidates,
    blend_dictionary,
    labelled_logits,
    margin_of_share,
    margins,
    n_gold,
    new_cross_encoder,
    train_cross_encoder,
)
from nymgraph.discriminator.cascade import WEIGHTS
from nymgraph.discriminator.cross_encoder import training_rows
from nymgraph.pipeline.classifier.trained import CrossEncoderPart
from nymgraph.pipeline.classifier.training_set import TrainingSet
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import locate_model
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import CrossEncoderParams, TrainParams

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["drawn_pairs", "fit_cross_encoder"]


def fit_cross_encoder(
    trained: TrainedHead, examples: TrainingSet, params: TrainParams, work: Path, progress: Progress
) -> CrossEncoderPart | None:
    """Fine-tune a cross-encoder on the pairs of a head, and fit their mixture on validation.

    Args:
        trained: The head.
        examples: What it was trained on.
        params: The section `train`: whether the two are a cascade, or the head has no say, and how
            the cross-encoder learns.
        work: Folder for the trainer's working files; removed at the end.
        progress: Shows the steps.

    Returns:
        The cross-encoder and its blends; None where only a head is asked for.
    """
    if params.classifier == "head":
        return None
    device = resolve_device(params.device)
    settings = _settings(params.cross_encoder, device)
    model = _fine_tuned(examples, params.cross_encoder, settings, device, work, progress)
    return _fit_blends(trained, model, examples, params, settings.bfloat16, device)


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


def _fine_tuned(
    examples: TrainingSet,
    params: CrossEncoderParams,
    settings: CrossEncoderSettings,
    device: str,
    work: Path,
    progress: Progress,
) -> "CrossEncoder":
    """Fine-tune a cross-encoder on the pairs of a training set."""
    location = locate_model(params.model, params.revision)
    model = new_cross_encoder(
        location.path,
        device,
        revision=location.revision if location.on_hub else None,
        trust_remote_code=params.trust_remote_code,
        seed=params.seed,
    )
    pairs = drawn_pairs(examples.train, params.pairs, params.seed)
    n_steps = -(-len(training_rows(pairs, settings).a) // settings.batch_size)
    with progress.track("cross-encoder: steps", n_steps) as advance:
        train_cross_encoder(model, examples.terms, pairs, settings, str(work), advance)
    shutil.rmtree(work, ignore_errors=True)
    return model


def _settings(params: CrossEncoderParams, device: str) -> CrossEncoderSettings:
    keys = {field.name for field in fields(CrossEncoderSettings)} - {"bfloat16"}
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    return CrossEncoderSettings(**params.model_dump(include=keys), bfloat16=bfloat16)


def _fit_blends(
    trained: TrainedHead,
    model: "CrossEncoder",
    examples: TrainingSet,
    params: TrainParams,
    bfloat16: bool,
    device: str,
) -> CrossEncoderPart:
    """Fit the mixture on validation pairs, and on the unsure ones of the candidates."""
    alone = params.classifier == "cross_encoder"
    share, weights = (1.0, (1.0,)) if alone else (params.cross_encoder.share, WEIGHTS)
    cross = CrossEncoderClassifier(model, trained.dictionary, examples.terms, bfloat16=bfloat16)
    validation, candidates = examples.validation, examples.candidates
    head = labelled_logits(trained.head, examples.features, validation, device)
    margin = margin_of_share(_judged(trained.dictionary, head), share)
    read = cross.logits(validation.a, validation.b)
    dictionary = blend_dictionary(head, read, validation.relation, margin, weights)
    if candidates is None:
        return CrossEncoderPart(model, dictionary, dictionary)
    head = labelled_logits(trained.head, examples.features, candidates, device)
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
    return CrossEncoderPart(model, dictionary, blend)


def _judged(calibration: Calibration, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    judged: npt.NDArray[np.float32] = calibration.apply(torch.from_numpy(logits)).numpy()
    return judged
