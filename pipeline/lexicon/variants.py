"""Other spellings and forms of a term: those that must not change a judgement, or must reverse it.

A *variant* (case, hyphen, inflection) means the same; a *negation* means the opposite. Both are
made by simple rules, which give None or nothing where a rule would guess. The language decides:
English has plurals and third persons, Turkish has its dotted and dotless i; other languages have
the variants of case and hyphen only.
"""

import re
from collections.abc import Iterator

from nymgraph.pipeline.lexicon.normalise import clean, primary_language, small_letters

__all__ = ["KINDS", "negations", "variant"]

KINDS = ("case", "hyphen", "inflection")
_NO_PLURAL = re.compile(r"(?:[^s]s|[^z]z|f|fe|man|have|[^aeiou]o)$")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_PHRASE = re.compile(r" (?:of|in|on|at|to|by|for|with|from|and|or|the|a) ")
_IRREGULAR = {"child": "children", "foot": "feet", "goose": "geese", "mouse": "mice",
              "ox": "oxen", "person": "people", "tooth": "teeth"}  # fmt: skip
_TURKISH_UPPER = {"i": "İ", "ı": "I"}
_HARMONY = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}
_MARKED = re.compile(r"l[ıiuü]$")


def variant(term: str, kind: str, language: str, pos: str | None = None) -> str | None:
    """One variant of a term.

    Args:
        term: The term.
        kind: One of KINDS. `case` turns capitals into small letters or, where there are none,
            capitalises the first letter; `hyphen` swaps hyphens and spaces; `inflection` gives the
            English plural of a noun or third person of a verb.
        language: Language code of the lexicon.
        pos: Part of speech of the term, if known; without it there is no inflection.

    Returns:
        The variant, different from the term; None where the rules give none.
    """
    if kind == "case":
        made = _other_case(term, language)
    elif kind == "hyphen":
        made = term.replace("-", " ") if "-" in term else term.replace(" ", "-")
    else:
        made = _inflected(term, pos) if primary_language(language) == "en" else term
    made = clean(made, language)
    return made if made and made != term else None


def negations(term: str, language: str) -> Iterator[str]:
    """Words that negate a term by an affix: un-, in-, non-, dis-, -less; in Turkish -siz.

    Whether they exist is for the caller to see.

    Args:
        term: The term, one word or more.
        language: Language code of the lexicon.

    Yields:
        The forms, each once.
    """
    if primary_language(language) == "tr":
        yield from _without(term)
    if primary_language(language) != "en" or not term.isalpha():
        return
    assimilated = {"b": "im", "m": "im", "p": "im", "l": "il", "r": "ir"}.get(term[0], "in")
    for prefix in ("un", assimilated, "non", "non-", "dis"):
        yield prefix + term
    yield f"{term.removesuffix('ful')}less"


def _other_case(term: str, language: str) -> str:
    if term != (small := small_letters(term, language)):
        return small
    first = _TURKISH_UPPER.get(term[0]) if primary_language(language) == "tr" else None
    return (first or term[0].upper()) + term[1:]


def _inflected(term: str, pos: str | None) -> str:
    """The plural or third person of a plain English word or phrase; itself where rules end."""
    last = term.rsplit(" ", 1)[-1]
    plain = last.isalpha() and last.islower() and len(last) > 2 and not _PHRASE.search(term)
    if not plain or pos not in ("noun", "verb") or (pos == "verb" and " " in term):
        return term
    if pos == "noun" and last in _IRREGULAR:
        return term.removesuffix(last) + _IRREGULAR[last]
    if _NO_PLURAL.search(last):
        return term
    if re.search(r"[^aeiou]y$", last):
        return f"{term[:-1]}ies"
    return f"{term}es" if _SIBILANT.search(last) else f"{term}s"


def _without(term: str) -> Iterator[str]:
    """Turkish -siz after the last vowel (harmony); it takes the place of -li."""
    vowels = [letter for letter in small_letters(term, "tr") if letter in _HARMONY]
    if vowels:
        yield f"{_MARKED.sub('', term)}s{_HARMONY[vowels[-1]]}z"
