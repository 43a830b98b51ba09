"""The data of a run that sections may read, read once however many sections ask."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from nymgraph.pipeline.clusters.calling import called
from nymgraph.pipeline.clusters.senses import senses_in_clusters
from nymgraph.pipeline.lexicon.use import term_uses
from nymgraph.pipeline.schemas import ASSIGNMENTS, CLUSTERS, MARKS, RELATIONS, SENSES, TERMS
from nymgraph.pipeline.settings.params import ReportParams
from nymgraph.pipeline.storage.artefacts import Workspace, read_rows
from nymgraph.pipeline.storage.manifests import LIST

__all__ = ["RunData"]

_JUDGED = ["a", "b", "p_synonym", "p_antonym", "evidence"]


@dataclass(frozen=True)
class RunData:
    """A finished run and the parameters of the report.

    Attributes:
        workspace: Where the artefacts lie.
        params: The section `report` of the parameters.
    """

    workspace: Workspace
    params: ReportParams

    def has(self, name: str) -> bool:
        """Whether a stage left an artefact (its path below the data folder)."""
        stage, below = name.split("/", 1)
        if (self.workspace.root / stage / LIST).exists():  # then it must be there: reading it shows
            return bool(self.workspace.listed(stage).below(below))
        return (self.workspace.root / name).exists()

    def metrics(self, stage: str) -> dict[str, Any]:
        """The metrics of a stage; empty if it left none."""
        found = self.has(f"{stage}/metrics.json")
        return self.workspace.read_json(stage, "metrics.json") if found else {}

    def csv(self, stage: str, name: str) -> pl.DataFrame:
        """A small CSV artefact."""
        return self.workspace.read_csv(stage, name)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings that made the clusters."""
        return self.workspace.read_json("cluster", "settings.json")

    @cached_property
    def own_cluster(self) -> pl.Series:
        """The cluster_id of every term, in order of term_id; null for a singleton."""
        return self.workspace.read(ASSIGNMENTS, ["cluster_id"])["cluster_id"]

    @cached_property
    def clusters(self) -> pl.DataFrame:
        """The clusters without their members, called as those of the export are."""
        rows = self.workspace.read(CLUSTERS)
        named = self._called(rows) if self.has("label/senses.parquet") else rows
        return named.drop("members")

    @cached_property
    def marks(self) -> dict[str, str]:
        """What is wrong with the terms that are vulgar, offensive or slurs."""
        if not self.has("label/marks.parquet"):
            return {}
        marked = self.workspace.scan(MARKS).filter(pl.col("sense") == 0)
        terms = self.workspace.scan(TERMS).select("term_id", "term")
        found = terms.join(marked, on="term_id").select("term", pl.col("mark").cast(pl.String))
        return dict(found.collect().iter_rows())

    def members(self, ids: pl.Series) -> dict[int, list[str]]:
        """The members of some clusters, by id; those with a mark last, and the mark beside them."""
        rows = self.workspace.scan(CLUSTERS).filter(pl.col("cluster_id").is_in(ids.implode()))
        chosen = rows.select("cluster_id", "members").collect()
        return {number: self._shown(members) for number, members in chosen.iter_rows()}

    def _shown(self, members: list[str]) -> list[str]:
        ranked = sorted(members, key=lambda term: term in self.marks)  # keeps the order else
        return [f"{x} ({self.marks[x]})" if x in self.marks else x for x in ranked]

    def _called(self, clusters: pl.DataFrame) -> pl.DataFrame:
        """The clusters, called by the word that a person would take."""
        senses, marks = self.workspace.read(SENSES), self.workspace.read(MARKS)
        terms = self.workspace.read(TERMS, ["term", "frequency"])
        place = pl.DataFrame({"cluster_id": clusters["cluster_id"]}).with_row_index("label")
        own = self.own_cluster.to_frame().join(place, "cluster_id", "left", maintain_order="left")
        labels = own["label"].cast(pl.Int32).fill_null(-1).to_numpy()
        placed = senses_in_clusters(senses, labels, clusters["cluster_id"].to_numpy())
        marked = marks.filter(pl.col("sense") == 0)["term_id"]
        return called(clusters, placed, term_uses(senses, terms.height), terms, marked)

    @cached_property
    def inner_pairs(self) -> pl.DataFrame:
        """The judged pairs inside clusters: `_JUDGED` and cluster_id.

        The judged pairs are read one part at a time; of each only these few rows are kept.
        """
        own = self.own_cluster
        clustered, ids = own.is_not_null().to_numpy(), own.fill_null(0).to_numpy()
        kept = []
        for file in self.workspace.files(RELATIONS):
            part = read_rows(file, RELATIONS, RELATIONS.stage, _JUDGED)
            a, b = part["a"].to_numpy(), part["b"].to_numpy()
            inside = clustered[a] & clustered[b] & (ids[a] == ids[b])
            kept.append(
                part.filter(pl.Series(inside)).with_columns(
                    cluster_id=pl.Series(ids[a[inside]], dtype=pl.Int64)
                )
            )
        return pl.concat(kept).sort("cluster_id", "a", "b")

    def draw(self, n_rows: int, n_drawn: int) -> pl.Series:
        """Rows drawn at random without repetition, ascending: uint32 (at most n_drawn,)."""
        random = np.random.default_rng(self.params.seed)
        drawn = random.choice(n_rows, min(n_rows, n_drawn), replace=False)
        return pl.Series(np.sort(drawn).astype(np.uint32))
