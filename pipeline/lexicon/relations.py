"""Claims about pairs of terms, and the rule that turns them into one label per pair.

A *claim* is (term_a, term_b, relation, source, confidence, part of speech or null). The rule, in
this order:

1. `same_term`: a term with itself is no pair: dropped.
2. `not_in_lexicon`: a term that the lexicon does not hold: dropped.
3. `table_over_dictionary`: where a user's table speaks, dictionaries are not heard.
4. `synonym_and_antonym`: claimed to be both: the pair is ambiguous, dropped.
5. `closer_relation`: synonym or antonym beside co-hyponym: the closer relation is kept.
6. `over_language_model`: where a dictionary or a table speaks, a language model is not heard.

Rules 4 and 5 look only at the claims heard: those of the highest rank (language model, dictionary,
table) that speaks about the pair. All that the rules change or drop is listed in the table of
conflicts.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, product

import numpy as np
import polars as pl

from nymgraph.pipeline.lexicon.dictionaries import clean_synsets, dictionary_name
from nymgraph.pipeline.lexicon.hashing import stable_hash
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.tables import (
    read_table,
    refuse_rows,
    relation_words,
    require_columns,
)
from nymgraph.pipeline.lexicon.wordnet import Synset
from nymgraph.pipeline.params import Dictionary, PairTable
from nymgraph.pipeline.schemas import CONFLICTS, RELATION_NAMES

__all__ = [
    "antonym_pairs",
    "claims_of_dictionary",
    "claims_of_language_model",
    "claims_of_table",
    "resolve",
]

_log = logging.getLogger("nymgraph")
_LANGUAGE_MODEL, _DICTIONARY, _TABLE = range(3)  # ranks: a higher one silences a lower
_CLAIM = {"term_a": pl.String, "term_b": pl.String, "pos": pl.String}
# two terms and the part of speech, empty where it is not known
_Pair = tuple[str, str, str]


def claims_of_dictionary(
    source: Dictionary, co_hyponyms: int, seed: int, language: str = "und"
) -> pl.DataFrame:
    """Claims of a dictionary.

    Synonyms share a synset, antonyms are pointers of terms or of synsets, co-hyponyms share a
    direct hypernym.

    Args:
        source: The dictionary.
        co_hyponyms: At most so many co-hyponym pairs are drawn per hypernym.
        seed: Seed of the draw.
        language: Language code of the lexicon.

    Returns:
        The claims, oriented (term_a <= term_b byte-wise).
    """
    synsets = clean_synsets(source, language)
    kinds = (_synonyms(synsets), antonym_pairs(synsets), _co_hyponyms(synsets, co_hyponyms, seed))
    frames = [
        pl.DataFrame(sorted(set(pairs)), schema=_CLAIM, orient="row").with_columns(
            relation=pl.lit(relation)
        )
        for relation, pairs in zip(RELATION_NAMES, kinds, strict=True)
    ]
    return _claims(pl.concat(frames), dictionary_name(source), _DICTIONARY)


def claims_of_table(table: PairTable, language: str = "und") -> pl.DataFrame:
    """Claims of a user's table: term_a, term_b, relation and, if it has them, confidence and pos.

    A row without a relation, as a review leaves it where nobody knew, claims nothing; such rows are
    counted in the log. A relation may be written in capitals or with a hyphen.

    Args:
        table: Where it is.
        language: Language code of the lexicon.

    Returns:
        The claims, oriented.

    Raises:
        InputError: The file or a column is missing, a term is empty, a relation does not exist or
            a confidence is not between 0 and 1.
    """
    rows = read_table(table.path)
    require_columns(rows, ["term_a", "term_b", "relation"], table.path)
    rows = rows.with_columns(
        pl.col("term_a", "term_b")
        .cast(pl.String)
        .map_elements(lambda term: clean(term, language), return_dtype=pl.String)
    )
    given = rows["relation"]
    rows = rows.with_columns(relation=relation_words())
    known = pl.col("relation").is_null() | pl.col("relation").is_in(RELATION_NAMES)
    expected = f"one of {', '.join(RELATION_NAMES)}, or nothing"
    refuse_rows(rows, ~known, table.path, "relation", expected, given)
    for column in ("term_a", "term_b"):
        refuse_rows(rows, pl.col(column).fill_null("") == "", table.path, column, "a term")
    if "confidence" in rows.columns:
        given = rows["confidence"]
        rows = rows.with_columns(confidence=given.cast(pl.Float32, strict=False).fill_null(-1))
        outside = ~pl.col("confidence").is_between(0, 1)
        refuse_rows(rows, outside, table.path, "confidence", "a number from 0 to 1", given)
    answered = rows.filter(pl.col("relation").is_not_null())
    if answered.height < rows.height:
        skipped = rows.height - answered.height
        _log.info("%s: %d of %d rows have no relation yet", table.path, skipped, rows.height)
    return _claims(answered, table.path.name, _TABLE)


def claims_of_language_model(augmented: pl.DataFrame) -> pl.DataFrame:
    """Claims of a language model.

    Args:
        augmented: The table AUGMENTED.

    Returns:
        The claims, oriented, each with its own source.
    """
    rows = augmented.with_columns(pl.col("relation").cast(pl.String))
    return _claims(rows, pl.col("source"), _LANGUAGE_MODEL)


def antonym_pairs(synsets: list[Synset]) -> Iterator[tuple[str, str, str]]:
    """The antonyms of a dictionary, oriented, with their part of speech.

    A pointer to what is not there is passed over.

    Args:
        synsets: The dictionary.

    Yields:
        term_a, term_b, part of speech.
    """
    terms_of = {synset.id: synset.terms for synset in synsets}
    for synset in synsets:
        for antonym in synset.antonyms:
            target = terms_of.get(antonym.target, ())
            if antonym.target_literal < len(target):
                a, b = synset.terms[antonym.literal], target[antonym.target_literal]
                yield min(a, b), max(a, b), synset.pos
        for opposite in synset.opposites:
            for a, b in product(synset.terms, terms_of.get(opposite, ())):
                yield min(a, b), max(a, b), synset.pos


def resolve(claims: pl.DataFrame, terms: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply the rule to all claims.

    Args:
        claims: Claims of all sources.
        terms: The terms of the lexicon.

    Returns:
        The labelled pairs (term_a, term_b, relation, sources, confidence, pos; one row per pair,
        sorted) and the table CONFLICTS.
    """
    pair = ["term_a", "term_b"]
    rank = pl.col("rank")
    heard = rank == rank.max()
    known = pl.col("relation").filter(rank > _LANGUAGE_MODEL).n_unique()
    pairs = (
        claims.group_by(pair)
        .agg(
            relations=pl.col("relation").unique().sort(),
            sources=pl.col("source").unique().sort(),
            heard=pl.col("relation").filter(heard).unique().sort(),
            overruled=(rank == _DICTIONARY).any() & (rank.max() == _TABLE) & (known > 1),
        )
        .with_columns(reason=_reason(terms), kept=_closest())
        .with_columns(kept=pl.when(_dropped()).then(None).otherwise("kept"))
        .sort(pair)
    )
    conflicts = pairs.filter(pl.col("reason").is_not_null())
    # only who claims the relation kept stands for it, and with how much confidence
    kept = (
        claims.with_columns(heard=heard.over(pair))
        .join(pairs.select(*pair, relation="kept"), on=[*pair, "relation"])
        .group_by(*pair, "relation")
        .agg(
            sources=pl.col("source").unique().sort(),
            confidence=pl.col("confidence").filter("heard").max(),
            pos=pl.coalesce(_agreed(pl.col("pos").filter("heard")), _agreed(pl.col("pos"))),
        )
        .sort(pair)
    )
    return kept, CONFLICTS.conform(conflicts.select(list(CONFLICTS.schema)))


def _agreed(pos: pl.Expr) -> pl.Expr:
    """The one part of speech of a group of claims; null when none or several are named."""
    named = pos.drop_nulls()
    return pl.when(named.n_unique() == 1).then(named.first())


def _reason(terms: pl.Series) -> pl.Expr:
    in_lexicon = pl.col("term_a").is_in(terms.implode()) & pl.col("term_b").is_in(terms.implode())
    both = pl.col("heard").list.contains("synonym") & pl.col("heard").list.contains("antonym")
    return (
        pl.when(pl.col("term_a") == pl.col("term_b"))
        .then(pl.lit("same_term"))
        .when(~in_lexicon)
        .then(pl.lit("not_in_lexicon"))
        .when(both)
        .then(pl.lit("synonym_and_antonym"))
        .when("overruled")
        .then(pl.lit("table_over_dictionary"))
        .when(pl.col("heard").list.len() > 1)
        .then(pl.lit("closer_relation"))
        .when(pl.col("relations").list.len() > 1)
        .then(pl.lit("over_language_model"))
    )


def _closest() -> pl.Expr:
    """The closest relation heard; `synonym_and_antonym` is dropped before this matters."""
    heard = pl.col("heard")
    return (
        pl.when(heard.list.contains("antonym"))
        .then(pl.lit("antonym"))
        .when(heard.list.contains("synonym"))
        .then(pl.lit("synonym"))
        .otherwise(pl.lit("co_hyponym"))
    )


def _dropped() -> pl.Expr:
    dropping = ["same_term", "not_in_lexicon", "synonym_and_antonym"]
    return pl.col("reason").is_in(dropping).fill_null(value=False)


def _claims(rows: pl.DataFrame, source: str | pl.Expr, rank: int) -> pl.DataFrame:
    confidence = pl.col("confidence") if "confidence" in rows.columns else pl.lit(1.0)
    pos = pl.col("pos") if "pos" in rows.columns else pl.lit(None)
    pos = pos.cast(pl.String).str.strip_chars().str.to_lowercase()
    return rows.select(
        pl.min_horizontal("term_a", "term_b").alias("term_a"),
        pl.max_horizontal("term_a", "term_b").alias("term_b"),
        pl.col("relation"),
        (pl.lit(source) if isinstance(source, str) else source).alias("source"),
        confidence.cast(pl.Float32).alias("confidence"),
        pl.lit(rank, pl.UInt8).alias("rank"),
        pl.when(pos != "").then(pos).alias("pos"),
    )


def _synonyms(synsets: Iterable[Synset]) -> Iterator[_Pair]:
    for synset in synsets:
        for a, b in combinations(sorted(set(synset.terms)), 2):
            yield a, b, synset.pos


def _co_hyponyms(synsets: list[Synset], limit: int, seed: int) -> Iterator[_Pair]:
    """Draw, per hypernym, `limit` pairs of children and one term of each; repeats fall together."""
    children: dict[str, list[Synset]] = defaultdict(list)
    for synset in filter(lambda synset: synset.terms, synsets):
        for hypernym in synset.hypernyms:
            children[hypernym].append(synset)
    for hypernym, group in children.items():
        if len(group) < 2:
            continue
        # a generator of its own, so that one hypernym does not shift another's draw
        random = np.random.default_rng([seed, stable_hash(hypernym)])
        one = random.integers(len(group), size=limit)
        other = (one + random.integers(1, len(group), size=limit)) % len(group)
        places = random.random((limit, 2))
        for i, j, (x, y) in zip(one, other, places, strict=True):
            a = group[i].terms[int(x * len(group[i].terms))]
            b = group[j].terms[int(y * len(group[j].terms))]
            if a != b:
                yield min(a, b), max(a, b), group[i].pos
