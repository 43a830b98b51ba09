"""What a cluster is called: the word that a person would take for it.

The member met most often in the meaning of the cluster: its frequency, else how much the
dictionary's counts say that it is used, times the share of that use which lies in senses of this
cluster. Before that come, in this order:

1. no vulgar or offensive term, where there is another;
2. no abbreviation or symbol (*MD*, *Dr.*, *Be*, *O2*), no number in Roman figures;
3. no name among common words: what is written in capitals where another member is not.

Among equals the fewest words, then the most central member, then the first in byte-wise order. Of
names that nobody counted the most central is taken: *Orson Welles* rather than *Welles*.
"""

import polars as pl

from nymgraph.pipeline.schemas import CLUSTERS

__all__ = ["called"]

RARE = 0.01  # share of a term's use in a cluster that none of its senses has
COUNTED = 1.0  # a term used as much was met, or has several senses
_ROMAN = r"^[ivxlcdm]+$"
_ABBREVIATED = r"^\p{L}{1,2}$|^\p{Lu}{2,6}s?$|\.|\d"


def called(
    clusters: pl.DataFrame,
    senses: pl.DataFrame,
    uses: pl.Series,
    terms: pl.DataFrame,
    marked: pl.Series,
) -> pl.DataFrame:
    """Choose the representatives.

    Args:
        clusters: The table CLUSTERS, with the most central members as representatives.
        senses: The table RELEASED_SENSES.
        uses: How much each term is used, by term_id.
        terms: The table TERMS, at least term and frequency; the row is the term_id.
        marked: term_id of the vulgar and offensive terms.

    Returns:
        The table CLUSTERS.
    """
    term_id = pl.int_range(pl.len(), dtype=pl.UInt32)
    known = terms.select("term", "frequency", term_id=term_id).with_columns(
        use=pl.coalesce("frequency", uses),
        sensed=term_id.is_in(senses["term_id"].implode()),
        marked=term_id.is_in(marked.implode()),
    )
    shares = (
        senses.filter(pl.col("cluster_id").is_not_null())
        .group_by("term_id", "cluster_id")
        .agg(share=pl.col("share").sort().sum())
    )
    members = (
        clusters.select("cluster_id", "members", central="representative")
        .explode("members")
        .rename({"members": "term"})
        .join(known, on="term", how="left", maintain_order="left")
        .join(shares, on=["term_id", "cluster_id"], how="left", maintain_order="left")
    )
    unknown = pl.when("sensed").then(RARE).otherwise(1.0)
    small = pl.col("term").str.to_lowercase() == pl.col("term")
    figures = pl.col("term").str.contains(r"^\d").any().over("cluster_id")
    words = small.any().over("cluster_id")  # common words, not names alone
    met = pl.col("use") * pl.col("share").fill_null(unknown)
    ranked = members.with_columns(
        abbreviated=pl.col("term").str.contains(_ABBREVIATED)
        | (pl.col("term").str.contains(_ROMAN) & figures),
        named=~small & words,
        met=pl.when(words | (met >= COUNTED)).then(met).otherwise(0.0),
        words=pl.when(words).then(pl.col("term").str.count_matches(r"[\s_-]")).otherwise(0),
        off_centre=pl.col("term") != pl.col("central"),
    ).sort(
        "cluster_id", "marked", "abbreviated", "named", "met", "words", "off_centre", "term",
        descending=[False, False, False, False, True, False, False, False],
    )  # fmt: skip
    chosen = ranked.unique("cluster_id", keep="first", maintain_order=True)
    found = clusters.join(
        chosen.select("cluster_id", chosen="term"), on="cluster_id", maintain_order="left"
    )
    return CLUSTERS.conform(
        found.with_columns(representative="chosen").select(list(CLUSTERS.schema))
    )
