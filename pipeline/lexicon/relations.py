"""Claims about pairs of terms, and the rule that turns them into one label per pair.

A *claim* is (term_a, term_b, relation, source, confidence, place, part of speech or null,
dominance_a, dominance_b, shared_use). Its confidence is that of the row times the trust in the
source; its place is that of its dictionary in the list of them. The dominance of an end is the
share of its use that lies in the senses in which the two are related (`dominance`), and
`shared_use` that share of all use of the two; 1 where a source has no senses. The rule, in this
order:

1. `same_term`: a term with itself is no pair: dropped.
2. `not_in_lexicon`: a term that the lexicon does not hold: dropped.
3. `table_over_dictionary`: where a user's table speaks, dictionaries are not heard.
4. `more_trusted`: claimed to be synonyms and antonyms: the claim of more confidence is kept, of
   equal ones that of the dictionary that stands first in the list.
   `commoner_sense`: where that does not decide, they are antonyms if these take MUCH_COMMONER times
   the use (*father, mother*, which also share the verb for begetting).
   `synonym_and_antonym`: else the pair is ambiguous, dropped.
5. `closer_relation`: synonym or antonym beside co-hyponym: the closer relation is kept.
6. `over_language_model`: where a dictionary or a table speaks, a language model is not heard.

Rules 4 and 5 look only at the claims heard: those of the highest rank (language model, dictionary,
table) that speaks about the pair. All that the rules change or drop is listed in the table of
conflicts.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import polars as pl

from nymgraph.pipeline.lexicon.dictionaries import Inventory, read_inventory
from nymgraph.pipeline.lexicon.dominance import sense_shares
from nymgraph.pipeline.lexicon.hashing import stable_hash
from nymgraph.pipeline.lexicon.shared_use import shared_use, uses_of
from nymgraph.pipeline.lexicon.tables import pair_rows, read_table
from nymgraph.pipeline.lexicon.wordnet import Synset, opposed
from nymgraph.pipeline.schemas import CONFLICTS, RELATION_NAMES
from nymgraph.pipeline.settings.params import Dictionary, PairTable

__all__ = [
    "antonym_pairs",
    "claims_of_dictionary",
    "claims_of_inventory",
    "claims_of_language_model",
    "claims_of_model",
    "claims_of_rows",
    "claims_of_table",
    "resolve",
]

_log = logging.getLogger("nymgraph")
MUCH_COMMONER = 3
_LANGUAGE_MODEL, _DICTIONARY, _TABLE = range(3)  # ranks: a higher one silences a lower


class _Tie(NamedTuple):
    """Two terms that a dictionary relates, each in one sense of it.

    The part of speech is empty where it is not known; senses are places in the dictionary.
    """

    term_a: str
    term_b: str
    pos: str
    sense_a: int
    sense_b: int
    share_a: float
    share_b: float
    confidence: float = 1.0

    def oriented(self) -> "_Tie":
        """The same with term_a <= term_b byte-wise."""
        if self.term_a <= self.term_b:
            return self
        a, b, pos, sense_a, sense_b, share_a, share_b, confidence = self
        return _Tie(b, a, pos, sense_b, sense_a, share_b, share_a, confidence)


_TIE = {
    **dict.fromkeys(("term_a", "term_b", "pos"), pl.String),
    **dict.fromkeys(("sense_a", "sense_b"), pl.UInt32),
    **dict.fromkeys(("share_a", "share_b", "confidence"), pl.Float64),
}
_WEIGHTS = ("confidence", "dominance_a", "dominance_b", "shared_use")
_PAIR = ("term_a", "term_b", "relation")


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
        The claims, oriented (term_a <= term_b byte-wise), with the dominance of each end.
    """
    return claims_of_inventory(read_inventory(source, language), co_hyponyms, seed)


def claims_of_inventory(
    inventory: Inventory, co_hyponyms: int, seed: int, place: int = 0
) -> pl.DataFrame:
    """`claims_of_dictionary` of a dictionary that has been read; `place`: its place in the list."""
    synsets = inventory.synsets
    shares = sense_shares(synsets, inventory.senses)
    kinds = (
        _synonyms(synsets, shares),
        _antonyms(synsets, shares),
        _co_hyponyms(synsets, shares, co_hyponyms, seed),
    )
    frames = [
        _summed(ties).with_columns(relation=pl.lit(relation))
        for relation, ties in zip(RELATION_NAMES, kinds, strict=True)
    ]
    rows = pl.concat(frames).with_columns(pl.col("confidence") * inventory.trust)
    uses = uses_of(inventory)
    one, other = (
        rows.select(term=end).join(uses, on="term", how="left", maintain_order="left")
        for end in ("term_a", "term_b")
    )
    rows = rows.with_columns(shared_use=shared_use(rows, (one, other)))
    return _claims(rows, inventory.name, _DICTIONARY).with_columns(place=pl.lit(place, pl.UInt32))


def _summed(ties: Iterable[_Tie]) -> pl.DataFrame:
    """One row for each pair and part of speech; what its senses are of each end adds up."""
    pair = ["term_a", "term_b", "pos"]
    rows = pl.DataFrame([tie.oriented() for tie in ties], schema=_TIE, orient="row")
    sums = [
        rows.unique([*pair, f"sense_{end}"])
        .group_by(pair)
        .agg(pl.col(f"share_{end}").sort().sum().clip(0, 1).alias(f"dominance_{end}"))
        for end in ("a", "b")
    ]
    surest = rows.group_by(pair).agg(pl.col("confidence").max())
    return sums[0].join(sums[1], on=pair).join(surest, on=pair).sort(pair)


def claims_of_table(table: PairTable, language: str = "und") -> pl.DataFrame:
    """Claims of a user's table: term_a, term_b, relation and, if it has them, more of each.

    `confidence` and `pos` are read, and `weight`: the dominance of the pair at both ends.

    A row without a relation, as a review leaves it where nobody knew, claims nothing; such rows are
    counted in the log. A relation may be written in capitals or with a hyphen.

    Args:
        table: Where it is.
        language: Language code of the lexicon.

    Returns:
        The claims, oriented.

    Raises:
        InputError: The file or a column is missing, a term is empty, a relation does not exist, or
            a confidence or weight is not between 0 and 1.
    """
    return claims_of_rows(pair_rows(read_table(table.path), table.path, language), table)


def claims_of_rows(rows: pl.DataFrame, table: PairTable) -> pl.DataFrame:
    """Claims of a user's table that has been read and checked, as of `claims_of_table`.

    Args:
        rows: Its rows, as `pair_rows` gives them.
        table: Where it is.

    Returns:
        The claims, oriented.
    """
    answered = rows.filter(pl.col("relation").is_not_null())
    if answered.height < rows.height:
        skipped = rows.height - answered.height
        _log.info("%s: %d of %d rows have no relation yet", table.path, skipped, rows.height)
    shares = {name: pl.col("weight") for name in ("dominance_a", "dominance_b", "shared_use")}
    answered = answered.with_columns(pl.col("confidence") * table.trust, **shares)
    return _claims(answered, table.path.name, _TABLE)


def claims_of_model(known: pl.DataFrame) -> pl.DataFrame:
    """Claims of the pairs that a trained model knows: they stand as their sources would.

    Args:
        known: Columns term_a, term_b, relation, confidence, sources; maybe pos and more.

    Returns:
        The claims, oriented.
    """
    rows = known.with_columns(pl.col("relation").cast(pl.String)).explode("sources")
    return _claims(rows, pl.col("sources"), _DICTIONARY)


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
    flat = [(1.0,) * len(synset.terms) for synset in synsets]
    for tie in _antonyms(synsets, flat):
        yield tie.oriented()[:3]


def _antonyms(synsets: list[Synset], shares: list[tuple[float, ...]]) -> Iterator[_Tie]:
    for one, i, other, j in opposed(synsets):
        a, b = synsets[one].terms[i], synsets[other].terms[j]
        ends = (shares[one][i], shares[other][j])
        yield _Tie(a, b, synsets[one].pos, one, other, *ends, synsets[one].confidence)


def resolve(claims: pl.DataFrame, terms: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply the rule to all claims.

    Args:
        claims: Claims of all sources.
        terms: The terms of the lexicon.

    Returns:
        The labelled pairs (term_a, term_b, relation, sources, confidence, dominance_a, dominance_b,
        shared_use, pos; one row per pair, sorted) and the table CONFLICTS.
    """
    pair = ["term_a", "term_b"]
    several = claims.select(pair).is_duplicated()
    kept, conflicts = _settled(claims.filter(several), terms)
    alone, refused = _undisputed(claims.filter(~several), terms)
    kept, conflicts = (pl.concat(x).sort(pair) for x in ((kept, alone), (conflicts, refused)))
    return kept, CONFLICTS.conform(conflicts)


def _undisputed(claims: pl.DataFrame, terms: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of pairs that one claim alone speaks of, those that are kept, and those that are not.

    The rule says the same of them, in far more time.
    """
    rows = claims.with_columns(
        relations=pl.concat_list("relation"),
        sources=pl.concat_list("source"),
        reason=_no_pair(terms),
        kept=pl.lit(None, pl.String),
    )
    kept = rows.filter(pl.col("reason").is_null()).select(*_PAIR, "sources", *_WEIGHTS, "pos")
    return kept, rows.filter(pl.col("reason").is_not_null()).select(list(CONFLICTS.schema))


def _settled(claims: pl.DataFrame, terms: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs that are kept, by the rule, and the rows of conflicts."""
    pair = ["term_a", "term_b"]
    claims = _with_strength(claims)
    rank = pl.col("rank")
    heard = rank == rank.max()
    synonym, antonym = (
        pl.col("strength").filter(heard & (pl.col("relation") == name)).max()
        for name in ("synonym", "antonym")
    )
    alike, opposed = (
        pl.col("shared_use").filter(heard & (pl.col("relation") == name)).max()
        for name in ("synonym", "antonym")
    )
    known = pl.col("relation").filter(rank > _LANGUAGE_MODEL).n_unique()
    pairs = (
        claims.group_by(pair)
        .agg(
            relations=pl.col("relation").unique().sort(),
            sources=pl.col("source").unique().sort(),
            heard=pl.col("relation").filter(heard).unique().sort(),
            overruled=(rank == _DICTIONARY).any() & (rank.max() == _TABLE) & (known > 1),
            stronger=(synonym.cast(pl.Int64) - antonym.cast(pl.Int64)).sign(),
            opposed=opposed >= MUCH_COMMONER * alike,
        )
        .with_columns(heard=_not_beaten())
        .with_columns(reason=_reason(terms), kept=_closest())
        .with_columns(kept=pl.when(_dropped()).then(None).otherwise("kept"))
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
            dominance_a=pl.col("dominance_a").filter("heard").max(),
            dominance_b=pl.col("dominance_b").filter("heard").max(),
            shared_use=pl.col("shared_use").filter("heard").max(),
            pos=pl.coalesce(_agreed(pl.col("pos").filter("heard")), _agreed(pl.col("pos"))),
        )
    )
    return kept, conflicts.select(list(CONFLICTS.schema))


def _with_strength(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims with a number that rises with confidence, and among equals falls with the place."""
    known = claims.select("confidence", "place").unique()
    ranked = known.sort("confidence", "place", descending=[False, True]).with_row_index("strength")
    return claims.join(ranked, on=["confidence", "place"], maintain_order="left")


def _not_beaten() -> pl.Expr:
    """The relations heard, of synonym and antonym the stronger alone."""
    beaten = (
        pl.when(pl.col("stronger") > 0)
        .then(pl.lit("antonym"))
        .when((pl.col("stronger") < 0) | ((pl.col("stronger") == 0) & pl.col("opposed")))
        .then(pl.lit("synonym"))
        .otherwise(pl.lit(""))
    )
    return pl.col("heard").list.set_difference(pl.concat_list(beaten)).list.sort()


def _agreed(pos: pl.Expr) -> pl.Expr:
    """The one part of speech of a group of claims; null when none or several are named."""
    named = pos.drop_nulls()
    return pl.when(named.n_unique() == 1).then(named.first())


def _no_pair(terms: pl.Series) -> pl.Expr:
    """Why two terms are no pair of the lexicon; null where they are."""
    in_lexicon = pl.col("term_a").is_in(terms.implode()) & pl.col("term_b").is_in(terms.implode())
    same = pl.when(pl.col("term_a") == pl.col("term_b")).then(pl.lit("same_term"))
    return same.when(~in_lexicon).then(pl.lit("not_in_lexicon"))


def _reason(terms: pl.Series) -> pl.Expr:
    both = pl.col("heard").list.contains("synonym") & pl.col("heard").list.contains("antonym")
    reason = (
        pl.when(both)
        .then(pl.lit("synonym_and_antonym"))
        .when("overruled")
        .then(pl.lit("table_over_dictionary"))
        .when(pl.col("stronger") == 0)
        .then(pl.lit("commoner_sense"))
        .when(pl.col("stronger").is_not_null())
        .then(pl.lit("more_trusted"))
        .when(pl.col("heard").list.len() > 1)
        .then(pl.lit("closer_relation"))
        .when(pl.col("relations").list.len() > 1)
        .then(pl.lit("over_language_model"))
    )
    return pl.coalesce(_no_pair(terms), reason)


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
    """Rows as claims, oriented; what the rows do not say is certain and dominant."""
    swapped = pl.col("term_a") > pl.col("term_b")
    given = {name: pl.col(name) if name in rows.columns else pl.lit(1.0) for name in _WEIGHTS}
    ends = [given["dominance_a"], given["dominance_b"]]
    pos = pl.col("pos") if "pos" in rows.columns else pl.lit(None)
    pos = pos.cast(pl.String).str.strip_chars().str.to_lowercase()
    return rows.select(
        pl.min_horizontal("term_a", "term_b").alias("term_a"),
        pl.max_horizontal("term_a", "term_b").alias("term_b"),
        pl.col("relation"),
        (pl.lit(source) if isinstance(source, str) else source).alias("source"),
        given["confidence"].cast(pl.Float32).alias("confidence"),
        pl.lit(rank, pl.UInt8).alias("rank"),
        pl.when(pos != "").then(pos).alias("pos"),
        pl.when(swapped).then(ends[1]).otherwise(ends[0]).cast(pl.Float32).alias("dominance_a"),
        pl.when(swapped).then(ends[0]).otherwise(ends[1]).cast(pl.Float32).alias("dominance_b"),
        given["shared_use"].cast(pl.Float32).alias("shared_use"),
        pl.lit(0, pl.UInt32).alias("place"),
    )


def _synonyms(synsets: list[Synset], shares: list[tuple[float, ...]]) -> Iterator[_Tie]:
    for number, (synset, share) in enumerate(zip(synsets, shares, strict=True)):
        of_term = dict(zip(synset.terms, share, strict=True))
        for a, b in combinations(sorted(of_term), 2):
            ends = (of_term[a], of_term[b])
            yield _Tie(a, b, synset.pos, number, number, *ends, synset.confidence)


def _co_hyponyms(
    synsets: list[Synset], shares: list[tuple[float, ...]], limit: int, seed: int
) -> Iterator[_Tie]:
    """Draw, per hypernym, `limit` pairs of children and one term of each; repeats fall together."""
    children: dict[str, list[int]] = defaultdict(list)
    for number, synset in enumerate(synsets):
        for hypernym in synset.hypernyms if synset.terms else ():
            children[hypernym].append(number)
    for hypernym, group in children.items():
        if len(group) < 2:
            continue
        # a generator of its own, so that one hypernym does not shift another's draw
        random = np.random.default_rng([seed, stable_hash(hypernym)])
        one = random.integers(len(group), size=limit)
        other = (one + random.integers(1, len(group), size=limit)) % len(group)
        places = random.random((limit, 2))
        for i, j, (x, y) in zip(one, other, places, strict=True):
            left, right = group[i], group[j]
            p, q = int(x * len(synsets[left].terms)), int(y * len(synsets[right].terms))
            a, b, pos = synsets[left].terms[p], synsets[right].terms[q], synsets[left].pos
            if a != b:
                ends = (shares[left][p], shares[right][q])
                sure = min(synsets[left].confidence, synsets[right].confidence)
                yield _Tie(a, b, pos, left, right, *ends, sure)
