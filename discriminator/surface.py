"""What the spellings of two terms say that their vectors miss.

Vectors of single words know little of letters, yet more than half of WordNet's antonyms differ by
an affix alone (*happy*, *unhappy*), and namesakes (*Wilhelm Muller*, *Max Muller*) share a word and
mean different people. There are two kinds of features, both the same for (a, b) and (b, a):

* `N_NUMBERS` numbers between 0 and 1: shares of letters and words in common, named in `NUMBERS`;
* the *alternation*: what is left of each term when the letters they share at both ends are taken
  away, such as ("", "un") at the front or ("ful", "less") at the back, hashed to one of
  `N_ALTERNATIONS` buckets. The head learns a vector for each bucket, so the negating affixes of any
  language are learned from its antonyms and none is listed here. Bucket 0: too little in common.

Contract: any strings; case is set aside (lower case), and a hyphen is a space. Letters are UTF-16
units. Words end at a space, full stop, comma or apostrophe; of a term of more
than `MAX_WORDS` words only the first ones count, of an edit distance `MAX_EDIT` letters.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from nymgraph.kernels import kernel, parallel_kernel

NUMBERS = (
    "prefix",  # letters shared at the front / letters of the longer term
    "suffix",  # letters shared at the back / letters of the longer term
    "ends",  # both / letters of the longer term
    "length",  # letters of the shorter / of the longer term
    "inserted",  # one is the other with letters put in at one place
    "words",  # words shared / words of the term with more words
    "contained",  # all words of one are words of the other
    "both_own",  # they share words and each has words of its own
    "last_word",  # same last word
    "first_word",  # same first word
    "one_word",  # one word against several
    "initials",  # one word, spelled by the initials of the other
    "edit",  # 1 - Levenshtein distance / letters of the longer term
)
N_NUMBERS = len(NUMBERS)
N_ALTERNATIONS = 4096
MAX_WORDS = 16
MAX_EDIT = 40
_MAX_ALTERNATION = 6
_LEAST_SHARED = 3
_ROWS = 4096
_HYPHENS = str.maketrans(dict.fromkeys("-\u2010\u2011", " "))

Letters = NDArray[np.uint16]
Numbers = NDArray[np.float32]
Ids = NDArray[np.int64]
Words = NDArray[np.int64]  # (n_words, 2): where each begins and ends
Span = tuple[int, int]  # where a term begins and ends


class Spellings(NamedTuple):
    """The letters of a lexicon in lower case, one term after the other.

    Attributes:
        letters: uint16, UTF-16 units of all terms.
        start: int64 (n_terms + 1,), where each term begins, and the end of the last.
    """

    letters: NDArray[np.uint16]
    start: NDArray[np.int64]

    @property
    def n_terms(self) -> int:
        """Number of terms."""
        return len(self.start) - 1

    def take(self, ids: NDArray[np.integer]) -> "Spellings":
        """Pick terms.

        Args:
            ids: any integer (n,), term ids.

        Returns:
            The spellings of these terms, in this order.
        """
        lengths = self.start[ids + 1] - self.start[ids]
        start = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(start[-1]) + np.repeat(self.start[ids] - start[:-1], lengths)
        return Spellings(self.letters[places], start)


class SurfaceFeatures(NamedTuple):
    """Features of pairs of spellings.

    Attributes:
        numbers: float32 (n_pairs, N_NUMBERS), each 0 to 1, in the order of `NUMBERS`.
        alternation: int64 (n_pairs,), a bucket below N_ALTERNATIONS.
    """

    numbers: NDArray[np.float32]
    alternation: NDArray[np.int64]


def spell(terms: Sequence[str]) -> Spellings:
    """Lay out the spellings of a lexicon.

    Args:
        terms: n_terms strings.

    Returns:
        Their letters; about two bytes a letter.
    """
    lower = [
        term.lower().translate(_HYPHENS).encode("utf-16-le", "surrogatepass") for term in terms
    ]
    lengths = np.fromiter((len(units) // 2 for units in lower), np.int64, len(lower))
    return Spellings(
        letters=np.frombuffer(b"".join(lower), np.uint16),
        start=np.concatenate([[0], np.cumsum(lengths)]),
    )


def surface_features(
    spellings: Spellings, a: NDArray[np.integer], b: NDArray[np.integer]
) -> SurfaceFeatures:
    """Compare the spellings of pairs.

    Args:
        spellings: of the lexicon.
        a: any integer (n_pairs,), term ids.
        b: any integer (n_pairs,), term ids.

    Returns:
        The features, the same for (a, b) and (b, a).
    """
    numbers = np.empty((len(a), N_NUMBERS), np.float32)
    alternation = np.empty(len(a), np.int64)
    ends = (np.asarray(a, np.int64), np.asarray(b, np.int64))
    _compare(*spellings, *ends, numbers, alternation)
    return SurfaceFeatures(numbers, alternation)


@parallel_kernel
def _compare(
    letters: Letters,
    start: NDArray[np.int64],
    a: Ids,
    b: Ids,
    numbers: Numbers,
    alternation: Ids,
) -> None:
    """Fill the features block by block; a thread writes only the rows of its blocks."""
    for block in numba.prange((len(a) + _ROWS - 1) // _ROWS):
        words_a = np.empty((MAX_WORDS, 2), np.int64)
        words_b = np.empty((MAX_WORDS, 2), np.int64)
        row = np.empty(MAX_EDIT + 1, np.int64)
        for i in range(block * _ROWS, min(len(a), (block + 1) * _ROWS)):
            x, y = (start[a[i]], start[a[i] + 1]), (start[b[i]], start[b[i] + 1])
            front, back = _shared_ends(letters, x, y)
            _letter_numbers(letters, x, y, front, back, row, numbers[i])
            n_a, n_b = _words(letters, x, words_a), _words(letters, y, words_b)
            _word_numbers(letters, words_a[:n_a], words_b[:n_b], numbers[i])
            alternation[i] = _alternation(letters, x, y, front, back)


@kernel
def _shared_ends(letters: Letters, x: Span, y: Span) -> Span:
    """Count the letters that two terms share at the front, and behind these at the back."""
    shorter = min(x[1] - x[0], y[1] - y[0])
    front = 0
    while front < shorter and letters[x[0] + front] == letters[y[0] + front]:
        front += 1
    back = 0
    while back < shorter - front and letters[x[1] - 1 - back] == letters[y[1] - 1 - back]:
        back += 1
    return front, back


@kernel
def _letter_numbers(
    letters: Letters, x: Span, y: Span, front: int, back: int, row: Ids, numbers: Numbers
) -> None:
    """Fill what depends on letters alone."""
    shorter, longer = min(x[1] - x[0], y[1] - y[0]), max(x[1] - x[0], y[1] - y[0], 1)
    numbers[0], numbers[1] = front / longer, back / longer
    numbers[2], numbers[3] = (front + back) / longer, shorter / longer
    numbers[4] = front + back == shorter
    inner_x = letters[x[0] + front : min(x[1] - back, x[0] + front + MAX_EDIT)]
    inner_y = letters[y[0] + front : min(y[1] - back, y[0] + front + MAX_EDIT)]
    numbers[12] = 1 - _levenshtein(inner_x, inner_y, row) / longer


@kernel
def _levenshtein(x: Letters, y: Letters, row: Ids) -> int:
    """Edit distance of two short words; `row` is overwritten, one row of the table."""
    for j in range(len(y) + 1):
        row[j] = j
    for i in range(len(x)):
        diagonal, row[0] = row[0], i + 1
        for j in range(len(y)):
            change = diagonal + (x[i] != y[j])
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, diagonal + 1)
    return int(row[len(y)])


@kernel
def _words(letters: Letters, term: Span, words: Words) -> int:
    """List where the words of a term begin and end; give their number."""
    n_words, begin = 0, term[0]
    for i in range(term[0], term[1] + 1):
        at_end = i == term[1] or letters[i] in (32, 46, 44, 39, 8217)
        if at_end:
            if i > begin and n_words < MAX_WORDS:
                words[n_words, 0], words[n_words, 1] = begin, i
                n_words += 1
            begin = i + 1
    return n_words


@kernel
def _word_numbers(letters: Letters, x: Words, y: Words, numbers: Numbers) -> None:
    """Fill what depends on words."""
    fewer, more = min(len(x), len(y)), max(len(x), len(y), 1)
    shared = min(_found(letters, x, y), _found(letters, y, x))
    numbers[5] = shared / more
    numbers[6] = shared > 0 and shared == fewer
    numbers[7] = 0 < shared < fewer
    numbers[8] = fewer > 0 and _same(letters, x[len(x) - 1], y[len(y) - 1])
    numbers[9] = fewer > 0 and _same(letters, x[0], y[0])
    numbers[10] = fewer == 1 and more > 1
    numbers[11] = numbers[10] and (_spells(letters, x, y) or _spells(letters, y, x))


@kernel
def _found(letters: Letters, x: Words, y: Words) -> int:
    """Count the words of x that are words of y."""
    found = 0
    for i in range(len(x)):
        for j in range(len(y)):
            if _same(letters, x[i], y[j]):
                found += 1
                break
    return found


@kernel
def _same(letters: Letters, word: Ids, other: Ids) -> bool:
    """Check whether two words are spelled alike."""
    if word[1] - word[0] != other[1] - other[0]:
        return False
    shared = 0
    while shared < word[1] - word[0] and letters[word[0] + shared] == letters[other[0] + shared]:
        shared += 1
    return bool(shared == word[1] - word[0])


@kernel
def _spells(letters: Letters, x: Words, y: Words) -> bool:
    """Check whether x is one word, made of the initials of the words of y."""
    if len(x) != 1 or x[0, 1] - x[0, 0] != len(y):
        return False
    matching = 0
    while matching < len(y) and letters[x[0, 0] + matching] == letters[y[matching, 0]]:
        matching += 1
    return matching == len(y)


@kernel
def _alternation(letters: Letters, x: Span, y: Span, front: int, back: int) -> int:
    """Hash what two terms do not share, and where, without regard to their order."""
    own_x, own_y = x[1] - x[0] - front - back, y[1] - y[0] - front - back
    shorter = min(x[1] - x[0], y[1] - y[0])
    if front + back < max(_LEAST_SHARED, shorter / 2) or max(own_x, own_y) > _MAX_ALTERNATION:
        return 0
    hash_x = _hash(letters[x[0] + front : x[1] - back])
    hash_y = _hash(letters[y[0] + front : y[1] - back])
    place = 0 if front == 0 else (1 if back == 0 else 2)
    mixed = _mix(_mix(np.uint64(place), hash_x + hash_y), hash_x ^ hash_y)
    return int(1 + np.int64(mixed % np.uint64(N_ALTERNATIONS - 1)))


@kernel
def _hash(letters: Letters) -> np.uint64:
    """Hash a few letters to 64 bits."""
    value = np.uint64(7)
    for i in range(len(letters)):
        value = _mix(value, np.uint64(letters[i]))
    return value


@kernel
def _mix(value: np.uint64, other: np.uint64) -> np.uint64:
    """Stir one number into another (multiplicative hashing; Knuth, TAOCP 3, section 6.4)."""
    value = (value ^ other) * np.uint64(0x9E3779B97F4A7C15)
    return value ^ (value >> np.uint64(29))
