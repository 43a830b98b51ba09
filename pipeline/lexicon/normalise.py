"""What a lexical item looks like once it is a term, and why an item is refused.

Contract: any string is accepted. `clean` mends how an item is written, by the steps of `REPAIRS`,
until nothing changes; it never changes case, is idempotent and leaves something of every item that
holds more than white space and invisible characters. What it cannot turn into a term is refused
with one of `REASONS`, in that order. A *key* is what look-up compares: spellings that differ in
case alone share one, and nothing else does.

Case follows the language: in Turkish and Azerbaijani I is the capital of ı and İ that of i
(Unicode, CaseFolding.txt, status T). That is two letters on top of Python's full case folding, so
no library is needed. An accent makes another letter: kâr (profit) and kar (snow) have two keys.
"""

import re
import unicodedata
from collections.abc import Callable

__all__ = [
    "REASONS",
    "REPAIRS",
    "bare_letters",
    "clean",
    "look_up_key",
    "primary_language",
    "reject_reason",
    "repairs_of",
    "small_letters",
]

REASONS = (
    "empty",
    "control_character",
    "lost_text",
    "placeholder",
    "no_letter",
    "debris",
    "too_long",
    "duplicate",
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LOST = re.compile(r"\ufffd|\[UNK\]|<unk>", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\([^()]*\)|-[lr][rcs]b-")
_DEBRIS = re.compile(r"(?<= )[#*^|$%~©«»](?= [^\W\d]| [#*^|$%~©«»])")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff]"
)
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_MARKS = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-"}
)
# the Turkish letters of ISO 8859-9 and of old Turkish fonts, shown as those of ISO 8859-1
_MISREAD = str.maketrans("ÐÝÞðýþĐ", "ĞİŞğışİ")
_EDGES = re.compile(r"^(?:[-\u2013\u2014/•·*,;:.|] )+(?=.)|(?<=.)(?: [-\u2013\u2014/•·*,;:(\[|])+$")
_SPACING = [
    (re.compile(r"([(\[]) "), r"\1"),
    (re.compile(r" (?=[)\]])"), ""),
    (re.compile(r"(?<=\d) ([.,]) (?=\d)"), r"\1"),
    (re.compile(r"\b(\w) \. (?=\w \.)"), r"\1."),
    (re.compile(r"(?<=[\w)'.]) (?=[.,](?: |$))"), ""),
    (re.compile(r"(?<=\d) / (?=\d|\w\b)"), "/"),
    (re.compile(r"\b(\w{1,3}|\d+) - (?=\w)"), r"\1-"),
    (re.compile(r"(?<=\w) - (?=(?:\w{1,3}|\d+)\b)"), "-"),
]
_SUFFIXED = re.compile(r"(?<=\w) '(?: (?=\w)|$)")
_TURKIC = ("tr", "az")
_TURKIC_FOLD = str.maketrans({"I": "ı", "İ": "i"})


def clean(item: str, language: str = "und") -> str:
    """Mend how an item is written.

    Args:
        item: As a source has it.
        language: Language code; `und` where it is not known.

    Returns:
        The term; "" only for nothing but white space and invisible characters.
    """
    if _PLAIN.fullmatch(item):
        return item
    while (mended := _mended(item, language)) != item:
        item = mended
    return item


def repairs_of(item: str, language: str) -> list[str]:
    """The names of the steps of REPAIRS by which `clean` changes an item, in their order."""
    used = set()
    changed = True
    while changed:
        changed = False
        for name, step in REPAIRS.items():
            mended = step(item, language)
            if mended != item:
                used.add(name)
                item, changed = mended, True
    return [name for name in REPAIRS if name in used]


def look_up_key(term: str, language: str = "und") -> str:
    """The case-folded form under which a term is looked up; several terms may share it.

    Args:
        term: After `clean`.
        language: Language code of the lexicon.

    Returns:
        The key, composed (NFC); it is its own key.
    """
    if term.isascii() and primary_language(language) not in _TURKIC:
        return term.lower()  # composed as it is, and what most terms of English are
    folded = _folded(term, language)
    # folding may decompose, and what is composed anew may fold once more
    while (again := _folded(folded, language)) != folded:
        folded = again
    return unicodedata.normalize("NFC", folded)


def small_letters(term: str, language: str) -> str:
    """A term in small letters, by the rules of its language."""
    return _folded_i(term, language).lower()


def bare_letters(key: str) -> str:
    """A key without accents and other marks, ı as i: what a hasty or an old keyboard writes.

    Args:
        key: As `look_up_key` gives it.

    Returns:
        Its letters; the key itself where marks are all it has.
    """
    if key.isascii():
        return key
    letters = unicodedata.normalize("NFD", key)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare.replace("ı", "i")) or key


def reject_reason(term: str, max_length: int) -> str | None:
    """Why a cleaned item cannot be a term, or None if it can.

    Args:
        term: The item after `clean`.
        max_length: The longest term accepted, in characters (Unicode code points).

    Returns:
        One of `REASONS`, or None.
    """
    if not term:
        return "empty"
    if _CONTROL.search(term):
        return "control_character"
    if _LOST.search(term):
        return "lost_text"
    if _PLACEHOLDER.fullmatch(term):
        return "placeholder"
    if all(unicodedata.category(letter)[0] in "PZ" for letter in term):
        return "no_letter"
    if _DEBRIS.search(term):
        return "debris"
    if len(term) > max_length:
        return "too_long"
    return None


def _mended(item: str, language: str) -> str:
    for step in REPAIRS.values():
        item = step(item, language)
    return item


def _folded(term: str, language: str) -> str:
    return _folded_i(unicodedata.normalize("NFC", term), language).casefold()


def _folded_i(term: str, language: str) -> str:
    """Turkish I and İ in small letters; an i whose dot stands by itself has it already."""
    if primary_language(language) not in _TURKIC:
        return term
    return term.translate(_TURKIC_FOLD).replace("i\u0307", "i")


def primary_language(language: str) -> str:
    """The language of a code without its region: en of en-GB."""
    return language.partition("-")[0]


def _without_invisible(item: str, _language: str) -> str:
    return _INVISIBLE.sub("", item)


def _with_ligatures_split(item: str, _language: str) -> str:
    return item.translate(_LIGATURES)


def _composed(item: str, _language: str) -> str:
    return unicodedata.normalize("NFC", item)


def _with_letters_read_right(item: str, language: str) -> str:
    return item.translate(_MISREAD) if primary_language(language) == "tr" else item


def _with_plain_marks(item: str, _language: str) -> str:
    return item.translate(_MARKS)


def _with_single_spaces(item: str, _language: str) -> str:
    return " ".join(item.split())


def _without_edges(item: str, _language: str) -> str:
    return _EDGES.sub("", item)


def _with_marks_joined(item: str, language: str) -> str:
    """Close the gaps that a tokeniser leaves around brackets, stops, hyphens and apostrophes."""
    for pattern, joined in _SPACING:
        item = pattern.sub(joined, item)
    return _SUFFIXED.sub("'", item) if primary_language(language) in _TURKIC else item


REPAIRS: dict[str, Callable[[str, str], str]] = {
    "invisible": _without_invisible,  # soft hyphens, spaces of no width, marks of direction
    "ligature": _with_ligatures_split,  # Kooperatiﬂer
    "composition": _composed,  # e and an accent are one letter
    "encoding": _with_letters_read_right,  # Turkish: Đzin is İzin
    "typography": _with_plain_marks,  # ’ is ', “ is "
    "white_space": _with_single_spaces,
    "edge": _without_edges,  # - öğretim; Tapu (
    "spacing": _with_marks_joined,  # A . Ş . is A.Ş.; Turkish: Yasa ' sı is Yasa'sı
}
