"""Queries widened by synonyms, for search and for retrieval before a language model.

Contract: a query is any text. It is cut at white space; punctuation at the ends of a phrase does
not matter where the lexicon has no such term. From left to right the longest run of words that is a
term is taken as one phrase. A word of the language's grammar (*in*, *who*), and a word in small
letters whose only term is all capitals (*us*, *US*), is passed over when it stands alone; so is a
term that is made of words of the grammar alone (*do it*).
A word of two or more capitals is no word of the grammar. An inflected form is taken for its lemma.
Nothing is added in a meaning that the word mostly does not have. Where a dictionary knows its
senses, a term is added if at least MOST of the use of the word lies in senses that the two share,
or in which the dictionary calls them similar and the judge agrees, and if the other means that
often enough (SOMETIMES, beside its commonest sense); of what the judge alone says, members of its
own cluster that are not the same letters again. `senses` asks for more.
A vulgar or offensive term is added to one that is so itself alone.
What is negated is left as it is, and said so: who asks for *not hot* wants no *warm*. A negation
(*not*, *without*, *isn't*) reaches over words of the grammar to the next phrase, and over *or* and
*nor* to the one after that; in Turkish *değil* negates the phrase before it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.pairs import JudgedPairs
from nymgraph.pipeline.store.related import likeness
from nymgraph.pipeline.store.views import View

__all__ = ["Expansion", "Phrase", "expand"]

MOST = 0.7  # least share of the use of a word in the senses in which it is widened
SOMETIMES = 0.5  # how common that sense is for what is added, beside its commonest
ALIKE = 0.4  # likeness of letters from which the judge alone is not believed
_MAX_WORDS = 8
_CONTRACTED = re.compile(r"n['\u2019]t$")
_DEGREE = "absolutely all completely entirely even overly quite really sehr so that too very"
_DEGREES = frozenset(_DEGREE.split(" "))
# words that negate what follows, what precedes, and those that carry a negation on
_ENGLISH = "cannot neither never no none nor not without"
_GERMAN = "kein keine keinem keinen keiner keines nicht nie niemals ohne weder"
_NEGATIONS = {
    "en": (frozenset(_ENGLISH.split(" ")), frozenset[str](), frozenset(["or"])),
    "de": (frozenset(_GERMAN.split(" ")), frozenset[str](), frozenset(["noch", "oder"])),
    "tr": (frozenset(["ne"]), frozenset(["değil", "olmayan"]), frozenset[str]()),
    "und": (frozenset[str](), frozenset[str](), frozenset[str]()),
}
_EDGES = re.compile(r"^\W+|\W+$")


class Phrase(NamedTuple):
    """A part of a query.

    Attributes:
        text: As the query has it.
        term: The term it was taken for, None where it is none.
        added: Synonyms of the term, closest first.
        withheld: Members of the same clusters that are judged antonyms of it, never added.
        weights: How close each of `added` is, 0 to 1: p_synonym where the pair was judged.
        negated: Whether the query negates it; nothing is added then.
    """

    text: str
    term: str | None = None
    added: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    negated: bool = False


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
        return f"{self.query!r}: {len(self.added)} terms added"

    def rows(self) -> list[tuple[str, str]]:
        """Each phrase with the terms added, and those withheld."""
        rows = []
        for part in self.phrases:
            name = part.text if part.text == part.term else f"{part.text} ({part.term})"
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
    words, parts = clean(query, export.language).split(), []
    place = 0
    while place < len(words):
        part, used = _longest(export, words[place : place + _MAX_WORDS], skip)
        parts.append(part)
        place += used
    parts = [
        part if part.negated else _widened(export, part, limit, senses=senses, least=least)
        for part in with_negation(parts, export.language, skip)
    ]
    return Expansion(" ".join(words), tuple(parts))


def with_negation(parts: list[Phrase], language: str, skip: Collection[str]) -> list[Phrase]:
    """Mark the phrases of a query that it negates.

    Args:
        parts: The words and phrases, in order.
        language: Language code; a language without a list of negations has none.
        skip: Words of the grammar, which a negation reaches over, in small letters.

    Returns:
        The same, some of them marked.
    """
    before, after, on = _NEGATIONS.get(language.partition("-")[0], _NEGATIONS["und"])
    found, negating = list(parts), False
    for place, part in enumerate(parts):
        word = _bare([part.text]).casefold()
        if word in before or _CONTRACTED.search(word):
            found[place], negating = Phrase(part.text), True
        elif word in after and place:
            found[place - 1] = parts[place - 1]._replace(negated=True)
        elif part.term is None and word in on:
            negating = negating or (place > 0 and found[place - 1].negated)
        elif not negating or (word in skip or word in _DEGREES):
            continue
        else:
            found[place] = part._replace(negated=part.term is not None)
            negating = False
        if part.text[-1:] in ",;.!?":
            negating = False
    return found


def _longest(export: ExportFolder, words: list[str], skip: Collection[str]) -> tuple[Phrase, int]:
    """The longest term that the words begin with, or the first word, and the words it takes."""
    for stop in range(len(words), 0, -1):
        for text in dict.fromkeys((" ".join(words[:stop]), _bare(words[:stop]))):
            term = _meant(export, text, skip) if text else None
            if term is not None:
                return Phrase(text, term), stop
    return Phrase(words[0]), 1


def _bare(words: list[str]) -> str:
    return _EDGES.sub("", " ".join(words))


def _meant(export: ExportFolder, text: str, skip: Collection[str]) -> str | None:
    acronym = len(text) > 1 and text.isupper()
    if all(word in skip for word in text.casefold().split()) and not acronym:
        return None
    for find in (export.terms.find, export.terms.lemma):
        term_id = find(text)
        term = "" if term_id is None else export.terms.name(term_id)
        same = term.casefold() == text.casefold()
        if term and not (text.islower() and term.isupper()) and (same or term not in skip):
            return term
    return None


def _widened(
    export: ExportFolder, part: Phrase, limit: int, *, senses: bool, least: float
) -> Phrase:
    if part.term is None:
        return part
    term_id = export.terms.resolve(part.term)
    weights = _weights(export, term_id, least)
    if senses:
        weights = _of_other_senses(export, term_id) | weights
    else:
        weights = {x: weight for x, weight in weights.items() if _is_meant(export, term_id, x)}
    ranked = sorted(weights, key=lambda other: (-weights[other], other))
    opposite = _opposites(export, term_id)
    name = export.terms.name
    coarse = export.marks.of(term_id)
    kept = [x for x in ranked if x not in opposite and (coarse or not export.marks.of(x))][:limit]
    return part._replace(
        added=tuple(name(other) for other in kept),
        withheld=tuple(name(other) for other in ranked if other in opposite),
        weights=tuple(weights[other] for other in kept),
    )


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


def _is_meant(export: ExportFolder, term_id: int, other: int) -> bool:
    """Whether who says the one mostly means what the other can mean."""
    own, dictionary = export.dictionary.of(term_id), export.dictionary
    if not own:
        return True
    for relation in ("synonyms", "similar"):
        shared = [sense for sense in own if other in getattr(sense, relation)]
        if shared:
            often = sum(sense.share for sense in shared) >= MOST
            back = dictionary.closeness(other, term_id, relation) or 0.0
            sure = relation == "synonyms" or export.pairs.p_synonym(term_id, other) >= export.gate
            return often and sure and back >= SOMETIMES
    name, cluster = export.terms.name, export.cluster_id(term_id)
    return (
        own[0].share >= MOST
        and cluster is not None
        and cluster == export.cluster_id(other)
        and export.pairs.p_synonym(term_id, other) >= export.gate
        and likeness(name(term_id), name(other)) < ALIKE
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
