import json
from pathlib import Path

import pytest

from nymgraph.pipeline.planner import doctor
from nymgraph.pipeline.planner.doctor import Finding, diagnose, format_findings, run_table
from nymgraph.pipeline.settings.params import AdaptParams, PairTable, Params


def test_findings_as_text_with_a_cure_under_each_fault() -> None:
    findings = [Finding("disk", "9.0 GB free"), Finding("memory", "1 GB", False, "free some")]
    assert format_findings(findings).splitlines() == [
        "ok   disk    9.0 GB free",
        "FAIL memory  1 GB",
        "             cure: free some",
    ]


def test_every_check_speaks_and_a_fault_has_a_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # no dvc.yaml here
    params = Params(adapt=AdaptParams(encoder="no-such-encoder"))
    findings = {finding.subject: finding for finding in diagnose(params, tmp_path / "data")}
    expected = {"python", "torch", "faiss", "memory", "disk", "encoder", "wordnet english", "dvc"}
    expected |= {"verified"}
    assert set(findings) == expected
    assert findings["encoder"].cure == "pip install no-such-encoder"
    assert not findings["encoder"].ok
    assert findings["python"].ok
    assert "no dvc.yaml here" in findings["dvc"].found
    assert all(finding.cure for finding in findings.values() if not finding.ok)


def test_only_the_editions_asked_for_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_edition", lambda edition: edition)
    assert [finding.subject for finding in doctor.find_wordnets(Params())] == ["wordnet english"]
    label = Params().label.model_copy(update={"dictionaries": (), "tables": (PairTable(path="x"),)})
    ingest = Params().ingest.model_copy(update={"sources": ()})
    assert doctor.find_wordnets(Params(label=label, ingest=ingest)) == []


def test_the_table_of_runs(tmp_path: Path) -> None:
    (tmp_path / ".runs").mkdir()
    for stage, seconds in (("ingest", 1.26), ("label", 2.5)):
        run = {
            "status": "done",
            "seconds": seconds,
            "peak_memory_mb": 1234,
            "rows_out": {f"{stage}/table": 1000},
        }
        (tmp_path / ".runs" / f"{stage}.json").write_text(json.dumps(run), "utf-8")
    lines = run_table(tmp_path, ("ingest", "label", "embed")).splitlines()
    assert lines[1].split() == ["ingest", "done", "1.3", "1,234", "ingest/table", "1,000"]
    assert lines[3].split() == ["embed", "not", "run"]
    assert lines[4].split() == ["total", "3.8"]  # 1.26 + 2.5 = 3.76


def test_the_table_of_no_runs(tmp_path: Path) -> None:
    assert run_table(tmp_path, ("ingest",)).splitlines()[-1].split() == ["total", "0.0"]


@pytest.mark.parametrize("content", ["", "[]", '{"status": "done"}', "\0"])
def test_a_damaged_record_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / ".runs").mkdir()
    (tmp_path / ".runs" / "ingest.json").write_text(content, "utf-8")
    assert run_table(tmp_path, ("ingest",)).splitlines()[1].endswith("its record is damaged")
