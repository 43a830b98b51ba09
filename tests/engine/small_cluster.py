"""A real Ray cluster of several nodes on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_NODE = {"object_store_memory": 80_000_000}


class SmallCluster:
    """A head without processors, and nodes of one processor each.

    Args:
        cluster: `ray.cluster_utils.Cluster`.
    """

    def __init__(self, cluster: Any) -> None:  # noqa: ANN401
        self._cluster = cluster
        self.address = str(cluster.address)

    def add_node(self) -> Any:  # noqa: ANN401
        """Add a node; gives what `kill_node` takes."""
        return self._cluster.add_node(num_cpus=1, **_NODE)

    def kill_node(self, node: Any) -> None:  # noqa: ANN401
        """Kill a node with its workers."""
        self._cluster.remove_node(node, allow_graceful=False)


@contextmanager
def small_cluster(n_nodes: int) -> Iterator[SmallCluster]:
    """Start a cluster; the test is skipped where Ray is not installed."""
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    head = {"num_cpus": 0, **_NODE}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    small = SmallCluster(cluster)
    for _ in range(n_nodes):
        small.add_node()
    try:
        yield small
    finally:
        cluster.shutdown()
