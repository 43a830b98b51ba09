"""Whether an affix makes an opposite: *inexact* is not exact, but *inroad* is no road that is not.

Of some affixes half of what begins with them is no opposite of the rest. There the dictionary
decides: it has opposites of the same family (*dependent, independent* for *dependence,
independence*), or its definition of the longer word names the other one, or denies.
"""

import re
from collections.abc import Collection, Iterable

from nymgraph.pipeline.lexicon.normalise import primary_language

__all__ = ["affix_families", "is_pseudo_affix"]

_DOUBTFUL = {"en": ("a", "ab", "an", "de", "dis", "im", "in", "mal", "mis", "s")}
_DENIES = {
    "en": re.compile(
        r"\b(not?|nor|never|without|lack\w*|absen\w+|opposite|contrary|revers\w+|undo\w*|free"
        r"|depriv\w+|remov\w+|fail\w*|cease|refus\w+)\b"
    )
}
_STEM = 4
_FAMILY = 5

Family = tuple[str, str]


def affix_families(antonyms: Iterable[tuple[str, str]], language: str) -> frozenset[Family]:
    """What known opposites differ by.

    Args:
        antonyms: Pairs of words in small letters.
        language: Their language code.

    Returns:
        The doubtful affix and the first letters of the stem, of each pair that differs by one.
    """
    pairs = (sorted(pair, key=len) for pair in antonyms)
    return frozenset(x for stem, derived in pairs for x in _between(stem, derived, language))


def is_pseudo_affix(
    stem: str, derived: str, gloss: str, language: str, families: Collection[Family] = ()
) -> bool:
    """Whether a word only looks like the opposite of another one.

    Args:
        stem: A word in small letters.
        derived: Another one, not shorter.
        gloss: What a dictionary says of the latter; empty where it says nothing.
        language: Their language code.
        families: From `affix_families`.

    Returns:
        True where it has a doubtful affix more, or another one, and nothing in the dictionary makes
        it an opposite. False for languages without a list.
    """
    found = _between(stem, derived, language)
    if not gloss or not found or not found.isdisjoint(families):
        return False
    begins = stem[: max(_STEM, len(stem) - 2)]
    said = gloss.lower()
    denies = _DENIES[primary_language(language)].search(said)
    return not (denies or re.search(rf"\b{re.escape(begins)}", said))


def _between(stem: str, derived: str, language: str) -> set[Family]:
    """The doubtful affixes by which two words differ, each with the beginning of what is left."""
    affixes = _DOUBTFUL.get(primary_language(language), ())
    stems = {stem} | {stem.removeprefix(x) for x in affixes if len(stem) - len(x) >= _STEM}
    return {(x, y[:_FAMILY]) for x in affixes for y in stems if derived == x + y}
