"""Neighbours by spelling: terms that share rare sequences of letters.

An encoder misses spelling variants, derived words and names that it has never read. Here a term
is the set of its trigrams (letters in lower case and without accents, a space before and behind),
each weighted by its rarity, idf = ln(n_terms / number of terms that hold it); the similarity of two
terms is the cosine of these vectors. Trigrams that more than `max_postings` terms hold are passed
over in the search (not in the lengths), which bounds the work for each term. A spelling that
several terms have whole (kâr and kar without accents) counts like one more trigram, outside the
lengths and up to 1: such terms find each other however frequent their trigrams are.

Contract: a term is never its own neighbour; an absent neighbour is id -1; neighbours stand by
falling similarity, ties by rising id. The result does not depend on the number of threads.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from discriminator import ANTONYM, SYNONYM, LabelledPairs, Spellings, surface_features
from discriminator.surface import N_ALTERNATIONS
from pipeline.vectors.neighbours import NEIGHBOUR

__all__ = ["OpposingAffixes", "SpellingIndex", "build_spelling_index", "search_spellings"]

F = TypeVar("F", bound=Callable[..., object])
Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
_TERMS_AT_ONCE = 262_144  # while the index is built
_BLOCK = 1024  # rows of one thread; each block clears a table of all terms once


class SpellingIndex(NamedTuple):
    """The trigrams of a lexicon, from terms to trigrams and back.

    Attributes:
        start: int64 (n_terms + 1,), where the trigrams of each term begin in `gram`; a whole
            spelling that several terms have is one of them.
        gram: int32, the trigrams of each term, each once, by number.
        posting_start: int64 (n_grams + 1,), where the terms of each trigram begin in `posting`.
        posting: int32, the terms that hold each trigram, rising.
        weight: float32 (n_grams,), squared rarity of each trigram.
        length: float32 (n_terms,), length of the vector of each term.
    """

    start: Ints
    gram: Ids
    posting_start: Ints
    posting: Ids
    weight: Floats
    length: Floats


class OpposingAffixes(NamedTuple):
    """Which differences of spelling make opposites, such as un- or -less, learned from labels.

    Attributes:
        spellings: Of the lexicon.
        opposing: bool (N_ALTERNATIONS,), whether the alternation makes antonyms more often than
            synonyms among the labelled pairs.
    """

    spellings: Spellings
    opposing: npt.NDArray[np.bool_]

    @classmethod
    def learn(cls, spellings: Spellings, pairs: LabelledPairs) -> "OpposingAffixes":
        """Count the alternations of labelled pairs.

        Args:
            spellings: Of the lexicon.
            pairs: Training pairs.

        Returns:
            What they teach.
        """
        alternation = surface_features(spellings, pairs.a, pairs.b).alternation
        antonyms, synonyms = (
            np.bincount(alternation[pairs.relation == code], minlength=N_ALTERNATIONS)
            for code in (ANTONYM, SYNONYM)
        )
        opposing = antonyms > synonyms
        opposing[0] = False
        return cls(spellings, opposing)

    def between(self, a: Ints, b: Ints) -> npt.NDArray[np.bool_]:
        """Tell which pairs differ by such an affix.

        Args:
            a: int64 (n_pairs,), term ids.
            b: int64 (n_pairs,), term ids.

        Returns:
            bool (n_pairs,).
        """
        opposing: npt.NDArray[np.bool_] = self.opposing[
            surface_features(self.spellings, a, b).alternation
        ]
        return opposing


def build_spelling_index(spellings: Spellings) -> SpellingIndex:
    """Collect the trigrams of a lexicon.

    Args:
        spellings: Letters of n_terms terms.

    Returns:
        The index; about 12 bytes a letter, and some 20 while it is built.
    """
    n_terms = spellings.n_terms
    code = _distinct_trigrams(spellings)
    n_grams, gram = _held_trigrams(spellings, code)
    twin, spelling = _twins(spellings)
    n_held = np.concatenate([np.bincount(gram, minlength=len(code)), np.bincount(spelling)])
    weight = np.log(n_terms / np.maximum(n_held, 1)) ** 2
    length = np.sqrt(_sums(n_grams, gram, weight))
    gram = np.insert(gram, np.cumsum(n_grams)[twin], len(code) + spelling)  # behind the trigrams
    n_grams[twin] += 1
    start, posting_start = _starts(n_grams), _starts(n_held)
    return SpellingIndex(
        start=start,
        gram=gram,
        posting_start=posting_start,
        posting=_postings(start, gram, posting_start),
        weight=weight.astype(np.float32),
        length=length.astype(np.float32),
    )


def search_spellings(
    index: SpellingIndex, rows: Ints, k: int, min_similarity: float, max_postings: int
) -> npt.NDArray[np.void]:
    """The terms spelled most alike.

    Args:
        index: The trigrams of the lexicon.
        rows: int64 (n_rows,), the terms to search for.
        k: Neighbours of each.
        min_similarity: Less similar terms are no neighbours, 0 to 1.
        max_postings: Trigrams that more terms hold are passed over.

    Returns:
        NEIGHBOUR (n_rows, k), `cosine` being the similarity of the spellings.
    """
    lists = np.zeros((len(rows), k), NEIGHBOUR)
    ids, similarity = np.full((len(rows), k), -1, np.int32), np.zeros((len(rows), k), np.float32)
    _search(*index, np.asarray(rows, np.int64), min_similarity, max_postings, ids, similarity)
    lists["id"], lists["cosine"] = ids, similarity
    return lists


def _blocks(spellings: Spellings) -> Iterator[tuple[Ints, Ints]]:
    """The trigrams of some terms at a time, and where each term's begin.

    A term of n letters has n trigrams, with the space before and behind.
    """
    for first in range(0, spellings.n_terms, _TERMS_AT_ONCE):
        start = spellings.start[first : first + _TERMS_AT_ONCE + 1]
        yield _trigrams(spellings.letters[start[0] : start[-1]], start - start[0]), start - start[0]


def _distinct_trigrams(spellings: Spellings) -> Ints:
    """All trigrams that occur, rising."""
    code = np.empty(0, np.int64)
    for trigrams, _ in _blocks(spellings):
        code = np.union1d(code, trigrams)
    return code


def _held_trigrams(spellings: Spellings, code: Ints) -> tuple[Ints, Ids]:
    """How many trigrams each term holds, and their numbers, each once and rising, term by term."""
    n_grams, grams = np.zeros(spellings.n_terms, np.int64), [np.empty(0, np.int32)]
    for block, (trigrams, start) in enumerate(_blocks(spellings)):
        term = np.repeat(np.arange(len(start) - 1), np.diff(start))
        held = np.unique(term * len(code) + np.searchsorted(code, trigrams))
        first = block * _TERMS_AT_ONCE
        holder = held // max(len(code), 1)
        n_grams[first : first + len(start) - 1] = np.bincount(holder, minlength=len(start) - 1)
        grams.append((held % max(len(code), 1)).astype(np.int32))
    return n_grams, np.concatenate(grams)


def _twins(spellings: Spellings) -> tuple[Ids, Ints]:
    """The terms that are spelled like another, rising, and the number of each one's spelling."""
    hashes = _hashes(spellings.letters, spellings.start)
    _, spelling, n_spelled = np.unique(hashes, return_inverse=True, return_counts=True)
    shared = (n_spelled > 1)[spelling] & (np.diff(spellings.start) > 0)
    twin = np.flatnonzero(shared)
    _, number = np.unique(spelling[twin], return_inverse=True)
    return twin.astype(np.int32), number.astype(np.int64)


def _kernel(function: F) -> F:
    return cast("F", numba.njit(cache=True)(function))


def _parallel_kernel(function: F) -> F:
    """Compile a function whose parallel loop writes only to its own rows; call it from Python."""
    return cast("F", numba.njit(cache=True, parallel=True)(function))


@_kernel
def _sums(n_grams: Ints, gram: Ids, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The weights of each term's trigrams, added up in their order."""
    sums = np.zeros(len(n_grams), np.float64)
    place = 0
    for term in range(len(n_grams)):
        for _ in range(n_grams[term]):
            sums[term] += weight[gram[place]]
            place += 1
    return sums


@_kernel
def _postings(start: Ints, gram: Ids, posting_start: Ints) -> Ids:
    """The terms that hold each trigram, rising, trigram by trigram."""
    posting, filled = np.empty(len(gram), np.int32), posting_start[:-1].copy()
    for term in range(len(start) - 1):
        for place in range(start[term], start[term + 1]):
            posting[filled[gram[place]]] = term
            filled[gram[place]] += 1
    return posting


def _starts(counts: npt.NDArray[Any]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@_kernel
def _trigrams(letters: npt.NDArray[np.uint16], start: Ints) -> Ints:
    """Pack each letter with the two around it into one number; a space stands at both ends."""
    packed = np.empty(len(letters), np.int64)
    for term in range(len(start) - 1):
        for i in range(start[term], start[term + 1]):
            before = np.int64(letters[i - 1]) if i > start[term] else 32
            behind = np.int64(letters[i + 1]) if i + 1 < start[term + 1] else 32
            packed[i] = (before << 32) | (np.int64(letters[i]) << 16) | behind
    return packed


@_kernel
def _hashes(letters: npt.NDArray[np.uint16], start: Ints) -> npt.NDArray[np.uint64]:
    """A hash of each whole spelling (FNV-1a, 64 bits)."""
    hashes = np.empty(len(start) - 1, np.uint64)
    for term in range(len(start) - 1):
        value = np.uint64(0xCBF29CE484222325)
        for i in range(start[term], start[term + 1]):
            value = (value ^ np.uint64(letters[i])) * np.uint64(0x100000001B3)
        hashes[term] = value
    return hashes


@_parallel_kernel
def _search(
    start: Ints,
    gram: Ids,
    posting_start: Ints,
    posting: Ids,
    weight: Floats,
    length: Floats,
    rows: Ints,
    min_similarity: float,
    max_postings: int,
    ids: Ids,
    similarity: Floats,
) -> None:
    """Fill the lists, block by block; each block sums into a table of its own."""
    for block in numba.prange((len(rows) + _BLOCK - 1) // _BLOCK):
        total = np.zeros(len(length), np.float32)
        touched = np.empty(len(length), np.int32)
        for i in range(block * _BLOCK, min(len(rows), (block + 1) * _BLOCK)):
            row = rows[i]
            n_touched = 0
            for place in range(start[row], start[row + 1]):
                first, last = posting_start[gram[place]], posting_start[gram[place] + 1]
                if last - first > max_postings:
                    continue
                for p in range(first, last):
                    if total[posting[p]] == 0:
                        touched[n_touched] = posting[p]
                        n_touched += 1
                    total[posting[p]] += weight[gram[place]]
            for t in range(n_touched):
                other = touched[t]
                lengths = length[row] * length[other]
                alike = min(np.float32(1), total[other] / lengths) if lengths > 0 else 0
                total[other] = 0
                if other != row and alike >= min_similarity:
                    _insert(ids[i], similarity[i], other, alike)


@_kernel
def _insert(ids: Ids, similarity: Floats, other: int, alike: float) -> None:
    """Put a neighbour in its place in a list, the last one falling out."""
    place = len(ids)
    while place > 0 and (
        ids[place - 1] < 0
        or similarity[place - 1] < alike
        or (similarity[place - 1] == alike and ids[place - 1] > other)
    ):
        place -= 1
    if place == len(ids):
        return
    for i in range(len(ids) - 1, place, -1):
        ids[i], similarity[i] = ids[i - 1], similarity[i - 1]
    ids[place], similarity[place] = other, alike
