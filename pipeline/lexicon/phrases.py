"""How two phrases differ: *outdoor pool* from *pool*, *paid wifi* from *free wifi*.

No dictionary holds the phrases that people put into lists, but it holds their words. Cosine sets
phrases that share a word beside each other, synonyms or not; which they are depends on what
differs. Of two terms the kind is, the first that fits:

    same      nothing but glue (*of*, *for*, 's), order, hyphens or inflection: *shoes for women*,
              *women's shoes*; *check-in*, *checkin*
    initials  one is made of the first letters of the other: *PTO*, *paid time off*
    opposite  a word or words by an antonym, or a negation on one side alone: *pets allowed*, *pets
              not allowed*
    slip      by a letter in a long word that no dictionary has: *wheelbarrow*, *wheelbarow*
    synonym   by a synonym in any sense, at the same place: what the phrases share says which sense
              is meant
    sibling   by a co-hyponym: *red wine*, *white wine*
    number    by another number or letter: *type 1*, *type 2*
    role      by the same stem, one of the two an activity, in the head: *web developer*, *web
              development*; other words may differ too
    narrower  one has further words: *leather jacket*, *jacket*
    hypernym  so it is, and the list has an opposite or a sibling of it that ends in the same words:
              *rear brake pads*, *brake pads* beside *front brake pads*
    changed   by words of no known relation: *single bed*, *single room*
    silent    two words that a dictionary knows and does not relate: *accountant*, *accounting*

Other phrases without a common word are of no kind. Prepositions are no glue: with one of them the
order counts (*flights from Rome to Paris*), and phrases that differ in them alone are siblings.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, cached_property
from itertools import combinations, pairwise, product
from typing import NamedTuple

import polars as pl
import simplemma
from rapidfuzz.distance import OSA

from nymgraph.pipeline.lexicon.lemmas import possible_lemmas
from nymgraph.pipeline.lexicon.normalise import (
    bare_letters,
    primary_language,
    small_letters,
)

__all__ = [
    "PHRASE_KINDS",
    "KnownWords",
    "Negations",
    "Phrases",
    "acronym_letters",
    "initials",
    "negations",
    "one_letter_wrong",
]

PHRASE_KINDS = (
    "same",
    "initials",
    "opposite",
    "slip",
    "synonym",
    "sibling",
    "number",
    "role",
    "narrower",
    "hypernym",
    "changed",
    "silent",
)
_TOKEN = re.compile(r"[^\W_]+[+#]*")
_POSSESSIVE = re.compile(r"(?<=\w)['\u2019]s\b|(?<=s)['\u2019](?=\s|$)")
_NUMBER = re.compile(r"\d\w*|[^\W\d_]|i{2,3}|iv|vi{1,3}")
_PLURAL_INITIALS = re.compile(r"^([^\W\d_a-z]{2,})s$")  # KPIs
_ACTIVITY = re.compile(r"(?:ing|ment|ion|ship|ance|ence|ery|ysis|ics|ism)s?$")  # English
_SAYS_THE_SAME = ("same", "slip", "synonym")
_SAYS_ANOTHER = ("opposite", "sibling", "number")
_STEM = 4
COMMON = 0.03  # share of a word's use in which it has a synonym, for this to tell of phrases
_LONGEST_ACRONYM = 6
_LONGEST_LIST = 200_000  # terms
_LONG = 6  # letters of a word in which one may be wrong; of two unknown words two more
_GLUE = {
    "en": "a an and for her his my of our the their your",
    "de": "das dem den der des die ein eine einer eines für und",
    "tr": "bir için ve",
}
# those with a bar between them are opposites: *sign in*, *sign out*
_PREPOSITIONS = {
    "en": "after|before down|up from|to in|out off|on over|under with|without than versus vs",
    "de": "als auf aus gegen in|aus mit|ohne nach|vor unter|über von|zu",
}
_RANK = ("co_hyponym", "synonym", "antonym")


class Negations(NamedTuple):
    """The words of a language that negate.

    Attributes:
        before: What follows them is negated.
        behind: What precedes them is.
        on: They carry a negation on to the next phrase.
    """

    before: frozenset[str]
    behind: frozenset[str]
    on: frozenset[str]


_NEGATIONS = {
    "en": ("cannot neither never no non none nor not without", "", "or"),
    "de": ("kein keine keinem keinen keiner keines nicht nie niemals ohne weder", "", "noch oder"),
    "tr": ("ne", "değil olmayan", ""),
}


def negations(language: str) -> Negations:
    """The words of a language that negate; none where no list is kept."""
    lists = _NEGATIONS.get(primary_language(language), ("", "", ""))
    return Negations(*(frozenset(words.split()) for words in lists))


def acronym_letters(name: str, language: str) -> str | None:
    """The letters of a term that may be an acronym: *kpi* of KPIs; None for other terms."""
    if not 2 <= len(name) <= _LONGEST_ACRONYM + 1 or not name.isalpha():
        return None
    letters = small_letters(_PLURAL_INITIALS.sub(r"\1", name), language)
    return letters if len(letters) <= _LONGEST_ACRONYM else None


def initials(name: str, language: str) -> frozenset[str]:
    """The first letters of the words of a phrase, with and without its small words.

    Args:
        name: A term.
        language: Language code.

    Returns:
        *roi* and *ri* of return on investment, *albs* and *abs* of anti-lock braking system;
        nothing for a single word.
    """
    text = small_letters(name, language)
    words = _tokens(text)
    if len(words) < 2:
        return frozenset()
    small = _small_words(primary_language(language))
    spaced = [word for word in text.split() if word[0].isalpha()]  # anti-lock is one word
    heads = (words, [word for word in words if word not in small], spaced)
    return frozenset("".join(word[0] for word in head) for head in heads)


@cache
def _small_words(language: str) -> frozenset[str]:
    """The glue and the prepositions of a language."""
    return frozenset(_GLUE.get(language, "").split()) | _prepositions(language)


@cache
def _prepositions(language: str) -> frozenset[str]:
    return frozenset(re.split(r"[ |]", _PREPOSITIONS.get(language, "")))


class KnownWords:
    """What dictionaries say of words, in small letters.

    Args:
        *pairs: Columns term_a, term_b, relation.
    """

    def __init__(self, *pairs: pl.DataFrame) -> None:
        self._pairs = pairs

    @cached_property
    def _relations(self) -> dict[tuple[str, str], str]:
        """Each pair from both ends; where spellings meet, an antonym stands before a synonym."""
        found: dict[tuple[str, str], str] = {}
        for table in self._pairs:
            ends = (pl.col(f"term_{end}").cast(pl.String).str.to_lowercase() for end in "ab")
            rows = _in_common_senses(table).select(*ends, pl.col("relation").cast(pl.String))
            for one, other, relation in rows.iter_rows():
                before = found.get((one, other))
                if before is None or _RANK.index(before) < _RANK.index(relation):
                    found[one, other] = found[other, one] = relation
        return found

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(one for one, _ in self._relations)

    def relation(self, one: str, other: str) -> str | None:
        """The relation of two words; None where nothing is said."""
        return self._relations.get((one, other))

    def __contains__(self, word: object) -> bool:
        return word in self._words


def _in_common_senses(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs without the synonyms in a sense that is rare for both: *bread*, *sugar* (money)."""
    if "dominance_a" not in pairs.columns:
        return pairs
    commoner = pl.max_horizontal("dominance_a", "dominance_b").fill_null(1.0)
    return pairs.filter((pl.col("relation").cast(pl.String) != "synonym") | (commoner >= COMMON))


class _Content(NamedTuple):
    """A term to be compared: its bare letters, and its words by lemma, without glue."""

    joined: str
    words: tuple[str, ...]


class Phrases:
    """Terms to be compared, pair by pair.

    Args:
        names: The terms; the place is their number.
        known: What is known of words.
        language: Language code.
        beside: The terms of the lexicon, where these are others; an acronym may mean them too.
    """

    def __init__(
        self,
        names: Iterable[str],
        known: KnownWords,
        language: str,
        beside: "Phrases | None" = None,
    ) -> None:
        self._names, self._known, self._language = list(names), known, language
        self._beside = beside or self
        code = primary_language(language)
        self._glue = frozenset(_GLUE.get(code, "").split())
        prepositions = [words.split("|") for words in _PREPOSITIONS.get(code, "").split()]
        self._prepositions = _prepositions(code)
        self._opposed = {frozenset(words) for words in prepositions if len(words) > 1}
        negating = negations(language)
        self._negating = negating.before | negating.behind
        self._english = code == "en"
        self._contents: dict[int, _Content] = {}
        self._lemmas: dict[str, str] = {}

    def of(self, names: Iterable[str]) -> "Phrases":
        """Other terms, beside the same known words."""
        return Phrases(names, self._known, self._language, self._beside)

    def kind(self, a: int, b: int) -> str | None:
        """How two terms differ.

        Args:
            a: Number of a term.
            b: Number of another.

        Returns:
            One of PHRASE_KINDS; None for terms without a common word of which nothing is known.
        """
        one, other = self._content(a), self._content(b)
        if one.joined == other.joined:
            return "same"
        if self._are_initials(a, b) or self._are_initials(b, a):
            return "initials"
        words = self._parted(one.words, other.words), self._parted(other.words, one.words)
        words = _joined(*words), _joined(*reversed(words))
        if Counter(words[0]) == Counter(words[1]):
            return "same" if self._in_any_order(*words) else "sibling"
        shared = Counter(words[0]) & Counter(words[1])
        rest, more = sorted((_without(x, shared) for x in words), key=len)
        if not rest:
            if self._negating.issuperset(more):
                return "opposite"
            ends = sorted(((one.words, a), (other.words, b)), key=lambda end: len(end[0]))
            return "hypernym" if self._has_another(ends[0][0], ends[1][1]) else "narrower"
        if len(rest) == len(more) == 1 and self._is_slip(rest[0], more[0]):
            return "slip"
        if shared and len(rest) == 1 and self._abbreviates(rest[0], more):
            return "initials"
        heads = words[0][-1], words[1][-1]
        role = self._english and len(rest) == len(more) and _one_is_the_activity(*heads)
        if not shared and not (" ".join(rest) in self._known and " ".join(more) in self._known):
            return "role" if role else None
        kind = self._changed(rest, more, bool(shared), role)
        aligned = kind != "synonym" or _at_one_place(*words, shared)
        return kind if aligned else "changed"

    def _changed(
        self, rest: tuple[str, ...], more: tuple[str, ...], shares: bool, role: bool
    ) -> str | None:
        if {*rest, *more} in self._opposed:
            return "opposite"
        said = self._said(rest, more)
        rest, more = (tuple(x for x in y if x not in self._prepositions) for y in (rest, more))
        x, y = " ".join(rest), " ".join(more)
        said = said or self._said(rest, more)
        if said is not None:
            return {"antonym": "opposite", "co_hyponym": "sibling"}.get(said, said)
        if not (x and y):
            return "sibling"
        single = len(rest) == len(more) == 1
        if single and _NUMBER.fullmatch(x) and _NUMBER.fullmatch(y):
            return "number"
        if role:
            return "role"
        if single and self._is_form(x, y):
            return "same" if shares else None
        return "changed" if shares else "silent"

    def _said(self, rest: tuple[str, ...], more: tuple[str, ...]) -> str | None:
        """The relation of some words to others, each written as one word or as several."""
        ways = ([between.join(words) for between in (" ", "", "-")] for words in (rest, more))
        found = (self._known.relation(x, y) for x, y in product(*ways))
        return max(filter(None, found), key=_RANK.index, default=None)

    def _parted(self, words: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
        """The words, *checkout* in two where the others have *check*."""
        found: list[str] = []
        for word in words:
            cuts = (len(other) for other in others if word.startswith(other) and word != other)
            cut = next((cut for cut in cuts if word[cut:] in self._prepositions), len(word))
            found += filter(None, (word[:cut], word[cut:]))
        return tuple(found)

    def _in_any_order(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether the same words say the same: not *rome to paris*, *left of right*, turned."""
        turned = [x for x, y in zip(one, other, strict=True) if x != y]
        opposed = (self._known.relation(x, y) == "antonym" for x, y in combinations(turned, 2))
        return not turned or not (self._prepositions.intersection(one) or any(opposed))

    def _are_initials(self, short: int, long: int) -> bool:
        """Whether a term is the first letters of another, and of none that says something else.

        In small letters it must be no word that a dictionary has; two letters must be capitals.
        """
        name, phrase = self._names[short], self._names[long]
        letters = acronym_letters(name, self._language)
        if letters is None or letters not in initials(phrase, self._language):
            return False
        if not name[:2].isupper() and (len(letters) == 2 or letters in self._known):
            return False
        others = (other for other in self._beside.expansions[letters] if other != phrase)
        return all(self.of((phrase, other)).kind(0, 1) in _SAYS_THE_SAME for other in others)

    def _abbreviates(self, word: str, words: tuple[str, ...]) -> bool:
        """Whether a word is the first letters of three words or more: *EGR valve*."""
        return len(words) > 2 and word not in self._known and word == "".join(x[0] for x in words)

    def _has_another(self, words: tuple[str, ...], number: int) -> bool:
        """Whether a term ends in some words, and so does an opposite or a sibling of it."""
        if self._content(number).words[-len(words) :] != words:
            return False
        own, others = self._names[number], self._beside.narrower.get(words, [])
        pairs = (self.of((own, other)) for other in others if other != own)
        return any(pair.kind(0, 1) in _SAYS_ANOTHER for pair in pairs)

    @cached_property
    def narrower(self) -> dict[tuple[str, ...], list[str]]:
        """The terms of the list that end in each other one; none in a very long list."""
        if len(self._names) > _LONGEST_LIST:
            return {}
        words = [self._content(number).words for number in range(len(self._names))]
        found: dict[tuple[str, ...], list[str]] = {x: [] for x in words}
        for name, own in zip(self._names, words, strict=True):
            for place in range(1, len(own)):
                if own[place:] in found:
                    found[own[place:]].append(name)
        return found

    @cached_property
    def expansions(self) -> defaultdict[str, list[str]]:
        """The phrases that each row of first letters may stand for."""
        found = defaultdict(list)
        for name in self._names:
            for letters in initials(name, self._language):
                found[letters].append(name)
        return found

    def _is_slip(self, x: str, y: str) -> bool:
        """Whether one of two long words is the other with a letter wrong, and no word itself."""
        n_known = (x in self._known) + (y in self._known)
        least = _LONG if n_known else _LONG + 2
        return (
            n_known < 2
            and min(len(x), len(y)) >= least
            and one_letter_wrong(x, y)
            and not self._is_form(x, y)
        )

    def _is_form(self, x: str, y: str) -> bool:
        """Whether one of two words is an inflected form of the other."""
        return any(base in possible_lemmas(form, self._language) for base, form in ((x, y), (y, x)))

    def _content(self, number: int) -> _Content:
        found = self._contents.get(number)
        if found is None:
            text = small_letters(self._names[number], self._language)
            tokens = _tokens(text)
            # the last word is no glue: *vitamin a*
            kept = [word for word in tokens[:-1] if word not in self._glue] + tokens[-1:]
            letters = "".join(_TOKEN.findall(bare_letters(text)))
            found = _Content(letters or text, tuple(map(self._lemma, kept)) or (text,))
            self._contents[number] = found
        return found

    def _lemma(self, word: str) -> str:
        """The word itself where it is known, else the lemma that is, else the word.

        What nobody knows is no comparative: *fliter* is not of *flit*, but a slip.
        """
        found = self._lemmas.get(word)
        if found is None:
            bold = not self._english or simplemma.is_known(word, lang="en")
            possible = possible_lemmas(word, self._language, bold=bold)
            lemmas = () if word in self._known else possible
            found = next((lemma for lemma in lemmas if lemma in self._known), word)
            self._lemmas[word] = found
        return found


def one_letter_wrong(x: str, y: str) -> bool:
    """Whether a word is another with a letter too many, too few, wrong or swapped with the next.

    The first letter, which nearly always is right, counts as right.
    """
    return x[0] == y[0] and (x + y).isalpha() and OSA.distance(x, y, score_cutoff=1) == 1


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_POSSESSIVE.sub("", text))


def _joined(words: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The words, two of them as one where the others have them so: *front end*, *frontend*."""
    for place, (x, y) in enumerate(pairwise(words)):
        if x + y in others:
            return (*words[:place], x + y, *words[place + 2 :])
    return words


def _without(words: tuple[str, ...], shared: Counter[str]) -> tuple[str, ...]:
    left, kept = Counter(shared), []
    for word in words:
        if left[word]:
            left[word] -= 1
        else:
            kept.append(word)
    return tuple(kept)


def _at_one_place(words: tuple[str, ...], others: tuple[str, ...], shared: Counter[str]) -> bool:
    """Whether two phrases differ at one place: not *confirm email* and *email support*."""
    for one, other in ((words, others), (words[::-1], others[::-1])):
        places = {next((i for i, x in enumerate(y) if x not in shared), 0) for y in (one, other)}
        if len(places) == 1:
            return True
    return False


def _one_is_the_activity(x: str, y: str) -> bool:
    """Whether two words have one stem and just one is an activity: *analyst*, *analysis*."""
    alike = x[:_STEM] == y[:_STEM] and len(x) >= _STEM
    return alike and (_ACTIVITY.search(x) is None) != (_ACTIVITY.search(y) is None)
