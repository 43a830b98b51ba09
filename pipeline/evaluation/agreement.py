"""Judgements compared with cosines: figures that need no labels, for a run of any list.

A judge worth its keep differs from the cosine, but not wildly. A pair is *surprising* where it
does: judged synonyms although it lies farther apart than half of the candidates, or judged
strangers although it is among the nearest hundredth. Either the judge knows better or it errs; a
person sees which, so the pairs of which it is surest are listed. Only what the model judged counts.
"""

from typing import Any, NamedTuple

import polars as pl

__all__ = ["Agreement", "agreement"]

LISTED = 100
"""Surprising pairs listed of each kind."""
_STRANGERS = 0.05
_SAMPLE = 1_000_000
_COLUMNS = ("a", "b", "cosine", "p_synonym", "p_antonym")


class Agreement(NamedTuple):
    """The figures, and the surprising pairs of which the judge is surest.

    Attributes:
        figures: Plain data for the metrics file.
        listed: Columns kind (far synonyms, near strangers), term_a, term_b, cosine, p_synonym and
            p_antonym.
    """

    figures: dict[str, Any]
    listed: pl.DataFrame


def agreement(relations: pl.LazyFrame, terms: pl.Series, gate: float) -> Agreement:
    """Measure how far judge and cosine agree.

    Args:
        relations: The table RELATIONS.
        terms: The lexicon, by term_id.
        gate: Least p_synonym of an edge.

    Returns:
        Rank correlation (Spearman's, on a million pairs at most) of cosine and p_synonym; of the
        edges and of the nearest hundredth the number, and the number and share that surprise.
    """
    judged = relations.filter(pl.col("evidence") == "model").select(_COLUMNS)
    cosine = pl.col("cosine")
    borders = judged.select(
        pairs=pl.len(), half=cosine.quantile(0.5), hundredth=cosine.quantile(0.99)
    ).collect()
    n_pairs, half, hundredth = borders.row(0)
    if not n_pairs:
        nothing = judged.with_columns(kind=pl.lit("")).collect()
        return Agreement({"pairs": 0}, _named(nothing, terms))
    edges = judged.filter(pl.col("p_synonym") >= pl.lit(gate, pl.Float32))
    near = judged.filter(cosine >= hundredth)
    far = edges.filter(cosine < half)
    strangers = near.filter(pl.col("p_synonym") < _STRANGERS)
    n_edges, n_far, n_near, n_strangers = (_count(rows) for rows in (edges, far, near, strangers))
    figures = {
        "pairs": n_pairs,
        "rank_correlation": _rank_correlation(judged, n_pairs),
        "far_synonyms": {"edges": n_edges, "surprising": n_far, "share": n_far / max(1, n_edges)},
        "near_strangers": {
            "nearest": n_near,
            "surprising": n_strangers,
            "share": n_strangers / max(1, n_near),
        },
    }
    surest = [
        (far, ["p_synonym", "a", "b"], [True, False, False], "far synonyms"),
        (strangers, ["cosine", "a", "b"], [True, False, False], "near strangers"),
    ]
    listed = [
        rows.sort(by, descending=falling).head(LISTED).with_columns(kind=pl.lit(kind)).collect()
        for rows, by, falling, kind in surest
    ]
    return Agreement(figures, _named(pl.concat(listed), terms))


def _named(listed: pl.DataFrame, terms: pl.Series) -> pl.DataFrame:
    ends = {f"term_{end}": terms.gather(listed[end]) for end in ("a", "b")}
    columns = ("kind", "term_a", "term_b", "cosine", "p_synonym", "p_antonym")
    return listed.with_columns(**ends).select(columns)


def _count(rows: pl.LazyFrame) -> int:
    return int(rows.select(pl.len()).collect().item())


def _rank_correlation(judged: pl.LazyFrame, n_pairs: int) -> float | None:
    """Spearman's, of every m-th pair; None where either column is constant."""
    every = -(-n_pairs // _SAMPLE)
    found = judged.gather_every(every).select(
        pl.corr("cosine", "p_synonym", method="spearman").fill_nan(None)
    )
    value: float | None = found.collect().item()
    return value
