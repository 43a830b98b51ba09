"""The first sentence of the report, and what it points to."""

from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.report.verdict import pointers, verdict
from nymgraph.pipeline.settings.params import ReportParams
from nymgraph.pipeline.storage.artefacts import Workspace

GOOD: dict[str, Any] = {
    "told": 0, "held": 2, "precision": 0.6, "recall": 0.2, "drift": 0.1, "present": 0.9,
    "rare": 0.01, "f1": 0.75, "ece": 0.01,
}  # fmt: skip


def run_with(root: Path, **changed: float) -> RunData:
    """A run that has these figures, else those of a good one."""
    got, workspace = {**GOOD, **changed}, Workspace(root)
    clusters = {
        "antonyms_together": got["told"] + got["held"],
        "antonyms_together_held_out": got["held"],
        "antonyms_known": 3_000,
        "held_out": {"precision": got["precision"], "recall": got["recall"]},
        "drift": got["drift"],
    }
    released = {"commonest_present": got["present"], "commonest_rare_only": got["rare"]}
    everyday = {"released": released}
    workspace.write_json("evaluate", "metrics.json", {"clusters": clusters, "everyday": everyday})
    test = {"macro_f1": got["f1"], "macro_f1_of_cosine": 0.45, "ece": got["ece"]}
    workspace.write_json("train", "metrics.json", {"test": test})
    for stage in ("evaluate", "train"):
        workspace.finish(stage)
    return RunData(Workspace(root), ReportParams())


def test_a_good_run_is_called_good_and_shows_where_it_is_weakest(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    assert verdict(run).startswith("This run is good: 9 of 9 checks are met.")
    found = pointers(run).items
    assert len(found) == 5
    assert all(pointer.met for pointer in found)
    assert "90.0 % of common words" in found[0].text  # .9 of .8; the others have more room


@pytest.mark.parametrize(
    ("changed", "section"),
    [
        ({"held": 20}, "clusters"),
        ({"precision": 0.3}, "gates"),
        ({"recall": 0.05}, "gates"),
        ({"drift": 0.3}, "purity"),
        ({"present": 0.5}, "everyday"),
        ({"rare": 0.2}, "everyday"),
        ({"ece": 0.08}, "judgements"),
    ],
)
def test_one_fault_asks_for_care_and_comes_first(
    tmp_path: Path, changed: dict[str, float], section: str
) -> None:
    run = run_with(tmp_path, **changed)
    assert verdict(run).startswith("This run can be used with care: 8 of 9 checks are met.")
    first, second, *_ = pointers(run).items
    assert (first.section, first.met, second.met) == (section, False, True)


@pytest.mark.parametrize(
    "changed", [{"told": 1}, {"f1": 0.5}, {"precision": 0.1, "drift": 0.5, "present": 0.2}]
)
def test_what_must_not_happen_makes_a_run_not_good(
    tmp_path: Path, changed: dict[str, float]
) -> None:
    assert verdict(run_with(tmp_path, **changed)).startswith("This run is not good yet:")


def test_without_figures_nobody_can_say(tmp_path: Path) -> None:
    run = RunData(Workspace(tmp_path), ReportParams())
    assert verdict(run).startswith("Nobody can say yet")
    assert pointers(run).items == ()
