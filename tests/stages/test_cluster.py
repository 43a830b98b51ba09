"""`nymgraph cluster --edges`: any edge table by itself, CSV or Parquet."""

import sys
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.cli import main

# Two triangles of synonyms, joined by a weak edge, and hot/cold judged opposite.
ROWS = [
    ("hot", "warm", 0.95, 0.0),
    ("hot", "heated", 0.90, 0.0),
    ("heated", "warm", 0.85, 0.0),
    ("cold", "cool", 0.95, 0.0),
    ("chilly", "cold", 0.90, 0.0),
    ("chilly", "cool", 0.85, 0.0),
    ("cool", "warm", 0.30, 0.2),
    ("hot", "cold", 0.05, 0.9),
    ("hot", "spicy", 0.60, 0.0),
]


def cluster(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["nymgraph", "cluster", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert not exit_.value.code


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_an_edge_table_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str) -> None:
    table = pl.DataFrame(ROWS, ["term_a", "term_b", "p_synonym", "p_antonym"], orient="row")
    edges = tmp_path / f"edges.{suffix}"
    {"csv": table.write_csv, "parquet": table.write_parquet, "jsonl": table.write_ndjson}[suffix](
        edges
    )
    cluster(monkeypatch, "--edges", str(edges), "--out", str(tmp_path / "out"), "--gate", "0.7")
    clusters = pl.read_parquet(tmp_path / "out" / "clusters.parquet").sort("representative")
    assert clusters["members"].to_list() == [["chilly", "cold", "cool"], ["heated", "hot", "warm"]]
    # sum of the edges / pairs: (0.95 + 0.90 + 0.85) / 3
    assert clusters["cohesion"].to_list() == pytest.approx([0.9, 0.9])
    assignments = pl.read_parquet(tmp_path / "out" / "assignments.parquet")
    assert assignments.filter(pl.col("cluster_id").is_null())["term"].to_list() == ["spicy"]
    links = pl.read_parquet(tmp_path / "out" / "links.parquet")
    assert links.select("relation", "votes").rows() == [("opposite", 1)]


def test_ids_do_not_depend_on_the_rest_of_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, rows in {"all": ROWS, "some": ROWS[2::-1]}.items():
        table = pl.DataFrame(rows, ["term_a", "term_b", "p_synonym", "p_antonym"], orient="row")
        table.write_csv(tmp_path / f"{name}.csv")
        cluster(
            monkeypatch, "--edges", str(tmp_path / f"{name}.csv"), "--out", str(tmp_path / name)
        )
    every, some = (
        pl.read_parquet(tmp_path / name / "clusters.parquet") for name in ("all", "some")
    )
    assert some["cluster_id"].item() in every["cluster_id"].to_list()
