"""Which terms are inflected forms of others: kitaplar and kitabın of kitap, notaries of notary.

The last word of a term is inflected. A form is a *variant* when the rules of its language can make
it from another term of the lexicon, its *lemma*, by inflection alone, or where a dictionary lists
it as a form of one. The rules: number, possession and case for Turkish nouns (a compound keeps its
possessive: kamu davaları is a form of kamu davası); the plural or third person, or a hyphen for a
space, in English. No rule has suffixes that make other words, so that negation and privation (-sIz,
-mA-, un-, -less) and derivation (-lI, -lIk, -CI: gözlük is no form of göz) never join two terms.

Contract: terms are written as `normalise.clean` leaves them. A term that a dictionary lists is a
lemma, whatever the rules say: altın (gold) is no form of alt. Where several terms could be
the lemma, the longest is, and a lemma that is a variant itself gives way to its own. Turkish rules
follow vowel harmony strictly, so that ihtiyati (precautionary) is no form of ihtiyat; forms that
break it, such as saati, are missed. The possessives of the first and second person are left out:
they look like other words too often (yazım, spelling, is no form of yaz, summer); a look-up, which
may be bolder, finds them by `bolder_bases`.

Why not a library: on the Turkish legal terms the Snowball stemmer joins samimi (sincere) with sam
and ihtiyati with ihtiyat, and simplemma joins önemsiz (unimportant) with önem and sakatlık with
sakat; what is needed is to refuse these, and the lexicon itself says which stems are words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from types import MappingProxyType

from nymgraph.pipeline.lexicon.normalise import look_up_key, primary_language

__all__ = ["LANGUAGES", "base_keys", "bolder_bases", "find_variants"]

_VOWELS = "aeıioöuü"
_BARE = str.maketrans("âîû", "aiu")
_HARMONY = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}
_VOICELESS = "çfhkpsşt"
_HARDENED = {"b": "p", "c": "ç", "d": "t", "ğ": "k"}
_SOFTENED = {hard: soft for soft, hard in _HARDENED.items()}
_LONGEST_SUFFIX = 11
_COMPOUND_CASE = re.compile(r"(?<=[ıiuü])n(?:[ıiuü]n?|d?[ae]|d[ae]n)$")
_COMPOUND_PLURAL = re.compile(r"(.{2,})l(?:arı|eri)(?:n(?:[ıi]n?|d?[ae]|d[ae]n))?")
_POSSESSED = re.compile(r"([ıiuü]?)[mn](?:[ıiuü]z)?([ıiuü]n?|d?[ae]|d[ae]n|l[ae])?")
_IRREGULAR = {"children": "child", "feet": "foot", "geese": "goose", "men": "man", "mice": "mouse",
              "people": "person", "teeth": "tooth", "women": "woman"}  # fmt: skip


def base_keys(key: str, language: str) -> Iterator[str]:
    """What a form could be an inflected form of, by the rules of its language.

    Args:
        key: The look-up key of the form.
        language: Language code; where its first part is not in `LANGUAGES` there are no rules.

    Yields:
        Look-up keys, the likeliest first.
    """
    rules = LANGUAGES.get(primary_language(language))
    if rules is not None:
        yield from rules(key)


def bolder_bases(key: str) -> Iterator[str]:
    """What a Turkish word could be that no rule knows: too bold for a lexicon, not for a look-up.

    Stems of two letters (evde, of ev), and possessives of the first and second person, which are
    exchanged for that of the third, whose forms the rules know: evlerimizde (in our houses) is
    looked at as evlerinde, arabamız as arabası.

    Args:
        key: The look-up key of the form.

    Yields:
        Look-up keys.
    """
    yield from _short_stems(key)
    for cut in range(2, len(key)):
        found = _POSSESSED.fullmatch(key, cut)
        vowels = _vowels(key[:cut])
        if found is None or not vowels or (found[1] == "") != (key[cut - 1] in _VOWELS):
            continue
        possessive = found[1] or f"s{_HARMONY[vowels[-1]]}"
        case = found[2] or ""
        linked = case if not case else ("y" if case[0] == "l" else "n") + case
        yield from _fitting(key[:cut], possessive)
        third = key[:cut] + possessive + linked
        yield from _turkish_bases(third)
        yield from _short_stems(third)


def find_variants(
    terms: list[str],
    language: str,
    lemmas: Iterable[str],
    forms: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Find the inflected forms among the terms of a lexicon.

    Args:
        terms: The terms, each once.
        language: Language code; where its first part is not in `LANGUAGES` there are no rules, and
            nothing is found but what `forms` lists.
        lemmas: Terms that are no variants, such as those of a dictionary.
        forms: The lemma of each form that a dictionary lists; these lemmas are among `lemmas`.

    Returns:
        The lemma of each variant; no lemma is a variant. It does not depend on the order of terms.
    """
    rules = LANGUAGES.get(primary_language(language))
    listed = {look_up_key(form, language): look_up_key(forms[form], language) for form in forms}

    def bases(key: str) -> Iterator[str]:
        """What a form could be of: first as a dictionary lists it, then by rule."""
        if key in listed:
            yield listed[key]
        if rules is not None:
            yield from rules(key)

    known: dict[str, list[str]] = {}
    for term in sorted(terms):
        known.setdefault(look_up_key(term, language), []).append(term)
    protected = {look_up_key(lemma, language) for lemma in lemmas}
    found: dict[str, str] = {}
    for key, spellings in known.items():
        base = None if key in protected else next(filter(known.__contains__, bases(key)), None)
        if base is not None:
            found |= {term: _like(known[base], term) for term in spellings}
    return {term: _last(found, term) for term in found}


def _like(spellings: list[str], term: str) -> str:
    """Of the spellings of a lemma the one that shares most letters with a form, else the first."""
    return max(spellings, key=lambda spelling: _shared(spelling, term))


def _shared(one: str, other: str) -> int:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return same


def _last(found: dict[str, str], term: str) -> str:
    """The end of a chain of lemmas; every step is to a shorter key, or to one without hyphens."""
    while term in found:
        term = found[term]
    return term


def _turkish_bases(key: str) -> Iterator[str]:
    """What a Turkish noun could be a form of, longest first."""
    start = key.rfind(" ") + 1
    phrase, word = key[:start], key[start:]
    name, apostrophe, suffix = word.partition("'")
    if apostrophe:  # the suffix of a name or an abbreviation, which is said in its own way
        if name and any(_turkish_suffixes(*kind).fullmatch(suffix) for kind in _KINDS):
            yield phrase + name
        return
    if phrase:
        for base in _turkish_compounds(word):
            yield phrase + base
    for cut in range(len(word) - 1, max(2, len(word) - 1 - _LONGEST_SUFFIX), -1):
        stem, suffix = word[:cut], word[cut:]
        if len(suffix) == 1 and len(stem) < 4:
            continue
        if suffix == "ye" and stem[-1] == "i":
            continue  # adliye, courthouse, is no form of adli, forensic
        yield from (phrase + base for base in _fitting(stem, suffix))


def _fitting(stem: str, suffix: str) -> Iterator[str]:
    """The stem as it stands alone, where the suffix harmonises with it."""
    for base in _turkish_stems(stem, suffix):
        if _turkish_suffixes(*_kind(base)).fullmatch(suffix):
            yield base


def _short_stems(key: str) -> Iterator[str]:
    stem, suffix = key[:2], key[2:]
    if suffix and _vowels(stem):
        yield from _fitting(stem, suffix)


def _turkish_compounds(head: str) -> Iterator[str]:
    """What the head of a compound could be a form of: davaları, davasına are forms of davası."""
    case = _COMPOUND_CASE.search(head)
    if case and len(head) - len(case[0]) > 3:
        yield head[: case.start()]
    plural = _COMPOUND_PLURAL.fullmatch(head)
    if plural is None or not _vowels(plural[1]):
        return
    stem, vowel = plural[1], _HARMONY[_vowels(plural[1])[-1]]
    if stem[-1] in _VOWELS:
        yield f"{stem}s{vowel}"
        return
    yield f"{stem}{vowel}"
    yield f"{stem[:-1]}{_SOFTENED.get(stem[-1], stem[-1])}{vowel}"


def _turkish_stems(stem: str, suffix: str) -> Iterator[str]:
    """The stem as it stands without a suffix: kitab- is kitap, burn- is burun, hakk- is hak."""
    yield stem
    vowels = _vowels(stem)
    if suffix[0] not in _VOWELS or not vowels:
        return
    hard = stem[:-1] + ("k" if stem.endswith("ng") else _HARDENED.get(stem[-1], stem[-1]))
    if hard != stem and (len(vowels) > 1 or stem.endswith("ng")):
        yield hard
    if stem[-1] in _VOWELS or stem[-2] in _VOWELS:
        return
    if stem[-1] == stem[-2]:
        if len(vowels) == 1 and stem[-1] not in "lç":  # kollu, with arms, is another word than kol
            yield stem[:-1]
    elif not (stem[-1] == "k" or (stem[-1] == "m" and suffix in "ae")):
        # keskin, sharp, is no form of kesik, cut, nor kullanma, using, of kullanım, use
        yield f"{hard[:-1]}{_HARMONY[vowels[-1]]}{hard[-1]}"


def _kind(base: str) -> tuple[str, bool, bool]:
    """What decides the form of suffixes: the vowel, whether one ends the word, voicelessness."""
    vowels = _vowels(base)
    vowel = _HARMONY[vowels[-1]] if vowels else "ı"
    return vowel, base.translate(_BARE)[-1] in _VOWELS, base[-1] in _VOICELESS


def _vowels(word: str) -> list[str]:
    return [letter for letter in word.translate(_BARE) if letter in _VOWELS]


@cache
def _turkish_suffixes(vowel: str, after_vowel: bool, voiceless: bool) -> re.Pattern[str]:
    """All chains of number, possession of the third person and case, as one pattern."""
    open_vowel = "a" if vowel in "ıu" else "e"
    plural_vowel = "ı" if open_vowel == "a" else "i"
    singular = _cases(vowel, open_vowel, after_vowel, "t" if voiceless else "d")
    plural = _cases(plural_vowel, open_vowel, False, "d")
    return re.compile(f"(?:{singular}|l{open_vowel}r(?:{plural})?)")


def _cases(i: str, a: str, after_vowel: bool, d: str) -> str:
    """Cases, and possession with or without a case; suffixes after a vowel begin with y, n or s."""
    y, n, s = ("y", "n", "s") if after_vowel else ("", "", "")
    bare = f"{y}{i}|{n}{i}n|{y}{a}|{d}{a}n?|{y}l{a}"
    possessed = f"{s}{i}(?:n{i}n?|n{a}|nd{a}n?|yl{a})?"
    return f"{bare}|{possessed}"


_KINDS = list(product("ıiuü", (False, True), (False, True)))


def _english_bases(key: str) -> Iterator[str]:
    """What an English noun, verb or phrase could be a form of."""
    if "-" in key:
        yield key.replace("-", " ")
    start = key.rfind(" ") + 1
    phrase, word = key[:start], key[start:]
    if word in _IRREGULAR:
        yield phrase + _IRREGULAR[word]
    if not word.isalpha() or len(word) < 4 or not word.endswith("s"):
        return
    if word.endswith(("ss", "us", "is", "ics", "wards")):
        return
    yield key[:-1]
    if word.endswith("ies") and len(word) > 4:
        yield f"{key[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        yield key[:-2]


LANGUAGES: dict[str, Callable[[str], Iterator[str]]] = {
    "en": _english_bases,
    "tr": _turkish_bases,
}
