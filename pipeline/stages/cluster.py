"""cluster: judged pairs to soft and hard clusters and the links between them, to be measured."""

from nymgraph.pipeline.clusters.graph import MEASURED, cluster_graph
from nymgraph.pipeline.schemas import MEMBERSHIPS
from nymgraph.pipeline.settings.params import ClusterParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["run"]


def run(params: ClusterParams, workspace: Workspace) -> None:
    """Cluster the graph that knows nothing of held-out terms, and write its tables."""
    tables = cluster_graph(params, workspace, MEASURED)
    workspace.write(MEMBERSHIPS, tables.memberships)
