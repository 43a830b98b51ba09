"""The projects of the scale runs, and what is read off them."""

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from benchmarks import million
from benchmarks.million import as_table, make_project, read_run
from nymgraph.pipeline.settings.params import load_params


@pytest.fixture(autouse=True)
def short_lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lexicon has a test of its own."""

    def write(path: Path, n_terms: int, seed: int) -> None:
        pl.DataFrame({"term": [f"term {seed} {i}" for i in range(n_terms)]}).write_parquet(path)

    monkeypatch.setattr(million, "write_lexicon", write)


def test_a_project_has_all_that_dvc_needs(tmp_path: Path) -> None:
    make_project(tmp_path, 200, "static", 0, ["retrieve.nprobe=64"])
    params = load_params(tmp_path / "params.yaml")
    assert params.adapt.method == "static"
    assert params.retrieve.nprobe == 64
    root = yaml.safe_load((million.ROOT / "params.yaml").read_text("utf-8"))
    assert params.label.test_fraction == root["label"]["test_fraction"]
    assert (tmp_path / ".dvc" / "config").is_file()
    for stage in yaml.safe_load((tmp_path / "dvc.yaml").read_text("utf-8"))["stages"].values():
        code = [dep for dep in stage["deps"] if not dep.startswith("data/")]
        assert all((tmp_path / dep).exists() for dep in code)


def test_the_lexicon_of_a_project_stays_and_its_code_is_renewed(tmp_path: Path) -> None:
    make_project(tmp_path, 200, "static", 0)
    (tmp_path / "pipeline" / "stray.py").write_text("", "utf-8")
    before = (tmp_path / "lexicon.parquet").read_bytes()
    make_project(tmp_path, 300, "static", 1)
    assert (tmp_path / "lexicon.parquet").read_bytes() == before
    assert not (tmp_path / "pipeline" / "stray.py").exists()


def finished(folder: Path, terms: int, seconds: float) -> Path:
    """The run records of a project."""
    runs = folder / "data" / ".runs"
    runs.mkdir(parents=True)
    for number, stage in enumerate(("ingest", "embed")):
        record = {
            "stage": stage,
            "started": f"2026-01-01T00:00:0{number}",
            "seconds": seconds,
            "processor_seconds": 2 * seconds,
            "peak_memory_mb": 1234,
            "rows_out": {f"{stage}/terms": terms},
        }
        (runs / f"{stage}.json").write_text(json.dumps(record), "utf-8")
    return folder


def test_exponents_by_hand(tmp_path: Path) -> None:
    # 10 times the terms, 100 times the time: exponent 2
    runs = [read_run(finished(tmp_path / n, int(n), int(n) ** 2 / 1e4)) for n in ("100", "1000")]
    assert [run["terms"] for run in runs] == [100, 1000]
    lines = as_table(runs).splitlines()
    assert lines[-1] == "| embed | 1.0 | 100 | 2.0 | 200 | 1,234 | 1,234 | 2.00 |"
    assert lines[-2].startswith("| ingest |")


def test_no_exponent_of_moments(tmp_path: Path) -> None:
    runs = [read_run(finished(tmp_path / n, int(n), 0.1)) for n in ("100", "1000")]
    assert as_table(runs).endswith("| – |")


def test_a_stage_that_has_not_run(tmp_path: Path) -> None:
    runs = [read_run(finished(tmp_path / n, int(n), 50.0)) for n in ("100", "1000")]
    del runs[1]["stages"]["embed"]
    assert as_table(runs).endswith("| embed | 50 | – | 100 | – | 1,234 | – | – |")


@pytest.mark.parametrize("target", [None, "label"])
def test_dvc_is_asked_for_a_stage_or_for_all(
    target: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(million, "program", lambda *names, folder: asked.append(names) or 0)
    assert million.repro(tmp_path, target) == 0
    assert asked == [("dvc", "repro", *([target] if target else []))]
