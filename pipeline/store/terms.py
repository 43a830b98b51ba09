"""From a spelling to a term; what to say when there is none.

The exact form comes first. Then every term with the same case-folded key is a candidate. A term
that is its own key is found by its exact form; only the others are in the index of keys. A word
that is no term is looked up with the marks that its letters may lack (sicak, Istanbul: sıcak,
istanbul), then as the form of a term (`lexicon.lemmas`), then as both (kitabin: kitabın, kitap),
then as a word of which the lexicon has a form alone (torch: Torches), then as one word or two
(lawnmower: Lawn Mowers), then in the spellings of the other English (winter tires: Winter Tyres).
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property, lru_cache, partial
from itertools import product
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.lemmas import possible_lemmas, possible_stems
from nymgraph.pipeline.lexicon.normalise import bare_letters, clean, look_up_key
from nymgraph.pipeline.lexicon.spellings import respelled
from nymgraph.pipeline.lexicon.variants import variant
from nymgraph.pipeline.lookup import NONE, LookupIndex
from nymgraph.pipeline.store.slips import slips

__all__ = ["Terms", "UnknownTermError"]

WINDOW = 2_000
FORMS = 64
_SUGGESTED = 100
_RANKED = 1 << 17
_ALPHABET = 48
_CHUNK = 10_000
_MIN_SIMILARITY = 60
_N_NEAR = 5
_LAST = "\U0010ffff"
_MOST_MARKED = 256
_LONGER = 4  # letters that inflection and spaces add or take
_LEAST_PART = 3  # letters of each half of a word that may be two
_LEAST_HELD = 2  # letters of what other terms hold
_SCANNED = 200_000  # terms that are scanned for it
_FOUND = 10_000


class UnknownTermError(InputError, KeyError):
    """A spelling that no term has; also a KeyError.

    Args:
        term: The spelling.
        near: Terms that hold it or are spelled like it, the likeliest first.

    Attributes:
        term: The spelling.
        near: Terms that hold it or are spelled like it, the likeliest first.
    """

    term: str
    near: tuple[str, ...]

    def __init__(self, term: str, near: tuple[str, ...]) -> None:
        self.term, self.near = term, near
        close = ", ".join(repr(name) for name in near)
        cure = f"did you mean {close}?" if near else "check the spelling and the language"
        super().__init__(f"{term!r} is not a term of this lexicon", cure=cure)

    def __reduce__(self) -> tuple[type[Self], tuple[str, tuple[str, ...]]]:
        return type(self), (self.term, self.near)

    def __str__(self) -> str:  # a KeyError would show the quoted representation
        return str(self.args[0])


class Terms:
    """The terms of an export, found by spelling.

    Args:
        index: The index of the export.
        language: Language code of the lexicon: it decides what is the small letter of I.
    """

    def __init__(self, index: LookupIndex, language: str) -> None:
        self._language, self._index = language, index
        self._terms, self._keys = index.strings("terms"), index.strings("keys")
        self._clusters, self._key_terms = index.view("terms.cluster"), index.view("keys.term")
        self._variants, self._forms = index.strings("variants"), index.strings("variant_keys")
        self._lemma, self._form_rows = (
            index.view("variants.lemma"),
            index.view("variant_keys.variant"),
        )
        self._by_lemma = index.view("variants.by_lemma")
        self._ranked = lru_cache(maxsize=2_000)(self._ranking)  # short beginnings are many terms

    def __len__(self) -> int:
        return len(self._terms)

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), _CHUNK):
            yield from self._terms.texts(range(start, min(start + _CHUNK, len(self))))

    def name(self, term_id: int) -> str:
        """The term with this number."""
        return self._terms.text(term_id)

    def cluster(self, term_id: int) -> int | None:
        """The place of the cluster of a term in the order of cluster_id, None for a singleton."""
        place: int = self._clusters[term_id]
        return None if place == NONE else place

    def exact(self, term: str) -> int | None:
        """The number of the term spelled exactly so, or None."""
        return self._terms.place(term)

    def find(self, term: str) -> int | None:
        """The term that a spelling means, or None.

        The exact form (after white space and composition are cleaned), else of the terms with the
        same case-folded key the first in byte-wise order that has a cluster, else the first. An
        inflected form that was set aside means its lemma.

        Args:
            term: The spelling.

        Returns:
            Its term_id, or None if no term has it.
        """
        spelling = clean(term, self._language)
        row = self.exact(spelling)
        if row is not None:
            return row
        key = look_up_key(spelling, self._language)
        return self._first(self._with_key(key) or self._lemmas(spelling, key))

    def variants(self, term_id: int) -> list[str]:
        """The inflected forms of a term, in byte-wise order."""
        lemma = self._lemma.__getitem__
        start = bisect_left(self._by_lemma, term_id, key=lemma)
        stop = bisect_right(self._by_lemma, term_id, key=lemma)
        return [self._variants.text(row) for row in self._by_lemma[start:stop].tolist()]

    def resolve(self, term: str) -> int:
        """The term that a spelling means: as `find`, else the one that it is a form of.

        Args:
            term: The spelling.

        Returns:
            Its term_id.

        Raises:
            UnknownTermError: No term has this spelling or its key, or is the lemma of it.
        """
        row = self.find(term)
        row = self.derived(term) if row is None else row
        if row is None:
            raise UnknownTermError(term, self.near(term))
        return row

    def derived(self, term: str) -> int | None:
        """What a spelling that no term has means all the same, or None.

        The term that it is without marks, else the one that it is a form of, else both together,
        else the one that is a form of it, or is it in other spaces, else the one that the other
        English spells otherwise.

        Args:
            term: The spelling.

        Returns:
            The term_id, or None.
        """
        row = self.unmarked(term)
        row = self.lemma(term) if row is None else row
        if row is not None:
            return row
        key = look_up_key(clean(term, self._language), self._language)
        found = [row for row in map(self.lemma, self._marked(key)) if row is not None]
        if found:
            return found[0]
        row = self.listed(term)
        return self.respelled(term) if row is None else row

    def listed(self, term: str) -> int | None:
        """A term that is a spelling but for spaces, hyphens and inflection, or None.

        *Torches*, of torch; *Lawn Mowers*, of lawnmower. Sought among the terms that begin like
        it, a bounded number of them, and by the rules of plurals and spaces.

        Args:
            term: A spelling that no term has.

        Returns:
            The term_id; what differs in spaces alone comes first, then what has a cluster.
        """
        key = look_up_key(clean(term, self._language), self._language)
        whole, n_spaces = _letters_of(key), key.replace("-", " ").count(" ")
        if len(whole) < _LEAST_PART:
            return None
        starts = {text[: max(2, len(text) - 2)] for text in (key, key.split(" ")[0])} | {key[:1]}
        near = {row: own for start in sorted(starts) for row, own in self._below(start, len(key))}
        bases = () if n_spaces else possible_lemmas(key, self._language, bold=False)
        wholes = {whole, *map(_letters_of, bases)}  # seatbelts is Seat Belt
        same = sorted(row for row, own in near.items() if _letters_of(own) in wholes)
        forms = sorted(
            row
            for row, own in near.items()
            for base in possible_lemmas(own, self._language, bold=False)
            if _letters_of(base) == whole
        )
        as_spaced = [row for row in forms if near[row].replace("-", " ").count(" ") == n_spaces]
        return self._first(same or as_spaced or forms or self._spelled_by_rule(key, whole))

    def respelled(self, term: str) -> int | None:
        """The term that a spelling, or the lemma or plural of it, is in the other English, or None.

        *Winter Tyres*, of winter tires.

        Args:
            term: A spelling that no term has.

        Returns:
            The term_id of the first that is found.
        """
        key = look_up_key(clean(term, self._language), self._language)
        for other in respelled(key, self._language):
            for find in (self.find, partial(self.lemma, bold=False), self.listed):
                row = find(other)
                if row is not None:
                    return row
        return None

    def _spelled_by_rule(self, key: str, whole: str) -> list[int]:
        """The terms that are a key with other spaces or in the plural."""
        cuts = range(_LEAST_PART, len(whole) - _LEAST_PART + 1) if whole == key else ()
        parted = [whole[:cut] + between + whole[cut:] for cut in cuts for between in " -"]
        spellings = dict.fromkeys((key, key.replace("-", " "), whole, *parted))
        found = (self._with_key(text) or self._plurals(text) for text in spellings)
        return next(filter(None, found), [])

    def form(self, term: str, row: int) -> str:
        """What to say of a spelling that means a term, else nothing.

        "cars, a form of car"; "sicak, without marks for sıcak"; "torch, listed as Torches"; "tires,
        another spelling of Tyres".
        """
        asked, name = clean(term, self._language), self.name(row)
        own, key = (look_up_key(text, self._language) for text in (asked, name))
        if own == key:
            return ""
        if bare_letters(own) == bare_letters(key):
            return f"{asked}, without marks for {name}"
        is_form = row in (self.find(term), self.lemma(term))
        is_form = is_form or row in map(self.lemma, self._marked(own))
        if is_form:
            return f"{asked}, a form of {name}"
        how = "listed as" if self.listed(term) == row else "another spelling of"
        return f"{asked}, {how} {name}"

    def unmarked(self, term: str) -> int | None:
        """The term that differs in marks alone, which the spelling lacks, or None.

        The marks are those of the letters of the lexicon: sicak is sıcak, cafe is café. A mark that
        is there must be in the term, but for the dot of a Turkish I, which other keyboards lack.
        Of several terms the first that has a cluster, else the first, fewest marks first.

        Args:
            term: A spelling that no term has.

        Returns:
            The term_id, or None.
        """
        key = look_up_key(clean(term, self._language), self._language)
        found = sorted(self._walked(key), key=lambda other: (_changed(key, other), other))
        return self._first([row for other in found for row in self._with_key(other)])

    def near(self, term: str) -> tuple[str, ...]:
        """Terms that may be meant, the likeliest first.

        First the word that it is made of (car of *carlike*), then the terms that hold it
        (`holding`), then what it may be a misspelling of, then what is spelled alike: sought around
        the places in byte-wise order where the spelling, its key, and the spelling with its first
        letter dropped or its first two swapped would stand. So a miss costs about the same in a
        lexicon of any size.

        Args:
            term: A spelling that no term has.

        Returns:
            At most five terms.
        """
        spelling = clean(term, self._language)
        key = look_up_key(spelling, self._language)
        swapped = spelling[1:2] + spelling[:1] + spelling[2:]
        starts = [start for start in (spelling, key, spelling[1:], swapped) if start]
        around = {name for start in starts for name in self._around(start)}
        rests = (spelling[1:], spelling) if key else ()  # a wrong first letter, or one dropped
        heads = (letter + rest for letter in self._letters for rest in rests)
        around |= {self.name(row) for head in heads for row in self._with_key(head)}
        found = process.extract(
            key,
            sorted(around),
            scorer=fuzz.ratio,
            processor=lambda name: look_up_key(name, self._language),
            limit=_N_NEAR,
            score_cutoff=_MIN_SIMILARITY,
        )
        stem = self.stem(spelling)
        first = [*([] if stem is None else [stem]), *self.holding(key), *self.meant(spelling)]
        names = [*(self.name(row) for row in first), *(name for name, _, _ in found)]
        return tuple(dict.fromkeys(names))[:_N_NEAR]

    def holding(self, key: str) -> list[int]:
        """The terms that hold a key, or its plural or lemma, as whole words: MAF sensor of *maf*.

        In a large lexicon, where a key that is no term is rarely a part of one, none.

        Args:
            key: The key of a spelling that no term has.

        Returns:
            At most five terms, the shortest first, then in byte-wise order.
        """
        if len(key) < _LEAST_HELD or len(self) > _SCANNED:
            return []
        lemmas = possible_lemmas(key, self._language, bold=False)
        forms = {key, *lemmas, *respelled(key, self._language)}
        forms |= {variant(form, "inflection", self._language, "noun") or form for form in forms}
        rows = {row for form in forms for row in self._rows_with(form)}
        return sorted(rows, key=lambda row: (len(self.name(row)), row))[:_N_NEAR]

    def _rows_with(self, words: str) -> Iterator[int]:
        """The terms whose key holds some words, of the places where they stand the first _FOUND."""
        text, starts = self._lines
        at = text.find(words)
        for _ in range(_FOUND):
            if at < 0:
                return
            around = text[at - 1] + text[at + len(words)]
            if not any(map(str.isalnum, around)):
                yield bisect_right(starts, at) - 1
            at = text.find(words, at + 1)

    @cached_property
    def _lines(self) -> tuple[str, list[int]]:
        """The keys of all terms, a line each, and where each line begins."""
        text = look_up_key("\n" + "\n".join(self) + "\n", self._language)
        return text, [found.start() for found in re.finditer("\n", text)]

    def meant(self, term: str) -> list[int]:
        """The terms that a spelling may be a slip of the keyboard for, in byte-wise order.

        None where it is made of a term by an affix: *carlike* is no slip for *warlike*.
        """
        key = look_up_key(clean(term, self._language), self._language)
        if self.stem(key) is not None:
            return []
        spellings = slips(key, self._letters)
        return sorted({row for text in spellings for row in self._with_key(text)})

    def stem(self, term: str) -> int | None:
        """The term that a word is made of by a productive affix of the language, or None."""
        key = look_up_key(clean(term, self._language), self._language)
        found = (self.find(stem) for stem in possible_stems(key, self._language))
        return next((row for row in found if row is not None), None)

    def lemma(self, term: str, *, bold: bool = True) -> int | None:
        """The term that a spelling is an inflected form of (`possible_lemmas`), or None."""
        key = look_up_key(clean(term, self._language), self._language)
        bases = possible_lemmas(key, self._language, bold=bold)
        found = (self.find(base) for base in bases if base != key)
        return next((row for row in found if row is not None), None)

    def suggest(self, prefix: str, n: int) -> list[str]:
        """Terms whose case-folded key begins with a prefix, for a search box.

        All of them are looked at, by number and not by name.

        Args:
            prefix: The beginning of a term; case does not matter.
            n: How many, 0 to 100.

        Returns:
            At most `n` terms: those with a cluster first, then the shorter (in UTF-8), then
            byte-wise.
        """
        key = look_up_key(
            " ".join(clean(prefix + "|", self._language).split())[:-1], self._language
        )
        return [self.name(row) for row in self._ranked(key)[:n]] if key else []

    def _ranking(self, key: str) -> list[int]:
        """The first terms whose key begins so, the best first; never more than are suggested."""
        start, stop = self._terms.first(key), self._terms.first(key + _LAST)
        keys = slice(self._keys.first(key), self._keys.first(key + _LAST))
        folded = self._index.array("keys.term")[keys].astype(np.int64)
        best = self._best(folded[(folded < start) | (folded >= stop)])
        for low in range(start, stop, _RANKED):
            best = self._best(np.concatenate([best, np.arange(low, min(low + _RANKED, stop))]))
        found: list[int] = best.tolist()
        return found

    def _best(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Of some terms the best to suggest, best first."""
        places = self._index.array("terms.at")
        alone = self._index.array("terms.cluster")[rows] == NONE
        rank = (places[rows + 1] - places[rows]) << 32 | rows
        rank[alone] |= 1 << 62
        if len(rank) > _SUGGESTED:
            rank = np.partition(rank, _SUGGESTED)[:_SUGGESTED]
        found: npt.NDArray[np.int64] = np.sort(rank) & 0xFFFFFFFF
        return found

    @cached_property
    def _sample(self) -> list[str]:
        return self._terms.sample() if len(self) > _CHUNK else list(self)

    @cached_property
    def _letters(self) -> list[str]:
        """The letters used most, counted in a sample of the terms."""
        counts = Counter(look_up_key("".join(self._sample), self._language))
        return sorted(counts, key=lambda letter: (-counts[letter], letter))[:_ALPHABET]

    @cached_property
    def _marks(self) -> dict[str, list[str]]:
        """The letters that each letter may stand for: i and ı of i, o and ö of o."""
        letters = set("".join(look_up_key(term, self._language) for term in self._sample))
        marks: dict[str, list[str]] = {"ı": ["ı", "i"]}
        for letter in sorted(letters):
            bare = bare_letters(letter)
            if bare != letter and len(bare) == 1:
                marks.setdefault(bare, [bare]).append(letter)
        return marks

    def _walked(self, key: str) -> list[str]:
        """The keys of terms that are this one with more marks, letter by letter while any fits."""
        starts = [""]
        for letter in key:
            longer = (start + x for start in starts for x in self._marks.get(letter, [letter]))
            starts = [start for start in longer if self._begins(start)]
        return [start for start in starts if start != key and self._with_key(start)]

    def _begins(self, start: str) -> bool:
        """Whether any term or key begins so."""
        return any(
            strings.first(start) < strings.first(start + _LAST)
            for strings in (self._terms, self._keys)
        )

    def _marked(self, key: str) -> list[str]:
        """The spellings of a key with more marks, not too many, fewest marks first."""
        letters = [self._marks.get(letter, [letter]) for letter in key]
        if math.prod(map(len, letters)) > _MOST_MARKED:
            return []
        found = {"".join(choice) for choice in product(*letters)} - {key}
        return sorted(found, key=lambda other: (_changed(key, other), other))

    def _first(self, rows: list[int]) -> int | None:
        """The first of some terms that has a cluster, else the first."""
        clustered = (row for row in rows if self.cluster(row) is not None)
        return next(clustered, rows[0] if rows else None)

    def _below(self, start: str, length: int) -> Iterator[tuple[int, str]]:
        """Terms about as long whose key begins so, with the key; the first FORMS of each index."""
        low, high = self._terms.first(start), self._terms.first(start + _LAST)
        rows = list(range(low, min(high, low + FORMS)))
        low, high = self._keys.first(start), self._keys.first(start + _LAST)
        rows += (self._key_terms[row] for row in range(low, min(high, low + FORMS)))
        for row in rows:
            key = look_up_key(self.name(row), self._language)
            if abs(len(key) - length) <= _LONGER:
                yield row, key

    def _plurals(self, key: str) -> list[int]:
        """The terms that are the plural of a key by rule."""
        plural = variant(key, "inflection", self._language, "noun")
        return [] if plural is None else self._with_key(look_up_key(plural, self._language))

    def _with_key(self, key: str) -> list[int]:
        """The terms with this key, in byte-wise order."""
        own = self.exact(key)  # a term that is a key is its own key: folding it changes nothing
        found = [self._key_terms[row] for row in self._keys.find(key)]
        return sorted({*found, *([] if own is None else [own])})

    def _lemmas(self, spelling: str, key: str) -> list[int]:
        """The lemma of the form spelled exactly so, else those of the forms with this key."""
        rows = list(self._variants.find(spelling))
        rows = rows or [self._form_rows[row] for row in self._forms.find(key)]
        return [self._lemma[row] for row in rows]

    def _around(self, start: str) -> list[str]:
        row = self._terms.first(start)
        return self._terms.texts(range(max(0, row - WINDOW), min(len(self), row + WINDOW)))


def _changed(key: str, other: str) -> int:
    """In how many letters two keys of one length differ."""
    return sum(one != two for one, two in zip(key, other, strict=True))


def _letters_of(key: str) -> str:
    """The letters and digits of a key."""
    return "".join(filter(str.isalnum, key))
