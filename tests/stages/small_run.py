"""A finished run on a small real slice of WordNet, made once through `dvc repro`."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nymgraph.pipeline.cli import run_stage
from nymgraph.pipeline.storage.artefacts import Workspace

ROOT = Path(__file__).parents[2]
CODE = ("pipeline", "discriminator", "clustering")
SYNSETS = 1_500


@dataclass(frozen=True)
class SmallRun:
    """A project folder with dvc.yaml, params.yaml and data/."""

    root: Path

    @property
    def params(self) -> Path:
        return self.root / "params.yaml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.data)

    def copy(self, root: Path, *stages: str) -> "SmallRun":
        """A copy that holds the artefacts of some stages only."""
        (root / "data").mkdir(parents=True)
        shutil.copy(self.params, root)
        for stage in stages:
            shutil.copytree(self.data / stage, root / "data" / stage)
        return SmallRun(root)

    def set(self, section: str, **values: Any) -> None:  # noqa: ANN401
        """Change parameters of one section."""
        params = yaml.safe_load(self.params.read_text())
        params[section].update(values)
        self.params.write_text(yaml.safe_dump(params))

    def stage(self, *stages: str) -> None:
        """Run stages in this process."""
        for stage in stages:
            run_stage(stage, self.params, self.data)

    def apart(self, *stages: str, **environment: str) -> None:
        """Run stages in one process of their own."""
        call = (
            "import sys; from pathlib import Path; from nymgraph.pipeline.cli import run_stage\n"
            "for stage in sys.argv[1:]: run_stage(stage, Path('params.yaml'), Path('data'))"
        )
        done = self.command("python", "-c", call, *stages, **environment)
        assert done.returncode == 0, done.stderr

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment in the project folder."""
        program = Path(sys.executable).parent / arguments[0]
        return subprocess.run(
            [str(program), *arguments[1:]],
            cwd=self.root,
            env=offline(environment),
            capture_output=True,
            text=True,
            check=False,
        )


def offline(extra: dict[str, str]) -> dict[str, str]:
    """This environment, its programs first, without the network."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "HF_HUB_OFFLINE": "1", **extra}


def make_project(root: Path) -> SmallRun:
    """A project folder like a fresh clone, with the small lexicon."""
    for package in CODE:
        shutil.copytree(
            ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in ("dvc.yaml", "params.yaml", ".dvcignore", "src/nymgraph/kernels.py"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, root / file)
    run = SmallRun(root)
    wordnet = {"kind": "wordnet", "edition": "english", "max_synsets": SYNSETS}
    run.set("ingest", sources=[wordnet])
    run.set("label", dictionaries=[wordnet])
    run.set("adapt", steps=4, batch_size=32, save_steps=2)
    run.set("embed", shard_terms=250)
    run.set("retrieve", shard_terms=500)
    done = run.command("dvc", "init", "--no-scm", "--quiet")
    assert done.returncode == 0, done.stderr
    return run


def file_bytes(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and its content."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
