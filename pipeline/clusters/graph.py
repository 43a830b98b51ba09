"""A judged graph to its tables of clusters, on disk: the measured one and the released one."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from nymgraph.clustering import merge_links
from nymgraph.pipeline.clusters.previous import load_previous
from nymgraph.pipeline.clusters.tables import (
    ClusterTables,
    cluster_tables,
    expected_of,
    gated,
    links_of,
    links_table,
    rivals,
)
from nymgraph.pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    EVIDENCE,
    LINKS,
    MEMBERSHIPS,
    RELATIONS,
    RELEASED_ASSIGNMENTS,
    RELEASED_CLUSTERS,
    RELEASED_EVIDENCE,
    RELEASED_LINKS,
    RELEASED_MEMBERSHIPS,
    RELEASED_RELATIONS,
    RELEASED_TENSIONS,
    TENSIONS,
    TERMS,
    Table,
)
from nymgraph.pipeline.settings.params import ClusterParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["MEASURED", "RELEASED", "GraphTables", "cluster_graph"]


class GraphTables(NamedTuple):
    """The judged pairs of a graph and where its clusters are written."""

    relations: Table
    memberships: Table
    assignments: Table
    clusters: Table
    links: Table
    tensions: Table
    evidence: Table


MEASURED = GraphTables(RELATIONS, MEMBERSHIPS, ASSIGNMENTS, CLUSTERS, LINKS, TENSIONS, EVIDENCE)
RELEASED = GraphTables(
    RELEASED_RELATIONS,
    RELEASED_MEMBERSHIPS,
    RELEASED_ASSIGNMENTS,
    RELEASED_CLUSTERS,
    RELEASED_LINKS,
    RELEASED_TENSIONS,
    RELEASED_EVIDENCE,
)


def cluster_graph(
    params: ClusterParams,
    workspace: Workspace,
    graph: GraphTables,
    previous: Path | None = None,
) -> ClusterTables:
    """Cluster the gated edges of a graph, link the clusters, and write all but the memberships.

    Args:
        params: How.
        workspace: The data folder.
        graph: Which tables.
        previous: An earlier export: only what judgements since then touch is clustered again.

    Returns:
        The result; its memberships are the caller's to write.
    """
    terms = workspace.read(TERMS, ["term"])["term"]
    vectors = workspace.read_array("embed", "vectors.npy")[: len(terms)]
    judged = gated(workspace.scan(graph.relations), params)
    workspace.record.read(f"{graph.relations.path} (gated)", judged.height)
    expected = np.zeros(len(terms))
    if params.algorithm == "signed":  # the reference does not ask: spare it a pass over all pairs
        for part in workspace.parts(graph.relations):
            expected += expected_of(len(terms), rivals(part, params.gate))
    before = None if previous is None else load_previous(previous, terms, params)
    tables = cluster_tables(terms, judged, expected, params, vectors, before)
    labels, parts = tables.clustering.labels, workspace.parts(graph.relations)
    links = merge_links([links_of(labels, part, params.gate) for part in parts])
    workspace.record.fact("terms clustered", tables.n_again)
    workspace.record.fact("dissolved memberships", tables.clustering.n_dissolved)
    workspace.write(graph.assignments, tables.assignments)
    workspace.write(graph.clusters, tables.clusters)
    workspace.write(graph.links, links_table(links, tables.ids))
    workspace.write(graph.tensions, tables.tensions)
    workspace.write(graph.evidence, tables.evidence)
    workspace.write_json(graph.clusters.stage, "settings.json", params.model_dump())
    return tables
