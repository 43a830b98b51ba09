"""report: all figures of the run, and the clusters behind them, as one self-contained page."""

import logging

from nymgraph.pipeline.report import render_report
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.settings.params import ReportParams
from nymgraph.pipeline.storage.artefacts import Workspace, write_atomic

__all__ = ["run"]

_log = logging.getLogger("nymgraph")


def run(params: ReportParams, workspace: Workspace) -> None:
    """Write `report.html`; a section whose files are not there says so."""
    page = render_report(RunData(workspace, params))
    path = workspace.path("report", "report.html")
    write_atomic(path, lambda temporary: temporary.write_text(page, "utf-8"))
    _log.info("report: open %s in a browser (%.1f MB)", path, len(page.encode()) / 1e6)
