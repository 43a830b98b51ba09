"""`nymgraph fit`: a table of labelled pairs to a model that stands by itself."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from nymgraph.discriminator import SYNONYM, classification_metrics
from nymgraph.pipeline.classifier.features import TermSpace
from nymgraph.pipeline.classifier.model import Model
from nymgraph.pipeline.classifier.model_folder import NewModel, write_model
from nymgraph.pipeline.classifier.model_notes import EncoderNotes
from nymgraph.pipeline.classifier.training import TrainingSet, fit_classifier
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.beginnings import affordable, begin_with_model, fine_tune
from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    ModelLocation,
    encode_terms,
    load_encoder,
    locate_model,
)
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.labelled import relation_codes
from nymgraph.pipeline.lexicon.pair_table import FitRequest, TrainingPairs, read_training_pairs
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import AdaptParams, Params
from nymgraph.pipeline.storage.artefacts import content_hash, new_folder

__all__ = ["fit"]

_LEAST_STEPS = 400
_BATCHES_PER_EPOCH = 30


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
    _refuse_encoder(params.adapt)
    device = resolve_device(params.train.device)  # refused now, not after the encoder has learnt
    pairs = read_training_pairs(request, params)
    with (
        new_folder(request.out) as folder,
        # named as the new folder beside it is, so that the next writer clears what a kill leaves
        TemporaryDirectory(folder.suffix, f"{folder.stem}.", folder.parent) as work,
    ):
        model = _trained(pairs, params, Path(work), progress, device)
        write_model(folder, model)
    return dict(model.figures)


def _refuse_encoder(params: AdaptParams) -> None:
    """ParameterError for encoders that take more than a table of pairs."""
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


def _trained(
    pairs: TrainingPairs, params: Params, work: Path, progress: Progress, device: str
) -> NewModel:
    """Train encoder, head and cross-encoder, and measure them on the held-out pairs."""
    notes, location = _fit_encoder(params.adapt, pairs, work / "encoder", progress)
    own = (notes.prompt, notes.trust_remote_code)
    how = EncodeSettings(params.adapt.device, notes.precision, pairs.language, *own)
    encoder = load_encoder(location, how)
    vectors = encode_terms(encoder, pairs.terms)
    train, validation = pairs.train, pairs.validation
    space = TermSpace.of_pairs(pairs.terms, vectors, pairs.language, train)
    rows = np.full(len(pairs.terms), -1)
    rows[np.unique([train.a, train.b])] = np.arange(len(space.terms))
    voting = space if params.train.neighbours else space._replace(known=None)
    held = np.unique([validation.a, validation.b])  # only of these votes are asked
    features = voting.features_of(
        pairs.terms, rows, vectors, surface=params.train.surface, wanted=held
    )
    examples = TrainingSet(pairs.terms, features, train, validation, None, pairs.held_back)
    # few pairs go in small batches and many epochs
    batch_size = min(params.train.batch_size, max(32, len(train.a) // _BATCHES_PER_EPOCH))
    epochs = max(params.train.epochs, -(-_LEAST_STEPS // max(1, len(train.a) // batch_size)))
    sized = params.train.model_copy(update={"batch_size": batch_size, "epochs": epochs})
    classifier = fit_classifier(sized, examples, work / "cross_encoder", progress, device)
    return NewModel(
        classifier,
        notes,
        location,
        TermSpace(pairs.terms, vectors, pairs.language),
        pairs.rows,
        pl.DataFrame(schema={"term": pl.String, "gloss": pl.String}),
        made_by="fit",
        kind=params.train.classifier,
        figures=_measured(Model(classifier, voting, lambda: encoder, device), pairs),
    )


def _fit_encoder(
    params: AdaptParams, pairs: TrainingPairs, work: Path, progress: Progress
) -> tuple[EncoderNotes, ModelLocation]:
    """Fine-tune the encoder, if that is asked for; what it is, and where."""
    location = locate_model(params.encoder, params.revision)
    if params.method != "none":
        if not (pairs.learnt.relation == SYNONYM).any():
            raise InputError(
                "no synonym pair to fine-tune the encoder on", cure="set adapt.method to none"
            )
        params, device = affordable(params, pairs.learnt), resolve_device(params.device)
        start = begin_with_model(params, pairs.terms, pairs.learnt, pairs.language, device)
        folder = fine_tune(start, params, work, progress, "encoder: steps")
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


def _measured(model: Model, pairs: TrainingPairs) -> dict[str, Any]:
    """Figures on the held-out pairs of the table."""
    figures = {}
    for name in ("validation", "test"):
        part = pairs.rows.filter(split=name)
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
