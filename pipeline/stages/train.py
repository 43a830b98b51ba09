"""train: labelled pairs and vectors to the calibrated pair head, measured on held-out terms."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy.typing as npt

from discriminator import HeadSettings, LabelledPairs, TrainedHead, save_head, train_head
from pipeline.artefacts import Workspace
from pipeline.devices import resolve_device
from pipeline.errors import InputError
from pipeline.evaluation.contradictions import label_noise
from pipeline.evaluation.measure import HeldOut, held_out, measure
from pipeline.judging import dictionary_judge, judges_of_head
from pipeline.lexicon.labelled import CandidateSample, pairs_within
from pipeline.lexicon.splits import refuse_leaks, term_splits
from pipeline.params import TrainParams
from pipeline.schemas import CANDIDATES, CONTRADICTED, HELD_OUT, PAIRS, TERMS

__all__ = ["run"]

Fit = Callable[[LabelledPairs], TrainedHead]


def run(params: TrainParams, workspace: Workspace) -> None:
    """Train, calibrate on validation, measure on test; write the head, figures and plot data."""
    vectors = workspace.read_array("embed", "vectors.npy")
    pairs = workspace.read(PAIRS)
    split = term_splits(workspace.read(HELD_OUT), len(vectors))
    train, validation = (pairs_within(pairs, split, name) for name in ("train", "validation"))
    n_negatives = round(params.unlabelled_per_labelled * len(train.a))
    sample = CandidateSample(pairs, split, n_negatives, params.unlabelled_weight, params.seed)
    for part in workspace.parts(CANDIDATES):
        sample.add(part)
    taught = train.join(sample.negatives)
    refuse_leaks(taught.a, taught.b, split, "a pair that the discriminator is to learn")
    fit = partial(_train, params, vectors, validation, sample.validation, workspace)
    trained = fit(taught)
    workspace.record.fact("training pairs", len(taught.a))
    path = workspace.path("train", "head.safetensors")
    path.parent.mkdir(parents=True, exist_ok=True)
    manifest = workspace.read_json("embed", "manifest.json")
    save_head(path, trained, {key: str(manifest[key]) for key in ("encoder", "revision")})
    data = held_out(pairs, split, workspace.scan(TERMS))
    _measure(params, trained, vectors, data, (train, sample.negatives), fit, workspace)


def _train(
    params: TrainParams,
    vectors: npt.NDArray[Any],
    validation: LabelledPairs,
    candidates: LabelledPairs,
    workspace: Workspace,
    train: LabelledPairs,
) -> TrainedHead:
    shared = ("hidden", "width", "epochs", "batch_size", "learning_rate", "seed")
    settings = HeadSettings(**params.model_dump(include=set(shared)))
    n_steps = params.epochs * (len(train.a) // min(params.batch_size, max(1, len(train.a))))
    with workspace.progress.track("train: steps", n_steps) as advance:
        try:
            return train_head(
                vectors,
                train,
                validation,
                candidates,
                settings,
                progress=lambda _done, _total: advance(1),
                device=resolve_device(params.device),
            )
        except ValueError as error:
            raise InputError(
                "the labelled pairs are not enough to train on",
                got=str(error),
                cure="label more pairs (label.tables, label.dictionaries) or enlarge the lexicon",
            ) from error


def _measure(
    params: TrainParams,
    trained: TrainedHead,
    vectors: npt.NDArray[Any],
    data: HeldOut,
    taught: tuple[LabelledPairs, LabelledPairs],
    fit: Fit,
    workspace: Workspace,
) -> None:
    """Measure on test pairs and list contradicted labels; `taught`: labelled pairs, negatives."""
    device = resolve_device(params.device)
    judges = judges_of_head(trained, vectors, workspace, device)
    found = measure(judges, data, vectors, taught[0], params.consistency_pairs, params.seed)
    metrics = {**found.metrics, "validation_macro_f1": max(trained.macro_f1)}
    contradicted = CONTRADICTED.empty()
    if params.contradicted:
        metrics["label_noise"], contradicted = label_noise(
            data.train,
            *taught,
            lambda half: dictionary_judge(fit(half), vectors, device),
            judges.calibrated,
            (len(vectors), params.contradicted, params.seed),
        )
    workspace.write_json("train", "metrics.json", metrics)
    workspace.write(CONTRADICTED, contradicted)
    for name in ("confusion", "reliability", "reliability_before"):
        workspace.write_csv("train", f"{name}.csv", getattr(found, name))
