"""Every notebook runs from its first cell to its last, and what it shows can be drawn."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair
import jupytext
import numpy as np
import polars as pl
import pytest

from tests.notebooks.small_data import SYNSETS, write_data
from tests.project.imports import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module", autouse=True)
def _small(data: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NYMGRAPH_DATA", str(data))
        patch.setenv("NYMGRAPH_SYNSETS", str(SYNSETS))
        patch.delenv("NYMGRAPH_SPLIT", raising=False)
        patch.delenv("NYMGRAPH_BASE", raising=False)
        yield


@pytest.fixture(scope="module")
def search(_small: None) -> dict[str, Any]:
    """What the notebook on search leaves."""
    return run(ROOT / "notebooks" / "search.py")[0]


def run(notebook: Path) -> tuple[dict[str, Any], list[Any]]:
    """Run the cells in order: the names they leave, and what they end with."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for cell in jupytext.read(notebook, fmt="py:percent").cells:
        if cell.cell_type == "code":
            shown.append(run_cell(cell.source, names))
    return names, [value for value in shown if value is not None]


def run_cell(source: str, names: dict[str, Any]) -> Any:  # noqa: ANN401
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_text_and_code(notebook: Path) -> None:
    cells = jupytext.read(notebook, fmt="py:percent").cells
    kinds = [cell.cell_type for cell in cells]
    assert kinds[0] == "markdown"
    assert cells[0].source.startswith("# ")
    assert kinds.count("markdown") >= 4
    assert kinds.count("code") >= 4


def test_explore() -> None:
    names, shown = run(ROOT / "notebooks" / "explore.py")
    assert names["wider"].added == ("warm", "spicy", "freezing", "frosty")
    charts = [value for value in shown if isinstance(value, altair.TopLevelMixin)]
    assert len(charts) == 2
    assert all(chart.to_dict()["datasets"] for chart in charts)
    assert any("judged antonyms" in repr(value) for value in shown)


def test_quality() -> None:
    names, shown = run(ROOT / "notebooks" / "quality.py")
    judged = names["judged"].filter(pl.col("relation") == "antonym").sort("term_a")
    assert judged["term_a"].to_list() == ["cold", "happy"]
    assert judged["judged_antonym"].to_list() == [True, True]
    assert not judged["together"].any()
    assert names["chance"] > 0.5
    assert all(isinstance(value, pl.DataFrame) for value in shown)


def test_search(search: dict[str, Any]) -> None:
    table = search["table"](search["results"])
    found = {row["way"]: row for row in table.iter_rows(named=True)}
    bare, ours = found["nothing added"], found["nymgraph"]
    assert bare["queries"] == len(search["queries"]) > 20
    assert bare["terms added"] == 0
    assert ours["recall@10"] > bare["recall@10"]  # its clusters are the synsets
    assert ours["antonyms added"] == 0
    assert found["cosine, 8 nearest"]["terms added"] == 8
    assert ours["less nymgraph"] == 0
    assert bare["less nymgraph"] < 0


def test_the_right_answer_lacks_the_stand_in(search: dict[str, Any]) -> None:
    for stand_in, word, other, number in search["queries"]:
        document = set(search["tokens"][number])
        assert stand_in not in document
        assert {word, other} <= document
        assert stand_in in search["held_out"]


def test_ties_across_the_tenth_place_count_by_chance(search: dict[str, Any]) -> None:
    share = search["found_share"]
    assert share(np.array([2.0] * 9 + [1.0] * 4), 12) == pytest.approx(1 / 4)
    assert share(np.array([2.0] * 10 + [1.0]), 10) == 0
    assert share(np.array([1.0] * 3), 0) == 1
    assert share(np.zeros(3), 0) == 0
