"""The features of terms: one builder for a run, a model's folder and new words.

A *space* holds terms with their vectors and the labelled pairs that are known among them. A run's
space is its lexicon, whose neighbours `retrieve` found; a model's space is the terms of its
training pairs, whose neighbours are searched when they are asked for. The features of a term are
its vector, its spelling and its *neighbourhood*: the nearest terms of the space, whose known pairs
vote (`nymgraph.discriminator.neighbourhood`). A word that the space does not hold is encoded by the
caller and finds its neighbours by exact search.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import N_NEIGHBOURS, Features, LabelledPairs, Neighbourhoods
from nymgraph.pipeline.indexes.neighbours import NEIGHBOUR, nearest_rows
from nymgraph.pipeline.lexicon.labelled import pairs_within
from nymgraph.pipeline.lexicon.spelled import spell_terms
from nymgraph.pipeline.lexicon.vocabulary import is_elsewhere, read_vocabulary
from nymgraph.pipeline.storage.artefacts import Workspace, write_atomic

__all__ = ["TermSpace", "open_space", "search_neighbours", "write_neighbours"]

_FILE = ("retrieve", "neighbours.npy")
ROWS_AT_ONCE = 65_536
_QUERIES_AT_ONCE = 4_096
NO_FLOOR = -1.0


class TermSpace(NamedTuple):
    """Terms with their vectors, and what is known of them.

    Attributes:
        terms: n_terms terms.
        vectors: float16 (n_terms, dim), L2-normalised; may be a memory map.
        language: Language code of the terms.
        known: Training pairs of these terms, which vote; None: nothing votes.
        lists: NEIGHBOUR (n_found, k), the neighbours of the first terms, or of all, where they have
            been found; may be a memory map. None: they are searched.
        floor: Terms of a lower cosine are no neighbours.
        elsewhere: Whether candidates are of another lexicon than the classifier learned from.
    """

    terms: Sequence[str]
    vectors: npt.NDArray[np.float16]
    language: str
    known: LabelledPairs | None = None
    lists: npt.NDArray[np.void] | None = None
    floor: float = NO_FLOOR
    elsewhere: bool = False

    @classmethod
    def empty(cls, dim: int, language: str) -> "TermSpace":
        """A space of no terms: every word is new, and nothing votes."""
        return cls([], np.empty((0, dim), np.float16), language)

    @classmethod
    def of_pairs(
        cls,
        terms: Sequence[str],
        vectors: npt.NDArray[np.float16],
        language: str,
        pairs: LabelledPairs,
        floor: float = NO_FLOOR,
    ) -> "TermSpace":
        """Keep only the terms that stand in a training pair.

        Args:
            terms: n_terms terms.
            vectors: float16 (n_terms, dim).
            language: Their language code.
            pairs: Training pairs of these terms.
            floor: Terms of a lower cosine are no neighbours.

        Returns:
            Their space, its terms in the order given.
        """
        ids, ends = np.unique(np.stack([pairs.a, pairs.b]), return_inverse=True)
        a, b = ends.reshape(2, -1)
        kept = [terms[row] for row in ids]
        return cls(kept, vectors[ids], language, pairs._replace(a=a, b=b), floor=floor)

    def features(self, *, surface: bool, n_terms: int | None = None) -> Features:
        """All that is seen of the first terms of a space whose neighbours have been found.

        Args:
            surface: Whether spellings are seen.
            n_terms: How many of the terms; None for all.

        Returns:
            The terms, one row each; vectors and neighbours stay memory maps.
        """
        rows = np.arange(len(self.terms) if n_terms is None else n_terms)
        spellings = spell_terms(self.terms[: len(rows)], self.language) if surface else None
        vectors = self.vectors[: len(rows)]
        if self.known is None or self.lists is None:
            return Features(vectors, spellings)
        lists = self.lists[: len(rows)]
        return Features(vectors, spellings, self._hoods(rows, lists["id"], lists["cosine"]))

    def features_of(
        self,
        words: Sequence[str],
        rows: npt.NDArray[np.int64],
        vectors: npt.NDArray[np.float16],
        *,
        surface: bool,
        wanted: npt.NDArray[np.int64] | None = None,
        near_new: tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]] | None = None,
    ) -> Features:
        """All that is seen of some words, terms of the space or new ones.

        Args:
            words: n_words words.
            rows: int64 (n_words,), the row of each in the space; -1 for a new word.
            vectors: float16 (n_words, dim), L2-normalised.
            surface: Whether spellings are seen.
            wanted: Integer (n,), places of the words that need neighbours; None for all.
            near_new: Rows nearest to the first word, by falling cosine, and the cosines, where the
                caller has found them.

        Returns:
            The words, one row each. What is known of a word itself does not vote.
        """
        spellings = spell_terms(words, self.language) if surface else None
        if self.known is None:
            return Features(vectors, spellings)
        asked = np.arange(len(rows)) if wanted is None else wanted
        if near_new is None:
            near = self._near(rows, vectors, asked)
        else:
            near = self._near(rows, vectors, asked[asked > 0])
            k = min(near.shape[1], len(near_new[0]))
            near["id"][0, :k], near["cosine"][0, :k] = (column[:k] for column in near_new)
        return Features(vectors, spellings, self._hoods(rows, near["id"], near["cosine"]))

    def vectors_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float16]:
        """The vectors of some rows, float16 (n, dim); zeros for those of -1."""
        found = np.zeros((len(rows), self.vectors.shape[1]), np.float16)
        inside = np.flatnonzero(rows >= 0)
        found[inside] = self.vectors[rows[inside]]
        return found

    def _near(
        self,
        rows: npt.NDArray[np.int64],
        vectors: npt.NDArray[np.float16],
        wanted: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.void]:
        """The neighbours of the words at some places: those found, or by exact search."""
        k = N_NEIGHBOURS if self.lists is None else self.lists.shape[1]
        near = np.full((len(rows), k), np.array((-1, 0), NEIGHBOUR), NEIGHBOUR)
        if self.lists is not None:
            found = (rows[wanted] >= 0) & (rows[wanted] < len(self.lists))
            listed = wanted[found]
            near[listed] = self.lists[rows[listed]]
            wanted = wanted[~found]
        for start in range(0, len(wanted), _QUERIES_AT_ONCE):
            block = wanted[start : start + _QUERIES_AT_ONCE]
            near[block] = nearest_rows(self.vectors, vectors[block], rows[block], k, self.floor)
        return near

    def _hoods(
        self, rows: npt.NDArray[np.int64], near: npt.NDArray[Any], cosine: npt.NDArray[Any]
    ) -> Neighbourhoods:
        if self.known is None:
            raise ValueError("a space of which nothing is known has no neighbourhoods")
        n_terms = len(self.terms)
        own = np.where(rows >= 0, rows, n_terms + np.arange(len(rows)))
        known = (self.known.a, self.known.b, self.known.relation)
        return Neighbourhoods.of(own, near, cosine, n_terms, known)


def open_space(workspace: Workspace, *, votes: bool) -> TermSpace:
    """Open the terms of a run, extra ones too, their neighbours and the training pairs among them.

    Args:
        workspace: The data folder.
        votes: Whether the training pairs are known and vote; else no pair is.

    Returns:
        The space; vectors and neighbours are memory maps.

    Raises:
        ArtefactError: Something is missing or damaged, or a training pair touches a held-out term.
    """
    terms, _, language, split, pairs = read_vocabulary(workspace)
    none = np.empty(0, np.int64)
    known = pairs_within(pairs, split, "train") if votes else LabelledPairs.of(none, none, 0)
    vectors, lists = workspace.read_array("embed", "vectors.npy"), workspace.read_array(*_FILE)
    n_lexicon = workspace.read_json("embed", "manifest.json")["rows"]
    elsewhere = is_elsewhere(len(terms), n_lexicon)
    return TermSpace(terms, vectors, language, known, lists, _floor(lists), elsewhere)


def search_neighbours(
    vectors: npt.NDArray[Any], rows: npt.NDArray[np.int64], floor: float
) -> npt.NDArray[np.void]:
    """The nearest of all terms to some of them, by exact search, for the votes of neighbours.

    Args:
        vectors: (n_terms, dim); may be a memory map.
        rows: int64 (n,), the terms whose neighbours are wanted.
        floor: Terms of a lower cosine are no neighbours.

    Returns:
        NEIGHBOUR (n, N_NEIGHBOURS).
    """
    blocks = [
        nearest_rows(vectors, vectors[block], block, N_NEIGHBOURS, floor)
        for block in np.split(rows, range(_QUERIES_AT_ONCE, len(rows), _QUERIES_AT_ONCE))
    ]
    return np.concatenate(blocks)


def write_neighbours(workspace: Workspace, lists: npt.NDArray[np.void]) -> None:
    """Keep the nearest terms of each term, for the votes of neighbours.

    Args:
        workspace: The data folder.
        lists: NEIGHBOUR (n_terms, k), by falling cosine; may be a memory map.
    """
    k = min(lists.shape[1], N_NEIGHBOURS)
    layout = {"descr": lists.dtype.descr, "fortran_order": False, "shape": (len(lists), k)}

    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.lib.format.write_array_header_1_0(stream, layout)
            for start in range(0, len(lists), ROWS_AT_ONCE):
                stream.write(lists[start : start + ROWS_AT_ONCE, :k].tobytes())

    write_atomic(workspace.path(*_FILE), write)


def _floor(lists: npt.NDArray[np.void]) -> float:
    """The least cosine of any neighbour found: what a search for new words keeps to as well."""
    least = 1.0
    for start in range(0, len(lists), ROWS_AT_ONCE):
        block = lists[start : start + ROWS_AT_ONCE]
        least = min(least, float(block["cosine"][block["id"] >= 0].min(initial=1.0)))
    return least
