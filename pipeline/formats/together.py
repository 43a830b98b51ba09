"""Which members of a cluster may stand in one synonym rule.

In a rule each term stands for all others, and an engine adds them all, so every two of them must be
synonyms. A cluster need not be so: *pressman* and *printing machine* are synonyms of *printer*, and
*fall behind* is near enough to *lag*. Two terms of which a dictionary knows the senses fit together
if

* they share a sense; or the dictionary calls them similar and p_synonym is SURE; or it says nothing
  of them, p_synonym is at the gate, and they are not spelled alike; and
* they are no words in small letters that the encoder places as far apart as the FAR farthest
  synonyms of the dictionary (*git*, *lowlife*).

A term of which no dictionary knows the senses fits to all, and so does every term of a list, which
gives one sense to its words (*lift* in a list of what hotels have). Kept are, from the term that
fits to most on (of several, the one nearest to these), those that fit to all that are kept already;
of these, terms of which at least MOST of the use lies in the senses that they share with the
others.

Held whole: the judged pairs inside clusters of which a dictionary knows both terms.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.lexicon.likeness import ALIKE, likeness
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.lookup.widening import FAR, MOST, SURE
from nymgraph.pipeline.schemas import EXPORTED_EDGES, EXPORTED_SENSES, EXPORTED_TERMS

__all__ = ["Together"]


class _Pair(NamedTuple):
    cosine: float
    p_synonym: float


class _Sense(NamedTuple):
    share: float
    synonyms: frozenset[str]
    similar: frozenset[str]


class Together:
    """What fits together among the members of a cluster.

    Args:
        export: The export.
    """

    def __init__(self, export: Export) -> None:
        self._gate, self._near = float(export.manifest["gate"]), -1.0
        self._senses: dict[str, list[_Sense]] = defaultdict(list)
        self._pairs: dict[tuple[str, str], _Pair] = {}
        if export.tells_senses:
            self._read(export)

    def fit(self, terms: Sequence[str]) -> list[str]:
        """Those of the terms of one cluster that may stand in its rule, in their order."""
        if sum(term in self._senses for term in terms) < 2:
            return list(terms)
        near = {x: {y for y in terms if x != y and self._fits(x, y)} for x in terms}
        cosine = {x: sum(self._pair(x, y).cosine for y in near[x]) for x in terms}
        kept: set[str] = set()
        for term in sorted(terms, key=lambda x: (-len(near[x]), -cosine[x])):
            if near[term] and kept <= near[term]:
                kept.add(term)
        return [x for x in terms if x in kept and self._mostly(x, kept)]

    def _fits(self, a: str, b: str) -> bool:
        own = self._senses.get(a)
        if not own or b not in self._senses:
            return True
        pair = self._pair(a, b)
        if pair.cosine < self._near and a == a.lower() and b == b.lower():
            return False
        if any(b in sense.synonyms for sense in own):
            return True
        if any(b in sense.similar for sense in own):
            return pair.p_synonym >= SURE
        return pair.p_synonym >= self._gate and likeness(a, b) < ALIKE

    def _pair(self, a: str, b: str) -> _Pair:
        """The judgement of a pair; one that was not exported is not far."""
        return self._pairs.get((min(a, b), max(a, b)), _Pair(1.0, 0.0))

    def _mostly(self, term: str, kept: set[str]) -> bool:
        """Whether most of the use of a term lies in what it shares with the others, if any does."""
        shared = [x.share for x in self._senses.get(term, ()) if kept & (x.synonyms | x.similar)]
        return not shared or sum(shared) >= MOST

    def _read(self, export: Export) -> None:
        terms = export.scan(EXPORTED_TERMS).select("term_id", "term", "cluster_id")
        terms = terms.filter(pl.col("cluster_id").is_not_null())
        other = terms.select(other="term_id", name="term", cluster_id="cluster_id")
        own = export.scan(EXPORTED_SENSES).drop("cluster_id").join(terms, on="term_id")
        columns = ["term_id", "sense", "term", "share", "cluster_id"]
        members = [
            own.select(*columns, other=relation)
            .explode("other", empty_as_null=False)
            .join(other, on=["other", "cluster_id"])
            .group_by("term_id", "sense")
            .agg(pl.col("name").alias(relation))
            for relation in ("synonyms", "similar")
        ]
        senses = own.select(columns)
        for related in members:
            senses = senses.join(related, on=["term_id", "sense"], how="left")
        listed = senses.sort("term_id", "sense").select("term", "share", "synonyms", "similar")
        for term, share, synonyms, similar in listed.collect().iter_rows():
            sense = _Sense(share, frozenset(synonyms or ()), frozenset(similar or ()))
            self._senses[term].append(sense)
        self._near = _near(export, self._gate)
        known = terms.join(export.scan(EXPORTED_SENSES), on="term_id", how="semi")
        ends = [
            known.select(pl.col("term_id").alias(end), pl.col("term").alias(name), "cluster_id")
            for end, name in (("a", "term"), ("b", "other"))
        ]
        edges = export.scan(EXPORTED_EDGES).select("a", "b", "cosine", "p_synonym")
        inside = edges.join(ends[0], on="a").join(ends[1], on=["b", "cluster_id"])
        for a, b, cosine, p in (
            inside.select("term", "other", "cosine", "p_synonym").collect().iter_rows()
        ):
            self._pairs[min(a, b), max(a, b)] = _Pair(cosine, p)


def _near(export: Export, gate: float) -> float:
    """The cosine from which on synonyms of the dictionary are not far."""
    edges = export.scan(EXPORTED_EDGES).filter(
        (pl.col("evidence") == "dictionary") & (pl.col("p_synonym") >= gate)
    )
    found = edges.select(pl.col("cosine").quantile(FAR)).collect().item()
    return -1.0 if found is None else float(found)
