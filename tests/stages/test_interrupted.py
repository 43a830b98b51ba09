"""Killed at any point, or out of space, the next run gives the same bytes.

It redoes at most one shard. All moments, stages and engines: `python -m benchmarks.kills`. Every
run is a process of its own, as those of the small run are: whether a process loads FAISS or torch
first decides which OpenMP it takes, and that the last bits of a product of matrices.
"""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stages.small_run import SmallRun, file_bytes, offline
from tests.storage.small_disk import small_disk

pytestmark = pytest.mark.slow
ROOMY = Path(__file__).with_name("roomy.py")


def kill_after(run: SmallRun, stage: str, lines: int, delay: float) -> dict[str, float]:
    """Start a stage, kill it `delay` seconds after its manifest has so many lines.

    Returns the finished shards and when their files were written.
    """
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "nymgraph"), stage],
        cwd=run.root,
        env=offline({}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    folder = run.data / ".work" / stage
    manifest = folder / "manifest.jsonl"
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if manifest.exists() and manifest.read_bytes().count(b"\n") > lines:
            time.sleep(delay)
            break
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return {part.name: part.stat().st_mtime for part in (folder / "parts").glob("part-*")}


INPUTS = {
    "embed": ("ingest", "label", "adapt"),
    "retrieve": ("ingest", "label", "embed"),
    "classify": ("ingest", "label", "embed", "retrieve", "train"),
}


@pytest.mark.parametrize("stage", ["embed", "classify"])
def test_a_killed_stage_resumes_to_the_same_bytes(
    small_run: SmallRun, tmp_path: Path, stage: str
) -> None:
    torn = small_run.copy(tmp_path / "torn", *INPUTS[stage])
    chance = random.Random(stage)
    finished: dict[str, float] = {}
    for lines in (1, 4):
        before = finished
        finished = kill_after(torn, stage, lines, chance.uniform(0, 0.05))
        kept = [name for name, written in before.items() if finished.get(name) == written]
        if finished:  # else the kill came while the folder was being published
            assert len(kept) >= len(before) - 1
    done = torn.command("nymgraph", stage)
    assert done.returncode == 0, done.stderr
    assert file_bytes(torn.data / stage) == file_bytes(small_run.data / stage)
    assert not list((torn.data / ".work" / stage).glob("parts/*"))


@pytest.mark.parametrize("stage", INPUTS)
def test_a_stage_goes_on_after_space_is_made(
    small_run: SmallRun, tmp_path: Path, stage: str
) -> None:
    with small_disk(tmp_path / "disk", 100) as disk:
        run = small_run.copy(disk.path / "run", *INPUTS[stage])
        written = sum(map(len, file_bytes(small_run.data / stage).values()))
        disk.fill_up_to(written // 2)
        done = run.command("python", str(ROOMY), stage)
        assert done.returncode == 1
        assert "No space left on device" in done.stderr
        assert "make space" in done.stderr
        assert not (run.data / stage).exists()
        disk.grow(100)
        done = run.command("nymgraph", stage)
        assert done.returncode == 0, done.stderr
        assert file_bytes(run.data / stage) == file_bytes(small_run.data / stage)


def test_a_read_only_folder_is_told_before_work(small_run: SmallRun, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 100) as disk:
        run = small_run.copy(disk.path / "run", *INPUTS["embed"])
        disk.freeze()
        done = run.command("nymgraph", "embed")
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    assert "cure: mount it so" in done.stderr
    assert "Traceback" not in done.stderr
