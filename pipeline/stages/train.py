"""train: labelled pairs and vectors to the calibrated classifier, measured on held-out terms."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.discriminator import UNLABELLED, LabelledPairs, TrainedHead
from nymgraph.pipeline.classifier.drawn_lists import elsewhere_figures, with_lists
from nymgraph.pipeline.classifier.features import open_space
from nymgraph.pipeline.classifier.judges import LazyClassifier, judges_of
from nymgraph.pipeline.classifier.model_folder import NewModel, encoder_of_run, write_model
from nymgraph.pipeline.classifier.taken import take_model
from nymgraph.pipeline.classifier.trained import TrainedClassifier
from nymgraph.pipeline.classifier.training import TrainingSet, fit_classifier, fit_head
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.evaluation.contradictions import label_noise
from nymgraph.pipeline.evaluation.measure import HeldOut, Measured, held_out, measure
from nymgraph.pipeline.lexicon.glosses import glosses_of_run
from nymgraph.pipeline.lexicon.labelled import CandidateSample, pairs_within
from nymgraph.pipeline.lexicon.splits import refuse_leaks, term_mask
from nymgraph.pipeline.lexicon.vocabulary import read_vocabulary, vocabulary_terms
from nymgraph.pipeline.schemas import CANDIDATES, CONTRADICTED, HELD_BACK, TRAINING_CANDIDATES
from nymgraph.pipeline.settings.params import TrainParams
from nymgraph.pipeline.storage.artefacts import Workspace, new_folder

__all__ = ["run"]


def run(params: TrainParams, workspace: Workspace, model: Path | None = None) -> None:
    """Train, calibrate on validation, measure on test; write the model and its figures.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        model: A model to be used: it is copied, and nothing is trained.
    """
    if model is not None:
        notes = take_model(model, workspace)
        figures = {"model": str(model), **notes.figures}
        _write_figures(figures, CONTRADICTED.empty(), Measured.nothing(), workspace)
        return
    vocabulary = read_vocabulary(workspace)
    space = open_space(workspace, votes=params.neighbours)
    split, pairs = vocabulary.split, vocabulary.pairs
    train, validation = (pairs_within(pairs, split, name) for name in ("train", "validation"))
    n_negatives = round(params.unlabelled_per_labelled * len(train.a))
    sample = CandidateSample(pairs, split, n_negatives, params.unlabelled_weight, params.seed)
    for part in workspace.parts(CANDIDATES if vocabulary.is_lexicon else TRAINING_CANDIDATES):
        sample.add(part)
    train = train.join(sample.negatives)
    refuse_leaks(train.a, train.b, split, "a pair that the discriminator is to learn")
    held_back = term_mask(workspace.read(HELD_BACK, ["term_id"]), len(space.terms))
    features = space.features(surface=params.surface)
    examples = TrainingSet(space.terms, features, train, validation, sample.validation, held_back)
    device, progress = resolve_device(params.device), workspace.progress
    listed = with_lists(examples, params.seed)
    classifier = fit_classifier(params, listed, workspace.work("train"), progress, device)
    workspace.record.fact("training pairs", len(train.a))
    data = held_out(pairs, split, vocabulary_terms(workspace))
    fit = partial(
        fit_head, params, examples, progress, device=device, title="train: steps on a half"
    )
    figures = _measure(params, classifier, examples, data, fit, workspace, device)
    parts = (classifier, *encoder_of_run(workspace), space, pairs, glosses_of_run(workspace))
    with new_folder(workspace.path("train", "model")) as folder:
        write_model(folder, NewModel(*parts, "run", params.classifier, figures))


def _measure(
    params: TrainParams,
    classifier: TrainedClassifier,
    examples: TrainingSet,
    data: HeldOut,
    fit: Callable[[LabelledPairs], TrainedHead],
    workspace: Workspace,
    device: str,
) -> dict[str, Any]:
    """Measure on test pairs and list contradicted labels."""
    terms, features = examples.terms, examples.features
    judges = judges_of(classifier, terms, features, workspace, device, data.language)
    labelled = examples.train.relation != UNLABELLED
    pairs, negatives = examples.train.take(labelled), examples.train.take(~labelled)
    found = measure(judges, data, features.vectors, pairs, params.consistency_pairs, params.seed)
    metrics = {**found.metrics, "classifier": params.classifier}
    metrics["elsewhere"] = elsewhere_figures(classifier.trained)
    metrics["validation_macro_f1_of_head"] = max(classifier.trained.macro_f1)
    contradicted = CONTRADICTED.empty()
    if params.contradicted:
        metrics["label_noise"], contradicted = label_noise(
            data.train,
            pairs,
            negatives,
            lambda half: LazyClassifier(TrainedClassifier(fit(half)), terms, features, device),
            judges.calibrated,
            (len(terms), params.contradicted, params.seed),
        )
    _write_figures(metrics, contradicted, found, workspace)
    return metrics


def _write_figures(
    metrics: dict[str, Any], contradicted: pl.DataFrame, plots: Measured, workspace: Workspace
) -> None:
    workspace.write_json("train", "metrics.json", metrics)
    workspace.write(CONTRADICTED, contradicted)
    for name in ("confusion", "reliability", "reliability_before"):
        workspace.write_csv("train", f"{name}.csv", getattr(plots, name))
