"""What a cross-encoder adds to the head, and what it costs.

`python -m benchmarks.cascade --data data [--split validation|test] [--losses cross_entropy ...]`

On a finished run. The head is trained as stage `train` would; then, for each loss, a cross-encoder
with the settings of `params.yaml` (`--model`, `--pairs`, `--epochs`, `--learning-rate`,
`--agreement` and `--seeds` override them; several seeds are averaged). Every mixture is fitted on
validation pairs. Printed are the F1 of each relation for the head, the cross-encoder alone, and
cascades in which it reads a share of the pairs, with the seconds that ten thousand pairs cost.
With `--split validation`, fit and figure share their pairs.
"""

import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.discriminator import load_run
from benchmarks.machine import describe, options
from nymgraph.discriminator import (
    RELATIONS,
    Calibration,
    CrossEncoderClassifier,
    LabelledPairs,
    TrainedHead,
    blend_dictionary,
    classification_metrics,
    labelled_logits,
    margin_of_share,
    margins,
)
from nymgraph.discriminator.cascade import WEIGHTS, mix
from nymgraph.pipeline.classifier.training import TrainingSet, fit_cross_encoder, fit_head
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.lexicon.labelled import CandidateSample, pairs_within
from nymgraph.pipeline.progress import default_progress
from nymgraph.pipeline.schemas import CANDIDATES
from nymgraph.pipeline.settings.params import TrainParams, load_params

Logits = npt.NDArray[np.float32]
SHARES = (0.05, 0.1, 0.2, 0.5, 1.0)


class Read(NamedTuple):
    """Logits of the validation and the measured pairs, and the seconds that a pair took."""

    validation: Logits
    measured: Logits
    seconds: float


def main() -> None:
    """Train, measure and print what the command line asks for."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--split", choices=["validation", "test"], default="validation")
    parser.add_argument("--losses", nargs="+", default=["cross_entropy", "focal", "dice"])
    parser.add_argument("--model")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--agreement", type=float)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    params = load_params(asked.params).train
    keys = ("model", "pairs", "epochs", "learning_rate", "agreement")
    given = {key: getattr(asked, key) for key in keys if getattr(asked, key) is not None}
    cross_encoder = params.cross_encoder.model_copy(update=given)
    params = params.model_copy(update={"cross_encoder": cross_encoder})
    examples, measured = load_examples(asked.data, params, asked.split)
    print(describe())
    n_fitted = len(examples.validation.a)
    print(f"{len(measured.a):,} pairs of {asked.split}, fitted on {n_fitted:,} of validation")
    trained = fit_head(
        params, examples, default_progress(), examples.train, resolve_device(params.device)
    )
    head = head_read(trained, examples, measured)
    judged = trained.dictionary.apply(torch.from_numpy(head.measured))
    report("head", judged, measured, head.seconds)
    for loss in asked.losses:
        cross = cross_encoder_read(params, trained, examples, measured, loss, asked.seeds)
        report_loss(loss, trained, examples, measured, head, cross)


def load_examples(data: Path, params: TrainParams, split: str) -> tuple[TrainingSet, LabelledPairs]:
    """What stage `train` trains on, and the pairs of the split that is measured."""
    run = load_run(data, params)
    train, validation, measured = (
        pairs_within(run.pairs, run.split, name) for name in ("train", "validation", split)
    )
    n_negatives = round(params.unlabelled_per_labelled * len(train.a))
    weight, seed = params.unlabelled_weight, params.seed
    sample = CandidateSample(run.pairs, run.split, n_negatives, weight, seed)
    for part in run.workspace.parts(CANDIDATES):
        sample.add(part)
    training = train.join(sample.negatives)
    features = run.knowing(train) if params.neighbours else run.features
    examples = TrainingSet(
        run.terms, features, training, validation, sample.validation, run.held_back
    )
    return examples, measured


def head_read(trained: TrainedHead, examples: TrainingSet, measured: LabelledPairs) -> Read:
    """The head's logits."""
    validation = labelled_logits(trained.head, examples.features, examples.validation, "cpu")
    start = time.perf_counter()
    logits = labelled_logits(trained.head, examples.features, measured, "cpu")
    return Read(validation, logits, (time.perf_counter() - start) / len(measured.a))


def cross_encoder_read(
    params: TrainParams,
    trained: TrainedHead,
    examples: TrainingSet,
    measured: LabelledPairs,
    loss: str,
    n_seeds: int,
) -> Read:
    """The cross-encoder's logits, the mean over seeds."""
    reads = []
    for seed in range(n_seeds):
        settings = params.cross_encoder.model_copy(update={"loss": loss, "seed": seed})
        changes = {"classifier": "cross_encoder", "cross_encoder": settings, "device": "cpu"}
        start = time.perf_counter()
        work = Path(f"benchmarks/out/cross_encoder.{loss}.{seed}")
        cross_part = fit_cross_encoder(
            trained,
            replace(examples, candidates=None),
            params.model_copy(update=changes),
            work,
            default_progress(),
            "cpu",
        )
        assert cross_part is not None
        print(f"{loss}, seed {seed}: trained in {time.perf_counter() - start:.0f} s", flush=True)
        reader = CrossEncoderClassifier(cross_part.model, Calibration(), examples.terms)
        validation = reader.logits(examples.validation.a, examples.validation.b)
        start = time.perf_counter()
        logits = reader.logits(measured.a, measured.b)
        reads.append(Read(validation, logits, (time.perf_counter() - start) / len(measured.a)))
    validation, logits, seconds = zip(*reads, strict=True)
    return Read(np.mean(validation, axis=0), np.mean(logits, axis=0), sum(seconds))


def report_loss(
    loss: str,
    trained: TrainedHead,
    examples: TrainingSet,
    measured: LabelledPairs,
    head: Read,
    cross: Read,
) -> None:
    """Print the cross-encoder alone, then the cascades."""
    relation = examples.validation.relation
    alone = blend_dictionary(head.validation, cross.validation, relation, 2.0, (1.0,))
    judged = alone.calibration.apply(torch.from_numpy(cross.measured))
    report(f"cross-encoder, {loss}", judged, measured, cross.seconds)
    known = trained.dictionary.apply(torch.from_numpy(head.validation)).numpy()
    judged_by_head = trained.dictionary.apply(torch.from_numpy(head.measured)).numpy()
    blend = blend_dictionary(head.validation, cross.validation, relation, 2.0, WEIGHTS)
    for share in SHARES:  # the share decides who is asked, not how the two are mixed
        unsure = margins(judged_by_head) < margin_of_share(known, share)
        mixed = mix(head.measured[unsure], cross.measured[unsure], blend.weight)
        judged = judged_by_head.copy()
        judged[unsure] = blend.calibration.apply(torch.from_numpy(mixed)).numpy()
        seconds = head.seconds + cross.seconds * float(unsure.mean())
        report(f"cascade, share {share} weight {blend.weight}", judged, measured, seconds)


def report(row: str, judged: object, measured: LabelledPairs, seconds: float) -> None:
    """Print one row of the table."""
    figures = classification_metrics(np.asarray(judged), measured.relation)
    each = " ".join(f"{name} {f1:.3f}" for name, f1 in zip(RELATIONS, figures.f1, strict=True))
    print(
        f"  {row:<34} macro-F1 {figures.macro_f1:.3f}  {each}  "
        f"ECE {figures.ece:.3f}  {1e4 * seconds:.2f} s / 10,000 pairs",
        flush=True,
    )


if __name__ == "__main__":
    main()
