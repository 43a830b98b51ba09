"""embed, retrieve and classify on a Ray cluster, of which a worker and a node are killed."""

import os
import signal
import threading
from pathlib import Path
from types import ModuleType

import pytest

from nymgraph.pipeline.engine.choose import open_engine
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.settings.params import EngineParams, Params, load_params
from nymgraph.pipeline.stages import classify, embed, retrieve
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.storage.runlog import RunRecord
from tests.engine.recipes import wait_for
from tests.engine.small_cluster import small_cluster
from tests.stages.small_run import SmallRun, file_bytes

pytestmark = pytest.mark.slow


def test_the_bytes_are_those_of_the_local_engine(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "run", "ingest", "label", "adapt", "train")
    params, work = load_params(run.params), run.data / ".work"
    with (
        small_cluster(1) as cluster,
        open_engine(EngineParams(kind="ray", address=cluster.address)) as engine,
    ):
        node = cluster.add_node()  # not the one that this process talks to
        worker = engine.ask(os.getpid)

        def kill() -> None:
            wait_for(work / "embed" / "parts", "part-*", 3)
            os.kill(worker, signal.SIGKILL)
            wait_for(work / "retrieve" / "lists" / "parts", "part-*", 2)
            cluster.kill_node(node)

        killer = threading.Thread(target=kill)
        killer.start()
        for stage in (embed, retrieve):
            perform(stage, params, run, engine)
        killer.join()
        perform(classify, params, run, engine)
    for stage in ("embed", "retrieve", "classify"):
        assert file_bytes(run.data / stage) == file_bytes(small_run.data / stage), stage


def perform(stage: ModuleType, params: Params, run: SmallRun, engine: Engine) -> None:
    """Run a stage on an engine, as the command does."""
    name = stage.__name__.rpartition(".")[2]
    workspace = Workspace(run.data, record=RunRecord(name, {}))
    with workspace.stage():
        stage.run(getattr(params, name), workspace, engine)
