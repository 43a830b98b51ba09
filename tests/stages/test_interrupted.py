"""Killed at any point, the next run gives the same bytes and redoes at most one shard."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stages.small_run import SmallRun, file_bytes, offline

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    ("stage", "inputs", "artefact"),
    [
        ("embed", ("ingest", "adapt"), "embed"),
        ("classify", ("ingest", "label", "embed", "retrieve", "train"), "classify"),
    ],
)
def test_a_killed_stage_resumes_to_the_same_bytes(
    small_run: SmallRun, tmp_path: Path, stage: str, inputs: tuple[str, ...], artefact: str
) -> None:
    whole = small_run.copy(tmp_path / "whole", *inputs)
    torn = small_run.copy(tmp_path / "torn", *inputs)
    for run in (whole, torn):
        run.set("embed", shard_terms=500)
    done = whole.command("nymgraph", stage)
    assert done.returncode == 0, done.stderr
    chance = random.Random(stage)
    finished: dict[str, float] = {}
    for lines in (0, 2, 4):
        before = finished
        finished = kill_after(torn, stage, lines, chance.uniform(0, 0.05))
        kept = [name for name, written in before.items() if finished.get(name) == written]
        if finished:  # else the kill came while the folder was being published
            assert len(kept) >= len(before) - 1
    done = torn.command("nymgraph", stage)
    assert done.returncode == 0, done.stderr
    assert file_bytes(torn.data / artefact) == file_bytes(whole.data / artefact)
    assert not list((torn.data / ".work" / stage).glob("parts/*"))
