"""The flow as a user runs it: `dvc repro`, look at it, change a parameter, run again."""

import json

import yaml

from nymgraph.pipeline.cli import STAGES
from nymgraph.pipeline.storage.manifests import read_list
from nymgraph.pipeline.store import ClusterStore
from tests.stages.small_run import SmallRun


def test_every_stage_ran_and_left_a_record(small_run: SmallRun) -> None:
    lock = (small_run.root / "dvc.lock").read_text()
    for stage in ("ingest", "label", "adapt", "embed", "retrieve", "train", "classify"):
        assert f"{stage}:" in lock
    for file in (small_run.data / ".runs").glob("*.json"):
        record = json.loads(file.read_text())
        assert record["status"] == "done"
        assert record["seconds"] > 0
        assert record["params"] is not None
        assert record["versions"]["torch"] != "not installed"


def test_the_export_is_queryable(small_run: SmallRun) -> None:
    store = ClusterStore(small_run.data / "export")
    assert len(store) == small_run.workspace.read_json("export", "manifest.json")["terms"]
    clusters = {store[term].id for term in store} - {None}
    assert len(clusters) == store.n_clusters > 100
    term = next(term for term in store if store[term].id is not None)
    assert term in store[term].members
    assert set(store.synonyms(term)) == set(store[term].members) - {term}
    other = store.synonyms(term)[0]
    same, alike, new = store.likenesses([(term, term), (term, other), (term, "xyzzy")])["likeness"]
    assert 1 >= same >= alike > new >= 0
    answer = small_run.command("nymgraph", "query", term)
    assert answer.returncode == 0
    assert other in answer.stdout


def test_the_report_has_every_section(small_run: SmallRun) -> None:
    page = (small_run.data / "report" / "report.html").read_text("utf-8")
    assert page.count("<section id=") == 10
    assert "No data" not in page
    assert "The encoder as it came" in page
    assert page.count("<svg") == 6


def test_metrics_plots_and_dag_are_shown(small_run: SmallRun) -> None:
    metrics = small_run.command("dvc", "metrics", "show", "--json")
    assert '"macro_f1"' in metrics.stdout
    assert '"f05"' in metrics.stdout
    plots = small_run.command("dvc", "plots", "show", "--json")
    assert plots.returncode == 0, plots.stderr
    assert "gates.csv" in plots.stdout
    assert "| export |" in small_run.command("dvc", "dag").stdout


def test_again_does_nothing_and_a_change_runs_only_what_depends_on_it(small_run: SmallRun) -> None:
    again = small_run.command("dvc", "repro")
    assert again.stdout.count("didn't change, skipping") == len(STAGES), again.stdout
    small_run.set("cluster", overlap_ratio=0.6)
    changed = small_run.command("dvc", "repro", "export")
    small_run.set("cluster", overlap_ratio=0.51)
    back = small_run.command("dvc", "repro")
    assert changed.returncode == back.returncode == 0, changed.stderr + back.stderr
    ran = [line.split("'")[1] for line in changed.stdout.splitlines() if "Running stage" in line]
    assert ran == ["cluster", "release", "export"]
    assert "Running stage 'report'" not in back.stdout  # what it reads is as it was


def test_speed_keys_and_other_sections_re_run_nothing(small_run: SmallRun) -> None:
    small_run.set("embed", batch_size=64)
    status = small_run.command("dvc", "status")
    small_run.set("embed", batch_size=256)
    assert "up to date" in status.stdout


def test_every_stage_reads_what_dvc_knows_that_it_reads(small_run: SmallRun) -> None:
    graph = yaml.safe_load((small_run.root / "dvc.yaml").read_text("utf-8"))["stages"]
    for stage in STAGES:
        if stage == "report":  # counts the rows of all tables; nothing is made from its page
            continue
        read = read_list(stage, small_run.data / stage).inputs
        deps = [dep.removeprefix("data/") for dep in graph[stage].get("deps", [])]
        for name in read:
            assert any(f"{name}/".startswith(f"{dep}/") for dep in deps), (stage, name)
