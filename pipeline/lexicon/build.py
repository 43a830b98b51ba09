"""From raw items to the lexicon: every item becomes a term or a reject with its reason."""

import polars as pl

from nymgraph.pipeline.lexicon.normalise import clean, look_up_key, reject_reason, repairs_of
from nymgraph.pipeline.schemas import REJECTS, REPAIRED, TERMS, VARIANTS

__all__ = ["build_lexicon", "set_aside"]


def build_lexicon(
    items: list[pl.DataFrame], language: str, max_length: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Turn the items of all sources into terms and rejects, and list what was mended.

    Terms differ by exact form after `normalise.clean`. A term that several sources hold is one term
    with several sources; its frequency and extra columns are the first given. The same form twice
    in one source is a reject (`duplicate`), merged with the term of the first.

    Args:
        items: One frame per source, as `sources.read_source` gives them.
        language: Language code of the lexicon.
        max_length: The longest term accepted, in characters.

    Returns:
        The tables TERMS, REJECTS and REPAIRED.
    """
    rows = _with_reasons(pl.concat(items, how="diagonal_relaxed"), language, max_length)
    merged = pl.when(pl.col("reason") == "duplicate").then("term")
    rejects = rows.filter(pl.col("reason").is_not_null()).with_columns(term=merged)
    repaired = _repaired(rows.filter(pl.col("reason").is_null()), language)
    accepted = rows.filter(pl.col("reason").is_null()).drop("item", "row", "reason")
    if "frequency" not in accepted.columns:
        accepted = accepted.with_columns(frequency=pl.lit(None, pl.Float64))
    extra = [c for c in accepted.columns if c not in ("source", "term", "frequency")]
    terms = (
        accepted.group_by("term", maintain_order=True)
        .agg(
            pl.col("source").unique().sort().alias("sources"),
            *(pl.col(c).drop_nulls().first() for c in ("frequency", *extra)),
        )
        .sort("term")
        .with_row_index("term_id")
        .with_columns(
            pl.col("term")
            .map_elements(lambda term: look_up_key(term, language), return_dtype=pl.String)
            .alias("key"),
            pl.lit(language).alias("language"),
        )
    )
    rejects = rejects.select(list(REJECTS.schema)).sort("source", "row")
    return TERMS.conform(terms), REJECTS.conform(rejects), REPAIRED.conform(repaired)


def set_aside(terms: pl.DataFrame, lemma: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take variants out of the lexicon.

    Args:
        terms: The table TERMS.
        lemma: The lemma of each variant, as `inflection.find_variants` gives it.

    Returns:
        The tables TERMS, its terms numbered anew, and VARIANTS, sorted.
    """
    forms = pl.DataFrame(
        {"variant": list(lemma), "lemma": list(lemma.values())},
        {"variant": pl.String, "lemma": pl.String},
    )
    left = terms.drop("term_id").join(forms, left_on="term", right_on="variant", how="anti")
    left = left.sort("term").with_row_index("term_id")
    variants = (
        forms.join(terms.drop("term_id", "language"), left_on="variant", right_on="term")
        .join(left.select(lemma="term", lemma_id="term_id"), on="lemma")
        .sort("variant")
    )
    return TERMS.conform(left), VARIANTS.conform(variants)


def _repaired(rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """The accepted items that are written otherwise as terms, with the repairs made."""
    mended = rows.filter(pl.col("item") != pl.col("term")).sort("source", "row")
    repairs = [repairs_of(item, language) for item in mended["item"].to_list()]
    return mended.select(
        "source", "row", "item", "term", pl.Series("repairs", repairs, pl.List(pl.String))
    )


def _with_reasons(rows: pl.DataFrame, language: str, max_length: int) -> pl.DataFrame:
    terms = [clean(item or "", language) for item in rows["item"].to_list()]
    reasons = [reject_reason(term, max_length) for term in terms]
    rows = rows.with_columns(
        term=pl.Series(terms, dtype=pl.String), reason=pl.Series(reasons, dtype=pl.String)
    )
    repeated = pl.col("reason").is_null() & ~pl.struct("source", "term").is_first_distinct()
    return rows.with_columns(reason=pl.when(repeated).then(pl.lit("duplicate")).otherwise("reason"))
