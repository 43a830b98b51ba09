from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.comparison.lineage import compare_exports, count_events
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.schemas import EXPORTED_TERMS


def export(folder: Path, clusters: dict[int, list[str]], alone: list[str]) -> Path:
    rows = [(term, cluster) for cluster, terms in clusters.items() for term in terms]
    rows += [(term, None) for term in alone]
    frame = pl.DataFrame(sorted(rows), ["term", "cluster_id"], orient="row").with_row_index(
        "term_id"
    )
    frame = frame.with_columns(
        key=pl.col("term"), sources=pl.lit(["test"]), language=pl.lit("en"), frequency=pl.lit(None)
    )
    folder.mkdir()
    EXPORTED_TERMS.conform(frame).write_parquet(folder / "terms.parquet")
    (folder / "manifest.json").write_text("{}", "utf-8")
    return folder


def test_a_cluster_that_grew_carries_its_id_and_a_new_one_has_its_own(tmp_path: Path) -> None:
    old = export(tmp_path / "old", {70: ["hot", "warm"], 80: ["big", "large"]}, ["cold"])
    new = export(tmp_path / "new", {71: ["hot", "heated", "warm"], 90: ["cold", "cool"]}, ["big"])
    table = compare_exports(old, new)
    assert table.select("cluster_old", "cluster_new", "shared", "event", "carried_id").rows() == [
        (None, 90, 0, "new", 90),
        (70, 71, 2, "grown", 70),
        (80, None, 0, "gone", None),
    ]
    counts = dict(count_events(table))
    assert (counts["grown"], counts["new"], counts["gone"], counts["kept"]) == (1, 1, 1, 0)


def test_a_data_folder_is_taken_for_the_export_in_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    old = export(tmp_path / "old", {70: ["hot", "warm"]}, [])
    export(tmp_path / "data" / "export", {71: ["hot", "warm"]}, [])
    assert compare_exports(old, tmp_path / "data")["event"].to_list() == ["kept"]


def test_a_folder_without_an_export(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        compare_exports(tmp_path, tmp_path)
