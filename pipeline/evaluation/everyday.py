"""Common words in their common senses: whether clusters hold what people mean first.

A term counts where a dictionary shows how common its senses are (by counts or by their order). Its
*dominant* synonyms are those of its senses of at least 30 % of its use, its *rare* ones those of
senses below 10 % alone. In its cluster then is

    present    a dominant synonym (of the terms that have one),
    rare only  a rare synonym, and none of a sense of 10 % and more,
    alone      nobody.

The commonest terms are those met most often; *by use* weighs each by that number. Where nothing is
counted the frequency of the lexicon decides, else all count alike.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["COMMONEST", "Everyday", "everyday", "failures"]

DOMINANT, RARE = 0.3, 0.1
COMMONEST = 1_000


class Everyday(NamedTuple):
    """Figures, and the term by term table behind them.

    Attributes:
        figures: For `dvc metrics`.
        terms: term_id, use, has_dominant, present, rare_only, alone; the commonest first.
    """

    figures: dict[str, float | int]
    terms: pl.DataFrame


def everyday(
    senses: pl.DataFrame,
    labels: npt.NDArray[np.int32],
    frequency: pl.Series,
    measured: npt.NDArray[np.bool_] | None = None,
) -> Everyday:
    """Measure a clustering on the words of which the common senses are known.

    Args:
        senses: The table SENSES.
        labels: int32 (n_terms,), cluster numbers, -1 for none.
        frequency: float64 (n_terms,), of the lexicon; null where unknown.
        measured: bool (n_terms,), the terms that count; None for all.

    Returns:
        The figures of the COMMONEST terms and those by use.
    """
    own = pl.Series("label", labels)
    known = senses.filter(pl.col("known_by") != "estimate")
    if measured is not None:
        known = known.filter(pl.Series(measured[known["term_id"].to_numpy()]))
    together = known.select("term_id", "share", "synonyms").explode("synonyms")
    a, b = together["term_id"], together["synonyms"]
    same = (own.gather(a) == own.gather(b)) & (own.gather(a) >= 0)
    dominant, common = pl.col("share") >= DOMINANT, pl.col("share") >= RARE
    rows = (
        together.with_columns(same=same.fill_null(False), any=b.is_not_null())
        .group_by("term_id")
        .agg(
            has_dominant=(dominant & pl.col("any")).any(),
            present=(dominant & pl.col("same")).any(),
            common=(common & pl.col("same")).any(),
            rare=(~common & pl.col("same")).any(),
        )
        .join(known.group_by("term_id").agg(counted=pl.col("count").sum()), on="term_id")
    )
    given = frequency.gather(rows["term_id"]).fill_null(0)
    use = rows["counted"] if rows["counted"].sum() > 0 else given
    terms = (
        rows.with_columns(
            use=use if use.sum() > 0 else pl.lit(1.0),
            rare_only=pl.col("rare") & ~pl.col("common"),
            alone=own.gather(rows["term_id"]) < 0,
        )
        .select("term_id", "use", "has_dominant", "present", "rare_only", "alone")
        .sort("use", "term_id", descending=[True, False])
    )
    return Everyday(_figures(terms), terms)


def failures(
    found: pl.DataFrame,
    senses: pl.DataFrame,
    terms: pl.DataFrame,
    labels: npt.NDArray[np.int32],
    n: int = 20,
) -> pl.DataFrame:
    """The commonest words that lack their dominant synonym or have rare company only.

    Args:
        found: `Everyday.terms`.
        senses: The table SENSES.
        terms: The column `term`; the row is the term_id.
        labels: int32 (n_terms,), cluster numbers, -1 for none.
        n: How many.

    Returns:
        Columns term, fault, expected (dominant synonyms), cluster (the others in it).
    """
    names = terms["term"]
    wrong = found.filter((pl.col("has_dominant") & ~pl.col("present")) | pl.col("rare_only"))
    rows = []
    for term_id, rare_only in wrong.head(n).select("term_id", "rare_only").iter_rows():
        own = senses.filter((pl.col("term_id") == term_id) & (pl.col("share") >= DOMINANT))
        expected = own["synonyms"].explode().drop_nulls().unique(maintain_order=True)
        label = labels[term_id]
        company = np.flatnonzero((labels == label) & (labels >= 0))
        others = [str(names[int(x)]) for x in company if x != term_id]
        fault = "rare senses only" if rare_only else "no dominant synonym"
        rows.append(
            (names[term_id], fault, ", ".join(names.gather(expected)), ", ".join(others[:12]))
        )
    columns = dict.fromkeys(("term", "fault", "expected", "cluster"), pl.String)
    return pl.DataFrame(rows, schema=columns, orient="row")


def _figures(terms: pl.DataFrame) -> dict[str, float | int]:
    found: dict[str, float | int] = {"terms": terms.height}
    commonest = terms.head(COMMONEST).with_columns(use=pl.lit(1.0))
    for name, rows in (("commonest", commonest), ("by_use", terms)):
        with_one = rows.filter("has_dominant")
        found[f"{name}_present"] = _share(with_one, "present")
        found[f"{name}_rare_only"] = _share(rows, "rare_only")
        found[f"{name}_alone"] = _share(rows, "alone")
    return found


def _share(rows: pl.DataFrame, column: str) -> float:
    """The share of the use for which a column is true; 0 without rows."""
    total = float(rows["use"].sum())
    return float(rows.filter(column)["use"].sum()) / total if total else 0.0
