"""How well unseen pairs are judged: several seeds, and the published protocol beside ours.

`python -m benchmarks.discriminator --data data [--seeds 3] [--split term|random]`

On a finished run (embed, label, retrieve). For each seed the head is trained anew, with the
settings of `params.yaml`, and measured on its test pairs; printed are mean and standard deviation.

* *term*: the split of the run. A test term occurs in no training pair.
* *random*: the labelled pairs are split at random, as in the published work, so that nearly every
  word of a test pair was seen in training with other words. As many pairs train, validate and test,
  of each relation, as in the split by term, so that the gap between the two is not one of size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from benchmarks.machine import describe, options
from nymgraph.discriminator import (
    RELATIONS,
    Features,
    HeadSettings,
    LabelledPairs,
    classification_metrics,
    train_head,
)
from nymgraph.pipeline.classifier.features import TermSpace, open_space
from nymgraph.pipeline.classifier.judges import LazyClassifier
from nymgraph.pipeline.classifier.trained import TrainedClassifier
from nymgraph.pipeline.classifier.training import weigh_seen
from nymgraph.pipeline.lexicon.labelled import (
    CandidateSample,
    pairs_within,
    relation_codes,
)
from nymgraph.pipeline.lexicon.splits import term_mask, term_splits
from nymgraph.pipeline.schemas import CANDIDATES, HELD_BACK, HELD_OUT, PAIRS
from nymgraph.pipeline.settings.params import TrainParams, load_params
from nymgraph.pipeline.storage.artefacts import Workspace

Split = tuple[LabelledPairs, LabelledPairs, LabelledPairs]


class Run(NamedTuple):
    """What a finished run holds of pairs."""

    space: TermSpace
    surface: bool
    pairs: pl.DataFrame
    split: np.ndarray[Any, np.dtype[np.int8]]
    held_back: np.ndarray[Any, np.dtype[np.bool_]]
    workspace: Workspace

    @property
    def terms(self) -> Sequence[str]:
        """The terms of the lexicon."""
        return self.space.terms

    @property
    def features(self) -> Features:
        """What is seen of it where no neighbour votes."""
        return self.space._replace(known=None).features(surface=self.surface)

    def knowing(self, known: LabelledPairs) -> Features:
        """The same with neighbours that vote by these pairs."""
        return self.space._replace(known=known).features(surface=self.surface)


def main() -> None:
    """Measure what the command line asks for."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--split", choices=["term", "random"], help="only this one")
    asked = parser.parse_args()
    params = load_params(asked.params).train
    run = load_run(asked.data, params)
    print(describe())
    for kind in [asked.split] if asked.split else ["term", "random"]:
        report(kind, list(measured(kind, run, params, asked.seeds)))


def load_run(data: Path, params: TrainParams) -> Run:
    """Open the artefacts of a run."""
    workspace = Workspace(data)
    space = open_space(workspace, votes=True)
    split = term_splits(workspace.read(HELD_OUT), len(space.terms))
    held_back = term_mask(workspace.read(HELD_BACK, ["term_id"]), len(space.terms))
    return Run(space, params.surface, workspace.read(PAIRS), split, held_back, workspace)


def measured(kind: str, run: Run, params: TrainParams, n_seeds: int) -> Iterator[dict[str, Any]]:
    """Train and measure with each seed; the figures of one after the other."""
    by_term: Split = tuple(  # type: ignore[assignment]
        pairs_within(run.pairs, run.split, name) for name in ("train", "validation", "test")
    )
    for seed in range(n_seeds):
        split = by_term if kind == "term" else at_random(run.pairs, by_term, seed)
        free = run.split if kind == "term" else np.zeros_like(run.split)
        train, validation, test = split
        n_negatives = round(params.unlabelled_per_labelled * len(train.a))
        sample = CandidateSample(run.pairs, free, n_negatives, params.unlabelled_weight, seed)
        # the calibration for candidates, of which nothing is read here, needs those of the run
        judged = CandidateSample(run.pairs, run.split, 0, params.unlabelled_weight, seed)
        for part in run.workspace.parts(CANDIDATES):
            sample.add(part)
            judged.add(part)
        names = {field.name for field in fields(HeadSettings)} - {"seed"}
        settings = HeadSettings(**params.model_dump(include=names), seed=seed)
        training = weigh_seen(train.join(sample.negatives), run.held_back, params.seen_weight)
        features = run.knowing(train) if params.neighbours else run.features
        trained = train_head(features, training, validation, judged.validation, settings)
        judge = LazyClassifier(TrainedClassifier(trained), run.terms, features)
        probabilities = judge.judge(test.a, test.b)
        metrics = classification_metrics(probabilities, test.relation)
        yield {**metrics.to_dict(), "pairs": tuple(len(part.a) for part in split)}


def at_random(pairs: pl.DataFrame, like: Split, seed: int) -> Split:
    """Split labelled pairs at random, with as many of each relation as another split has.

    Args:
        pairs: The table PAIRS.
        like: The split whose sizes are taken.
        seed: Seed of the draw.

    Returns:
        Training, validation and test pairs; none in two of them.
    """
    relation = relation_codes(pairs)
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    whole = LabelledPairs(a, b, relation, pairs["confidence"].to_numpy().astype(np.float32))
    random = np.random.default_rng(seed)
    parts: list[list[np.ndarray[Any, Any]]] = [[], [], []]
    for code in range(len(RELATIONS)):
        rows = random.permutation(np.flatnonzero(relation == code))
        sizes = [int((part.relation == code).sum()) for part in like]
        for place, chunk in enumerate(np.split(rows, np.cumsum(sizes))[:3]):
            parts[place].append(chunk)
    train, validation, test = (whole.take(np.sort(np.concatenate(part))) for part in parts)
    return train, validation, test


def report(kind: str, figures: list[dict[str, Any]]) -> None:
    """Print mean and standard deviation over the seeds."""
    sizes = " / ".join(f"{n:,}" for n in figures[0]["pairs"])
    print(f"split by {kind}: {sizes} pairs train / validate / test, {len(figures)} seeds")
    rows = {"macro-F1": [one["macro_f1"] for one in figures]}
    rows |= {f"F1 of {name}": [one["f1"][name] for one in figures] for name in RELATIONS}
    rows["ECE"] = [one["ece"] for one in figures]
    for name, values in rows.items():
        spread = stdev(values) if len(values) > 1 else 0.0
        print(f"  {name:<16} {mean(values):.3f} ± {spread:.3f}", flush=True)


if __name__ == "__main__":
    main()
