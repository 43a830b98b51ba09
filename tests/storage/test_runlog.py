import importlib.metadata
import json
import platform
import time
from datetime import datetime

import psutil
import pytest

from nymgraph.pipeline.storage import runlog
from nymgraph.pipeline.storage.runlog import RunRecord, library_versions, peak_memory_mb


def test_the_record_of_a_run() -> None:
    record = RunRecord("embed", {"batch_size": 2})
    record.read("ingest/terms", 3)
    record.wrote("embed/vectors", 3)
    record.wrote("embed/vectors", 4)  # the last word counts
    record.fact("precision", "float32")
    summary = json.loads(json.dumps(record.summary("done")))
    assert (summary["stage"], summary["status"]) == ("embed", "done")
    assert summary["rows_in"] == {"ingest/terms": 3}
    assert summary["rows_out"] == {"embed/vectors": 4}
    assert summary["facts"] == {"precision": "float32"}
    assert summary["params"] == {"batch_size": 2}
    assert summary["versions"]["python"] == platform.python_version()
    assert datetime.fromisoformat(summary["started"]).tzinfo is not None
    assert 0 <= summary["seconds"] < 60


def test_processor_time_is_of_the_work_not_of_waiting() -> None:
    record = RunRecord("embed", {})
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    time.sleep(0.2)
    summary = record.summary("done")
    assert 0.1 <= summary["processor_seconds"] < summary["seconds"] - 0.1


def test_records_share_nothing() -> None:
    RunRecord("one", {}).wrote("table", 1)
    assert RunRecord("two", {}).summary("failed")["rows_out"] == {}


def test_peak_memory_is_in_megabytes() -> None:
    now = psutil.Process().memory_info().rss / 1e6
    assert 0.9 * now <= peak_memory_mb() <= psutil.virtual_memory().total / 1e6


def test_the_versions_of_libraries_that_can_change_a_result() -> None:
    versions = library_versions()
    for name in ("numpy", "polars", "torch", "sentence-transformers", "numba"):
        assert versions[name] == importlib.metadata.version(name)
    assert any(name.startswith("faiss-") for name in versions)


def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runlog, "LIBRARIES", ("no-such-library",))
    assert library_versions()["no-such-library"] == "not installed"


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(runlog.subprocess, "run", fail)
    assert RunRecord("embed", {}).summary("done")["git_commit"] is None
