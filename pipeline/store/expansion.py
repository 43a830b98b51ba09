"""Queries widened by synonyms, for search and for retrieval before a language model.

The phrases of a query (`phrases`) are widened one by one.

Nothing is added in a meaning that the word mostly does not have. Where a dictionary knows its
senses, only those count that the word can have where it stands (`grammar`). A term is added if at
least MOST of their use lies in senses that the two share, or in which the dictionary calls them
similar and the judge is SURE (the surest, and its synonyms). The other must mostly mean that too:
BACK beside its commonest sense, and HALF of all its use, or MOST where nobody counted it. Nor may
the encoder, which has read how people write, place the two far apart (`pairs.JudgedPairs.far`):
*git*, *lowlife*. Of what the judge alone says, members of its own cluster are added that are not
the same letters again. `senses` asks for more. These stay as they are: what the query negates; a
phrase that begins with a word of the grammar and is no noun (*in the air*), which cannot be
distinguished from its words; and a noun before another phrase that may be an adjective there (*kind
words*). Never added are vulgar or offensive terms (except to such a term), words that the phrase
holds already (*chocolate* of *hot chocolate*, *Sun* of *sun*), and nouns that nobody counted in
text but that may be forms of a counted word (*grooming*, *groom*).
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from nymgraph.pipeline.lexicon.likeness import ALIKE, likeness
from nymgraph.pipeline.lexicon.normalise import clean, look_up_key
from nymgraph.pipeline.lookup.widening import MOST, SURE
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.grammar import possible_kinds
from nymgraph.pipeline.store.pairs import JudgedPairs
from nymgraph.pipeline.store.phrases import Phrase, is_counted, is_form, phrases_of
from nymgraph.pipeline.store.senses import DictionarySense
from nymgraph.pipeline.store.views import View

__all__ = ["Expansion", "expand"]

BACK = 0.9  # how common that sense is for what is added, beside its commonest
HALF = 0.5  # least share of the use of what is added in what it shares with the word
SELDOM = 0.02  # share of the use of a noun as an adjective, from which it may be one


@dataclass(frozen=True, repr=False)
class Expansion(View):
    """A query and what was added to it.

    Attributes:
        query: The query, its white space cleaned.
        parts: Its words and phrases, in order.
    """

    query: str
    parts: tuple[Phrase, ...]

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The parts that are terms of the lexicon."""
        return tuple(part for part in self.parts if part.term is not None)

    @property
    def added(self) -> tuple[str, ...]:
        """All that was added, each once."""
        return tuple(dict.fromkeys(term for part in self.parts for term in part.added))

    @property
    def alternatives(self) -> list[list[str]]:
        """For each part the ways to say it: itself, then what was added."""
        return [[part.text, *part.added] for part in self.parts]

    def to_text(self) -> str:
        """The query followed by what was added, for BM25 or an encoder."""
        return " ".join([self.query, *self.added])

    def title(self) -> str:
        """The query and how much was added."""
        added = len(self.added)
        return f"{self.query!r}: {added} term{'' if added == 1 else 's'} added"

    def rows(self) -> list[tuple[str, str]]:
        """Each phrase with the terms added, and those withheld."""
        rows = []
        for part in self.phrases:
            how = "another spelling of " * part.respelled
            name = part.text if part.text == part.term else f"{part.text} ({how}{part.term})"
            withheld = f"; withheld: {', '.join(part.withheld)}" if part.withheld else ""
            nothing = "left as it is: the query negates it" if part.negated else "nothing"
            rows.append((name, (", ".join(part.added) or nothing) + withheld))
        return rows


def expand(
    export: ExportFolder,
    query: str,
    limit: int,
    skip: Collection[str],
    *,
    senses: bool,
    least: float,
) -> Expansion:
    """Find the terms in a query and add their synonyms, never their antonyms.

    Args:
        export: The export.
        query: The query.
        limit: Terms added to each phrase at most, 0 or more.
        skip: Words that are no phrase by themselves, case-folded.
        senses: Add the members of the other clusters that the term could belong to as well.
        least: The probability of synonymy from which a pair that was judged counts, 0 to 1.

    Returns:
        The expansion.
    """
    words = clean(query, export.language).split()
    parts = phrases_of(export, words, skip)
    widened = [
        _widened(export, parts, place, limit, senses=senses, least=least)
        if part.term is not None and not part.added and _is_clear(export, part, after, skip)
        else part
        for place, (part, after) in enumerate(pairwise([*parts, Phrase("")]))
    ]
    return Expansion(" ".join(words), tuple(widened))


def _widened(
    export: ExportFolder,
    parts: list[Phrase],
    place: int,
    limit: int,
    *,
    senses: bool,
    least: float,
) -> Phrase:
    part = parts[place]
    term_id = export.terms.resolve(part.term or part.text)
    weights = _weights(export, term_id, least)
    if senses:
        weights = _of_other_senses(export, term_id) | weights
    else:
        weights = _meant(export, term_id, weights, _senses_there(export, parts, place))
    ranked = sorted(weights, key=lambda other: (-weights[other], other))
    opposite = _opposites(export, term_id)
    name = export.terms.name
    coarse = export.marks.of(term_id)
    kept = [
        x
        for x in ranked
        if x not in opposite
        and (coarse or not export.marks.of(x))
        and not _repeats(export, part, x)
    ]
    if part.respelled:
        kept, weights = [term_id, *kept], weights | {term_id: 1.0}
    kept = kept[:limit]
    return part._replace(
        added=tuple(name(other) for other in kept),
        withheld=tuple(name(other) for other in ranked if other in opposite),
        weights=tuple(weights[other] for other in kept),
    )


def _senses_there(export: ExportFolder, parts: list[Phrase], place: int) -> list[DictionarySense]:
    """The senses that a phrase can have where it stands, their shares those among them."""
    own = export.dictionary.of(export.terms.resolve(parts[place].term or ""))
    before = parts[place - 1].term if place else None
    kinds = export.dictionary.of(export.terms.resolve(before)) if before else []
    possible = possible_kinds(parts, place, [sense.pos for sense in kinds], export.language)
    found = [sense for sense in own if sense.pos in possible]
    whole = sum(sense.share for sense in found)
    return [sense._replace(share=sense.share / whole) for sense in found]


def _is_clear(export: ExportFolder, part: Phrase, after: Phrase, skip: Collection[str]) -> bool:
    """Whether a phrase is not negated, no idiom, and not perhaps an adjective instead of a noun."""
    senses = export.dictionary.of(export.terms.resolve(part.term or ""))
    kinds = [sense.pos for sense in senses]
    first, *rest = part.text.casefold().split(" ")
    idiom = kinds and rest and first in skip and "noun" not in kinds
    adjective = sum(sense.share for sense in senses if sense.pos == "adjective") >= SELDOM
    before = kinds[:1] == ["noun"] and after.term is not None
    return not (part.negated or idiom or (before and adjective))


def _repeats(export: ExportFolder, part: Phrase, other: int) -> bool:
    """Whether a phrase holds a term already: in other letters, or among its words."""
    held, name = (
        look_up_key(text, export.language) for text in (part.text, export.terms.name(other))
    )
    return f" {name} " in f" {held} "


def _weights(export: ExportFolder, term_id: int, least: float) -> dict[int, float]:
    """How close the synonyms of a term are.

    A pair that was judged: p_synonym. A member of its cluster that was not judged with it: the
    largest product of two probabilities over a term between them, at most half the gate.
    """
    pairs = export.pairs
    judged = pairs.judged_synonyms(term_id, least)
    members = export.members(export.cluster_of(term_id))
    found = {x: _between(pairs, term_id, x, export.gate) for x in members if x != term_id}
    return found | judged


def _meant(
    export: ExportFolder, term_id: int, weights: dict[int, float], own: list[DictionarySense]
) -> dict[int, float]:
    """Of the synonyms of a term what is meant in these senses; all where no dictionary says."""
    if export.own_list or not export.dictionary.of(term_id):
        return weights
    found = {x: w for x, w in weights.items() if own and _is_meant(export, term_id, x, own)}
    shared = {other for sense in own for other in sense.synonyms}
    similar = {other for sense in own for other in sense.similar} - shared
    surest = max(found.keys() & similar, key=lambda x: (found[x], -x), default=None)
    near = {} if surest is None else export.pairs.synonyms(surest)
    return {x: w for x, w in found.items() if x not in similar or x == surest or x in near}


def _is_meant(export: ExportFolder, term_id: int, other: int, own: list[DictionarySense]) -> bool:
    """Whether who says the one, in these senses, mostly means what the other can mean."""
    for relation in ("synonyms", "similar"):
        shared = [sense for sense in own if other in getattr(sense, relation)]
        if shared:
            often = sum(sense.share for sense in shared) >= MOST
            sure = relation == "synonyms" or export.pairs.p_synonym(term_id, other) >= SURE
            known = not export.pairs.far(term_id, other)
            return often and sure and known and _means_it(export, other, term_id, relation)
    name, cluster = export.terms.name, export.cluster_id(term_id)
    related = {x for y in export.dictionary.of(term_id) for x in (*y.synonyms, *y.similar)}
    theirs = export.dictionary.of(other)
    return (
        own[0].share >= MOST
        and (not theirs or theirs[0].share >= MOST)
        and other not in related  # in a sense that the word does not have here
        and cluster is not None
        and cluster == export.cluster_id(other)
        and export.pairs.p_synonym(term_id, other) >= export.gate
        and likeness(name(term_id), name(other)) < ALIKE
    )


def _means_it(export: ExportFolder, other: int, term_id: int, relation: str) -> bool:
    """Whether a term mostly means what it shares with another, and is no form of a word."""
    senses = export.dictionary.of(other)
    back = export.dictionary.closeness(other, term_id, relation) or 0.0
    use = sum(x.share for x in senses if term_id in x.synonyms or term_id in x.similar)
    least = HALF if is_counted(senses) else MOST
    return (
        back >= BACK and use >= least and not (senses[0].pos == "noun" and is_form(export, other))
    )


def _between(pairs: JudgedPairs, x: int, y: int, gate: float) -> float:
    near_x, near_y = pairs.synonyms(x), pairs.synonyms(y)
    products = (near_x[other] * near_y[other] for other in near_x.keys() & near_y.keys())
    return pairs.p_synonym(x, y) or min(max(products, default=0.0), gate / 2)


def _of_other_senses(export: ExportFolder, term_id: int) -> dict[int, float]:
    """The terms of the other senses: share of the sense or support, at most half the gate."""
    found: dict[int, float] = {}
    for sense in reversed(export.senses(term_id)):  # the commonest has the last word
        weight = min(sense.support if sense.share is None else sense.share, export.gate / 2)
        shared = {export.terms.resolve(x) for x in sense.synonyms}
        found |= {x: weight for x in shared.union(export.members(sense.cluster)) if x != term_id}
    return found


def _opposites(export: ExportFolder, term_id: int) -> set[int]:
    """The terms judged antonyms, and the members of the opposite clusters."""
    found = set(export.pairs.antonyms(term_id))
    cluster_id = export.cluster_id(term_id)
    for link in [] if cluster_id is None else export.links(cluster_id, "opposite"):
        found.update(export.members(link.cluster))
    return found
