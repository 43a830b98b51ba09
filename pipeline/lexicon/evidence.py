"""Known pairs in the place of judgements, and how much a rare sense counts.

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
synonym (*big, larger*). Where a word meets a phrase, PHRASE is asked more. The sure synonyms of the
term that is nearest to a word are certain just as far as the gate: *dead* is like *deceased*, so
*at rest* is no stranger to it.

The numbers are a logistic regression on 129 such pairs of common words read by eye, 41 of them
synonyms. Their average precision by cosine is .61, by what the classifier says .28: it has
learned that near adjectives which are not listed together are none. BASE has .2 added, for by the
Moby thesaurus three of four are synonyms; with it *new, recent* and *short, brief* pass.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.lemmas import possible_lemmas
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["RARE", "Terms", "evidence_in_list", "evidence_of", "overridden", "similar_evidence"]

BASE, COSINE, SHARE = -0.36, 3.3, 0.36
USE, MARGIN = 0.25, 0.7
PHRASE = 0.3  # what is asked more where a word meets a phrase (*good, well behaved*)
COMMON = 0.45  # least share of all use at which similar senses count
MEANT, SURE = 0.44, 0.8  # from which cosine on, and how far, a rare sense counts in a list
RARE = 0.3  # p_synonym of a pair that holds only in senses that hardly anybody means


class Terms(NamedTuple):
    """The terms of a lexicon, how much each is used, and their language; the place is the term_id.

    Attributes:
        names: The terms.
        use: Above 0, from `use.term_uses`.
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


def evidence_in_list(evidence: pl.DataFrame, vectors: npt.NDArray[np.float16]) -> pl.DataFrame:
    """Known pairs as evidence in a list that is no dictionary.

    A list gives one sense to its words: in one of what hotels have, *lift* means the elevator,
    which it hardly ever does in text. So there a pair of synonyms is sure that is near (*cabbage,
    dough*, both money, are not) and holds in the common sense of one end.

    Args:
        evidence: From `evidence_of`.
        vectors: float16 (n_terms, dim), of the terms.

    Returns:
        The same rows.
    """
    ends = [vectors[evidence[end].to_numpy()].astype(np.float32) for end in ("a", "b")]
    near = pl.Series(np.einsum("ij,ij->i", *ends) >= MEANT)
    common = pl.max_horizontal("dominance_a", "dominance_b") >= 0.5
    sure = near & (pl.col("known") == "synonym") & common
    certainty = pl.when(sure).then(pl.max_horizontal("certainty", pl.lit(SURE, pl.Float32)))
    return evidence.with_columns(certainty=certainty.otherwise("certainty"))


def similar_evidence(
    similar: pl.DataFrame, known: pl.DataFrame, terms: Terms, gate: float
) -> pl.DataFrame:
    """Pairs of similar senses as evidence of synonymy.

    Args:
        similar: The table SIMILAR with a column cosine.
        known: The labelled pairs, from `evidence_of`.
        terms: The lexicon.
        gate: Least p_synonym of an edge.

    Returns:
        As of `evidence_of`; the pairs at or above the gate.
    """
    shares = (pl.col("dominance_a") * pl.col("dominance_b")).log()
    logit = (BASE + COSINE * pl.col("cosine") + SHARE * shares).cast(pl.Float64)
    logit -= PHRASE * _is_phrase_beside_a_word(similar, terms)
    certainty = (1 / (1 + (-logit).exp())).cast(pl.Float32)
    uses = {f"use_{end}": terms.use.gather(similar[end]) for end in ("a", "b")}
    found = similar.with_columns(logit=logit, certainty=certainty, **uses)
    lacks = pl.col("alone_a") | pl.col("alone_b")
    common = pl.col("shared_use") >= COMMON
    found = found.filter(common & lacks)
    sure = found.filter(pl.col("certainty") >= gate)
    sure = sure.filter(~_same_word(sure, known, terms))
    sure = sure.filter(_is_nearest(sure))
    with_them = _with_them(found, sure, known, gate)
    return (
        pl.concat([sure, with_them])
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


def _with_them(
    found: pl.DataFrame, sure: pl.DataFrame, known: pl.DataFrame, gate: float
) -> pl.DataFrame:
    """The other terms of a sense that is nearest to a word, if they are sure synonyms of that one.

    It is senses that are alike: to *dead*, which is like *deceased*, its synonym *at rest* is no
    stranger either (`absence`).
    """
    others = found.join(sure, on=["a", "b"], how="anti")
    others = others.filter(pl.col("senses").is_in(_nearest_senses(sure).implode()))
    strong = known.filter((pl.col("known") == "synonym") & (pl.col("certainty") >= gate))
    near, far = (_from_each_end(rows) for rows in (sure, others.with_row_index("row")))
    met = far.join(near.rename({"other": "via"}), on=["senses", "own"])
    met = met.with_columns(a=pl.min_horizontal("other", "via"), b=pl.max_horizontal("other", "via"))
    rows = met.join(strong, on=["a", "b"], how="semi")["row"].unique()
    kept = others.with_row_index("row").filter(pl.col("row").is_in(rows.implode())).drop("row")
    return kept.with_columns(certainty=pl.lit(gate, pl.Float32))


def _from_each_end(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns senses, own, other (and row, if given): each pair twice."""
    columns = [name for name in ("row", "senses") if name in rows.columns]
    ends = (("a", "b"), ("b", "a"))
    return pl.concat([rows.select(*columns, own=own, other=other) for own, other in ends])


def _nearest_senses(sure: pl.DataFrame) -> pl.Series:
    """Of the commoner end of each pair the pair of senses that is nearest, by use and without."""
    own = pl.when(pl.col("use_a") >= pl.col("use_b")).then("a").otherwise("b")
    by_use = pl.col("logit") + USE * pl.min_horizontal("use_a", "use_b").log()
    scored = sure.with_columns(own=own, by_use=by_use)
    best = [scored.sort(x, "senses").unique("own", keep="last") for x in ("logit", "by_use")]
    return best[0].join(best[1], on=["own", "senses"], how="semi")["senses"].unique()


def _is_phrase_beside_a_word(similar: pl.DataFrame, terms: Terms) -> pl.Series:
    """Whether one of the two terms is a phrase and the other a word: 1 or 0."""
    phrase = terms.names.str.contains(r"[\s-]")
    return (phrase.gather(similar["a"]) != phrase.gather(similar["b"])).cast(pl.Int8)


def _same_word(found: pl.DataFrame, known: pl.DataFrame, terms: Terms) -> pl.Series:
    """Whether a pair is of forms of one word, of it and of a synonym, or one inside the other."""
    synonyms = known.filter(pl.col("known") == "synonym")
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
    # trust in part is applied once: `release` meets pairs that `classify` has overridden
    new = known & ((before["evidence"] != "dictionary") | (trust == 1))
    columns = [
        pl.when(new)
        .then(trust * _known_probability(name) + (1 - trust) * pl.col(f"p_{name}"))
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


def _known_probability(name: str) -> pl.Expr:
    """The probability of one relation by a known pair."""
    certain = pl.col("certainty")
    return pl.when(pl.col("known") == name).then(certain).otherwise((1 - certain) / 2)
