"""The stage classify on many pairs: time, memory, and whether both grow as they should.

    python -m benchmarks.classify --data data --pairs 5.2e6,16e6,52e6

Takes lexicon, vectors, labels and trained classifier of a finished run, draws so many candidate
pairs at random (worse for the caches than real ones, whose ends are near) and runs the real
stage on them, each number in a process of its own. From the runs follow the rate, the exponent
of time in pairs, and, as a line through the two largest, the time of 520 million. Peak memory
must not grow with the pairs.
"""

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.machine import describe, options
from benchmarks.stages import run_stage
from nymgraph.pipeline.schemas import CANDIDATES, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

PART_PAIRS = 500_000
"""Pairs in a part, about as many as retrieve writes."""
WANTED = 520_000_000


def main() -> None:
    """Print a line for each number of pairs, and what follows for 520 million."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--pairs", default="5.2e6,16e6,52e6")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/classify"))
    asked = parser.parse_args()
    print(describe())
    runs = []
    for n_pairs in (int(float(number)) for number in asked.pairs.split(",")):
        runs.append(measure(asked.data, asked.params, asked.out, n_pairs))
        print(as_line(n_pairs, runs[-1]), flush=True)
    if len(runs) > 1:
        print(outlook(runs))


def measure(data: Path, params: Path, out: Path, n_pairs: int) -> dict[str, Any]:
    """Run the stage on drawn pairs in a process of its own.

    Args:
        data: The data folder of a finished run.
        params: Its parameter file.
        out: Where to work; emptied afterwards.
        n_pairs: How many pairs to draw.

    Returns:
        The run record, with `pairs`.
    """
    shutil.rmtree(out, ignore_errors=True)
    for stage in ("ingest", "label", "embed", "train"):
        (out / stage).parent.mkdir(parents=True, exist_ok=True)
        (out / stage).symlink_to((data / stage).resolve())
    draw_candidates(out, n_pairs)
    record = run_stage("classify", params, out)
    shutil.rmtree(out)
    return {**record, "pairs": n_pairs}


def draw_candidates(data: Path, n_pairs: int, seed: int = 0) -> None:
    """Write random pairs as the candidates of a run.

    Args:
        data: The data folder; its terms are there.
        n_pairs: How many pairs.
        seed: Of the draw.
    """
    n_terms = Workspace(data).scan(TERMS).select(pl.len()).collect().item()
    folder = data / CANDIDATES.path
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    for part, start in enumerate(range(0, n_pairs, PART_PAIRS)):
        size = min(PART_PAIRS, n_pairs - start)
        one = random.integers(0, n_terms, size)
        other = (one + random.integers(1, n_terms, size)) % n_terms
        columns = {"a": np.minimum(one, other), "b": np.maximum(one, other)}
        rows = pl.DataFrame({**columns, "cosine": random.uniform(0.3, 1, size)})
        rows = CANDIDATES.conform(
            rows.with_columns(pl.col("cosine").cast(pl.Float32), route=pl.lit("vector"))
        ).sort("a", "b")
        rows.write_parquet(folder / f"part-{part:05d}.parquet")
    Workspace(data).finish(CANDIDATES.stage)


def as_line(n_pairs: int, run: dict[str, Any]) -> str:
    """Rate and memory of one run."""
    seconds, processor = run["seconds"], run["processor_seconds"]
    return (
        f"classify: {n_pairs:,} pairs: {seconds:.1f} s ({n_pairs / seconds:,.0f} pairs/s), "
        f"{processor:.1f} processor seconds, peak {run['peak_memory_mb']:,} MB"
    )


def outlook(runs: list[dict[str, Any]]) -> str:
    """Exponent of processor time in pairs, and the line through the two largest at 520 million.

    Args:
        runs: At least two, by rising number of pairs.

    Returns:
        What follows, in words.
    """
    (few, short), (many, long) = ((run["pairs"], run["processor_seconds"]) for run in runs[-2:])
    first = runs[0]
    exponent = math.log(long / first["processor_seconds"]) / math.log(many / first["pairs"])
    slope = (long - short) / (many - few)
    cores = long / runs[-1]["seconds"]
    memory = runs[-1]["peak_memory_mb"] / first["peak_memory_mb"]
    hours = (long + slope * (WANTED - many)) / cores / 3600
    return (
        f"processor seconds grow as pairs^{exponent:.2f}; {slope * 1e6:.2f} for each more million; "
        f"{WANTED:,} pairs: {hours:.2f} h at {cores:.1f} cores; "
        f"memory {memory:.2f} times that of the smallest"
    )


if __name__ == "__main__":
    main()
