"""A word goes with its commonest sense: known synonyms that have a rival in a commoner one.

A rare sense with many synonyms would outvote a common one with few: *sick* goes with *ill*, not
with *nauseated, sickish, queasy*. So of the certainty of a known synonym what lies above RARE is
multiplied by

    min over both ends of (s / s*) ** RIVALRY * (d / d*)

with s the share of the commonest sense of the end that the two have in common, d the share of all
of them (*stop* has more in common with *halt* than with *lay off*), and s*, d* the largest that the
end has with a term in no less use than the other. Rivals are pairs that pass the gate and reach
WEAK of the best of each end: *become* is not lost to *get*, whose own commonest sense is another.
And the factor is 0 where the two do not meet in the part of speech of the best rival: *dress* is
not *frock* and *get dressed* at once.
"""

import polars as pl

from nymgraph.pipeline.lexicon.evidence import RARE, Terms

__all__ = ["weighed_by_rivals"]

WEAK, RIVALRY = 0.9, 6


def weighed_by_rivals(
    known: pl.DataFrame, senses: pl.DataFrame, terms: Terms, gate: float
) -> pl.DataFrame:
    """Lower the certainty of synonyms where an end has one in a commoner sense.

    Args:
        known: The labelled pairs, from `evidence_of`.
        senses: The table SENSES.
        terms: The lexicon.
        gate: Least p_synonym of an edge.

    Returns:
        The same rows in their order.
    """
    rows = known.with_row_index("row")
    sure = rows.filter((pl.col("known") == "synonym") & (pl.col("certainty") >= gate))
    ends = pl.concat(
        sure.select(
            "row", own=own, other=other, whole=f"dominance_{own}", use=terms.use.gather(sure[other])
        )
        for own, other in (("a", "b"), ("b", "a"))
    )
    shared = senses.select("share", "pos", own="term_id", other="synonyms")
    shared = shared.explode("other").drop_nulls("other")
    commonest = shared.group_by("own", "other").agg(pl.col("share").max(), pl.col("pos").unique())
    ends = ends.join(commonest, on=["own", "other"], how="left", maintain_order="left")
    ends = ends.with_columns(pl.col("share").fill_null(pl.col("whole")))  # of a table of pairs
    apart = _beside_rivals(ends, "share") ** RIVALRY * _beside_rivals(ends, "whole")
    apart *= _in_main_speech(ends).cast(pl.Float32)
    factor = ends.with_columns(factor=apart).group_by("row").agg(pl.col("factor").min())
    lowered = RARE + (pl.col("certainty") - RARE) * pl.col("factor").fill_null(1.0)
    return (
        rows.join(factor, on="row", how="left", maintain_order="left")
        .with_columns(certainty=lowered.cast(pl.Float32))
        .drop("row", "factor")
    )


def _in_main_speech(ends: pl.DataFrame) -> pl.Series:
    """Whether a pair meets in the part of speech in which its end has its commonest sense."""
    known = ends.filter(~_is_weak(ends, "share") & ends["pos"].is_not_null())
    best = known.sort("own", "share", "use", descending=[False, True, True])
    main = best.unique("own", keep="first", maintain_order=True).select("own", main="pos")
    rows = ends.join(main, on="own", how="left", maintain_order="left")
    met = pl.col("pos").list.set_intersection("main").list.len() > 0
    return rows.select(met.fill_null(True)).to_series()


def _beside_rivals(ends: pl.DataFrame, name: str) -> pl.Series:
    """A column of ends of pairs beside the best that rivals of the same end have; at most 1."""
    rival = pl.when(_is_weak(ends, name)).then(0.0).otherwise(name)
    rows = ends.with_row_index("place").with_columns(rival=rival)
    rows = rows.sort("own", "use", "rival", descending=[False, True, True])
    best = pl.max_horizontal(pl.col("rival").cum_max().over("own"), name)
    return rows.with_columns(ratio=pl.col(name) / best).sort("place")["ratio"]


def _is_weak(ends: pl.DataFrame, name: str) -> pl.Series:
    """Whether either end of a pair has a clearly better one by a column."""
    weak = ends["row"].filter(
        ends.select(pl.col(name) < WEAK * pl.max(name).over("own")).to_series()
    )
    return ends["row"].is_in(weak.unique().implode())
