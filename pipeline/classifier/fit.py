"""`nymgraph fit`: a table of labelled pairs to a model that stands by itself."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from nymgraph.discriminator import SYNONYM, LabelledPairs, classification_metrics
from nymgraph.pipeline.classifier.cross_encoder import fit_cross_encoder
from nymgraph.pipeline.classifier.features import TermSpace
from nymgraph.pipeline.classifier.head import fit_head
from nymgraph.pipeline.classifier.model import Model, encode_terms
from nymgraph.pipeline.classifier.model_folder import NewModel, write_model
from nymgraph.pipeline.classifier.model_notes import EncoderNotes
from nymgraph.pipeline.classifier.pair_table import FitRequest, TrainingPairs, read_training_pairs
from nymgraph.pipeline.classifier.trained import TrainedClassifier
from nymgraph.pipeline.classifier.training_set import TrainingSet
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.beginnings import affordable, begin_with_model, fine_tune
from nymgraph.pipeline.encoders.encoders import ModelLocation, load_encoder, locate_model
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.labelled import relation_codes, touching
from nymgraph.pipeline.lexicon.splits import held_back_terms
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import AdaptParams, Params, TrainParams
from nymgraph.pipeline.storage.artefacts import content_hash, replaceable, writing
from nymgraph.pipeline.storage.locks import hold

__all__ = ["fit"]

_LEAST_STEPS = 400
_BATCHES_PER_EPOCH = 30
_BATCH_SIZE = 256


def fit(request: FitRequest, params: Params, progress: Progress) -> dict[str, Any]:
    """Train a classifier and write its folder, whole or not at all.

    Args:
        request: What to fit on.
        params: Sections `adapt` and `train` say how.
        progress: Shows the steps.

    Returns:
        Its figures on the validation pairs and, if the table has them, on the test pairs.

    Raises:
        InputError: The table cannot be used: a bad row, a leak, too few pairs.
        ParameterError: The split has no such name, or the encoder cannot be trained on pairs.
    """
    resolve_device(params.train.device)  # refused now, not after the encoder has learnt
    pairs = read_training_pairs(request, params)
    with _work_folder(request.out) as work:
        model = _trained(pairs, params, work, progress)
        write_model(request.out, model)
    return dict(model.figures)


def _trained(pairs: TrainingPairs, params: Params, work: Path, progress: Progress) -> NewModel:
    """Train encoder, head and cross-encoder, and measure them on the held-out pairs."""
    train, validation = pairs.labelled("train"), pairs.labelled("validation")
    held_back = np.zeros(len(pairs.terms), dtype=bool)
    if params.adapt.method != "none":
        free = np.zeros(len(pairs.terms), np.int8)
        held_back = held_back_terms(pairs.terms, free, params.adapt.spared, params.adapt.seed)
    learnt = train.take(~touching(train, held_back))
    notes, location = _fit_encoder(params.adapt, pairs, learnt, work, progress)
    encoder = load_encoder(
        location,
        params.adapt.device,
        notes.precision,
        _BATCH_SIZE,
        pairs.language,
        prompt=notes.prompt,
        trust_remote_code=notes.trust_remote_code,
    )
    vectors = encode_terms(encoder, pairs.terms)
    space = TermSpace.of_pairs(pairs.terms, vectors, pairs.language, train)
    rows = np.full(len(pairs.terms), -1)
    rows[np.unique([train.a, train.b])] = np.arange(len(space.terms))
    voting = space if params.train.neighbours else space._replace(known=None)
    held = np.unique([validation.a, validation.b])  # only of these votes are asked
    features = voting.features_of(
        pairs.terms, rows, vectors, surface=params.train.surface, wanted=held
    )
    examples = TrainingSet(pairs.terms, features, train, validation, None, held_back)
    trained = fit_head(_head_params(params.train, len(train.a)), examples, progress, train)
    cross_part = fit_cross_encoder(
        trained, examples, params.train, work / "cross_encoder", progress
    )
    classifier = TrainedClassifier(trained, cross_part)
    device = resolve_device(params.train.device)
    model = Model(classifier, voting, lambda: encoder, device)
    return NewModel(
        classifier,
        notes,
        location,
        TermSpace(pairs.terms, vectors, pairs.language),
        pairs.part("train"),
        made_by="fit",
        kind=params.train.classifier,
        figures=_measured(model, pairs),
    )


def _fit_encoder(
    params: AdaptParams,
    pairs: TrainingPairs,
    train: LabelledPairs,
    work: Path,
    progress: Progress,
) -> tuple[EncoderNotes, ModelLocation]:
    """Fine-tune the encoder, if that is asked for; what it is, and where."""
    if params.method == "static":
        raise ParameterError(
            "a static encoder is trained with the lexicon, not on a table of pairs",
            cure="run `nymgraph adapt`, set adapt.encoder to data/adapt/encoder and give "
            "--adapt none",
        )
    if params.beside.encoder is not None:
        raise ParameterError(
            "two encoders are joined over a lexicon, not over a table of pairs",
            cure="set adapt.beside.encoder to null, or run `nymgraph adapt`, set adapt.encoder to "
            "data/adapt/encoder and give --adapt none",
        )
    location = locate_model(params.encoder, params.revision)
    if params.method != "none":
        if not (train.relation == SYNONYM).any():
            raise InputError(
                "no synonym pair to fine-tune the encoder on", cure="set adapt.method to none"
            )
        params = affordable(params, train)
        device = resolve_device(params.device)
        start = begin_with_model(params, pairs.terms, train, pairs.language, device)
        folder = fine_tune(start, params, work / "encoder", progress, "encoder: steps")
        location = ModelLocation(str(folder), content_hash(folder), on_hub=False)
    notes = EncoderNotes(
        name=params.encoder,
        revision=location.revision,
        adapted=params.method,
        held=None,
        prompt=params.prompt,
        precision=resolve_precision(params.precision, params.device),
        trust_remote_code=params.trust_remote_code,
    )
    return notes, location


def _head_params(params: TrainParams, n_pairs: int) -> TrainParams:
    """Few pairs go in small batches and many epochs."""
    batch_size = min(params.batch_size, max(32, n_pairs // _BATCHES_PER_EPOCH))
    epochs = max(params.epochs, -(-_LEAST_STEPS // max(1, n_pairs // batch_size)))
    return params.model_copy(update={"batch_size": batch_size, "epochs": epochs})


def _measured(model: Model, pairs: TrainingPairs) -> dict[str, Any]:
    """Figures on the held-out pairs of the table."""
    figures = {}
    for name in ("validation", "test"):
        part = pairs.part(name)
        if part.height:
            ends = (part[end].to_list() for end in ("term_a", "term_b"))
            judged = model.probabilities(*ends)
            metrics = classification_metrics(judged, relation_codes(part))
            figures[name] = _present(metrics.to_dict())
    return figures


def _present(figures: dict[str, Any]) -> dict[str, Any]:
    """Figures of the relations that occur: the mean over those alone."""
    f1 = {name: value for name, value in figures["f1"].items() if figures["support"][name]}
    return figures | {"f1": f1, "macro_f1": sum(f1.values()) / len(f1)}


@contextmanager
def _work_folder(out: Path) -> Iterator[Path]:
    """A folder for working files beside the model, removed at the end."""
    out = replaceable(out)
    work = out.with_name(f".{out.name}.work")
    with hold(out.with_name(f".{out.name}.fit.lock"), str(out)), writing(work):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
