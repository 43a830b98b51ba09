"""Many terms looked up at once."""

from collections.abc import Sequence

import polars as pl

from pipeline.lexicon.normalise import clean, look_up_key

__all__ = ["cluster_ids"]


def cluster_ids(terms: pl.LazyFrame, asked: Sequence[str], language: str) -> pl.DataFrame:
    """Look up many spellings in one pass, by the rule of `Terms.find`.

    Args:
        terms: EXPORTED_TERMS.
        asked: Spellings.
        language: Language code of the lexicon.

    Returns:
        One row a spelling, in the order given: `asked`, `term` and `cluster_id`, both null where no
        term is meant.
    """
    spellings = [clean(spelling, language) for spelling in asked]
    rows = pl.DataFrame(
        {
            "asked": pl.Series(asked, dtype=pl.String),
            "spelling": pl.Series(spellings, dtype=pl.String),
            "key": pl.Series([look_up_key(x, language) for x in spellings], dtype=pl.String),
        }
    )
    # the few terms with one of these keys; the key of a term found by its exact form is among them
    near = (
        terms.select("term", "key", "cluster_id")
        .join(rows.lazy().select("key").unique(), on="key", how="semi")
        .collect(engine="streaming")
        .with_columns(alone=pl.col("cluster_id").is_null())
        .sort("alone", "term")
    )
    by_key = near.unique("key", keep="first", maintain_order=True).drop("alone")
    exact = near.select(spelling="term", exact=pl.lit(True), own_id="cluster_id")
    found = rows.join(exact, on="spelling", how="left", maintain_order="left").join(
        by_key, on="key", how="left", maintain_order="left"
    )
    return found.select(
        "asked",
        term=pl.when("exact").then("spelling").otherwise("term"),
        cluster_id=pl.when("exact").then("own_id").otherwise("cluster_id"),
    )
