"""The same bytes whatever the hash seed; from cluster on, whatever the threads and row order."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.storage.artefacts import save
from tests.stages.small_run import SmallRun, file_bytes

STAGES = ("retrieve", "train", "classify", "cluster", "release", "evaluate", "export")


def test_from_retrieve_on_the_hash_seed_does_not_matter(
    small_run: SmallRun, tmp_path: Path
) -> None:
    again = small_run.copy(tmp_path / "again", "ingest", "label", "adapt", "embed")
    again.apart("retrieve", PYTHONHASHSEED="4711")
    again.apart(*STAGES[1:], PYTHONHASHSEED="4711")  # torch before FAISS, as in the run
    for stage in STAGES:
        assert file_bytes(again.data / stage) == file_bytes(small_run.data / stage), stage


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_from_cluster_on_rows_shards_and_threads_do_not_matter(
    small_run: SmallRun, tmp_path: Path, seed: int
) -> None:
    other = small_run.copy(tmp_path / "other", "ingest", "label", "adapt", "embed", "train")
    relations = pl.read_parquet(small_run.data / "classify/relations/*.parquet")
    shuffled = relations.sample(fraction=1, shuffle=True, seed=seed)
    folder = other.data / "classify" / "relations"
    folder.mkdir(parents=True)
    cuts = np.sort(np.random.default_rng(seed).choice(relations.height, 3, replace=False))
    for number, (start, stop) in enumerate(zip([0, *cuts], [*cuts, None], strict=True)):
        save(folder / f"part-{number:05d}.parquet", shuffled[start:stop])
    other.workspace.finish("classify")
    threads = str(1 + seed % 2)
    stages = ("cluster", "release", "evaluate", "export")
    environment = {"NUMBA_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads}
    other.apart(*stages, PYTHONHASHSEED=str(seed), **environment)
    for stage in stages:
        assert results(other.data / stage) == results(small_run.data / stage), stage


def results(folder: Path) -> dict[str, bytes]:
    """The files of a stage but those that tell or keep the order of its input."""
    return {
        name: content
        for name, content in file_bytes(folder).items()
        if name != "files.json" and not name.startswith("relations/")
    }
