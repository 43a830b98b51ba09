"""A search box over a sample of the clusters, drawn at random."""

import polars as pl

from nymgraph.pipeline.report.blocks import Note, Search, Section
from nymgraph.pipeline.report.numbers import count
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import LINKS

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "Search the clusters"
NEEDS = ("cluster/assignments.parquet", "cluster/clusters.parquet", "cluster/links.parquet")
_OPPOSITES = 3


def build(run: RunData) -> Section:
    """The sample as data for the page's script: members, cohesion and opposite clusters."""
    clusters = run.clusters.sort("cluster_id")
    drawn = clusters[run.draw(clusters.height, run.params.sample_clusters)]
    lead = (
        f"{count(drawn.height)} of {count(clusters.height)} clusters, drawn at random. All of "
        "them: nymgraph query, nymgraph serve, or ClusterStore in a notebook."
    )
    if not drawn.height:
        note = Note(
            "There is no cluster to search (report.sample_clusters is 0, or none was made)."
        )
        return Section(lead, (note,))
    members = run.members(drawn["cluster_id"])
    opposites = _opposites(run, drawn["cluster_id"])
    shown = [
        {
            "name": row["representative"],
            "members": members[row["cluster_id"]],
            "cohesion": round(row["cohesion"], 2),
            "opposites": opposites.get(row["cluster_id"], []),
        }
        for row in drawn.sort("representative", "cluster_id").iter_rows(named=True)
    ]
    return Section(lead, (Search(shown),))


def _opposites(run: RunData, ids: pl.Series) -> dict[int, list[str]]:
    """The names of the clusters opposite to some clusters, most votes first."""
    links = run.workspace.scan(LINKS).filter(pl.col("relation") == "opposite")
    both = pl.concat(
        [
            links.select(own=one, other=two, votes="votes", p="mean_probability")
            for one, two in (("cluster_a", "cluster_b"), ("cluster_b", "cluster_a"))
        ]
    ).filter(pl.col("own").is_in(ids.implode()))
    names = run.clusters.select(other="cluster_id", name="representative")
    ranked = (
        both.collect()
        .join(names, on="other")
        .sort(["own", "votes", "p", "other"], descending=[False, True, True, False])
    )
    grouped = ranked.group_by("own", maintain_order=True).agg(pl.col("name").head(_OPPOSITES))
    return dict(grouped.iter_rows())
