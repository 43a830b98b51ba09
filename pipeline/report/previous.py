"""What changed since a previous run, when one is given (`report.previous`)."""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.comparison.lineage import compare_exports, count_events
from nymgraph.pipeline.comparison.runs import figures_of
from nymgraph.pipeline.lookup.export import export_of
from nymgraph.pipeline.report.blocks import Column, Note, Section, Table
from nymgraph.pipeline.report.numbers import count
from nymgraph.pipeline.report.run_data import RunData

__all__ = ["NEEDS", "TITLE", "build"]

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
