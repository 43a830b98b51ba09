"""Neighbours by spelling: terms that share rare sequences of letters.

An encoder misses spelling variants, derived words and names that it has never read. Here a term is
the set of its trigrams (letters in lower case and without accents, a space before and behind), each
weighted by its rarity, idf = ln(n_terms / number of terms that hold it); the similarity of two
terms is the cosine of these vectors. The search skips trigrams that more than `max_postings` terms
hold, which bounds the work for each term; the lengths count them. A whole spelling that several
terms share (kâr and kar without accents) counts as one more trigram, outside the lengths and up to
1, so that such terms find each other however frequent their trigrams are.

Contract: a term is never its own neighbour; an absent neighbour is id -1; neighbours stand by
falling similarity, ties by rising id. The result does not depend on the number of threads.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import ANTONYM, SYNONYM, LabelledPairs, Spellings, surface_features
from nymgraph.discriminator.surface import N_ALTERNATIONS
from nymgraph.kernels import kernel, parallel_kernel
from nymgraph.pipeline.indexes.neighbours import NEIGHBOUR

__all__ = ["OpposingAffixes", "SpellingIndex", "build_spelling_index", "search_spellings"]

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
_BLOCK = 1_024
SPAN = 65_536


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
            The affixes that make opposites.
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
        """Find the pairs that differ by such an affix.

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
        The index; about 8 bytes a letter, and twice that while it is built.
    """
    n_terms = spellings.n_terms
    spans = [(first, min(first + SPAN, n_terms)) for first in range(0, n_terms, SPAN)]
    seen = [np.unique(_trigrams(*_letters(spellings, span))) for span in spans]
    code = np.unique(np.concatenate([np.empty(0, np.int64), *seen]))
    held = [_held(*_letters(spellings, span), code) for span in spans]
    n_grams = np.concatenate([np.empty(0, np.int64), *(counts for counts, _ in held)])
    gram = np.concatenate([np.empty(0, np.int32), *(grams for _, grams in held)])
    del held
    twin, spelling = _twins(spellings)
    n_held = _counts(gram, len(code) + len(np.unique(spelling)))
    n_held[len(code) :] = np.bincount(spelling, minlength=len(n_held) - len(code))
    weight = np.log(n_terms / np.maximum(n_held, 1)) ** 2
    length = np.sqrt(_sums(_starts(n_grams), gram, weight))
    # the whole spelling stands behind the trigrams of its terms
    gram = np.insert(gram, _starts(n_grams)[twin + 1], (len(code) + spelling).astype(np.int32))
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


def _letters(spellings: Spellings, span: tuple[int, int]) -> tuple[npt.NDArray[np.uint16], Ints]:
    """The letters of some terms, and where each term begins in them."""
    first, last = spellings.start[span[0]], spellings.start[span[1]]
    return spellings.letters[first:last], spellings.start[span[0] : span[1] + 1] - first


def _held(letters: npt.NDArray[np.uint16], start: Ints, code: Ints) -> tuple[Ints, Ids]:
    """How many trigrams each of some terms has, and their numbers, each once, rising."""
    # a term of n letters has n trigrams, with the space before and behind
    term = np.repeat(np.arange(len(start) - 1), np.diff(start))
    gram = np.searchsorted(code, _trigrams(letters, start))
    held = np.unique(term * max(len(code), 1) + gram)  # a trigram twice in a term is one
    term, gram = np.divmod(held, max(len(code), 1))
    return np.bincount(term, minlength=len(start) - 1), gram.astype(np.int32)


def _twins(spellings: Spellings) -> tuple[Ids, Ints]:
    """The terms that are spelled like another, rising, and the number of each one's spelling."""
    hashes = _hashes(spellings.letters, spellings.start)
    _, spelling, n_spelled = np.unique(hashes, return_inverse=True, return_counts=True)
    shared = (n_spelled > 1)[spelling] & (np.diff(spellings.start) > 0)
    twin = np.flatnonzero(shared)
    _, number = np.unique(spelling[twin], return_inverse=True)
    return twin.astype(np.int32), number.astype(np.int64)


def _starts(counts: npt.NDArray[Any]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@kernel
def _trigrams(letters: npt.NDArray[np.uint16], start: Ints) -> Ints:
    """Pack each letter with the two around it into one number; a space stands at both ends."""
    packed = np.empty(len(letters), np.int64)
    for term in range(len(start) - 1):
        for i in range(start[term], start[term + 1]):
            before = np.int64(letters[i - 1]) if i > start[term] else 32
            behind = np.int64(letters[i + 1]) if i + 1 < start[term + 1] else 32
            packed[i] = (before << 32) | (np.int64(letters[i]) << 16) | behind
    return packed


@kernel
def _counts(gram: Ids, n_grams: int) -> Ints:
    """How often each number occurs (a bincount that makes no int64 copy)."""
    counts = np.zeros(n_grams, np.int64)
    for one in gram:
        counts[one] += 1
    return counts


@kernel
def _sums(start: Ints, gram: Ids, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sum of the weights of each term."""
    sums = np.zeros(len(start) - 1, np.float64)
    for term in range(len(sums)):
        for place in range(start[term], start[term + 1]):
            sums[term] += weight[gram[place]]
    return sums


@kernel
def _postings(start: Ints, gram: Ids, posting_start: Ints) -> Ids:
    """The terms of each trigram, rising: a sort by counting."""
    free = posting_start[:-1].copy()
    posting = np.empty(len(gram), np.int32)
    for term in range(len(start) - 1):
        for place in range(start[term], start[term + 1]):
            posting[free[gram[place]]] = term
            free[gram[place]] += 1
    return posting


@kernel
def _hashes(letters: npt.NDArray[np.uint16], start: Ints) -> npt.NDArray[np.uint64]:
    """A hash of each whole spelling (FNV-1a, 64 bits)."""
    hashes = np.empty(len(start) - 1, np.uint64)
    for term in range(len(start) - 1):
        value = np.uint64(0xCBF29CE484222325)
        for i in range(start[term], start[term + 1]):
            value = (value ^ np.uint64(letters[i])) * np.uint64(0x100000001B3)
        hashes[term] = value
    return hashes


@parallel_kernel
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
                # a trigram that all terms hold weighs nothing, and would touch them twice
                if last - first > max_postings or weight[gram[place]] == 0:
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


@kernel
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
