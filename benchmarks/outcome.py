"""The stages cluster and export at scale: `python -m benchmarks.outcome --terms 15e6`.

Writes what the stages before them would have written, seeded: terms, float16 vectors of 16
numbers, and judged pairs, namely the graph of `benchmarks.scale` as synonyms and, for every term,
two random pairs that are co-hyponyms but for one in twenty, which are antonyms. Then `nymgraph
cluster` and `nymgraph export` run on them, each a process as in a real run; printed are the rows,
the seconds and the peak memory of their run records. The folder is left where `--folder` names one:
a store can be opened on its export.
"""

import contextlib
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.machine import describe, options
from benchmarks.scale import SPARSE, draw
from benchmarks.stages import run_stage
from benchmarks.store import cuts, made_terms, random_pairs
from nymgraph.pipeline.candidates.glossed import SENSES as SENSE_VECTORS
from nymgraph.pipeline.candidates.glossed import SENSES_OF
from nymgraph.pipeline.schemas import (
    EXTRA_PAIRS,
    EXTRA_TERMS,
    MARKS,
    PAIRS,
    RELATIONS,
    SENSES,
    SIMILAR,
    TERMS,
    VARIANTS,
)
from nymgraph.pipeline.storage.artefacts import ROW_GROUP_ROWS, Workspace

DIM = 16
PART_PAIRS = 2_000_000


def main() -> None:
    """Make the folder, run the stages, print."""
    parser = options(__doc__)
    parser.add_argument("--terms", type=float, default=15e6)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--folder", type=Path, help="left there; default: a temporary one")
    asked = parser.parse_args()
    print(describe(), flush=True)
    with _folder(asked.folder) as folder:
        n_pairs = write_judged(Workspace(folder), int(asked.terms))
        drawn = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"drawn: {int(asked.terms):,} terms, {n_pairs:,} pairs, {drawn:.1f} GB", flush=True)
        for stage in ("cluster", "release", "export"):
            print(as_line(run_stage(stage, asked.params, folder)), flush=True)


def write_judged(workspace: Workspace, n_terms: int) -> int:
    """Write all that the two stages read.

    Args:
        workspace: Where.
        n_terms: Number of terms.

    Returns:
        The number of judged pairs.
    """
    workspace.write_blocks(TERMS, map(made_terms, cuts(n_terms)))
    workspace.write(VARIANTS, VARIANTS.empty())
    workspace.write(PAIRS, PAIRS.empty())
    random = np.random.default_rng(1)
    path = workspace.path("embed", "vectors.npy")
    path.parent.mkdir(parents=True)
    np.save(path, random.standard_normal((n_terms, DIM), np.float32).astype(np.float16))
    np.save(workspace.path(*SENSES_OF), np.empty(0, np.int64))
    np.save(workspace.path(*SENSE_VECTORS), np.empty((0, DIM), np.float16))
    encoder = {"encoder": "made", "revision": None, "content": "0", "rows": n_terms}
    workspace.write_json("embed", "manifest.json", encoder)
    keys, p_synonym = _judged(n_terms, random)
    (workspace.root / RELATIONS.path).mkdir(parents=True)
    for part, start in enumerate(range(0, len(keys), PART_PAIRS)):
        some = slice(start, start + PART_PAIRS)
        rows = RELATIONS.conform(_relations(keys[some], p_synonym[some]))
        file = workspace.root / RELATIONS.path / f"part-{part:05d}.parquet"
        rows.write_parquet(file, row_group_size=ROW_GROUP_ROWS)
    workspace.finish("classify")
    for table in (EXTRA_PAIRS, EXTRA_TERMS, MARKS, SENSES, SIMILAR):
        workspace.write(table, table.empty())
    return len(keys)


def as_line(record: dict[str, Any]) -> str:
    """What one run took, and what it wrote."""
    wrote = ", ".join(f"{rows:,} {name}" for name, rows in record["rows_out"].items())
    return (
        f"{record['stage']}: {record['seconds']:.0f} s, {record['processor_seconds']:.0f} "
        f"processor seconds, peak {record['peak_memory_mb']:,} MB; {wrote}"
    )


def _judged(
    n_terms: int, random: np.random.Generator
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Each pair once, as a << 32 | b, rising, with its p_synonym; 0: another relation."""
    edges = draw(n_terms, SPARSE)
    others = np.unique(random_pairs(n_terms, random))
    synonyms = (edges.a.astype(np.int64) << 32) | edges.b
    keys = np.concatenate([synonyms, others[~np.isin(others, synonyms)]])
    p_synonym = np.zeros(len(keys), np.float32)
    p_synonym[: len(synonyms)] = edges.weight
    order = np.argsort(keys)
    return keys[order], p_synonym[order]


def _relations(keys: np.ndarray[Any, Any], p_synonym: np.ndarray[Any, Any]) -> pl.DataFrame:
    p_antonym = np.where(p_synonym == 0, np.where(keys % 20 == 0, 0.9, 0.05), 0).astype(np.float32)
    columns = {
        "a": keys >> 32,
        "b": keys & 0xFFFFFFFF,
        "cosine": 0.5 + 0.4 * p_synonym,
        "p_synonym": p_synonym,
        "p_antonym": p_antonym,
        "p_co_hyponym": 1 - p_synonym - p_antonym,
    }
    said = {"route": pl.lit("vector"), "evidence": pl.lit("model")}
    return pl.DataFrame(columns).with_columns(**said, dominance_a=None, dominance_b=None)


@contextlib.contextmanager
def _folder(asked: Path | None) -> Iterator[Path]:
    if asked is None:
        with tempfile.TemporaryDirectory(prefix="nymgraph-") as made:
            yield Path(made)
    else:
        asked.mkdir(parents=True)
        yield asked


if __name__ == "__main__":
    main()
