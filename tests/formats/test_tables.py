import csv
import json
from pathlib import Path

import polars as pl

from nymgraph.pipeline.formats import csv_files, jsonl
from nymgraph.pipeline.lookup.export import Export, open_export
from nymgraph.pipeline.schemas import EXPORTED_EDGES, EXPORTED_TERMS
from tests.formats.clustered import NASTY, export_of, written
from tests.store.small_export import small_frames, write_export


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def cells(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_jsonl_holds_every_row_with_spellings(export: Export, tmp_path: Path) -> None:
    assert written(jsonl, export, tmp_path) == []
    pairs = lines(tmp_path / "pairs.jsonl")
    edges = export.scan(EXPORTED_EDGES).collect()
    names = export.scan(EXPORTED_TERMS).collect()["term"].to_list()
    assert [(row["term_a"], row["term_b"]) for row in pairs] == [
        (names[a], names[b]) for a, b in edges.select("a", "b").rows()
    ]
    hot = {"term_a": "cold", "term_b": "hot", "evidence": "dictionary"}
    (found,) = [row for row in pairs if hot.items() <= row.items()]
    assert (found["p_antonym"], found["cosine"], found["route"]) == (0.98, 0.8, "vector")
    (happy,) = [row for row in lines(tmp_path / "terms.jsonl") if row["term"] == "happy"]
    assert (happy["cluster_id"], happy["remark"]) == ("-9", "of the user")
    clusters = {str(row["cluster_id"]): row for row in lines(tmp_path / "clusters.jsonl")}
    assert clusters["-9"]["members"] == ["glad", "happy", "joyful"]
    link = lines(tmp_path / "links.jsonl")[0]
    assert (link["representative_a"], link["representative_b"]) == ("happy", "sad")
    assert lines(tmp_path / "memberships.jsonl")[1] == {
        "term": "hot", "cluster_id": "8", "support": 0.5,
    }  # fmt: skip


def test_csv_holds_every_row(export: Export, tmp_path: Path) -> None:
    assert written(csv_files, export, tmp_path) == []
    terms = {row["term"]: row for row in cells(tmp_path / "terms.csv")}
    assert terms["happy"]["cluster_id"] == "-9"
    assert terms["lonely"]["cluster_id"] == ""
    assert terms["happy"]["sources"] == "test"
    assert len(cells(tmp_path / "pairs.csv")) == export.rows(EXPORTED_EDGES)


def test_nasty_terms(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [NASTY])
    for module, read, suffix in ((jsonl, lines, "jsonl"), (csv_files, cells, "csv")):
        written(module, export, tmp_path / suffix, csv_formulas="kept")
        rows = read(tmp_path / suffix / f"terms.{suffix}")
        assert [row["term"] for row in rows] == sorted(NASTY)


def test_what_a_spreadsheet_takes_for_a_formula_is_quoted_unless_kept(tmp_path: Path) -> None:
    terms = ["+1 x", "-12", "-ness", "=cmd|' /C calc'!A0", "@home", "a=b", "plain"]
    export = export_of(tmp_path / "export", [terms])
    written(csv_files, export, tmp_path / "quoted")
    found = [row["term"] for row in cells(tmp_path / "quoted" / "terms.csv")]
    assert found == ["'+1 x", "-12", "'-ness", "'=cmd|' /C calc'!A0", "'@home", "a=b", "plain"]
    written(csv_files, export, tmp_path / "kept", csv_formulas="kept")
    assert [row["term"] for row in cells(tmp_path / "kept" / "terms.csv")] == terms


def test_a_column_of_lists_is_no_cell(tmp_path: Path) -> None:
    frames = small_frames()
    frames[EXPORTED_TERMS] = frames[EXPORTED_TERMS].with_columns(
        tags=pl.lit(["x", "y"], pl.List(pl.String))
    )
    export = open_export(write_export(tmp_path / "export", frames, sources=["test"]))
    (loss,) = written(csv_files, export, tmp_path / "csv")
    assert (loss.what, loss.number) == ("the column 'tags'", export.rows(EXPORTED_TERMS))
    assert "tags" not in cells(tmp_path / "csv" / "terms.csv")[0]
    assert written(jsonl, export, tmp_path / "jsonl") == []
    assert lines(tmp_path / "jsonl" / "terms.jsonl")[0]["tags"] == ["x", "y"]
