from pathlib import Path

import pytest

from tests.stages.small_run import SmallRun, make_project
from tests.store.small_export import small_frames, write_export


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """The whole pipeline through `dvc repro` on 1,500 synsets of WordNet."""
    run = make_project(tmp_path_factory.mktemp("project"))
    done = run.command("dvc", "repro")
    assert done.returncode == 0, done.stdout + done.stderr
    return run


@pytest.fixture(autouse=True)
def _in_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Relative paths lead nowhere near the repository."""
    monkeypatch.chdir(str(tmp_path))


@pytest.fixture
def small_export(tmp_path: Path) -> Path:
    """A finished export of a few hand-made clusters."""
    return write_export(tmp_path / "export", small_frames(), None)
