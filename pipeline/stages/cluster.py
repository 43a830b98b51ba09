"""cluster: judged pairs to soft and hard clusters and the links between them."""

from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.clustering import merge_links
from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.clusters.previous import load_previous
from nymgraph.pipeline.clusters.tables import cluster_tables, expected_of, links_of, links_table
from nymgraph.pipeline.params import ClusterParams
from nymgraph.pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    EVIDENCE,
    LINKS,
    MEMBERSHIPS,
    RELATIONS,
    TENSIONS,
    TERMS,
)

__all__ = ["run"]

_JUDGED = ("a", "b", "p_synonym", "p_antonym")


def run(params: ClusterParams, workspace: Workspace, previous: Path | None = None) -> None:
    """Cluster the gated edges, link the clusters, and write the six tables.

    Args:
        params: How.
        workspace: The data folder.
        previous: An earlier export: only what judgements since then touch is clustered again.
    """
    terms = workspace.read(TERMS, ["term"])["term"]
    vectors = workspace.read_array("embed", "vectors.npy")
    passes = (pl.col("p_synonym") >= pl.lit(params.gate, pl.Float32)) | (
        pl.col("p_antonym") >= pl.lit(params.antonym_gate, pl.Float32)
    )
    judged = workspace.scan(RELATIONS).filter(passes).select(*_JUDGED).collect()
    workspace.record.read("classify/relations (gated)", judged.height)
    expected = np.zeros(len(terms))
    if params.algorithm == "signed":  # the reference does not ask: spare it a pass over all pairs
        for part in workspace.parts(RELATIONS):
            expected += expected_of(len(terms), part)
    before = None if previous is None else load_previous(previous, terms, params)
    tables = cluster_tables(terms, judged, expected, params, vectors, before)
    labels, parts = tables.clustering.labels, workspace.parts(RELATIONS)
    links = merge_links([links_of(labels, part, params.gate) for part in parts])
    workspace.record.fact("terms clustered", tables.n_again)
    workspace.record.fact("dissolved memberships", tables.clustering.n_dissolved)
    workspace.write(MEMBERSHIPS, tables.memberships)
    workspace.write(ASSIGNMENTS, tables.assignments)
    workspace.write(CLUSTERS, tables.clusters)
    workspace.write(LINKS, links_table(links, tables.ids))
    workspace.write(TENSIONS, tables.tensions)
    workspace.write(EVIDENCE, tables.evidence)
    workspace.write_json("cluster", "settings.json", params.model_dump())
