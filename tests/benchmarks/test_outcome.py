"""The stages cluster and export on a drawn graph."""

from pathlib import Path

from benchmarks.outcome import as_line, write_judged
from benchmarks.stages import run_stage
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.store import ClusterStore


def test_the_last_stages_run_on_what_is_drawn(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert write_judged(workspace, 3_000) > 3_000 * 3
    tables = {"cluster": "assignments", "release": "senses", "export": "edges"}
    for stage, table in tables.items():
        assert f"{stage}/{table}" in as_line(run_stage(stage, Path("params.yaml"), tmp_path))
    store = ClusterStore(tmp_path / "export")
    assert len(store) == 3_000
    assert store.n_clusters > 300
