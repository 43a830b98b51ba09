"""release: the judged graph with every known pair as evidence, clustered: what is exported.

`cluster` makes the graph that is measured: no known pair of a held-out term is evidence in it. Here
these pairs count too, and the settings are those of `cluster`. No figure is taken from this graph
on pairs that are its evidence.
"""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.clusters.calling import called
from nymgraph.pipeline.clusters.graph import RELEASED, cluster_graph
from nymgraph.pipeline.clusters.released import released_relations
from nymgraph.pipeline.clusters.senses import senses_in_clusters, with_senses
from nymgraph.pipeline.lexicon.evidence import Terms
from nymgraph.pipeline.lexicon.use import term_uses
from nymgraph.pipeline.schemas import (
    MARKS,
    RELATIONS,
    RELEASED_CLUSTERS,
    RELEASED_MEMBERSHIPS,
    RELEASED_RELATIONS,
    RELEASED_SENSES,
    SENSES,
    TERMS,
)
from nymgraph.pipeline.settings.params import ClusterParams, ReleaseParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["run"]


def run(params: ReleaseParams, workspace: Workspace, previous: Path | None = None) -> None:
    """Add the evidence on held-out terms, cluster, and write the tables that export takes.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        previous: An earlier export: only what judgements since then touch is clustered again.
    """
    settings = ClusterParams(**workspace.read_json("cluster", "settings.json"))
    vectors, senses = workspace.read_array("embed", "vectors.npy"), workspace.read(SENSES)
    n_terms = workspace.read_json("embed", "manifest.json")["rows"]
    uses = term_uses(senses, n_terms)
    terms = workspace.read(TERMS, ["term", "frequency", "language"])
    lexicon = Terms(terms["term"], uses, terms["language"][0])
    relations = workspace.parts(RELATIONS)
    if params.evidence == "all":
        relations = released_relations(workspace, vectors, lexicon, senses, settings.gate)
    workspace.write_parts(RELEASED_RELATIONS, relations)
    tables = cluster_graph(settings, workspace, RELEASED, previous)
    placed = senses_in_clusters(senses, tables.clustering.labels, tables.ids)
    workspace.write(RELEASED_SENSES, placed)
    marked = workspace.read(MARKS).filter(pl.col("sense") == 0)["term_id"]
    named = called(tables.clusters, placed, uses, terms, marked)
    workspace.write(RELEASED_CLUSTERS, named)
    workspace.write(RELEASED_MEMBERSHIPS, with_senses(tables.memberships, placed))
