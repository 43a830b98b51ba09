"""Queries widened by synonyms, for search and for retrieval before a language model.

The phrases of a query (`phrases`) are widened one by one.

Nothing is added in a meaning that the word mostly does not have. Where a dictionary knows its
senses, a term is added if at least MOST of the use of the word lies in senses that the two share,
or in which the dictionary calls them similar and the judge is SURE, and if the other mostly means
that too (BACK, beside its commonest sense); of what the judge alone says, members of its own
cluster that are not the same letters again. `senses` asks for more. These stay as they are: what
the query negates; a phrase that begins with a word of the grammar and is no noun (*in the air*),
which cannot be distinguished from its words; and a noun before another phrase that may be an
adjective there (*kind words*). Never added are vulgar or offensive terms (except to such a term),
words that the phrase holds already (*chocolate* of *hot chocolate*, *Sun* of *sun*), and nouns that
nobody counted in text but that may be forms of a counted word (*grooming*, *groom*).
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from nymgraph.pipeline.lexicon.likeness import ALIKE, likeness
from nymgraph.pipeline.lexicon.normalise import clean, look_up_key
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.pairs import JudgedPairs
from nymgraph.pipeline.store.phrases import Phrase, is_form, phrases_of
from nymgraph.pipeline.store.views import View

__all__ = ["Expansion", "expand"]

MOST = 0.7  # least share of the use of a word in the senses in which it is widened
BACK = 0.9  # how common that sense is for what is added, beside its commonest
SELDOM = 0.02  # share of the use of a noun as an adjective, from which it may be one
SURE = 0.79  # least p_synonym of what a dictionary calls similar


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
    words = clean(query, export.language).split()
    parts = phrases_of(export, words, skip)
    widened = [
        _widened(export, part, limit, senses=senses, least=least)
        if part.term is not None and not part.added and _is_clear(export, part, after, skip)
        else part
        for part, after in pairwise([*parts, Phrase("")])
    ]
    return Expansion(" ".join(words), tuple(widened))


def _widened(
    export: ExportFolder, part: Phrase, limit: int, *, senses: bool, least: float
) -> Phrase:
    term_id = export.terms.resolve(part.term or part.text)
    weights = _weights(export, term_id, least)
    if senses:
        weights = _of_other_senses(export, term_id) | weights
    else:
        weights = {x: weight for x, weight in weights.items() if _is_meant(export, term_id, x)}
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
    ][:limit]
    return part._replace(
        added=tuple(name(other) for other in kept),
        withheld=tuple(name(other) for other in ranked if other in opposite),
        weights=tuple(weights[other] for other in kept),
    )


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
            sure = relation == "synonyms" or export.pairs.p_synonym(term_id, other) >= SURE
            noun = dictionary.of(other)[0].pos == "noun"
            return often and sure and back >= BACK and not (noun and is_form(export, other))
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
