"""Clusters to look at: the best, the worst, the biggest, and those in conflict."""

from typing import Any

import polars as pl

from nymgraph.pipeline.report.blocks import Column, Note, Section, Table
from nymgraph.pipeline.report.numbers import count
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import ASSIGNMENTS, TENSIONS

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "Clusters to look at"
NEEDS = (
    "classify/relations",
    "cluster/assignments.parquet",
    "cluster/clusters.parquet",
    "cluster/tensions.parquet",
)
_LEAD = "Figures are means; these are the clusters behind them. Read them before you trust them."
_LEAST = 4
_COLUMNS = (
    Column("Cluster"),
    Column("Terms", "count"),
    Column("Cohesion", "probability"),
    Column("Members", "terms"),
)
_PAIR = ("a", "b", "p_synonym", "p_antonym", "cluster_id")
_COHESION = "Cohesion: mean probability of synonymy of the pairs inside, 0 where none was judged."


def build(run: RunData) -> Section:
    """Lists of clusters, each of `report.examples` rows."""
    if not run.clusters.height:
        note = Note("There are no clusters: no pair passed the gate.")
        return Section(_LEAD, (note,))
    big = run.clusters.filter(pl.col("size") >= _LEAST)
    few = f"Of the {count(big.height)} clusters of at least {_LEAST} terms. {_COHESION}"
    known = run.inner_pairs.filter(pl.col("evidence") == "dictionary")
    own = big.join(known, on="cluster_id", how="anti")
    alone = f"Of the {count(own.height)} of them that hold no pair of the dictionary."
    blocks = [
        _list(run, "Biggest", run.clusters, ["size", "cohesion"], [True, False], _COHESION),
        _list(run, "Best without the dictionary", own, ["cohesion", "size"], [True, True], alone),
        _list(run, "Worst", big, ["cohesion", "size"], [False, True], few),
        _conflicted(run),
        _intruders(run),
        _tensions(run),
    ]
    return Section(_LEAD, tuple(blocks))


def _list(
    run: RunData, title: str, clusters: pl.DataFrame, by: list[str], falling: list[bool], note: str
) -> Table:
    chosen = clusters.sort([*by, "cluster_id"], descending=[*falling, False])
    chosen = chosen.head(run.params.examples)
    members = run.members(chosen["cluster_id"])
    rows = [
        (row["representative"], row["size"], row["cohesion"], members[row["cluster_id"]])
        for row in chosen.iter_rows(named=True)
    ]
    return Table(title, _COLUMNS, rows, note)


def _conflicted(run: RunData) -> Table:
    """The clusters whose own members are judged most nearly opposites."""
    worst = (
        run.inner_pairs.sort(["p_antonym", "a", "b"], descending=[True, False, False])
        .unique("cluster_id", keep="first", maintain_order=True)
        .head(run.params.examples)
    )
    members = run.members(worst["cluster_id"])
    names = _names(run, worst["a"], worst["b"])
    columns = (
        Column("Pair", "terms"),
        Column("Antonymy", "probability"),
        Column("Synonymy", "probability"),
        Column("Members", "terms"),
    )
    rows = [
        ([names[a], names[b]], p_antonym, p_synonym, members[cluster_id])
        for a, b, p_synonym, p_antonym, cluster_id in worst.select(*_PAIR).iter_rows()
    ]
    note = (
        "The pair inside each cluster that the classifier is nearest to calling opposites, with "
        "the probabilities of both relations."
    )
    return Table("Most conflicted", columns, rows, note)


def _names(run: RunData, *ids: pl.Series) -> dict[int, str]:
    wanted = pl.concat(ids).unique()
    terms = run.workspace.scan(ASSIGNMENTS).filter(pl.col("term_id").is_in(wanted.implode()))
    return dict(terms.select("term_id", "term").collect().iter_rows())


def _intruders(run: RunData) -> Table | Note:
    """Known antonyms that share a cluster."""
    if not run.has("evaluate/intruders.csv"):
        return Note("Known antonyms in one cluster: not measured (run nymgraph evaluate).")
    found = run.csv("evaluate", "intruders.csv")
    if not found.height:
        return Note("No known antonym pair shares a cluster.")
    shown = found.head(5 * run.params.examples)
    rows: list[tuple[Any, ...]] = [([str(a), str(b)], split) for a, b, split in shown.iter_rows()]
    columns = (Column("Pair", "terms"), Column("Held out for"))
    note = f"{count(found.height)} in all (data/evaluate/intruders.csv); train: not held out."
    return Table("Known antonyms in one cluster", columns, rows, note)


def _tensions(run: RunData) -> Table | Note:
    """Pairs held apart as opposites although synonymy pulls them together."""
    tensions = run.workspace.read(TENSIONS)
    if not tensions.height:
        return Note("No pair is held apart as opposites against a pull of synonymy.")
    order = ["pull", "p_antonym", "term_a", "term_b"]
    chosen = tensions.sort(order, descending=[True, True, False, False]).head(run.params.examples)
    columns = (
        Column("Pair", "terms"),
        Column("Antonymy", "probability"),
        Column("Synonymy", "probability"),
        Column("Pull", "probability"),
    )
    rows = [([row[0], row[1]], *row[2:]) for row in chosen.iter_rows()]
    note = (
        f"{count(tensions.height)} in all: opposites whose clusters would else be joined. Pull: "
        "mean weight between the two."
    )
    return Table("Held apart", columns, rows, note)
