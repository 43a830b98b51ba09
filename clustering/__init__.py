"""Clusters of true synonyms from a judged graph: arrays in, arrays out.

The map, in the order of use:

* `graph`: from judged rows to `Edges` in canonical order, and to a `Graph` in sparse rows;
* `reference`: the published clustering, expansion then voting, reproduced exactly;
* `signed`: ours, expansion and voting under cannot-links; its parts in the order of use: `weights`,
  `locality` (names for terms that put neighbours near each other in memory), `partition`,
  `expansion`, `voting`, `adoption`, `soft` (memberships) and `tensions`;
* `result`: `Clustering`, what an algorithm returns, with `cluster_sizes` and `same_cluster`;
* `identity`: stable ids, representatives and cohesion of the clusters;
* `links`: which clusters are opposite or related;
* `update`: clustering again only what new judgements touch;
* `lineage`: what became of each cluster between two runs;
* `metrics`: figures on held-out terms, drift, intrusions of antonyms, sizes;
* `checks`: of arguments.
"""

from nymgraph.clustering.graph import Edges, Graph, build_graph, canonical_edges
from nymgraph.clustering.identity import (
    cluster_ids,
    cohesion,
    degree_representatives,
    vector_representatives,
)
from nymgraph.clustering.lineage import EVENTS, Lineage, trace
from nymgraph.clustering.links import Links, cluster_links, merge_links
from nymgraph.clustering.metrics import (
    BCubed,
    PairScores,
    SizeSummary,
    b_cubed,
    drift,
    intrusions,
    pair_scores,
    size_summary,
)
from nymgraph.clustering.reference import cluster_reference
from nymgraph.clustering.result import Clustering, Tensions, cluster_sizes, same_cluster
from nymgraph.clustering.signed import SignedSettings, cluster_signed
from nymgraph.clustering.update import Previous, evidence_of, merge, only, touched
from nymgraph.clustering.weights import expected_synonyms

__all__ = [
    "EVENTS",
    "BCubed",
    "Clustering",
    "Edges",
    "Graph",
    "Lineage",
    "Links",
    "PairScores",
    "Previous",
    "SignedSettings",
    "SizeSummary",
    "Tensions",
    "b_cubed",
    "build_graph",
    "canonical_edges",
    "cluster_ids",
    "cluster_links",
    "cluster_reference",
    "cluster_signed",
    "cluster_sizes",
    "cohesion",
    "degree_representatives",
    "drift",
    "evidence_of",
    "expected_synonyms",
    "intrusions",
    "merge",
    "merge_links",
    "only",
    "pair_scores",
    "same_cluster",
    "size_summary",
    "touched",
    "trace",
    "vector_representatives",
]
