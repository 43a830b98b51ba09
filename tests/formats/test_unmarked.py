"""Formats without vulgar and offensive terms."""

import json
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.formats.write import FORMATS, write_format
from nymgraph.pipeline.lookup.export import Export, open_export
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.schemas import EXPORTED_MARKS
from nymgraph.pipeline.settings.params import ExportParams
from tests.store.small_export import small_frames, write_export

MARKED = ("joyful", "sad")  # one of three members; the chief one of two


@pytest.fixture
def export(tmp_path: Path) -> Export:
    frames = small_frames()
    terms = next(frame for table, frame in frames.items() if table.name == "terms")["term"]
    ids = {term: row for row, term in enumerate(terms)}
    rows = [(ids[term], sense, "vulgar") for term in MARKED for sense in (0, 1)]
    rows.append((ids["hot"], 2, "offensive"))  # a sense alone does not mark the term
    marks = pl.DataFrame(sorted(rows), schema=EXPORTED_MARKS.schema, orient="row")
    return open_export(
        write_export(tmp_path / "export", {**frames, EXPORTED_MARKS: marks}, sources=["test"])
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("marked", ["kept", "left_out"])
def test_marked_terms_are_left_out_where_that_is_asked(
    export: Export, tmp_path: Path, name: str, marked: str
) -> None:
    out = tmp_path / "out"
    params = ExportParams.model_validate({"marked": marked, "url": "https://example.org/x"})
    write_format(export, name, params, out, SilentProgress())
    text = "".join(file.read_text("utf-8") for file in sorted(out.iterdir()))
    assert ("joyful" in text) == (marked == "kept")
    assert "glad" in text
    assert "hot" in text
    losses = json.loads((out / "manifest.json").read_text("utf-8"))["not_carried"]
    told = [loss["number"] for loss in losses if loss["what"] == "vulgar and offensive terms"]
    assert told == ([2] if marked == "left_out" else [])
    assert {path.name for path in tmp_path.iterdir()} == {"export", "out"}


def test_a_cluster_of_one_that_is_left_is_none(export: Export, tmp_path: Path) -> None:
    params = ExportParams(marked="left_out")
    write_format(export, "jsonl", params, tmp_path / "out", SilentProgress())
    rows = (tmp_path / "out" / "clusters.jsonl").read_text("utf-8").splitlines()
    members = {row["representative"]: row["members"] for row in map(json.loads, rows)}
    assert members["happy"] == ["glad", "happy"]
    assert not {"sad", "unhappy"} & members.keys()
