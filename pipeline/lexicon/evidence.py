"""What known pairs say in the place of the classifier, and how much a rare sense counts.

A dictionary lists *fast* with *debauched* as it does *large* with *big*. As evidence, a pair of
synonyms has the probability

    p_synonym = confidence * (RARE + (1 - RARE) * m),    m = (u(a) r(a) + u(b) r(b)) / (u(a) + u(b))

with r the dominance of the pair at an end beside the share of the commonest sense of that end, and
u how much the end is used (`senses.term_uses`). So m is the share of all use of the two words that
lies in the senses in which they mean the same: next to 0 for *fast*, which is used a thousand times
for each *debauched*, and near 1 where the one that has other senses is hardly used. The gate of
0.70 lies at m = .45. Antonyms count in full: opposites in any sense stay apart.
"""

import polars as pl

from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["RARE", "evidence_of", "overridden"]

RARE = 0.45  # p_synonym of a pair that holds only in senses that hardly anybody means


def evidence_of(
    pairs: pl.DataFrame, uses: pl.DataFrame, *, language_model: bool = False
) -> pl.DataFrame:
    """Known pairs as evidence.

    Args:
        pairs: Rows of PAIRS.
        uses: Columns top, use of every term, from `senses.term_uses`.
        language_model: Whether what a language model alone says counts too.

    Returns:
        Columns a, b, known (a relation), certainty (0 to 1), dominance_a, dominance_b.
    """
    heard = pairs if language_model else without_language_model(pairs)
    use = [uses["use"].gather(heard[end]) for end in ("a", "b")]
    shared = [
        (heard[f"dominance_{end}"] / uses["top"].gather(heard[end])).clip(upper_bound=1)
        for end in ("a", "b")
    ]
    m = (use[0] * shared[0] + use[1] * shared[1]) / (use[0] + use[1])
    weight = pl.when(pl.col("relation") == "synonym").then(RARE + (1 - RARE) * m).otherwise(1.0)
    return heard.select(
        "a",
        "b",
        pl.col("relation").alias("known"),
        (pl.col("confidence") * weight).cast(pl.Float32).alias("certainty"),
        "dominance_a",
        "dominance_b",
    )


def overridden(judged: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Let known pairs override judgements.

    Args:
        judged: Columns a, b and the three probabilities, others too.
        evidence: Known pairs, from `evidence_of`.

    Returns:
        The same rows in their order; the probabilities of known pairs, their dominance and
        `evidence` replaced.
    """
    named = {"dominance_a": "known_a", "dominance_b": "known_b"}
    ours = evidence.rename(named)
    rows = judged.join(ours, on=["a", "b"], how="left", maintain_order="left")
    known = pl.col("known").is_not_null()
    columns = [
        pl.when(pl.col("known") == name)
        .then(pl.col("certainty"))
        .when(known)
        .then((1 - pl.col("certainty")) / 2)
        .otherwise(pl.col(f"p_{name}"))
        .alias(f"p_{name}")
        for name in RELATION_NAMES
    ]
    given = {"evidence": "model", "dominance_a": None, "dominance_b": None}
    before = {x: pl.col(x) if x in judged.columns else pl.lit(v) for x, v in given.items()}
    return rows.with_columns(
        *columns,
        evidence=pl.when(known).then(pl.lit("dictionary")).otherwise(before["evidence"]),
        dominance_a=pl.when(known).then("known_a").otherwise(before["dominance_a"]),
        dominance_b=pl.when(known).then("known_b").otherwise(before["dominance_b"]),
    ).drop("known", "certainty", "known_a", "known_b")
