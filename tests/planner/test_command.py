import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from nymgraph.pipeline.cli import app
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.planner import probe
from nymgraph.pipeline.planner.command import PlanRequest, planned
from nymgraph.pipeline.planner.comparison import Compared, comparison_lines
from nymgraph.pipeline.planner.show import MARK, as_data, as_lines, duration
from nymgraph.pipeline.schemas import TERMS
from nymgraph.pipeline.settings.params import load_params
from nymgraph.pipeline.storage.artefacts import Workspace
from tests.planner.plans import NOWHERE, params_of, plan_of
from tests.project.imports import ROOT

PROFILE = ROOT / "profiles" / "turkish-15m" / "params.yaml"


def printed(*options: str) -> Any:  # noqa: ANN401
    return CliRunner().invoke(app, ["plan", *options])


def test_the_header_of_the_profile_is_what_the_planner_says_today(tmp_path: Path) -> None:
    """When this is meant: put what the command in the header prints in place of its lines."""
    request = PlanRequest(15e6, device="h200x1", probe=False)
    workspace = Workspace(tmp_path / "profiles" / "turkish-15m" / "data")
    _, lines = planned(load_params(PROFILE), workspace, request, header=True)
    stored = PROFILE.read_text("utf-8").splitlines()
    assert [line for line in stored if line.startswith(MARK)] == lines
    command = lines[0].split("`")[1]
    assert command == "nymgraph --profile turkish-15m plan --terms 15e6 --device h200x1 --header"


def test_the_profile_has_the_shards_and_batches_that_the_planner_wants() -> None:
    plan = plan_of(load_params(PROFILE), terms=15e6, device="h200x1")
    assert plan.suggestions == []
    assert [refusal.problem for refusal in plan.refusals] == [
        "adapt.revision is null, and the hub model ytu-ce-cosmos/turkish-e5-large needs one"
    ]


def test_the_table_shows_every_stage_and_what_was_chosen() -> None:
    lines = as_lines(plan_of(device="h200x2"))
    assert lines[0].startswith("1,000,000 terms (--terms), 384 dimensions")
    assert "h200x2 (28 cores, 512 GB)" in lines[0]
    assert [line.split()[0] for line in lines[3:16]][-1] == "report"
    assert any(line == "chosen: index exact, searched on the GPU" for line in lines)
    assert any("one GPU" in line for line in lines)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (119, "119 s"), (150, "2.5 min"), (7_200, "2.0 h"), (400_000, "4.6 d")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_command_and_its_exit_code(tmp_path: Path) -> None:
    options = ["--params", str(ROOT / "params.yaml"), "--data", str(tmp_path), "--no-probe"]
    fits = printed(*options, "--terms", "150000", "--disk", "100", "--ram", "20")
    assert fits.exit_code == 0, fits.output
    assert "cannot work" not in fits.output
    full = printed(*options, "--terms", "150000", "--disk", "0.1", "--ram", "20")
    assert full.exit_code == 2
    assert "cannot work: the run does not fit: there is too little disk" in full.output
    assert "cure: free some or use --data elsewhere" in full.output


def test_json_is_the_same_plan(tmp_path: Path) -> None:
    options = ["--params", str(ROOT / "params.yaml"), "--data", str(tmp_path), "--json"]
    done = printed(*options, "--terms", "1e6", "--device", "h100x1")
    data = json.loads(done.output)
    assert data == json.loads(json.dumps(as_data(plan_of(device="h100x1"))))
    assert data["stages"]["embed"]["rows"] == 1_000_000
    assert next(iter(data["stages"])) == "ingest"


def test_terms_are_counted_where_none_are_given(tmp_path: Path) -> None:
    source = tmp_path / "terms.txt"
    source.write_text("car\nauto\ncar\nhot dog\n", "utf-8")
    sources = {"ingest": {"sources": [{"kind": "text", "path": str(source)}]}}
    params = params_of(**sources)
    request = PlanRequest(device="cpu", probe=False)
    made, _ = planned(params, Workspace(tmp_path / "data"), request)
    assert (made.workload.n_terms, made.workload.origin) == (3, "the sources, counted")
    workspace = Workspace(tmp_path / "data")
    names = ["auto", "car"]
    columns = {"term_id": [0, 1], "term": names, "key": names, "sources": [["t"]] * 2}
    frame = pl.DataFrame(columns).with_columns(language=pl.lit("en"), frequency=None)
    workspace.write(TERMS, TERMS.conform(frame))
    made, _ = planned(params, workspace, request)
    assert (made.workload.n_terms, made.workload.letters) == (2, 3.5)


@pytest.mark.parametrize("terms", [1, 0, -5, float("nan")])
def test_a_number_of_terms_that_is_none(terms: float) -> None:
    with pytest.raises(ParameterError, match="--terms"):
        plan_of(terms=terms)


def test_a_plan_beside_what_a_run_took(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    request = PlanRequest(1e5, device="cpu", probe=False)
    with pytest.raises(InputError, match="no record"):
        planned(params_of(), workspace, request, compare=True)
    plan = plan_of(terms=1e5)
    for stage, factor in (("embed", 1.4), ("adapt", 1.6), ("ingest", 3)):
        seconds = plan.costs[stage].seconds * factor
        record = {"status": "done", "seconds": seconds, "peak_memory_mb": 1500, "rows_out": {}}
        workspace.write_json(".runs", f"{stage}.json", record)
    workspace.write_json(".runs", "train.json", {**record, "status": "failed"})
    _, lines = planned(params_of(), workspace, request, compare=True)
    verdicts = {line.split()[0]: line.split()[5] for line in lines[1:-1]}
    assert verdicts == {"ingest": "short", "adapt": "MISSED", "embed": "holds"}
    assert lines[-1] == "1 of 2 stages of 10 s and more within a factor 1.5"


def test_processor_time_is_shown_where_a_record_has_it() -> None:
    row = Compared("embed", 100.0, 200.0, 90.0, 1.0, 1.2)
    assert " 90.0 " in comparison_lines([row])[1]
    assert row.ratio == 1  # between the two
    assert row._replace(predicted=45.0).ratio == 0.5  # below the processor's
    assert row._replace(predicted=400.0).ratio == 2  # above the clock
    assert row._replace(processor=None).ratio == 0.5
    assert row._replace(predicted=45.0).verdict == "MISSED"


def test_a_probe_is_remembered_until_something_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def measured(*arguments: Any) -> Any:  # noqa: ANN401
        calls.append(arguments)
        return plan_of().rates.model_copy(update={"origin": "measured"})

    monkeypatch.setattr(probe, "measured_rates", measured)
    workspace, table = Workspace(tmp_path), plan_of().rates
    for _ in range(2):
        found = probe.probed_rates(params_of(), workspace, 384, 10, table)
        assert found.origin == "measured"
    assert len(calls) == 1
    probe.probed_rates(params_of(retrieve={"k": 7}), workspace, 384, 10, table)
    assert len(calls) == 2
    record = workspace.read_json(".runs", "rates.json")
    assert record["versions"]["nymgraph"]
    assert record["rates"]["origin"] == "measured"
    for content in ("", "[]", "{}", json.dumps(record | {"rates": {"unknown": 1}})):
        workspace.path(".runs", "rates.json").write_text(content, "utf-8")
        probe.probed_rates(params_of(retrieve={"k": 7}), workspace, 384, 10, table)
    assert len(calls) == 6  # damaged: measured again


def test_the_pieces_of_a_probe_measure_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, small in (("ROWS", 9_000), ("QUERIES", 64), ("PAIRS", 2_000)):
        monkeypatch.setattr(probe, name, small)
    monkeypatch.setattr(probe, "clustering_seconds", lambda: probe.GRAPH_SECONDS / 2)
    table = plan_of().rates
    params = params_of(adapt={"encoder": "no-such-encoder"})
    rates = probe.measured_rates(params, Workspace(NOWHERE), 16, 0, table)
    assert rates.encode == table.encode  # there is no encoder to measure
    assert "encode from the table" in rates.origin
    assert rates.host == 2
    for name in ("search", "scan", "postings", "judge"):
        assert getattr(rates, name) > 1_000
        assert getattr(rates, name) != getattr(table, name)
