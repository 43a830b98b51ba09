"""How near two terms lie in a sense of each, and what that is worth in a list.

A word has one vector, whatever it means. Added to that of a gloss it gives the vector of a sense;
the nearest senses of two words tell more of their likeness than the words do (`store.likeness`).
Of terms without a gloss, such as most phrases, the plain cosine is taken.

In a list that the classifier did not learn from, its order of what it holds for no synonyms is
worth little. So the odds of synonymy of a pair judged below one half become

    ln odds' = (1 - strictness) ln odds + strictness (JUDGED ln odds + NEAR c - BASE)

with c that cosine and the strictness of `phrase_kinds`; one half is never passed. The numbers are
near those of a logistic regression on the 10,894 such pairs of seven lists written by hand, 199 of
them synonyms (.56, 9.2, 7.1; its log loss there .065, that of the judge .101).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.candidates.candidates import cosines
from nymgraph.pipeline.candidates.glossed import SENSES, SENSES_OF
from nymgraph.pipeline.classifier.kinds import gained, ln_odds
from nymgraph.pipeline.classifier.phrase_kinds import LEAST
from nymgraph.pipeline.schemas import RELATION_NAMES
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["TermSenses", "ordered_by_senses"]

JUDGED, NEAR, BASE = 0.6, 7.0, 6.0
RARE = 0.05  # what a sense e times as rare costs
_COUNTED = 0.5
_BELOW = -1e-3  # ln odds of a little less than `_COUNTED`
PAIRS_AT_ONCE = 2_048
_P = [f"p_{name}" for name in RELATION_NAMES]

Ints = npt.NDArray[np.int64]


class TermSenses(NamedTuple):
    """Terms with their senses.

    Attributes:
        vectors: float16 (n_terms, dim), of the terms.
        of: int64 (n_senses,), the term of each sense, rising.
        senses: float16 (n_senses, dim), from `candidates.glossed`.
        share: float32 (n_senses,), of the use of the term; None where all senses count alike.
        speech: int (n_senses,), part of speech; None where any two senses may be compared.
    """

    vectors: npt.NDArray[np.float16]
    of: Ints
    senses: npt.NDArray[np.float16]
    share: npt.NDArray[np.float32] | None = None
    speech: npt.NDArray[np.integer] | None = None

    @classmethod
    def read(cls, workspace: Workspace) -> "TermSenses":
        """Those of a run."""
        arrays = (workspace.read_array(*name) for name in (SENSES_OF, SENSES))
        return cls(workspace.read_array("embed", "vectors.npy"), *arrays)

    def of_words(self, rows: Ints, vectors: npt.NDArray[np.float16]) -> "TermSenses":
        """Of some words.

        Args:
            rows: int64 (n_words,), the term of each; -1 where it is none and has no sense.
            vectors: float16 (n_words, dim).

        Returns:
            The same of them, by the place of a word.
        """
        first, count = self._spans(rows)
        kept = _counted_up(first, count)
        return TermSenses(vectors, np.repeat(np.arange(len(rows)), count), self.senses[kept])

    def cosines(self, a: Ints, b: Ints) -> npt.NDArray[np.float32]:
        """The cosine of the nearest senses of each pair; of the terms where one has no sense.

        Args:
            a: int64 (n_pairs,), numbers of terms.
            b: int64 (n_pairs,).

        Returns:
            float32 (n_pairs,).
        """
        found = self.nearest(a, b)
        without = np.isnan(found)
        found[without] = cosines(self.vectors, a[without], b[without])
        return found

    def nearest(self, a: Ints, b: Ints) -> npt.NDArray[np.float32]:
        """The cosine of the nearest senses of each pair, less what their rarity costs.

        Args:
            a: int64 (n_pairs,), numbers of terms.
            b: int64 (n_pairs,).

        Returns:
            float32 (n_pairs,); NaN where one has no sense, -1 where no part of speech is common.
        """
        found = np.full(len(a), np.nan, np.float32)
        (first_a, count_a), (first_b, count_b) = self._spans(a), self._spans(b)
        both = np.flatnonzero((count_a > 0) & (count_b > 0))
        for start in range(0, len(both), PAIRS_AT_ONCE):
            pairs = both[start : start + PAIRS_AT_ONCE]
            count = count_a[pairs] * count_b[pairs]
            number = _counted_up(np.zeros_like(count), count)
            width = np.repeat(count_b[pairs], count)
            one = np.repeat(first_a[pairs], count) + number // width
            other = np.repeat(first_b[pairs], count) + number % width
            ends = (self.senses[place].astype(np.float32) for place in (one, other))
            near = np.multiply(*ends).sum(axis=1)
            if self.share is not None:
                near += RARE * np.log(np.minimum(self.share[one], self.share[other]) + 1e-3)
            if self.speech is not None:
                near = np.where(self.speech[one] == self.speech[other], near, -1)
            found[pairs] = np.maximum.reduceat(near, np.cumsum(count) - count)
        return found

    def _spans(self, terms: Ints) -> tuple[Ints, Ints]:
        """The first sense of each term, and how many it has."""
        first = np.searchsorted(self.of, terms)
        return first, np.searchsorted(self.of, terms, side="right") - first


def ordered_by_senses(judged: pl.DataFrame, senses: TermSenses, strictness: float) -> pl.DataFrame:
    """Let the nearness of senses order what is judged no synonym.

    Args:
        judged: Columns a, b and the three probabilities, others too.
        senses: Of the terms; a and b are their numbers.
        strictness: From `phrase_kinds.strictness_of`.

    Returns:
        The same rows; of those judged below `LEAST` or one half and more nothing changes.
    """
    p = judged["p_synonym"].to_numpy()
    rows = np.flatnonzero((p >= LEAST) & (p < _COUNTED))
    near = senses.cosines(*(judged[end].to_numpy()[rows].astype(np.int64) for end in ("a", "b")))
    odds = ln_odds(p[rows])
    gain = np.minimum(strictness * ((JUDGED - 1) * odds + NEAR * near - BASE), _BELOW - odds)
    probabilities = judged.select(_P).to_numpy().copy()
    probabilities[rows] = gained(probabilities[rows], gain)
    return judged.with_columns(
        pl.Series(name, probabilities[:, place]) for place, name in enumerate(_P)
    )


def _counted_up(first: Ints, count: Ints) -> Ints:
    """From each first number as many numbers as its count says, one after another."""
    begins = np.repeat(np.cumsum(count) - count, count)
    return np.repeat(first, count) + np.arange(int(count.sum())) - begins
