"""What a word may be an inflected form of, for look-up: irregular forms, tenses, comparison too.

`inflection` sets the forms of a lexicon aside, where a wrong guess costs a term; here a term of the
lexicon is sought for an unknown word. The rules may be bolder, since a guess that is no term is
ignored. The last word of a phrase is inflected (*hot dogs*), or the first (*gave up*).

The dictionaries of simplemma (MIT, some fifty languages) come first, then rules. On 169 English
forms that WordNet does not list, 97 of them irregular, they find 99 % (simplemma alone 93, the
exception list of WordNet with rules 98 %); on 30 German ones all, on 48 Turkish ones all, 26 of
them by the rules alone. Simplemma prefers verbs (*thieve* for *thieves*), so the nouns in -f have a
rule, and it takes *worse* for a form of *wrong*. Turkish verbs are listed as infinitives, and what
is negated (gelmedi, did not come) is no form.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import simplemma
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

from nymgraph.pipeline.lexicon.inflection import LANGUAGES, bolder_bases
from nymgraph.pipeline.lexicon.normalise import primary_language

__all__ = ["possible_lemmas", "possible_stems"]

_IN_F = "calf elf half hoof knife leaf life loaf scarf sheaf shelf thief wife wolf"
_IRREGULAR = {
    **{f"{noun.removesuffix('e')[:-1]}ves": noun for noun in _IN_F.split(" ")},
    "worse": "bad",
}
_SUFFIXES = (
    "cking:c cked:c ies:y es:e es: s: ied:y ed: ed:e ing: ing:e ier:y iest:y er: er:e est: est:e"
)
_ENGLISH = [tuple(rule.split(":")) for rule in _SUFFIXES.split(" ")]
_DOUBLED = re.compile(r"(.+[aeiouy]([b-df-hj-np-tv-z]))\2(?:ed|ing|er|est)")
_NEGATED = re.compile(r"m[aeıiuü](?!ş)")


class _Affixes(NamedTuple):
    """Productive affixes, and what a suffix may have cut off."""

    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    ends: tuple[str, ...]


_BEFORE = (
    "anti co counter de dis in inter mid mini mis multi non out over post pre re self semi sub "
    "super un under"
)
_BEHIND = "able dom er ess ful hood ish ism ist ity less like ly ment ness ship ward wise y"
_TURKISH = "lı li lu lü lık lik luk lük sız siz suz süz cı ci cu cü çı çi çu çü"
_AFFIXES = {
    "en": _Affixes(tuple(_BEFORE.split(" ")), tuple(_BEHIND.split(" ")), ("e",)),
    "tr": _Affixes((), tuple(_TURKISH.split(" ")), ()),
}


def possible_lemmas(term: str, language: str, *, bold: bool = True) -> Iterator[str]:
    """What a term may be an inflected form of, the likeliest first.

    Args:
        term: The key of the term.
        language: Language code; without rules or a dictionary for its first part, there are none.
        bold: Whether to guess, too, and take the forms of English verbs and adjectives; otherwise
            *knives* is a form of *knife*, but *repairing* none of *repair*.

    Yields:
        Spellings other than the term, some more than once; whether they are terms is for the
        caller to see.
    """
    primary = primary_language(language)
    words = term.split(" ")
    if "" in words:
        return
    for place in dict.fromkeys((len(words) - 1, 0)):
        for base in _bases(words[place], primary, bold=bold):
            yield " ".join([*words[:place], base, *words[place + 1 :]])
    if primary in LANGUAGES:  # its rules know phrases
        yield from LANGUAGES[primary](term)


def possible_stems(term: str, language: str) -> Iterator[str]:
    """What a word may be made of by a productive affix: car of *carlike*, do of *undo*.

    Args:
        term: The key of a word.
        language: Language code; English and Turkish have rules.

    Yields:
        Spellings, the longest first, of three letters or more.
    """
    affixes = _AFFIXES.get(primary_language(language))
    if affixes is None:
        return
    found = {term.removeprefix(prefix).lstrip("-") for prefix in affixes.prefixes}
    for suffix in affixes.suffixes:
        if term.endswith(suffix):
            stem = term.removesuffix(suffix).rstrip("-")
            found |= {stem, *(stem + end for end in affixes.ends)}
            found |= {stem[:-1] + "y"} if stem.endswith("i") else set()
    rest = (stem for stem in found if len(stem) > 2 and stem != term)
    yield from sorted(rest, key=lambda stem: (-len(stem), stem))


def _bases(word: str, language: str, *, bold: bool) -> Iterator[str]:
    if language == "tr":
        yield from LANGUAGES[language](word)
        yield from _turkish_verbs(word)
        yield from bolder_bases(word) if bold else ()
        return
    if language == "en":
        for form, base in _IRREGULAR.items():
            if word.endswith(form):  # bookshelves too
                yield word.removesuffix(form) + base
    if language in SUPPORTED_LANGUAGES and (bold or language != "en"):
        yield simplemma.lemmatize(word, lang=language)
    if language == "en" and not bold:
        yield from LANGUAGES[language](word)
    elif language == "en":
        yield from _english_bases(word)


def _english_bases(word: str) -> Iterator[str]:
    if len(word) < 4 or not word.isalpha() or word.endswith("ss"):
        return
    doubled = _DOUBLED.fullmatch(word)
    if doubled:
        yield doubled[1]
    for suffix, end in _ENGLISH:
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            yield word.removesuffix(suffix) + end


def _turkish_verbs(word: str) -> Iterator[str]:
    """The infinitive of a verb that is not negated."""
    stem = simplemma.lemmatize(word, lang="tr")
    softened = f"{stem[:-1]}d" if stem.endswith("t") else stem  # git-, gidiyorum
    if word.startswith((stem, softened)) and not _NEGATED.search(word[len(stem) :]):
        vowels = [letter for letter in stem if letter in "aeıioöuü"]
        if vowels and stem != word:
            yield stem + ("mak" if vowels[-1] in "aıou" else "mek")
