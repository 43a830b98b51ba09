"""Labelled pairs as arrays: who trains, who validates, who tests.

Contract: a pair trains when both its terms are free (split train), validates when both are held out
for validation, tests when both are held out for test. Pairs across splits are used by nobody. A
pair that breaks this is a leak and stops the run. What a language model alone says may train, and
never validates or tests.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from discriminator import UNLABELLED, LabelledPairs, pair_keys, sample_hard_negatives
from pipeline.errors import ArtefactError
from pipeline.lexicon.provenance import without_language_model
from pipeline.schemas import RELATION_NAMES, SPLIT_NAMES

__all__ = ["CandidateSample", "pairs_within", "term_splits"]


def term_splits(held_out: pl.DataFrame, n_terms: int) -> npt.NDArray[np.int8]:
    """The split of every term: int8 (n_terms,), index into SPLIT_NAMES.

    Args:
        held_out: The table HELD_OUT.
        n_terms: Number of terms.

    Returns:
        0 (train) for the terms that are not listed.
    """
    split = np.zeros(n_terms, dtype=np.int8)
    codes = held_out["split"].cast(pl.String).replace_strict(SPLIT_NAMES, range(3))
    split[held_out["term_id"].to_numpy()] = codes.to_numpy()
    return split


def pairs_within(pairs: pl.DataFrame, split: npt.NDArray[np.int8], name: str) -> LabelledPairs:
    """The labelled pairs with both terms in one split.

    Args:
        pairs: The table PAIRS.
        split: int8 (n_terms,), split of each term.
        name: A name of SPLIT_NAMES.

    Returns:
        The pairs, in the order of the table.

    Raises:
        ArtefactError: The table calls a pair a training pair that touches a held-out term.
    """
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    train = (pairs["split"] == "train").to_numpy()
    if (train & ((split[a] != 0) | (split[b] != 0))).any():
        raise ArtefactError(
            "a training pair touches a held-out term: every figure would be void",
            cure="run `nymgraph label` again; label/pairs and label/held_out must be of one run",
        )
    if name != "train":
        pairs = without_language_model(pairs)
        a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    relation = pairs["relation"].cast(pl.String).replace_strict(RELATION_NAMES, range(3))
    code = SPLIT_NAMES.index(name)
    inside = (split[a] == code) & (split[b] == code)
    weight = pairs["confidence"].to_numpy()
    whole = LabelledPairs(a, b, relation.to_numpy().astype(np.int8), weight.astype(np.float32))
    return whole.take(inside)


class CandidateSample:
    """What training needs of the candidates, collected part by part in bounded memory.

    Args:
        labelled: All labelled pairs, of every split.
        split: int8 (n_terms,), split of each term.
        n_negatives: Unlabelled pairs of training terms to draw.
        weight: Their weight in the loss.
        seed: Seed of the draw.
    """

    def __init__(
        self,
        labelled: pl.DataFrame,
        split: npt.NDArray[np.int8],
        n_negatives: int,
        weight: float,
        seed: int,
    ) -> None:
        keys = pair_keys(labelled["a"].to_numpy(), labelled["b"].to_numpy())
        order = np.argsort(keys)
        self._keys = keys[order]
        names = labelled["relation"].cast(pl.String).replace_strict(RELATION_NAMES, range(3))
        relation = names.to_numpy().astype(np.int8)
        known = without_language_model(labelled.with_row_index())["index"].to_numpy()
        # what a language model alone says is no negative, and no label to validate on
        self._relation = np.full(len(keys), UNLABELLED, dtype=np.int8)
        self._relation[known] = relation[known]
        self._relation = self._relation[order]
        self._split = split
        self._draw = (n_negatives, seed, weight)
        none = np.empty(0, dtype=np.int64)
        self.negatives = LabelledPairs.of(none, none, UNLABELLED)
        self.validation = LabelledPairs.of(none, none, UNLABELLED)

    def add(self, part: pl.DataFrame) -> None:
        """Take what is needed from one part of the candidates (columns a, b)."""
        a, b = (part[end].to_numpy().astype(np.int64) for end in ("a", "b"))
        self.negatives = sample_hard_negatives(
            np.concatenate([self.negatives.a, a]),
            np.concatenate([self.negatives.b, b]),
            self._keys,
            self._split == SPLIT_NAMES.index("train"),
            *self._draw,
        )
        both = (self._split[a] == 1) & (self._split[b] == 1)
        new = LabelledPairs.of(a[both], b[both], self._relation_of(a[both], b[both]))
        self.validation = self.validation.join(new)

    def _relation_of(
        self, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int8]:
        keys = pair_keys(a, b)
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[place] == keys
        return np.where(known, self._relation[place], np.int8(UNLABELLED))
