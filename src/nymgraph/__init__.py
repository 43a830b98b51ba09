"""Synonym/antonym graphs and clean synonym clusters from millions of terms.

`cluster` makes clusters of a list, and gives them as a `ClusterStore`; one can also be opened on a
finished export:

    import nymgraph

    store = nymgraph.cluster(["sofa", "couch", "hot drinks", "cold drinks"], out="goods")
    store = nymgraph.ClusterStore("goods/data/export")
    store.synonyms("sofa")

`load_model` opens what a run or `nymgraph fit` has trained, to judge pairs of any terms:

    from nymgraph import load_model

    load_model("data").judge([("hot", "cold"), ("hot", "warm")])

Every error that is raised on purpose is a `NymgraphError`; its message says what was got, what was
expected, and the cure. The rooms behind these names are `nymgraph.pipeline` (stages, tables,
files), `nymgraph.discriminator` (the pair classifier) and `nymgraph.clustering` (graphs and
clusters).

A name is imported when it is first asked for, so that `import nymgraph` takes no time.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nymgraph.pipeline.classifier.in_python import fit, judge
    from nymgraph.pipeline.classifier.model import Model, load_model
    from nymgraph.pipeline.clusters.edge_table import EdgeClusters, cluster_edges, read_edges
    from nymgraph.pipeline.errors import (
        ArtefactError,
        CapacityError,
        DependencyError,
        InputError,
        LanguageModelError,
        NymgraphError,
        ParameterError,
        StorageError,
    )
    from nymgraph.pipeline.own_list.in_python import cluster
    from nymgraph.pipeline.store import ClusterStore, UnknownClusterError, UnknownTermError

__version__ = "0.1.0"

__all__ = [
    "ArtefactError",
    "CapacityError",
    "ClusterStore",
    "DependencyError",
    "EdgeClusters",
    "InputError",
    "LanguageModelError",
    "Model",
    "NymgraphError",
    "ParameterError",
    "StorageError",
    "UnknownClusterError",
    "UnknownTermError",
    "__version__",
    "cluster",
    "cluster_edges",
    "fit",
    "judge",
    "load_model",
    "read_edges",
]

# module to the public names that it holds
_HOMES = {
    "nymgraph.pipeline.classifier.in_python": ("fit", "judge"),
    "nymgraph.pipeline.classifier.model": ("Model", "load_model"),
    "nymgraph.pipeline.clusters.edge_table": ("EdgeClusters", "cluster_edges", "read_edges"),
    "nymgraph.pipeline.errors": (
        "ArtefactError",
        "CapacityError",
        "DependencyError",
        "InputError",
        "LanguageModelError",
        "NymgraphError",
        "ParameterError",
        "StorageError",
    ),
    "nymgraph.pipeline.own_list.in_python": ("cluster",),
    "nymgraph.pipeline.store": ("ClusterStore", "UnknownClusterError", "UnknownTermError"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """A public name, from the module that holds it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *__all__})
