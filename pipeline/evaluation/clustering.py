"""How clean the clusters are, measured on terms that were held out from training and evidence."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.clustering import (
    Edges,
    PairScores,
    b_cubed,
    drift,
    intrusions,
    pair_scores,
    size_summary,
)

__all__ = ["cluster_figures", "hard_labels", "intruders", "size_rows"]


def hard_labels(cluster_ids: pl.Series) -> npt.NDArray[np.int32]:
    """Dense cluster numbers, int32 (n_terms,), -1 for a singleton.

    Args:
        cluster_ids: The cluster_id of each term, null for a singleton.

    Returns:
        Numbers in order of cluster_id.
    """
    given = cluster_ids.drop_nulls().to_numpy()
    labels = np.full(len(cluster_ids), -1, dtype=np.int32)
    labels[cluster_ids.is_not_null().to_numpy()] = np.searchsorted(np.unique(given), given)
    return labels


def cluster_figures(
    labels: npt.NDArray[np.int32], pairs: pl.DataFrame, test: npt.NDArray[np.bool_], edges: Edges
) -> dict[str, Any]:
    """All figures of a clustering.

    `held_out` counts pairs with both terms held out for test: neither their relation nor any pair
    of theirs was seen. `touching` counts pairs with at least one such term.
    `antonyms_together_held_out` counts the antonym pairs in one cluster that touch a term held out
    for validation or test: they were no evidence of the run, all others were.

    Args:
        labels: int32 (n_terms,), -1 for a singleton.
        pairs: The table PAIRS.
        test: bool (n_terms,), the terms held out for test.
        edges: The gated edges that were clustered.

    Returns:
        Plain data for the metrics file.
    """
    synonym_a, synonym_b = _ends(pairs, "synonym")
    together = intruders(labels, pairs)
    unseen = together.filter(pl.col("split") != "train")
    cubed = b_cubed(labels, synonym_a, synonym_b, test)
    sizes = size_summary(labels)
    return {
        "held_out": _pair_figures(pair_scores(labels, synonym_a, synonym_b, test)),
        "touching": _pair_figures(pair_scores(labels, synonym_a, synonym_b, test, touching=True)),
        "held_out_b_cubed": {
            "precision": cubed.precision,
            "recall": cubed.recall,
            "f1": cubed.f1,
        },
        "antonyms_together": together.height,
        "antonyms_together_held_out": unseen.height,
        "antonyms_known": int((pairs["relation"] == "antonym").sum()),
        "drift": drift(labels, edges),
        "clusters": sizes.n_clusters,
        "clustered_terms": sizes.n_clustered,
        "biggest_cluster": sizes.biggest,
        "mean_size": sizes.mean,
    }


def intruders(labels: npt.NDArray[np.int32], pairs: pl.DataFrame) -> pl.DataFrame:
    """The known antonym pairs that share a cluster: rows of PAIRS.

    Args:
        labels: int32 (n_terms,), -1 for a singleton.
        pairs: The table PAIRS.

    Returns:
        The rows, in the order of the table.
    """
    antonyms = pairs.filter(pl.col("relation") == "antonym")
    rows = intrusions(labels, antonyms["a"].to_numpy(), antonyms["b"].to_numpy())
    return antonyms[rows]


def size_rows(labels: npt.NDArray[np.int32]) -> pl.DataFrame:
    """How many clusters there are of each size: columns size, clusters."""
    histogram = size_summary(labels).histogram
    rows = pl.DataFrame({"size": np.arange(len(histogram)), "clusters": histogram})
    return rows.filter(pl.col("clusters") > 0)


def _ends(pairs: pl.DataFrame, relation: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    chosen = pairs.filter(pl.col("relation") == relation)
    return chosen["a"].to_numpy(), chosen["b"].to_numpy()


def _pair_figures(scores: PairScores) -> dict[str, float]:
    return {
        "precision": scores.precision,
        "recall": scores.recall,
        "f1": scores.f1,
        "f05": scores.f05,
        "pairs_together": scores.n_predicted,
        "pairs_known": scores.n_gold,
    }
