"""From judged pairs to the tables of clusters: runs the algorithm and names what it finds."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.clustering import (
    Clustering,
    Edges,
    Links,
    Previous,
    SignedSettings,
    canonical_edges,
    cluster_ids,
    cluster_links,
    cluster_reference,
    cluster_signed,
    cohesion,
    degree_representatives,
    evidence_of,
    expected_synonyms,
    merge,
    only,
    touched,
    vector_representatives,
)
from nymgraph.pipeline.lexicon.hashing import stable_hashes
from nymgraph.pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    EVIDENCE,
    LINKS,
    MEMBERSHIPS,
    RELATION_NAMES,
    TENSIONS,
)
from nymgraph.pipeline.settings.params import ClusterParams

__all__ = [
    "ClusterTables",
    "cluster_tables",
    "expected_of",
    "gated",
    "links_of",
    "links_table",
    "named",
    "rivals",
]


class ClusterTables(NamedTuple):
    """The result of clustering, as arrays and as the declared tables."""

    clustering: Clustering
    ids: npt.NDArray[np.int64]
    assignments: pl.DataFrame
    memberships: pl.DataFrame
    clusters: pl.DataFrame
    tensions: pl.DataFrame
    evidence: pl.DataFrame
    n_again: int


def cluster_tables(
    terms: pl.Series,
    judged: pl.DataFrame,
    expected: npt.NDArray[np.float64],
    params: ClusterParams,
    vectors: npt.NDArray[Any] | None = None,
    previous: Previous | None = None,
) -> ClusterTables:
    """Cluster the terms of a judged graph.

    Args:
        terms: The terms, in byte-wise order; the row is the term_id.
        judged: Columns a, b (term ids), p_synonym and, if known, p_antonym (0 to 1) and labelled
            (bool: by a dictionary, not the model): the pairs that pass a gate, or more.
        expected: float64 (n_terms,), p_synonym summed over all judged pairs of each term.
        params: Algorithm and its settings.
        vectors: (n_terms, dim) for central representatives; without them the degree decides.
        previous: An earlier result: only what judgements since then touch is clustered again.

    Returns:
        Memberships, assignments and clusters under stable ids.

    Raises:
        ValueError: A probability is not a number from 0 to 1.
    """
    edges = _edges(terms, judged, "p_synonym", params.gate)
    antonyms = _edges(terms, judged, "p_antonym", params.antonym_gate)
    keys = stable_hashes(terms)
    evidence = evidence_of(keys, edges, antonyms, expected)
    labelled = None
    if "labelled" in judged.columns:
        labelled = _edges(terms, judged.filter("labelled"), "p_synonym", params.gate)
    graph = _Graph(edges, antonyms, expected, labelled)
    clustering, n_again = _clustering(graph, params, evidence, previous)
    labels = clustering.labels
    ids = cluster_ids(labels, keys)
    central = (
        degree_representatives(labels, edges)
        if vectors is None
        else vector_representatives(labels, vectors)
    )
    assignments = pl.DataFrame({"term": terms, "cluster": labels}).with_row_index("term_id")
    memberships = {
        "term_id": clustering.term,
        "cluster_id": ids[clustering.cluster],
        "support": clustering.support,
        "share": pl.Series([None] * len(clustering.term), dtype=pl.Float32),
    }
    return ClusterTables(
        clustering,
        ids,
        ASSIGNMENTS.conform(_assignments(assignments, ids)),
        MEMBERSHIPS.conform(pl.DataFrame(memberships).sort("term_id", "cluster_id")),
        CLUSTERS.conform(_clusters(assignments, ids, terms.gather(central), labels, edges)),
        TENSIONS.conform(_tensions(terms, clustering)),
        EVIDENCE.conform(pl.DataFrame({"evidence": evidence}).with_row_index("term_id")),
        n_again,
    )


def links_table(links: Links, ids: npt.NDArray[np.int64]) -> pl.DataFrame:
    """The table LINKS, ends oriented by cluster_id.

    Args:
        links: Links between cluster numbers.
        ids: int64 (n_clusters,), the stable id of each number.

    Returns:
        The rows, sorted by key.
    """
    one, other = ids[links.cluster_a], ids[links.cluster_b]
    columns = {
        "cluster_a": np.minimum(one, other),
        "cluster_b": np.maximum(one, other),
        "relation": np.array(["opposite", "related"])[links.relation],
        "votes": links.votes,
        "mean_probability": links.mean_probability,
    }
    return LINKS.conform(pl.DataFrame(columns)).sort("cluster_a", "cluster_b", "relation")


def gated(judged: pl.LazyFrame, params: ClusterParams) -> pl.DataFrame:
    """The judged pairs at the gate of synonyms or that of antonyms, and which are labelled."""
    gates = {"p_synonym": params.gate, "p_antonym": params.antonym_gate}
    passes = [pl.col(name) >= pl.lit(gate, pl.Float32) for name, gate in gates.items()]
    labelled = pl.col("evidence") == "dictionary"
    return (
        judged.filter(pl.any_horizontal(passes))
        .select("a", "b", *gates, labelled=labelled)
        .collect()
    )


def rivals(judged: pl.DataFrame, gate: float) -> pl.DataFrame:
    """The judged pairs but those that a dictionary has in a rare sense: no rivals of others."""
    own = pl.col("p_synonym") >= pl.lit(gate, pl.Float32)
    return judged.filter((pl.col("evidence") == "model") | own)


def expected_of(n_terms: int, judged: pl.DataFrame) -> npt.NDArray[np.float64]:
    """The synonyms that each term expects of judged pairs, each pair once.

    Args:
        n_terms: Number of terms.
        judged: Columns a, b, p_synonym; one shard or all.

    Returns:
        float64 (n_terms,); add those of several shards.
    """
    a, b, p_synonym = (judged[name].to_numpy() for name in ("a", "b", "p_synonym"))
    return expected_synonyms(n_terms, a, b, p_synonym)


def links_of(labels: npt.NDArray[np.int32], judged: pl.DataFrame, gate: float) -> Links:
    """The links between clusters by judged pairs.

    Args:
        labels: int32 (n_terms,), cluster numbers.
        judged: Columns a, b and the three probabilities; one shard or all.
        gate: Least p_antonym or p_co_hyponym of a pair that votes.

    Returns:
        The links, to be merged with those of other shards.
    """
    a, b = judged["a"].to_numpy(), judged["b"].to_numpy()
    p_synonym, p_antonym, p_co_hyponym = (judged[f"p_{r}"].to_numpy() for r in RELATION_NAMES)
    return cluster_links(labels, a, b, p_synonym, p_antonym, p_co_hyponym, gate)


def named(numbers: npt.NDArray[np.int32], ids: npt.NDArray[np.int64]) -> pl.Series:
    """The ids of cluster numbers.

    Args:
        numbers: int32 (n,), cluster numbers, -1 for none.
        ids: int64 (n_clusters,), the id of each number.

    Returns:
        int64 (n,), null for -1.
    """
    found = np.append(ids, 0)[numbers]  # -1 takes the appended 0
    return pl.select(pl.when(pl.Series(numbers >= 0)).then(pl.Series(found))).to_series()


class _Graph(NamedTuple):
    """What a clustering takes: see `cluster_signed`."""

    edges: Edges
    antonyms: Edges
    expected: npt.NDArray[np.float64]
    labelled: Edges | None


def _clustering(
    graph: _Graph,
    params: ClusterParams,
    evidence: npt.NDArray[np.uint64],
    previous: Previous | None,
) -> tuple[Clustering, int]:
    """Cluster all terms, or those touched; the clusters, and how many terms that were."""
    if previous is None:
        return _run(graph, params), len(graph.expected)
    again = touched(graph.edges, evidence, previous)
    labelled = None if graph.labelled is None else only(graph.labelled, again)
    few = graph._replace(
        edges=only(graph.edges, again), antonyms=only(graph.antonyms, again), labelled=labelled
    )
    return merge(_run(few, params), previous, again), int(again.sum())


def _run(graph: _Graph, params: ClusterParams) -> Clustering:
    edges, antonyms, expected, labelled = graph
    if params.algorithm == "reference":
        return cluster_reference(len(expected), edges, params.overlap_ratio)
    asked = SignedSettings(**params.model_dump(include=set(SignedSettings._fields)))
    return cluster_signed(len(expected), edges, antonyms, expected, asked, labelled)


def _edges(terms: pl.Series, judged: pl.DataFrame, name: str, gate: float) -> Edges:
    if name not in judged.columns:
        judged = judged.clear().with_columns(pl.lit(0.0, pl.Float32).alias(name))
    a, b, probability = (judged[column].to_numpy() for column in ("a", "b", name))
    return canonical_edges(len(terms), a, b, probability, gate)


def _tensions(terms: pl.Series, clustering: Clustering) -> pl.DataFrame:
    found = clustering.tensions
    columns = {
        "term_a": terms.gather(found.a),
        "term_b": terms.gather(found.b),
        "p_antonym": found.p_antonym,
        "p_synonym": found.p_synonym,
        "pull": found.pull,
    }
    return pl.DataFrame(columns)


def _assignments(assignments: pl.DataFrame, ids: npt.NDArray[np.int64]) -> pl.DataFrame:
    return assignments.select("term_id", "term").with_columns(
        cluster_id=named(assignments["cluster"].to_numpy(), ids)
    )


def _clusters(
    assignments: pl.DataFrame,
    ids: npt.NDArray[np.int64],
    representatives: pl.Series,
    labels: npt.NDArray[np.int32],
    edges: Edges,
) -> pl.DataFrame:
    members = (
        assignments.filter(pl.col("cluster") >= 0)
        .group_by("cluster")
        .agg(pl.col("term").sort().alias("members"))
        .sort("cluster")
    )
    return members.select(
        pl.Series("cluster_id", ids),
        representatives.alias("representative"),
        pl.col("members").list.len().alias("size"),
        "members",
        pl.Series("cohesion", cohesion(labels, edges)),
    ).sort("cluster_id")
