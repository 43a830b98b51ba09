"""SIGKILL at random moments: `python -m benchmarks.kills --data DATA --params PARAMS`.

Takes a finished run, best a small one of many shards, since its stages embed, retrieve and classify
are run again and again, by the local engine and by two Ray workers (a cluster of this machine).
A stage is started from nothing and killed at a moment drawn evenly from the time between its first
shard made and its last row written (on Ray the workers start before that); it is started again, and
killed again, until so many kills have hit it (one that ends first begins from nothing). Then it
runs to its end, and its bytes must be those of the run that nobody killed. Printed are the shards
made by that run and those made again: they had reached the process that commits them, so what the
workers of Ray were busy with comes on top, at most one shard each. Each process is a fork of this
one, which has loaded the libraries.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.forks import end, forked, options_of_run
from benchmarks.machine import describe
from nymgraph.pipeline.cli import run_stage
from nymgraph.pipeline.stages import classify, embed, retrieve  # what a fork finds loaded
from nymgraph.pipeline.storage.artefacts import content_hash
from nymgraph.pipeline.storage.shards import ShardedWork

LOADED = (classify, embed, retrieve)
INPUTS = {
    "embed": ("ingest", "adapt"),
    "retrieve": ("ingest", "label", "embed"),
    "classify": ("ingest", "label", "embed", "retrieve", "train"),
}
ENGINES = {"local": {"kind": "local"}, "ray": {"kind": "ray", "workers": 2}}


class Project(NamedTuple):
    """A folder with params.yaml, data/ and a log of the shards that were made."""

    root: Path
    stage: str

    @property
    def result(self) -> Path:
        """What the stage writes."""
        return self.root / "data" / self.stage

    @property
    def work(self) -> Path:
        """Its working folder."""
        return self.root / "data" / ".work" / self.stage

    def made(self) -> Counter[str]:
        """How often each shard was made."""
        log = self.root / "made.log"
        return Counter(log.read_text().split() if log.exists() else [])

    def written(self) -> list[Path]:
        """Its table, once it stands in its place: the run is done but for its record."""
        return [*self.result.glob("vectors.npy"), *self.result.rglob("part-*")]

    def clear(self) -> None:
        """Begin from nothing."""
        for path in (self.result, self.work):
            shutil.rmtree(path, ignore_errors=True)
        (self.root / "made.log").unlink(missing_ok=True)


def main() -> None:
    """Kill, compare, print."""
    parser = options_of_run(__doc__)
    parser.add_argument("--kills", type=int, default=10, help="of each stage by each engine")
    parser.add_argument("--stages", default=",".join(INPUTS))
    parser.add_argument("--engines", default=",".join(ENGINES))
    asked = parser.parse_args()
    print(describe())
    print("engine  stage      shards  seconds  kills  at shards  made again  most at once  bytes")
    good = True
    for engine in asked.engines.split(","):
        for stage in asked.stages.split(","):
            with tempfile.TemporaryDirectory() as folder:
                project = make_project(Path(folder), stage, engine, asked.data, asked.params)
                good &= torment(project, engine, asked.kills, random.Random(asked.seed))
    sys.exit(not good)


def make_project(root: Path, stage: str, engine: str, data: Path, params: Path) -> Project:
    """What the stage needs, and no more."""
    for name in INPUTS[stage]:
        shutil.copytree(data / name, root / "data" / name)
    settings: dict[str, Any] = yaml.safe_load(params.read_text("utf-8"))
    settings["engine"] = ENGINES[engine]
    (root / "params.yaml").write_text(yaml.safe_dump(settings))
    return Project(root, stage)


def torment(project: Project, engine: str, n_kills: int, chance: random.Random) -> bool:
    """Run whole, then with kills; print the figures.

    Args:
        project: Where.
        engine: For the line that is printed.
        n_kills: How many kills must hit.
        chance: Draws the moments.

    Returns:
        Whether the bytes are the same and no kill cost more than one shard that was made.
    """
    child = start(project)
    first = wait_for_shard(project, child)
    finish(project, child)
    seconds = max(file.stat().st_mtime for file in project.written()) - first
    whole = content_hash(project.result)
    n_shards, places, again = len(project.made()), [], []
    project.clear()
    while len(places) < n_kills:
        before = sum(project.made().values()) - len(project.made())
        if not killed(project, chance.uniform(0, seconds)):
            project.clear()
            continue
        made = project.made()
        places.append(len(made))
        again.append(sum(made.values()) - len(made) - before)
    finish(project, start(project))
    made = project.made()
    again.append(sum(made.values()) - len(made) - sum(again))
    same = content_hash(project.result) == whole
    print(
        f"{engine:<6}  {project.stage:<9}  {n_shards:>6}  {seconds:>7.1f}  {n_kills:>5}  "
        f"{','.join(map(str, places))}  {sum(again)}  {max(again)}  {'same' if same else 'OTHER'}",
        flush=True,
    )
    return same and max(again) <= 1


def start(project: Project) -> int:
    """Run the stage in a fork; its process id."""

    def act() -> None:
        log_shards(project)
        run_stage(project.stage, Path("params.yaml"), Path("data"))

    return forked(act, project.root, Path(os.devnull), project.root / "errors.log")


def log_shards(project: Project) -> None:
    """Let every shard that is made leave a line."""
    commit = ShardedWork.commit
    log = os.open(project.root / "made.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def logged(work: ShardedWork, shard: int, data: Any) -> None:  # noqa: ANN401
        os.write(log, f"{work.folder.name}/{shard}\n".encode())
        commit(work, shard, data)

    ShardedWork.commit = logged  # type: ignore[method-assign]


def wait_for_shard(project: Project, child: int) -> float:
    """Wait until the process has made a shard, or has ended; the time then."""
    before = project.made().total()
    while project.made().total() == before and alive(child):
        time.sleep(0.002)
    return time.time()


def alive(child: int) -> bool:
    """Whether a process has not ended."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def killed(project: Project, moment: float) -> bool:
    """Start the stage and kill it so long after its first shard; whether it was still at work."""
    child = start(project)
    until = wait_for_shard(project, child) + moment
    while time.time() < until and alive(child):
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    finish(project, child)
    return not project.written()


def finish(project: Project, child: int) -> None:
    """Wait for the end of the process; stop with its message where it failed by itself."""
    if end(child) > 0:
        raise SystemExit((project.root / "errors.log").read_text("utf-8"))


if __name__ == "__main__":
    main()
