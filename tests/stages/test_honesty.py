"""A leak stops the run, new gates judge nothing again, and the figures are there."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.labelled import CandidateSample
from nymgraph.pipeline.schemas import CONTRADICTED, HELD_OUT, PAIRS, RELATIONS
from nymgraph.pipeline.storage.artefacts import save
from tests.stages.small_run import SmallRun


def held_out_id(run: SmallRun) -> int:
    return int(run.workspace.read(HELD_OUT)["term_id"][0])


def test_a_planted_training_pair_stops_the_run(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "leak", "ingest", "label", "adapt", "embed", "retrieve")
    pairs = run.workspace.read(PAIRS)
    row = int(pairs.select((pl.col("split") == "test").arg_true()).to_series()[0])
    planted = pl.when(pl.int_range(pl.len()) == row).then(pl.lit("train")).otherwise("split")
    run.workspace.write(PAIRS, pairs.with_columns(split=planted))
    done = run.command("nymgraph", "train")
    assert done.returncode == 1
    assert "a training pair touches a held-out term: every figure would be void" in done.stderr
    assert "cure: run `nymgraph label` again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (run.data / "train").exists()


def test_a_planted_neighbour_stops_the_run(
    small_run: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run.copy(tmp_path / "leak", "ingest", "label", "adapt", "embed", "retrieve")
    held = held_out_id(run)
    draw = CandidateSample.add

    def leaky(self: CandidateSample, part: pl.DataFrame) -> None:
        draw(self, part)
        leak = LabelledPairs.of(np.array([held]), np.array([held + 1]), 3)
        self.negatives = self.negatives.join(leak)

    monkeypatch.setattr(CandidateSample, "add", leaky)
    with pytest.raises(ArtefactError, match="that the discriminator is to learn touches"):
        run.stage("train")
    assert not (run.data / "train").exists()


def test_planted_evidence_stops_the_evaluation(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "leak", "ingest", "label", "embed", "classify")
    held = held_out_id(run)
    (part,) = sorted((run.data / RELATIONS.path).glob("*.parquet"))[:1]
    judged = pl.read_parquet(part)
    planted = judged[:1].with_columns(
        a=pl.lit(held, pl.UInt32),
        b=pl.lit(held + 1, pl.UInt32),
        evidence=pl.lit("dictionary").cast(judged.schema["evidence"]),
    )
    save(part, pl.concat([judged, planted]))
    run.workspace.finish("classify")
    run.stage("cluster", "release")
    with pytest.raises(ArtefactError, match="evidence touches a held-out term"):
        run.stage("evaluate")


def test_new_gates_need_no_judging(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "gates", "ingest", "label", "classify", "cluster", "release")
    run.set("evaluate", gates=[0.123, 0.5, 0.999])
    run.stage("evaluate")  # no vectors, no discriminator: what is judged is stored
    table = pl.read_csv(run.data / "evaluate" / "gates.csv")
    assert table["gate"].to_list() == [0.123, 0.5, 0.999]
    assert table["passed"].is_sorted(descending=True)
    before = pl.read_csv(small_run.data / "evaluate" / "gates.csv")
    assert table.row(1) == before.filter(pl.col("gate") == 0.5).row(0)


def test_the_figures_of_the_run(small_run: SmallRun) -> None:
    metrics = small_run.workspace.read_json("train", "metrics.json")
    by_pos = metrics["test"]["by_pos"]
    assert set(by_pos) <= {"noun", "verb", "adjective", "adverb"}
    assert sum(group["pairs"] for group in by_pos.values()) <= metrics["calibration"]["pairs"]
    assert metrics["consistency"]["order"] == {
        "tests": min(1000, metrics["calibration"]["pairs"]),
        "changed": 0.0,
        "mean_change_of_p_synonym": 0.0,
    }
    assert metrics["consistency"]["case"]["changed"] < 0.01  # the encoder is uncased
    assert metrics["calibration"]["ece_after"] == metrics["test"]["ece"]
    assert 0 < metrics["label_noise"]["contradicted"] < 1
    listed = small_run.workspace.read(CONTRADICTED)
    assert listed.height <= 1000
    assert (listed["relation"].cast(pl.String) != listed["judged"].cast(pl.String)).all()
    # only what trains is listed
    pairs = small_run.workspace.read(PAIRS).filter(pl.col("split") == "train")
    assert listed.join(pairs, on=["term_a", "term_b"]).height == listed.height


def test_a_reviewed_pair_becomes_evidence(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "review", "ingest", "label", "classify", "cluster")
    path = run.root / "review.csv"
    asked = run.command("nymgraph", "review", "--out", str(path), "--number", "5")
    assert asked.returncode == 0, asked.stderr
    rows = pl.read_csv(path)
    held = set(run.workspace.read(HELD_OUT)["term"])
    assert rows.height == 5
    assert not {*rows["term_a"], *rows["term_b"]} & held
    answer = pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("antonym"))
    rows.with_columns(relation=answer).write_csv(path)
    again = run.command("nymgraph", "review", "--out", str(path))
    assert again.returncode == 2
    assert "is there already and may hold answers" in again.stderr
    run.set("label", tables=[{"path": str(path)}])
    done = run.command("nymgraph", "label")
    assert done.returncode == 0, done.stderr
    assert "4 of 5 rows have no relation yet" in done.stderr
    mine = run.workspace.read(PAIRS).filter(pl.col("sources").list.contains("review.csv"))
    names = tuple(sorted(rows.row(1)[:2], key=str.encode))
    assert mine.select("term_a", "term_b", "relation").rows() == [(*names, "antonym")]


def test_what_is_not_asked_for_is_not_measured(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "short", "ingest", "label", "adapt", "embed", "retrieve")
    run.set("train", consistency_pairs=0, contradicted=0)
    done = run.command("nymgraph", "train")  # a process of its own, as the bytes are compared
    assert done.returncode == 0, done.stderr
    metrics = run.workspace.read_json("train", "metrics.json")
    assert "consistency" not in metrics
    assert "label_noise" not in metrics
    assert run.workspace.read(CONTRADICTED).is_empty()
    head = "train/model/head.safetensors"
    assert (run.data / head).read_bytes() == (small_run.data / head).read_bytes()
