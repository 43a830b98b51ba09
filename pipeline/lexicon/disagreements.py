"""Between which sources one calls synonyms what the other calls antonyms, and what was kept."""

import logging

import polars as pl

__all__ = ["disagreements", "tell_disagreements"]

_log = logging.getLogger("nymgraph")


def disagreements(claims: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """How often one source calls synonyms what another calls antonyms.

    Args:
        claims: Claims of all sources.
        pairs: The labelled pairs, from `resolve`.

    Returns:
        Columns synonym_by, antonym_by, pairs, kept_synonym, kept_antonym, dropped; the most first.
    """
    ends = ["term_a", "term_b"]
    sides = [
        claims.filter(pl.col("relation") == name).select(
            *ends, pl.col("source").alias(f"{name}_by")
        )
        for name in ("synonym", "antonym")
    ]
    both = sides[0].unique().join(sides[1].unique(), on=ends)
    both = both.filter(pl.col("synonym_by") != pl.col("antonym_by"))
    kept = pl.col("relation")
    sources = ["synonym_by", "antonym_by"]
    return (
        both.join(pairs.select(*ends, "relation"), on=ends, how="left")
        .group_by(sources)
        .agg(
            pairs=pl.len(),
            kept_synonym=(kept == "synonym").sum(),
            kept_antonym=(kept == "antonym").sum(),
            dropped=kept.is_null().sum(),
        )
        .sort("pairs", *sources, descending=[True, False, False])
    )


def tell_disagreements(differing: pl.DataFrame) -> None:
    """Say in the log what `disagreements` found, a line for each two sources."""
    for synonym_by, antonym_by, *numbers in differing.iter_rows():
        n, *kept = (f"{number:,}" for number in numbers)
        _log.info(
            "label: %s pairs are synonyms in %s and antonyms in %s: kept as synonyms %s, as "
            "antonyms %s, dropped %s",
            n,
            synonym_by,
            antonym_by,
            *kept,
        )
