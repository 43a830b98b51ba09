"""`nymgraph cluster --previous`: update(A, B) is build(A ∪ B), byte for byte."""

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.cli import main
from tests.oracles.updates import changed, random_rows

TABLES = ("assignments", "clusters", "memberships", "tensions", "links", "evidence")


def cluster(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["nymgraph", "cluster", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


def build(monkeypatch: pytest.MonkeyPatch, rows: pl.DataFrame, out: Path, *options: object) -> None:
    rows.write_parquet(out.with_suffix(".parquet"))
    arguments = ("--edges", out.with_suffix(".parquet"), "--out", out, *options)
    assert cluster(monkeypatch, *arguments) == 0


@pytest.mark.parametrize("algorithm", ["signed", "reference"])
@pytest.mark.parametrize("seed", range(3))
def test_an_update_is_a_build(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    seed: int,
    algorithm: str,
) -> None:
    rng = np.random.default_rng(seed)
    old = random_rows(rng, 300, 60)
    new = changed(old, rng)
    asked = ("--algorithm", algorithm)
    build(monkeypatch, old, tmp_path / "old", *asked)
    build(monkeypatch, new, tmp_path / "built", *asked)
    n_terms = pl.read_parquet(tmp_path / "built" / "assignments.parquet").height
    assert f"{n_terms} terms clustered" in capsys.readouterr().out
    build(monkeypatch, new, tmp_path / "updated", *asked, "--previous", tmp_path / "old")
    n_again = int(capsys.readouterr().out.split()[1])
    assert 0 < n_again < n_terms  # else the test would say nothing
    for name in TABLES:
        built, updated = (tmp_path / way / f"{name}.parquet" for way in ("built", "updated"))
        assert built.read_bytes() == updated.read_bytes(), name
    assert pl.read_parquet(tmp_path / "built" / "tensions.parquet").height or algorithm != "signed"


def test_nothing_new_clusters_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = random_rows(np.random.default_rng(9), 200, 30)
    build(monkeypatch, rows, tmp_path / "old")
    capsys.readouterr()
    build(monkeypatch, rows[::-1], tmp_path / "same", "--previous", tmp_path / "old")
    assert capsys.readouterr().out == "cluster: 0 terms clustered\n"
    for name in TABLES:
        old, same = (tmp_path / way / f"{name}.parquet" for way in ("old", "same"))
        assert old.read_bytes() == same.read_bytes(), name


def test_what_is_not_touched_is_not_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A forged support survives the update: its component was taken over, not made again."""
    names = ["term_a", "term_b", "p_synonym"]
    rows = pl.DataFrame([("a", "b", 0.9), ("x", "y", 0.9)], names, orient="row")
    build(monkeypatch, rows, tmp_path / "old")
    path = tmp_path / "old" / "memberships.parquet"
    pl.read_parquet(path).with_columns(support=pl.lit(0.5, pl.Float32)).write_parquet(path)
    more = pl.DataFrame([("y", "z", 0.95)], names, orient="row")
    build(monkeypatch, pl.concat([rows, more]), tmp_path / "new", "--previous", tmp_path / "old")
    support = pl.read_parquet(tmp_path / "new" / "memberships.parquet")
    terms = pl.read_parquet(tmp_path / "new" / "assignments.parquet")
    forged = terms.join(support.filter(support=0.5), on="term_id")["term"].unique().sort()
    assert forged.to_list() == ["a", "b"]


def test_other_settings_or_another_version_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = random_rows(np.random.default_rng(1), 50, 9)
    build(monkeypatch, rows, tmp_path / "old")
    again = ("--edges", tmp_path / "old.parquet", "--out", tmp_path / "out")
    assert cluster(monkeypatch, *again, "--gate", "0.6", "--previous", tmp_path / "old") == 2
    message = capsys.readouterr().err
    assert "another gate" in message
    assert "without --previous" in message
    settings = tmp_path / "old" / "settings.json"
    content = json.loads(settings.read_text())
    settings.write_text(json.dumps(content | {"nymgraph": "0.0.0"}))
    assert cluster(monkeypatch, *again, "--previous", tmp_path / "old") == 2
    assert "another nymgraph" in capsys.readouterr().err
    (tmp_path / "old" / "evidence.parquet").unlink()
    settings.write_text(json.dumps(content))
    assert cluster(monkeypatch, *again, "--previous", tmp_path / "old") == 2
    assert "evidence.parquet" in capsys.readouterr().err
