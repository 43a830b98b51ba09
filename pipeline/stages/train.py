"""train: labelled pairs and vectors to the calibrated pair head, measured on held-out terms."""

from discriminator import (
    HeadSettings,
    LabelledPairs,
    Lexicon,
    TrainedHead,
    save_head,
    spell,
    train_head,
)
from pipeline.artefacts import Workspace
from pipeline.devices import resolve_device
from pipeline.errors import InputError
from pipeline.evaluation.judgements import (
    confusion_rows,
    head_figures,
    judge_pairs,
    reliability_rows,
)
from pipeline.lexicon.labelled import CandidateSample, pairs_within, term_splits
from pipeline.params import TrainParams
from pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS, TERMS

__all__ = ["run"]


def run(params: TrainParams, workspace: Workspace) -> None:
    """Train, calibrate on validation, measure on test; write the head, metrics and plot data."""
    vectors = workspace.read_array("embed", "vectors.npy")
    spellings = spell(workspace.read(TERMS, ["term"])["term"].to_list()) if params.surface else None
    lexicon = Lexicon(vectors, spellings)
    pairs = workspace.read(PAIRS)
    split = term_splits(workspace.read(HELD_OUT), len(vectors))
    train, validation, test = (
        pairs_within(pairs, split, name) for name in ("train", "validation", "test")
    )
    n_negatives = round(params.unlabelled_per_labelled * len(train.a))
    sample = CandidateSample(pairs, split, n_negatives, params.unlabelled_weight, params.seed)
    for part in workspace.parts(CANDIDATES):
        sample.add(part)
    trained = _train(params, lexicon, train.join(sample.negatives), validation, sample, workspace)
    path = workspace.path("train", "head.safetensors")
    path.parent.mkdir(parents=True, exist_ok=True)
    manifest = workspace.read_json("embed", "manifest.json")
    save_head(path, trained, {key: str(manifest[key]) for key in ("encoder", "revision")})
    _measure(trained, lexicon, train, test, params.device, workspace)


def _train(
    params: TrainParams,
    lexicon: Lexicon,
    train: LabelledPairs,
    validation: LabelledPairs,
    sample: CandidateSample,
    workspace: Workspace,
) -> TrainedHead:
    settings = HeadSettings(
        hidden=params.hidden,
        width=params.width,
        epochs=params.epochs,
        batch_size=params.batch_size,
        learning_rate=params.learning_rate,
        surface=params.surface,
        seed=params.seed,
    )
    n_steps = params.epochs * (len(train.a) // min(params.batch_size, max(1, len(train.a))))
    workspace.record.fact("training pairs", len(train.a))
    with workspace.progress.track("train: steps", n_steps) as advance:
        try:
            return train_head(
                lexicon,
                train,
                validation,
                sample.validation,
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
    trained: TrainedHead,
    lexicon: Lexicon,
    train: LabelledPairs,
    test: LabelledPairs,
    device: str,
    workspace: Workspace,
) -> None:
    probabilities = judge_pairs(trained, lexicon, test, resolve_device(device))
    figures = head_figures(probabilities, lexicon.vectors, train, test)
    metrics = {"test": figures, "validation_macro_f1": max(trained.macro_f1)}
    workspace.write_json("train", "metrics.json", metrics)
    workspace.write_csv("train", "confusion.csv", confusion_rows(probabilities, test.relation))
    workspace.write_csv("train", "reliability.csv", reliability_rows(probabilities, test.relation))
