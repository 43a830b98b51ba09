"""What known pairs say in the place of the classifier, and how much a rare sense counts.

A dictionary lists *fast* with *debauched* as it does *large* with *big*. As evidence, a pair of
synonyms has the probability

    p_synonym = t * (RARE + (1 - RARE) * m) + (1 - t) * judged
    m = (u(a) r(a) + u(b) r(b)) / (u(a) + u(b))

with t the confidence in the pair (that of the row times the trust in its dictionary), `judged` what
the classifier says, r the dominance of the pair at an end beside the share of the commonest sense
of that end, and u how much the end is used (`senses.term_uses`). So m is the share of all use of
the two words that lies in the senses in which they mean the same: next to 0 for *fast*, which is
used a thousand times for each *debauched*, and near 1 where the one that has other senses is hardly
used. The gate of 0.70 lies at m = .57. Antonyms count in full: opposites in any sense stay apart.

*Similar senses.* What a dictionary calls similar (WordNet's satellites of an adjective: *rapid* of
*fast*) is a synonym more often than other neighbours: the odds of such a pair are those of the
judge, times e^LIFT. Of a pair that was no candidate the judgement is NEARBY times the best of the
same two senses (*rich, affluent* by *rich, wealthy*). It counts where it then passes the gate and
where the senses are common (m >= COMMON). One word inside the other (*long, long-range*) is
none: that is a kind of it. No dictionary tells which of these are right; LIFT is from 560 pairs of
common words read by eye: of those with a judgement of .12 and more about two thirds are.
"""

import math

import polars as pl

from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["RARE", "evidence_of", "overridden", "similar_evidence"]

LIFT = 2.9  # nats that a pair of similar senses gains
NEARBY = 1 / 3  # what a judgement tells of other words of the same two senses
COMMON = 0.45  # least share of all use at which similar senses count
RARE = 0.3  # p_synonym of a pair that holds only in senses that hardly anybody means


def evidence_of(
    pairs: pl.DataFrame, uses: pl.DataFrame, *, language_model: bool = False
) -> pl.DataFrame:
    """Known pairs as evidence.

    Args:
        pairs: Rows of PAIRS.
        uses: Columns top, use of every term, from `senses.term_uses`.
        language_model: Whether what a language model alone says counts too.

    Returns:
        Columns a, b, known (a relation), certainty and trust (0 to 1), dominance_a, dominance_b.
    """
    heard = pairs if language_model else without_language_model(pairs)
    m = _shared_use(heard, uses)
    weight = pl.when(pl.col("relation") == "synonym").then(RARE + (1 - RARE) * m).otherwise(1.0)
    return heard.select(
        "a",
        "b",
        pl.col("relation").alias("known"),
        weight.cast(pl.Float32).alias("certainty"),
        pl.col("confidence").cast(pl.Float32).alias("trust"),
        "dominance_a",
        "dominance_b",
    )


def similar_evidence(
    similar: pl.DataFrame, judged: pl.DataFrame, uses: pl.DataFrame, terms: pl.Series, gate: float
) -> pl.DataFrame:
    """Pairs of similar senses as evidence of synonymy, where the judge agrees.

    Args:
        similar: The table SIMILAR.
        judged: Columns a, b, p_synonym of these pairs, as far as they are judged by the model.
        uses: Columns top, use of every term.
        terms: The lexicon; the row is the term_id.
        gate: Least p_synonym of an edge.

    Returns:
        As of `evidence_of`; the pairs at or above the gate.
    """
    names = (terms.gather(similar[end]).str.to_lowercase() for end in ("a", "b"))
    spelled = similar.with_columns(
        pl.Series(name, x) for name, x in zip(("one", "other"), names, strict=True)
    )
    inside = pl.col("one").str.contains(pl.col("other"), literal=True) | pl.col(
        "other"
    ).str.contains(pl.col("one"), literal=True)
    rows = spelled.filter(~inside).join(judged, on=["a", "b"], how="left", maintain_order="left")
    nearby = pl.col("p_synonym").max().over("senses").fill_null(0) * NEARBY
    p = pl.col("p_synonym").fill_null(nearby).clip(1e-6, 1 - 1e-6).cast(pl.Float64)
    lifted = 1 / (1 + (1 - p) / p * math.exp(-LIFT))
    found = rows.with_columns(certainty=lifted.cast(pl.Float32), m=_shared_use(rows, uses))
    found = found.filter((pl.col("m") >= COMMON) & (pl.col("certainty") >= gate))
    return (
        found.sort("certainty", "senses", descending=[True, False])
        .unique(["a", "b"], keep="first")
        .sort("a", "b")
        .select(
            "a",
            "b",
            pl.lit("synonym").cast(pl.Enum(RELATION_NAMES)).alias("known"),
            "certainty",
            pl.lit(1.0, pl.Float32).alias("trust"),
            "dominance_a",
            "dominance_b",
        )
    )


def _shared_use(pairs: pl.DataFrame, uses: pl.DataFrame) -> pl.Series:
    """m: the share of all use of two words in the senses in which they are related."""
    use = [uses["use"].gather(pairs[end]) for end in ("a", "b")]
    shared = [
        (pairs[f"dominance_{end}"] / uses["top"].gather(pairs[end])).clip(upper_bound=1)
        for end in ("a", "b")
    ]
    return (use[0] * shared[0] + use[1] * shared[1]) / (use[0] + use[1])


def overridden(judged: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Let known pairs override judgements.

    Args:
        judged: Columns a, b and the three probabilities, others too.
        evidence: Known pairs, from `evidence_of`.

    Returns:
        The same rows in their order; the probabilities of known pairs, as far as they are trusted,
        their dominance and `evidence` replaced. What is evidence already stays as it is.
    """
    named = {"dominance_a": "known_a", "dominance_b": "known_b"}
    ours = evidence.rename(named)
    rows = judged.join(ours, on=["a", "b"], how="left", maintain_order="left")
    given = {"evidence": "model", "dominance_a": None, "dominance_b": None}
    before = {x: pl.col(x) if x in judged.columns else pl.lit(v) for x, v in given.items()}
    known = pl.col("known").is_not_null()
    new, trust = known & (before["evidence"] != "dictionary"), pl.col("trust")
    columns = [
        pl.when(new)
        .then(trust * _told(name) + (1 - trust) * pl.col(f"p_{name}"))
        .otherwise(pl.col(f"p_{name}"))
        .alias(f"p_{name}")
        for name in RELATION_NAMES
    ]
    return rows.with_columns(
        *columns,
        evidence=pl.when(known).then(pl.lit("dictionary")).otherwise(before["evidence"]),
        dominance_a=pl.when(known).then("known_a").otherwise(before["dominance_a"]),
        dominance_b=pl.when(known).then("known_b").otherwise(before["dominance_b"]),
    ).drop("known", "certainty", "trust", "known_a", "known_b")


def _told(name: str) -> pl.Expr:
    """What a known pair says of one relation."""
    certain = pl.col("certainty")
    return pl.when(pl.col("known") == name).then(certain).otherwise((1 - certain) / 2)
