"""What known pairs say in the place of the classifier, and how much a rare sense counts.

A dictionary lists *fast* with *debauched* as it does *large* with *big*. As evidence, a pair of
synonyms has the probability

    p_synonym = t * (RARE + (1 - RARE) * m) + (1 - t) * judged

with t the confidence in the pair (that of the row times the trust in its dictionary), `judged` what
the classifier says, and m the share of all use of the two words that lies in the senses in which
they mean the same (`shared_use`). The gate of 0.70 lies at m = .57. Antonyms count in full:
opposites in any sense stay apart.

*Similar senses.* What a dictionary calls similar (WordNet's satellites of an adjective: *rapid* of
*fast*) or refers to (*glad* under *happy*) is a synonym more often than other neighbours. The
certainty of such a pair is

    1 / (1 + exp(-(BASE + COSINE * cos + SHARE * ln(dominance_a * dominance_b))))

with the cosine of the two. It counts where it passes the gate and where the senses are common
(m >= COMMON). A head has dozens of satellites, which are no synonyms of one another: of each term
those senses are taken that lie within MARGIN of the best by the logit and USE nats for each e-fold
of use (*strong*: *powerful* before *strengthened*), and of which it is among the best itself. And
it is asked only where one of the two is alone in its sense. Not counted are forms of one word
(*big, bigger*), a word inside the other (*long, long-range*: a kind of it) and forms of a known
synonym (*big, larger*). The other terms of the sense that is nearest to a word are certain just as
far as the gate: *dead* is like *deceased*, so *at rest* is no stranger to it.

The numbers are a logistic regression on 129 such pairs of common words read by eye, 41 of them
synonyms. Their average precision by cosine is .61, by what the classifier says .28: it has
learned that near adjectives which are not listed together are none.
"""

from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.lexicon.lemmas import possible_lemmas
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["RARE", "Terms", "evidence_of", "overridden", "similar_evidence"]

BASE, COSINE, SHARE = -0.56, 3.3, 0.36
USE, MARGIN = 0.25, 0.7
COMMON = 0.45  # least share of all use at which similar senses count
RARE = 0.3  # p_synonym of a pair that holds only in senses that hardly anybody means


class Terms(NamedTuple):
    """The terms of a lexicon, how much each is used, and their language; the place is the term_id.

    Attributes:
        names: The terms.
        use: Above 0, from `senses.term_uses`.
        language: Language code.
    """

    names: pl.Series
    use: pl.Series
    language: str


def evidence_of(pairs: pl.DataFrame, *, language_model: bool = False) -> pl.DataFrame:
    """Known pairs as evidence.

    Args:
        pairs: Rows of PAIRS.
        language_model: Whether what a language model alone says counts too.

    Returns:
        Columns a, b, known (a relation), certainty and trust (0 to 1), dominance_a, dominance_b.
    """
    heard = pairs if language_model else without_language_model(pairs)
    common = RARE + (1 - RARE) * pl.col("shared_use")
    weight = pl.when(pl.col("relation") == "synonym").then(common).otherwise(1.0)
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
    similar: pl.DataFrame, known: pl.DataFrame, terms: Terms, gate: float
) -> pl.DataFrame:
    """Pairs of similar senses as evidence of synonymy.

    Args:
        similar: The table SIMILAR with a column cosine.
        known: Columns a, b, relation: the labelled pairs.
        terms: The lexicon.
        gate: Least p_synonym of an edge.

    Returns:
        As of `evidence_of`; the pairs at or above the gate.
    """
    shares = (pl.col("dominance_a") * pl.col("dominance_b")).log()
    logit = (BASE + COSINE * pl.col("cosine") + SHARE * shares).cast(pl.Float64)
    certainty = (1 / (1 + (-logit).exp())).cast(pl.Float32)
    uses = {f"use_{end}": terms.use.gather(similar[end]) for end in ("a", "b")}
    found = similar.with_columns(logit=logit, certainty=certainty, **uses)
    lacks = pl.col("alone_a") | pl.col("alone_b")
    common = pl.col("shared_use") >= COMMON
    found = found.filter(common & lacks)
    sure = found.filter(pl.col("certainty") >= gate)
    sure = sure.filter(~_same_word(sure, known, terms))
    sure = sure.filter(_is_nearest(sure))
    # it is senses that are alike: the others of such a sense are no strangers either (`absence`)
    best = _nearest_senses(sure)
    with_them = found.join(sure, on=["a", "b"], how="anti").filter(
        pl.col("senses").is_in(best.implode())
    )
    return (
        pl.concat([sure, with_them.with_columns(certainty=pl.lit(gate, pl.Float32))])
        .sort("certainty", "senses", descending=[True, False])
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


def _is_nearest(found: pl.DataFrame) -> pl.Series:
    """Whether the sense of each end of a pair is among the nearest of the other end."""
    row = found.with_row_index("row")
    ends = [
        row.select("row", "senses", own=end, score=pl.col("logit") + USE * pl.col(use).log())
        for end, use in (("a", "use_b"), ("b", "use_a"))
    ]
    best = pl.col("score").max()
    near = pl.concat(ends).filter(best.over("own", "senses") >= best.over("own") - MARGIN)
    both = near.group_by("row").len().filter(pl.col("len") == 2)
    return row["row"].is_in(both["row"].implode())


def _nearest_senses(sure: pl.DataFrame) -> pl.Series:
    """Of the commoner end of each pair the pair of senses that is nearest."""
    commoner = pl.when(pl.col("use_a") >= pl.col("use_b"))
    own, rarer = commoner.then("a").otherwise("b"), pl.min_horizontal("use_a", "use_b")
    scored = sure.with_columns(own=own, score=pl.col("logit") + USE * rarer.log())
    return scored.sort("score").unique("own", keep="last")["senses"].unique()


def _same_word(found: pl.DataFrame, known: pl.DataFrame, terms: Terms) -> pl.Series:
    """Whether a pair is of forms of one word, of it and of a synonym, or one inside the other."""
    synonyms = known.filter(pl.col("relation") == "synonym")
    pairs = {*zip(synonyms["a"].to_list(), synonyms["b"].to_list(), strict=True)}
    number = {name: term_id for term_id, name in enumerate(terms.names)}

    def same(a: int, b: int) -> bool:
        one, other = (terms.names[x].lower() for x in (a, b))
        if one in other or other in one:
            return True
        for name, own, beside in ((one, a, b), (other, b, a)):
            for lemma in possible_lemmas(name, terms.language):
                base = number.get(lemma)
                if base is not None and base != own:
                    pair = (min(base, beside), max(base, beside))
                    if base == beside or pair in pairs:
                        return True
        return False

    return pl.Series([same(a, b) for a, b in found.select("a", "b").iter_rows()], dtype=pl.Boolean)


def overridden(judged: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Let known pairs override judgements.

    Args:
        judged: Columns a, b and the three probabilities, others too.
        evidence: Known pairs, from `evidence_of`.

    Returns:
        The same rows in their order; the probabilities of known pairs, as far as they are trusted,
        their dominance and `evidence` replaced. What is evidence in part already stays as it is.
    """
    named = {"dominance_a": "known_a", "dominance_b": "known_b"}
    ours = evidence.rename(named)
    rows = judged.join(ours, on=["a", "b"], how="left", maintain_order="left")
    given = {"evidence": "model", "dominance_a": None, "dominance_b": None}
    before = {x: pl.col(x) if x in judged.columns else pl.lit(v) for x, v in given.items()}
    known = pl.col("known").is_not_null()
    trust = pl.col("trust")
    # what is told in part is told once: `release` meets the pairs that `classify` has told
    new = known & ((before["evidence"] != "dictionary") | (trust == 1))
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
