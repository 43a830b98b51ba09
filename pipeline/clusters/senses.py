"""Which cluster each sense of a term belongs to, and how much of the term's use that is."""

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.clusters.tables import named
from nymgraph.pipeline.schemas import MEMBERSHIPS, RELEASED_SENSES

__all__ = ["senses_in_clusters", "with_senses"]


def senses_in_clusters(
    senses: pl.DataFrame, labels: npt.NDArray[np.int32], ids: npt.NDArray[np.int64]
) -> pl.DataFrame:
    """Place every sense in the cluster that holds most of those who share it.

    Args:
        senses: The table SENSES.
        labels: int32 (n_terms,), cluster numbers, -1 for none.
        ids: int64 (n_clusters,), the id of each number.

    Returns:
        The table RELEASED_SENSES. Of clusters that hold equally many, the one of the closest
        synonym is taken; a sense whose synonyms are in no cluster has none.
    """
    of_term = pl.Series("label", labels)
    key = ["term_id", "sense"]
    shared = senses.select(*key, "synonyms").explode("synonyms", empty_as_null=False)
    placed = (
        shared.with_columns(label=of_term.gather(shared["synonyms"]))
        .with_row_index("order")
        .filter(pl.col("label") >= 0)
        .group_by(*key, "label")
        .agg(n=pl.len(), first=pl.col("order").min())
        .sort(*key, "n", "first", descending=[False, False, True, False])
        .unique(key, keep="first", maintain_order=True)
        .select(*key, "label")
    )
    rows = senses.join(placed, on=key, how="left", maintain_order="left")
    numbers = rows["label"].fill_null(-1).to_numpy()
    return RELEASED_SENSES.conform(rows.drop("label").with_columns(cluster_id=named(numbers, ids)))


def with_senses(memberships: pl.DataFrame, senses: pl.DataFrame) -> pl.DataFrame:
    """Add the clusters of the senses to the soft memberships, and to each the share.

    Args:
        memberships: The table MEMBERSHIPS as the clustering gives it.
        senses: The table RELEASED_SENSES.

    Returns:
        The table with `share`; a membership that only a sense gives has support 0.
    """
    key = ["term_id", "cluster_id"]
    shares = (
        senses.filter(pl.col("cluster_id").is_not_null())
        .group_by(key)
        .agg(pl.col("share").sort().sum().clip(0, 1))
    )
    joined = memberships.drop("share").join(shares, on=key, how="full", coalesce=True)
    return MEMBERSHIPS.conform(joined.with_columns(pl.col("support").fill_null(0.0)).sort(key))
