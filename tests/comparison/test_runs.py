import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from nymgraph.pipeline import schemas
from nymgraph.pipeline.cli import app
from nymgraph.pipeline.comparison.runs import compare_runs
from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.storage.artefacts import Workspace
from tests.store.small_export import small_frames, terms_frame, write_export

OLD = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": None, "gone": None}
NEW = {"a": 1, "b": 1, "c": 3, "d": 3, "e": None, "f": None, "here": 3}


def run_of(folder: Path, clusters: dict[str, int | None], f05: float) -> Path:
    """A data folder with an export of these clusters and one figure."""
    frames = {table: table.empty() for table in small_frames()}
    names = sorted(clusters)
    frames[schemas.EXPORTED_TERMS] = terms_frame(names, [clusters[name] for name in names])
    members: dict[int, list[str]] = {}
    for name in names:
        if (own := clusters[name]) is not None:
            members.setdefault(own, []).append(name)
    frames[schemas.EXPORTED_CLUSTERS] = pl.DataFrame(
        [(own, terms[0], len(terms), terms, 0.5) for own, terms in sorted(members.items())],
        schema=schemas.EXPORTED_CLUSTERS.schema,
        orient="row",
    )
    antonyms = [(0, 3)] if f05 < 0.5 else [(0, 4)]
    frames[schemas.EXPORTED_EDGES] = pl.DataFrame(
        [(a, b, 0.5, "vector", 0.0, 1.0, 0.0, "model", None, None) for a, b in antonyms],
        schema=schemas.EXPORTED_EDGES.schema,
        orient="row",
    )
    write_export(folder / "export", frames)
    metrics = {"clusters": {"held_out": {"f05": f05}}}
    Workspace(folder).write_json("evaluate", "metrics.json", metrics)
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    return run_of(tmp_path / "old", OLD, 0.25), run_of(tmp_path / "new", NEW, 0.5)


def test_a_comparison_by_hand(runs: tuple[Path, Path]) -> None:
    found = compare_runs(*runs)
    assert found["terms"] == [7, 7]
    assert found["clusters"] == [2, 2]
    assert found["clustered_terms"] == [5, 5]
    assert found["terms_new"] == {"number": 1, "examples": ["here"]}
    assert found["terms_gone"] == {"number": 1, "examples": ["gone"]}
    # old: ab ac bc de; new, of the terms that both hold: ab cd
    assert found["pairs_joined"] == {"number": 1, "examples": [["c", "d"]]}
    assert found["pairs_parted"] == {"number": 3, "examples": [["a", "c"], ["d", "e"]]}
    assert found["antonyms_new"] == {"number": 1, "examples": [["a", "e"]]}
    assert found["antonyms_gone"] == {"number": 1, "examples": [["a", "d"]]}
    assert found["figures"] == {"Clusters, pair F0.5": [0.25, 0.5]}
    assert found["events"]["kept"] == 0


def test_a_run_beside_itself_has_not_changed(runs: tuple[Path, Path]) -> None:
    found = compare_runs(runs[0], runs[0])
    assert found["events"]["kept"] == 2
    changes = ("terms_new", "terms_gone", "pairs_joined", "pairs_parted", "antonyms_new")
    assert all(found[name] == {"number": 0, "examples": []} for name in changes)


def test_the_command_prints_text_or_json(runs: tuple[Path, Path]) -> None:
    shown = CliRunner().invoke(app, ["compare", *map(str, runs), "--examples", "1"])
    assert "pairs joined: 1 (c = d)" in shown.output
    printed = CliRunner().invoke(app, ["compare", str(runs[0] / "export"), str(runs[1]), "--json"])
    assert json.loads(printed.output)["figures"] == {}


def test_a_folder_without_a_run_is_refused(tmp_path: Path, runs: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match="no run"):
        compare_runs(tmp_path, runs[0])


def test_figures_that_are_damaged_or_gone_are_not_left_out(runs: tuple[Path, Path]) -> None:
    metrics = runs[0] / "evaluate" / "metrics.json"
    metrics.write_text(metrics.read_text("utf-8")[:-3], "utf-8")
    with pytest.raises(ArtefactError, match="damaged"):
        compare_runs(*runs)
    metrics.unlink()
    with pytest.raises(ArtefactError, match="is not there"):
        compare_runs(*runs)
