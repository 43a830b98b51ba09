"""Word vectors as an encoder: fastText `.bin`, and word2vec or fastText `.vec`, text or binary.

Contract: the content of a file shows its format, not the name. The file is mapped into memory and a
vector is read when its word occurs, so that memory holds only the words and their places. A word is
looked up as it stands, then in small letters; one that fastText's `.bin` does not hold is the mean
of the vectors of its character n-grams (Bojanowski et al., Enriching Word Vectors with Subword
Information, TACL 2017, section 3.2). A term is the mean of the normalised vectors of its words, as
fastText's sentence vectors are; words without a vector do not count, and a term of such words alone
is the zero vector, which is near nothing.
"""

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.errors import InputError

__all__ = ["WordVectorEncoder", "WordVectors", "is_word_vectors", "open_word_vectors"]

Vector = npt.NDArray[np.float32]
_MAGIC = 793_712_314
_VERSION = 12
_SUFFIXES = (".bin", ".vec")
_HYPHENS = str.maketrans(dict.fromkeys("-\u2010\u2011", " "))


class WordVectors(Protocol):
    """Vectors of single words."""

    dim: int

    def vector(self, word: str) -> Vector | None:
        """The vector of a word: float32 (dim,), or None where there is none."""
        ...


class WordVectorEncoder:
    """An encoder that averages the vectors of a term's words.

    Args:
        path: A file of word vectors.

    Raises:
        InputError: The file is damaged or of another format.
    """

    def __init__(self, path: Path) -> None:
        self._words = open_word_vectors(path)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._words.dim

    def encode(self, terms: Sequence[str]) -> Vector:
        """Vectors of terms.

        Args:
            terms: n_terms terms.

        Returns:
            float32 (n_terms, dim), L2-normalised; zero for a term without any known word.
        """
        out = np.zeros((len(terms), self.dim), np.float32)
        for row, term in enumerate(terms):
            for word in term.translate(_HYPHENS).split() or [term]:
                out[row] += _unit(self._of_word(word))
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return np.asarray(out / np.where(norms > 0, norms, 1), np.float32)

    def _of_word(self, word: str) -> Vector:
        for spelling in (word, word.lower()):
            vector = self._words.vector(spelling)
            if vector is not None:
                return vector
        return np.zeros(self.dim, np.float32)


class Mapped:
    """Vectors of whole words at known places of a mapped file.

    Args:
        content: The file.
        places: Word to the byte where its vector begins and where it ends.
        dim: Length of a vector.
        binary: Whether vectors are float32 or written out in digits.
    """

    def __init__(
        self, content: mmap.mmap, places: dict[str, tuple[int, int]], dim: int, *, binary: bool
    ) -> None:
        self.dim = dim
        self._content, self._places, self._binary = content, places, binary

    def vector(self, word: str) -> Vector | None:
        """The vector of a word: float32 (dim,), or None where there is none."""
        place = self._places.get(word)
        if place is None:
            return None
        raw = self._content[place[0] : place[1]]
        if self._binary:
            return np.frombuffer(raw, "<f4")
        return np.array(raw.split(), np.float32)


class SubwordSettings(NamedTuple):
    """What fastText was trained with: n-grams from `shortest` to `longest` in so many buckets."""

    dim: int
    buckets: int
    shortest: int
    longest: int


class FastText:
    """Vectors of a fastText model, those of unknown words from their n-grams.

    Args:
        rows: Word to its row.
        matrix: float32 (n_words + buckets, dim): words, then n-grams by hash.
        settings: How n-grams are made.
    """

    def __init__(self, rows: dict[str, int], matrix: Vector, settings: SubwordSettings) -> None:
        self.dim = settings.dim
        self._rows, self._matrix, self._settings = rows, matrix, settings

    def vector(self, word: str) -> Vector | None:
        """The mean of the rows of a word and its n-grams: float32 (dim,), None without any."""
        known = self._rows.get(word)
        grams = [len(self._rows) + gram for gram in ngram_buckets(word, self._settings)]
        rows = grams if known is None else [known, *grams]
        return self._matrix[rows].mean(axis=0, dtype=np.float32) if rows else None


def is_word_vectors(path: Path) -> bool:
    """Whether a path is a file that is named as word vectors are."""
    return path.suffix in _SUFFIXES and path.is_file()


def open_word_vectors(path: Path) -> WordVectors:
    """Open a file of word vectors.

    Args:
        path: fastText `.bin`, or word2vec in text (`.vec`) or binary.

    Returns:
        Its vectors.

    Raises:
        InputError: The file is damaged or of another format.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise _damaged(path, "an empty file")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        if content[:4] == struct.pack("<i", _MAGIC):
            return _fast_text(content, path)
        n_words, dim = (int(number) for number in content.readline().split())
        if _is_text(content, dim):
            return Mapped(content, _text_places(content, dim), dim, binary=False)
        return Mapped(content, _binary_places(content, n_words, dim), dim, binary=True)
    except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise _damaged(path, str(error)) from error


def ngram_buckets(word: str, settings: SubwordSettings) -> list[int]:
    """The buckets of a word's n-grams, in the order in which fastText makes them.

    Args:
        word: The word, without the marks of its ends.
        settings: How n-grams are made.

    Returns:
        Numbers below `settings.buckets`; none for a model without n-grams.
    """
    if settings.longest == 0 or settings.buckets == 0:
        return []
    marked = f"<{word}>"
    found = []
    for start in range(len(marked)):
        for length in range(settings.shortest, settings.longest + 1):
            end = start + length
            lone_mark = length == 1 and (start == 0 or end == len(marked))
            if end <= len(marked) and not lone_mark:
                found.append(_fnv1a(marked[start:end].encode()) % settings.buckets)
    return found


def _fnv1a(gram: bytes) -> int:
    """The 32-bit FNV-1a hash as fastText computes it: bytes are signed there."""
    value = 2_166_136_261
    for byte in gram:
        value ^= byte if byte < 128 else byte | 0xFFFFFF00
        value = value * 16_777_619 & 0xFFFFFFFF
    return value


def _fast_text(content: mmap.mmap, path: Path) -> FastText:
    (version, dim, _, _, _, _, _, _, _, _, shortest, longest, _, _) = struct.unpack(
        "<13id", content[4:64]
    )
    if version != _VERSION:
        raise _damaged(path, f"version {version} of fastText's format")
    size, n_words, n_labels, _, pruned = struct.unpack("<3i2q", content[64:92])
    if n_labels or pruned > 0 or size != n_words:
        raise _damaged(path, "a classifier or a pruned model")
    rows, place = {}, 92
    for row in range(n_words):
        end = content.find(b"\0", place)
        rows[content[place:end].decode()] = row
        place = end + 10
    quantised, height, width = struct.unpack("<?2q", content[place : place + 17])
    if quantised or width != dim or height < n_words:
        raise _damaged(path, "a quantised or damaged matrix")
    matrix = np.frombuffer(content, "<f4", height * width, place + 17).reshape(height, width)
    return FastText(rows, matrix, SubwordSettings(dim, height - n_words, shortest, longest))


def _is_text(content: mmap.mmap, dim: int) -> bool:
    """Whether the vector of the first word is written out in digits."""
    start = content.tell()
    line = content.readline().rstrip().rsplit(b" ", dim)
    content.seek(start)
    try:
        return len(np.array(line[1:], np.float32)) == dim
    except ValueError:
        return False


def _text_places(content: mmap.mmap, dim: int) -> dict[str, tuple[int, int]]:
    """Word to place; a word may hold spaces. The first of equal words counts."""
    places: dict[str, tuple[int, int]] = {}
    start = content.tell()
    while line := content.readline():
        word = line.rstrip().rsplit(b" ", dim)[0]
        places.setdefault(word.decode(errors="replace"), (start + len(word), start + len(line)))
        start += len(line)
    return places


def _binary_places(content: mmap.mmap, n_words: int, dim: int) -> dict[str, tuple[int, int]]:
    """Word to place; the word ends with a space, and a line may end after a vector."""
    places: dict[str, tuple[int, int]] = {}
    start = content.tell()
    for _ in range(n_words):
        space = content.find(b" ", start)
        end = space + 1 + 4 * dim
        if space < 0 or end > len(content):
            raise ValueError(f"the file ends after {len(places)} of {n_words} words")
        word = content[start:space].lstrip(b"\n").decode(errors="replace")
        places.setdefault(word, (space + 1, end))
        start = end
    return places


def _unit(vector: Vector) -> Vector:
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm > 0 else vector


def _damaged(path: Path, got: str) -> InputError:
    return InputError(
        f"{path} holds no word vectors that can be read",
        got=got,
        expected="fastText .bin (not quantised, not a classifier), or word2vec in text or binary",
        cure="check adapt.encoder, or save the vectors as word2vec text (.vec)",
    )
