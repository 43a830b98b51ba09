"""How claims about pairs meet the terms of a lexicon.

A claim speaks of the terms that are written exactly as it says. A term of the lexicon that no
source of claims lists takes the claims of those that have its look-up key (*Hot* those of *hot*),
else of the term that it is an inflected form of, by the rules of the language (*Running Shoes*
those of *running shoe*), else of those that differ in spaces and hyphens alone (*Ping Pong* those
of *Ping-Pong*, *Push-Ups* those of *pushup*). A claim about a form that was set aside is one about
its lemma. A claimed term that matches no term of the lexicon stays as it is, as an extra term
(`vocabulary`). One that matches is replaced and not kept as well, so that no training pair holds a
held-out term in another spelling.
"""

import logging
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.lexicon.inflection import base_keys
from nymgraph.pipeline.lexicon.normalise import look_up_key

__all__ = ["WAYS", "Meeting", "aliases", "meet"]

_log = logging.getLogger("nymgraph")
WAYS = ("exactly", "by key", "by inflection", "not at all")
_ALIAS = {"claimed": pl.String, "term": pl.String, "way": pl.UInt8}


class Meeting(NamedTuple):
    """Claims in the words of the lexicon.

    Attributes:
        claims: The claims; ends are terms of the lexicon or extra terms.
        twins: Columns claimed, term: terms of the lexicon and what they were met by, which is one
            term to a learner and has to share its split.
        pairs: How many claimed pairs have both ends in the lexicon, by the less direct way of the
            two, a name of WAYS.
    """

    claims: pl.DataFrame
    twins: pl.DataFrame
    pairs: dict[str, int]

    def names(self, terms: pl.Series) -> list[str]:
        """The first claimed term that matches each term of the lexicon."""
        of_term = self.twins.sort("term", "claimed").unique("term", keep="first")
        rows = pl.DataFrame({"term": terms}).join(
            of_term, on="term", how="left", maintain_order="left"
        )
        return rows["claimed"].fill_null(rows["term"]).to_list()

    def within(self, known: Iterable[str]) -> "Meeting":
        """Only the claims about terms that are known; the others are told in the log."""
        names = pl.Series(list(known), dtype=pl.String).implode()
        kept = self.claims.filter(pl.col("term_a").is_in(names) & pl.col("term_b").is_in(names))
        if dropped := self.claims.height - kept.height:
            _log.warning(
                "label: %s labelled pairs are left out: one of their terms is neither in the list "
                "nor known to the model",
                f"{dropped:,}",
            )
        return self._replace(claims=kept)

    def tell(self) -> None:
        """Say in the log how pairs met the lexicon, where not all did as they are written."""
        *inside, outside = self.pairs.items()
        if outside[1] or any(n for _, n in inside[1:]):
            said = ", ".join(f"{n:,} {way}" for way, n in inside)
            _log.info(
                "label: %s labelled pairs have both terms in the lexicon (%s), %s have not",
                *(f"{sum(n for _, n in inside):,}", said, f"{outside[1]:,}"),
            )


def meet(
    claims: pl.DataFrame,
    terms: pl.Series,
    listed: Iterable[str],
    language: str,
    variants: pl.DataFrame | None = None,
) -> Meeting:
    """Say of which terms each claim speaks.

    Args:
        claims: Claims of all sources, oriented.
        terms: The terms of the lexicon.
        listed: Terms that the sources of claims list, whether they claim anything of them or not.
        language: Language code of the lexicon.
        variants: Columns variant, lemma: the forms that were set aside; None for none.

    Returns:
        The claims, rewritten.
    """
    claimed = pl.concat([claims["term_a"], claims["term_b"]]).unique().sort()
    taken = pl.concat([claimed, pl.Series("term_a", list(listed), pl.String)]).implode()
    unlisted = terms.filter(~terms.is_in(taken))
    met = pl.concat(
        [aliases(claimed, unlisted.sort().to_list(), language), _forms(claimed, variants)]
    )
    inside = claimed.is_in(terms.implode())
    same = pl.DataFrame({"claimed": claimed, "term": claimed}).with_columns(
        way=pl.when(pl.Series(inside)).then(0).otherwise(3).cast(pl.UInt8)
    )
    # a claimed term outside the lexicon that is met by another spelling is not kept beside it
    kept = (pl.col("way") == 0) | ~pl.col("claimed").is_in(met["claimed"].implode())
    ends = pl.concat([same.filter(kept), met])
    found = claims if met.is_empty() else _rewritten(claims, ends)
    return Meeting(found, met.select("claimed", "term"), _counts(claims, ends))


def _forms(claimed: pl.Series, variants: pl.DataFrame | None) -> pl.DataFrame:
    """The claimed terms that were set aside as forms of terms of the lexicon."""
    if variants is None:
        return pl.DataFrame(schema=_ALIAS)
    forms = variants.filter(pl.col("variant").is_in(claimed.implode()))
    way = pl.lit(2, pl.UInt8)
    return forms.select(pl.col("variant").alias("claimed"), pl.col("lemma").alias("term"), way=way)


def aliases(claimed: pl.Series, unlisted: list[str], language: str) -> pl.DataFrame:
    """The claimed terms that unlisted terms of the lexicon are met by.

    Args:
        claimed: Terms that claims speak of.
        unlisted: Terms of the lexicon that none of them is.
        language: Language code of the lexicon.

    Returns:
        Columns claimed, term, way: the place in WAYS.
    """
    if not unlisted:
        return pl.DataFrame(schema=_ALIAS)
    by_key: dict[str, list[str]] = {}
    by_letters: dict[str, list[str]] = {}
    for name in claimed.to_list():
        key = look_up_key(name, language)
        by_key.setdefault(key, []).append(name)
        by_letters.setdefault(_letters(key), []).append(name)
    rows: list[tuple[str, str, int]] = []
    for term in unlisted:
        key = look_up_key(term, language)
        bases = [key, *base_keys(key, language)]
        base = next((other for other in bases if other in by_key), None)
        if base is not None:
            rows += [(name, term, 1 if base == key else 2) for name in by_key[base]]
            continue
        joined = [*map(_letters, bases), *base_keys(_letters(key), language)]
        letters = next((x for x in joined if x in by_letters), None)
        if letters is not None:
            rows += [
                (name, term, 1 if letters == _letters(key) else 2) for name in by_letters[letters]
            ]
    return pl.DataFrame(rows, _ALIAS, orient="row")


def _letters(key: str) -> str:
    return key.replace(" ", "").replace("-", "")


def _rewritten(claims: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The claims about the terms that each end stands for, oriented."""
    columns = claims.columns
    rows = claims
    for end in ("term_a", "term_b"):
        of_end = ends.select(pl.col("claimed").alias(end), pl.col("term").alias(f"new_{end}"))
        rows = rows.join(of_end, on=end, how="left", maintain_order="left_right")
    before, after = ("term_a", "term_b"), ("new_term_a", "new_term_b")
    one = pl.col(after[0]) == pl.col(after[1])  # Hot and HOT were two spellings of one term
    rows = rows.filter(~one | (pl.col(before[0]) == pl.col(before[1])))
    swapped = pl.col(after[0]) > pl.col(after[1])
    turned = {
        f"{name}_{end}": pl.when(swapped).then(f"{source}_{other}").otherwise(f"{source}_{end}")
        for end, other in (("a", "b"), ("b", "a"))
        for name, source in (("term", "new_term"), ("dominance", "dominance"))
        if f"{name}_{end}" in columns
    }
    return rows.with_columns(**turned).select(columns)


def _counts(claims: pl.DataFrame, ends: pl.DataFrame) -> dict[str, int]:
    """How many of the claimed pairs are met, by the less direct way of the two ends."""
    best = ends.group_by("claimed").agg(pl.col("way").min())
    pairs = claims.select("term_a", "term_b").unique()
    for end in ("term_a", "term_b"):
        way = best.select(pl.col("claimed").alias(end), pl.col("way").alias(f"way_{end}"))
        pairs = pairs.join(way, on=end, how="left")
    found = pairs.select(pl.max_horizontal("way_term_a", "way_term_b").alias("way"))
    counted = dict(found["way"].value_counts().iter_rows())
    return {name: int(counted.get(place, 0)) for place, name in enumerate(WAYS)}
