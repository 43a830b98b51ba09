"""A query, cut into phrases: which runs of its words are terms, and which it negates.

Contract: a query is any text. It is cut at white space; punctuation at the ends of a phrase does
not matter where the lexicon has no such term. From left to right the longest run of words that is a
term is taken as one phrase. A word of the language's grammar (*in*, *who*), and a word in small
letters whose only term is all capitals (*us*, *US*), is passed over when it stands alone; so is a
term that is made of words of the grammar alone (*do it*). A word of two or more capitals is no word
of the grammar. Words that are a term in other spaces (*hand bag*, *lawnmower*) are a phrase, to
which that term alone is added; to words in the spelling of the other English (*winter tires*) the
term and its synonyms are.

An inflected form is taken for its lemma, also where a term is spelled so that nobody counted in
text, and its lemma was (*men*, manpower, and *man*). A phrase of several words that is no noun and
no verb has no forms (*with child*, *with children*). Negated phrases are marked: a query for *not
hot* does not want *warm*. A negation (*not*, *without*, *isn't*) reaches over words of the grammar
to the next phrase, and over *or* and *nor* to the one after that; in Turkish *değil* negates the
phrase before it.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from nymgraph.pipeline.lexicon.inflection import base_keys
from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.lexicon.phrases import negations
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.senses import DictionarySense

__all__ = ["Phrase", "is_counted", "is_form", "phrases_of"]

_MAX_WORDS = 8
_INFLECTED = {"noun", "verb"}
_CONTRACTED = re.compile(r"n['\u2019]t$")
_DEGREE = "absolutely all completely entirely even overly quite really sehr so that too very"
_DEGREES = frozenset(_DEGREE.split(" "))
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
        respelled: Whether the other English spells the term so; the term itself is added then, too.
    """

    text: str
    term: str | None = None
    added: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    negated: bool = False
    respelled: bool = False


def phrases_of(export: ExportFolder, words: list[str], skip: Collection[str]) -> list[Phrase]:
    """The words and phrases of a query, in order.

    Args:
        export: The export.
        words: The query, cut at white space.
        skip: Words that are no phrase by themselves, case-folded.

    Returns:
        Its parts, nothing added yet, those that it negates marked.
    """
    parts, place = [], 0
    while place < len(words):
        part, used = _longest(export, words[place : place + _MAX_WORDS], skip)
        parts.append(part)
        place += used
    return _with_negation(parts, export.language, skip)


def _with_negation(parts: list[Phrase], language: str, skip: Collection[str]) -> list[Phrase]:
    """The same, those marked that the query negates; a language without a list negates none."""
    before, after, on = negations(language)
    found, negating = list(parts), False
    for place, part in enumerate(parts):
        word = _bare([part.text]).casefold()
        if word in before or _CONTRACTED.search(word):
            found[place], negating = Phrase(part.text), True
        elif word in after and place:
            found[place - 1] = parts[place - 1]._replace(added=(), weights=(), negated=True)
        elif part.term is None and word in on:
            negating = negating or (place > 0 and found[place - 1].negated)
        elif not negating or (word in skip or word in _DEGREES):
            continue
        else:
            found[place] = part._replace(added=(), weights=(), negated=part.term is not None)
            negating = False
        if part.text[-1:] in ",;.!?":
            negating = False
    return found


def is_counted(senses: list[DictionarySense]) -> bool:
    """Whether a dictionary has counted in text how often a term has each of its senses.

    Args:
        senses: The senses of the term.

    Returns:
        Whether it has; False for no senses.
    """
    return bool(senses) and senses[0].known_by == "counts"


def is_form(export: ExportFolder, term_id: int) -> bool:
    """Whether a term may be a form of a word that was counted in text, which it was not itself.

    Args:
        export: The export.
        term_id: The term.

    Returns:
        Whether it is; False for what no dictionary holds.
    """
    own = export.dictionary.of(term_id)
    lemma = export.terms.lemma(export.terms.name(term_id))
    return (
        bool(own)
        and lemma is not None
        and not is_counted(own)
        and is_counted(export.dictionary.of(lemma))
    )


def _longest(export: ExportFolder, words: list[str], skip: Collection[str]) -> tuple[Phrase, int]:
    """The longest term that the words begin with, or the first word, and the words it takes."""
    for stop in range(len(words), 0, -1):
        for text in dict.fromkeys((" ".join(words[:stop]), _bare(words[:stop]))):
            found = _meant(export, text, skip) if text else None
            if found is None:
                continue
            term = found.term or ""
            if _same_words(term, text):
                return found, stop
            return Phrase(" ".join(words[:stop]), term, (term,), weights=(1.0,)), stop
    return Phrase(words[0]), 1


def _bare(words: list[str]) -> str:
    return _EDGES.sub("", " ".join(words))


def _same_words(term: str, text: str) -> bool:
    """Whether two spellings have equally many words: not *handbag*, *hand bag*."""
    return len(term.replace("-", " ").split()) == len(text.replace("-", " ").split())


def _may_join(text: str, skip: Collection[str]) -> bool:
    """Whether the words of a text may be one: not *in law*, not *hand, bag*."""
    words = text.split()
    return all(map(str.isalpha, words[:-1])) and not any(word.casefold() in skip for word in words)


def _meant(export: ExportFolder, text: str, skip: Collection[str]) -> Phrase | None:
    acronym = len(text) > 1 and text.isupper()
    if all(word in skip for word in text.casefold().split()) and not acronym:
        return None
    for find in (_spelled_so, _inflected, _listed, _respelled):
        term_id = find(export, text)
        term = "" if term_id is None else export.terms.name(term_id)
        if not _same_words(term, text) and not _may_join(text, skip):
            continue
        same = term.casefold() == text.casefold()
        if term and not (text.islower() and term.isupper()) and (same or term not in skip):
            return Phrase(text, term, respelled=find is _respelled)
    return None


def _spelled_so(export: ExportFolder, text: str) -> int | None:
    """The term that is spelled so, or the one of which it is mostly an inflected form."""
    term_id = export.terms.find(text)
    own = [] if term_id is None else export.dictionary.of(term_id)
    if own and not is_counted(own):
        key = look_up_key(text, export.language).removesuffix("'s")  # men's, men's room
        for base in base_keys(key, export.language):
            lemma = export.terms.find(base)
            senses = [] if lemma is None else export.dictionary.of(lemma)
            if is_counted(senses) and senses[0].pos == own[0].pos:
                return lemma
    return term_id


def _listed(export: ExportFolder, text: str) -> int | None:
    """The term that a text is but for spaces and inflection; a hyphen is a space to a search."""
    term_id = None if _EDGES.search(text) else export.terms.listed(text)
    term = "" if term_id is None else export.terms.name(term_id)
    apart = term.replace("-", " ").casefold() != text.casefold()
    return term_id if apart else None


def _respelled(export: ExportFolder, text: str) -> int | None:
    """The term that the other English spells so."""
    return None if _EDGES.search(text) else export.terms.respelled(text)


def _inflected(export: ExportFolder, text: str) -> int | None:
    """The term that a text is an inflected form of; in a list of things a participle is no noun."""
    term_id = export.terms.lemma(text, bold=not export.own_list)
    if term_id is None or " " not in text:
        return term_id
    kinds = {sense.pos for sense in export.dictionary.of(term_id)}
    return term_id if not kinds or kinds & _INFLECTED else None
