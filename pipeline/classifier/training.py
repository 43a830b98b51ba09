"""Training a classifier: the head, the cross-encoder behind it, and how the two are mixed."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from nymgraph.discriminator import (
    ANTONYM,
    UNLABELLED,
    Blend,
    Calibration,
    CrossEncoderClassifier,
    CrossEncoderSettings,
    Features,
    HeadSettings,
    LabelledPairs,
    TrainedHead,
    blend_dictionary,
    calibrate_candidates,
    labelled_logits,
    margin_of_share,
    margins,
    n_gold,
    new_cross_encoder,
    train_cross_encoder,
    train_head,
)
from nymgraph.discriminator.cascade import WEIGHTS, mix
from nymgraph.discriminator.cross_encoder import training_rows
from nymgraph.pipeline.classifier.trained import CrossEncoderPart, TrainedClassifier
from nymgraph.pipeline.devices import resolve_precision
from nymgraph.pipeline.encoders.encoders import locate_model
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import TrainParams

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = [
    "TrainingSet",
    "drawn_pairs",
    "fit_classifier",
    "fit_cross_encoder",
    "fit_head",
    "weigh_seen",
]


@dataclass(frozen=True)
class TrainingSet:
    """Features, pairs and lists that a classifier is trained on.

    Attributes:
        terms: The lexicon.
        features: Its vectors and spellings.
        train: Training pairs, unlabelled neighbours among them.
        validation: Labelled pairs of held-out terms.
        candidates: All near neighbours among the terms of `validation`; None where there are none.
        held_back: bool (n_terms,), terms whose pairs the encoder of the vectors did not learn.
        lists: Lists of held-out terms with their candidates, for judging other lists than this.
    """

    terms: Sequence[str]
    features: Features
    train: LabelledPairs
    validation: LabelledPairs
    candidates: LabelledPairs | None
    held_back: npt.NDArray[np.bool_]
    lists: Sequence[tuple[Features, LabelledPairs]] = ()


def fit_classifier(
    params: TrainParams, examples: TrainingSet, work: Path, progress: Progress, device: str
) -> TrainedClassifier:
    """Train and calibrate a head, and the cross-encoder behind it, if it is asked for.

    Args:
        params: The section `train`.
        examples: What to train on.
        work: Folder for working files; removed at the end.
        progress: Shows the steps.
        device: Where to compute, as torch names it.

    Returns:
        The classifier.

    Raises:
        InputError: There are too few pairs.
    """
    trained = fit_head(params, examples, progress, examples.train, device)
    cross_part = fit_cross_encoder(trained, examples, params, work, progress, device)
    return TrainedClassifier(trained, cross_part)


def fit_head(
    params: TrainParams,
    examples: TrainingSet,
    progress: Progress,
    train: LabelledPairs,
    device: str,
    title: str = "train: steps",
) -> TrainedHead:
    """Train and calibrate a head.

    Args:
        params: The section `train`.
        examples: Features, validation pairs, candidates and the terms that were held back.
        progress: Shows the steps.
        train: The pairs to learn from: those of the world, or a part of them.
        device: Where to compute, as torch names it.
        title: What the steps are called.

    Returns:
        The head.

    Raises:
        InputError: There are too few pairs.
    """
    keys = {field.name for field in fields(HeadSettings)}
    settings = HeadSettings(**params.model_dump(include=keys))
    train = weigh_seen(train, examples.held_back, params.seen_weight)
    n_steps = params.epochs * (len(train.a) // min(params.batch_size, max(1, len(train.a))))
    with progress.track(title, n_steps) as advance:
        try:
            return train_head(
                examples.features,
                train,
                examples.validation,
                examples.candidates,
                settings,
                progress=lambda _done, _total: advance(1),
                device=device,
                lists=examples.lists,
            )
        except ValueError as error:
            raise InputError(
                "the labelled pairs are not enough to train on",
                got=str(error),
                cure="label more pairs, of each relation, or enlarge the lexicon (in a run: "
                "label.tables, label.dictionaries)",
            ) from error


def weigh_seen(
    pairs: LabelledPairs, held_back: npt.NDArray[np.bool_], weight: float
) -> LabelledPairs:
    """Lower the weight of the labelled pairs that the encoder may have learnt.

    Where no term was held back, it may have learnt all of them, and weights stay.

    Args:
        pairs: Training pairs; the unlabelled among them keep their share of the whole weight.
        held_back: bool (n_terms,), terms whose pairs the encoder did not learn.
        weight: Factor for the labelled pairs that touch none of these, 0 to 1.

    Returns:
        The same pairs with other weights.
    """
    if not held_back.any():
        return pairs
    unseen = held_back[pairs.a] | held_back[pairs.b]
    factor = np.where(unseen, np.float32(1), np.float32(weight))
    labelled = pairs.relation != UNLABELLED
    given = pairs.weight[labelled]
    before, after = given.sum(dtype=np.float64), (given * factor[labelled]).sum(dtype=np.float64)
    factor[~labelled] = after / before if before else 1
    return pairs._replace(weight=pairs.weight * factor)


def fit_cross_encoder(
    trained: TrainedHead,
    examples: TrainingSet,
    params: TrainParams,
    work: Path,
    progress: Progress,
    device: str,
) -> CrossEncoderPart | None:
    """Fine-tune a cross-encoder on the pairs of a head, and fit their mixture on validation.

    Args:
        trained: The head.
        examples: What it was trained on.
        params: The section `train`: whether the two are a cascade, or the head has no say, and how
            the cross-encoder learns.
        work: Folder for the trainer's working files; removed at the end.
        progress: Shows the steps.
        device: Where to compute, as torch names it.

    Returns:
        The cross-encoder and its blends; None where only a head is asked for.
    """
    if params.classifier == "head":
        return None
    how = params.cross_encoder
    keys = {field.name for field in fields(CrossEncoderSettings)} - {"bfloat16"}
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    settings = CrossEncoderSettings(**how.model_dump(include=keys), bfloat16=bfloat16)
    location = locate_model(how.model, how.revision)
    model = new_cross_encoder(
        location.path,
        device,
        revision=location.revision if location.on_hub else None,
        trust_remote_code=how.trust_remote_code,
        seed=how.seed,
    )
    pairs = drawn_pairs(examples.train, how.pairs, how.seed)
    n_steps = -(-len(training_rows(pairs, settings).a) // settings.batch_size)
    with progress.track("cross-encoder: steps", n_steps) as advance:
        train_cross_encoder(model, examples.terms, pairs, settings, str(work), advance)
    shutil.rmtree(work, ignore_errors=True)
    return _fit_blends(trained, model, examples, params, bfloat16, device)


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
    pairs, weight = candidates.take(unsure), dictionary.weight
    mixed = mix(head[unsure], cross.logits(pairs.a, pairs.b), weight)
    calibration = calibrate_candidates(mixed, pairs.relation, n_gold(pairs))
    return CrossEncoderPart(model, dictionary, Blend(weight, calibration, margin))


def _judged(calibration: Calibration, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    judged: npt.NDArray[np.float32] = calibration.apply(torch.from_numpy(logits)).numpy()
    return judged
