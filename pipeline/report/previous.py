"""What changed since a previous run, when one is given (`report.previous`)."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import InputError
from pipeline.lineage import compare_exports, count_events
from pipeline.report.blocks import Column, Note, Section, Table
from pipeline.report.numbers import count
from pipeline.report.run_data import RunData

__all__ = ["NEEDS", "TITLE", "build", "export_of", "figures_of"]

TITLE = "Compared with a previous run"
NEEDS = ("export/terms.parquet",)
_MEANINGS = {
    "kept": "the same members",
    "grown": "members came",
    "shrunk": "members went, some may have come",
    "split": "members lie in several new clusters",
    "merged": "members come from several old clusters",
    "new": "shares no member with an old cluster",
    "gone": "shares no member with a new cluster",
}
# stage, keys down to the figure, its name
_FIGURES = (
    ("train", ("test", "macro_f1"), "Classifier, macro-F1"),
    ("train", ("calibration", "ece_after"), "Expected calibration error"),
    ("evaluate", ("clusters", "held_out", "precision"), "Clusters, pair precision"),
    ("evaluate", ("clusters", "held_out", "recall"), "Clusters, pair recall"),
    ("evaluate", ("clusters", "held_out", "f05"), "Clusters, pair F0.5"),
    ("evaluate", ("clusters", "held_out_b_cubed", "f1"), "Clusters, B-cubed F1"),
    ("evaluate", ("clusters", "drift"), "Drift"),
)
_LEAD = "Clusters are compared by the terms that both runs hold."


def build(run: RunData) -> Section:
    """Figures side by side, and what became of the clusters."""
    if run.params.previous is None:
        note = Note("No previous run is given. To compare, set report.previous to its folder.")
        return Section("", (note,))
    old, export = Path(run.params.previous), export_of(Path(run.params.previous))
    lineage = compare_exports(export, run.workspace.root / "export")
    blocks = [_figures(run, old), _events(lineage), _biggest_changes(run, lineage)]
    return Section(f"{_LEAD} Compared with {old}.", tuple(blocks))


def export_of(folder: Path) -> Path:
    """The export that a folder is, or holds.

    Args:
        folder: A data folder or an export folder.

    Returns:
        The export folder.

    Raises:
        InputError: It is neither.
    """
    for export in (folder, folder / "export"):
        if (export / "terms.parquet").is_file() and (export / "manifest.json").is_file():
            return export
    raise InputError(
        f"{folder} holds no run to compare with",
        expected=f"a data folder, or an export folder such as {folder / 'export'}",
        cure="give the folder of a finished run (in report.previous: or null)",
    )


def figures_of(old: Path, new: Path) -> list[tuple[str, float, float]]:
    """The figures that two data folders both have.

    Args:
        old: A data folder; of an export alone no figures are known.
        new: A data folder.

    Returns:
        Name of the figure, its value in the old run, and in the new one.
    """
    rows = []
    for stage, keys, name in _FIGURES:
        before, now = (_figure(_metrics(folder, stage), keys) for folder in (old, new))
        if before is not None and now is not None:
            rows.append((name, before, now))
    return rows


def _figures(run: RunData, old: Path) -> Table | Note:
    """The metrics of both runs, where the previous folder has them."""
    rows = [
        (name, before, now, now - before)
        for name, before, now in figures_of(old, run.workspace.root)
    ]
    if not rows:
        return Note("The previous folder holds an export only, so its figures are not known.")
    columns = (
        Column("Figure"),
        Column("Before", "decimal"),
        Column("Now", "decimal"),
        Column("Change", "change"),
    )
    note = (
        "Each on the held-out terms of its own run; fair only where sources and split are the same."
    )
    return Table("Figures", columns, rows, note)


def _metrics(folder: Path, stage: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / stage / "metrics.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _figure(metrics: dict[str, Any], keys: tuple[str, ...]) -> float | None:
    value: Any = metrics
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None else float(value)


def _events(lineage: pl.DataFrame) -> Table:
    columns = (Column("Event"), Column("Clusters", "count"), Column("Meaning"))
    rows = [(event, number, _MEANINGS[event]) for event, number in count_events(lineage)]
    return Table("What became of the clusters", columns, rows)


def _biggest_changes(run: RunData, lineage: pl.DataFrame) -> Table | Note:
    """The clusters of now that took in or lost most."""
    names = run.clusters.select(cluster_new="cluster_id", name="representative", size="size")
    changed = lineage.filter(pl.col("event").is_in(["grown", "shrunk", "merged", "split"]))
    ranked = changed.join(names, on="cluster_new").sort(
        ["size", "cluster_new", "shared"], descending=[True, False, True]
    )
    chosen = ranked.unique("cluster_new", keep="first", maintain_order=True).head(
        run.params.examples
    )
    if not chosen.height:
        return Note("No cluster has other members than before.")
    members = run.members(chosen["cluster_new"])
    columns = (
        Column("Cluster"),
        Column("Event"),
        Column("Terms now", "count"),
        Column("Shared", "count"),
        Column("Members now", "terms"),
    )
    rows = [
        (row["name"], row["event"], row["size"], row["shared"], members[row["cluster_new"]])
        for row in chosen.iter_rows(named=True)
    ]
    total = changed["cluster_new"].n_unique()
    return Table(
        "Biggest of the changed", columns, rows, f"{count(total)} clusters changed in all."
    )
