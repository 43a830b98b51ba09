from pathlib import Path

import pytest

from nymgraph.pipeline.report import render_report
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.settings.params import ReportParams
from nymgraph.pipeline.storage.artefacts import Workspace
from tests.report.finished_run import write_run


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A finished run made by hand, with its page. Not to be changed."""
    workspace = write_run(tmp_path_factory.mktemp("finished") / "data")
    page = render_report(RunData(workspace, ReportParams()))
    path = workspace.path("report", "report.html")
    path.parent.mkdir()
    path.write_text(page, "utf-8")
    return workspace


@pytest.fixture(scope="session")
def page(finished: Workspace) -> str:
    return finished.path("report", "report.html").read_text("utf-8")


@pytest.fixture
def run(tmp_path: Path) -> RunData:
    """A finished run that a test may change."""
    return RunData(write_run(tmp_path / "data"), ReportParams())
