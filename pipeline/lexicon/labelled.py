"""Labelled pairs as arrays: who trains, who validates, who tests.

Contract: a pair trains when both its terms are free (split train), validates when both are held out
for validation, tests when both are held out for test. Pairs across splits are not used. A training
pair or a piece of evidence that touches a held-out term is a leak: `splits.refuse_leaks` stops the
run. What a language model alone says may train, and never validates or tests.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import UNLABELLED, LabelledPairs, pair_keys, sample_hard_negatives
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.splits import held_back_terms, refuse_leaks
from nymgraph.pipeline.schemas import RELATION_NAMES, SPLIT_NAMES

__all__ = [
    "CandidateSample",
    "hold_back",
    "labelled_pairs",
    "pairs_within",
    "relation_codes",
    "rows_within",
    "weighed_by_use",
]


def rows_within(pairs: pl.DataFrame, split: npt.NDArray[np.int8], name: str) -> pl.DataFrame:
    """The rows of labelled pairs with both terms in one split.

    Args:
        pairs: The table PAIRS.
        split: int8 (n_terms,), split of each term.
        name: A name of SPLIT_NAMES.

    Returns:
        The rows, in the order of the table.

    Raises:
        ArtefactError: The table calls a pair a training pair that touches a held-out term.
    """
    marked = pairs.filter(pl.col("split") == "train")
    refuse_leaks(marked["a"].to_numpy(), marked["b"].to_numpy(), split, "a training pair")
    code = SPLIT_NAMES.index(name)
    inside = (split[pairs["a"].to_numpy()] == code) & (split[pairs["b"].to_numpy()] == code)
    rows = pairs.filter(pl.Series(inside))
    return rows if name == "train" else without_language_model(rows)


def pairs_within(pairs: pl.DataFrame, split: npt.NDArray[np.int8], name: str) -> LabelledPairs:
    """`rows_within` as arrays, weighted by confidence.

    Args:
        pairs: The table PAIRS.
        split: int8 (n_terms,), split of each term.
        name: A name of SPLIT_NAMES.

    Returns:
        The pairs, in the order of the table.

    Raises:
        ArtefactError: The table calls a pair a training pair that touches a held-out term.
    """
    return labelled_pairs(rows_within(pairs, split, name))


def weighed_by_use(pairs: pl.DataFrame, split: npt.NDArray[np.int8]) -> LabelledPairs:
    """The training pairs; a pair of synonyms weighs as much as the senses are used that it is in.

    Args:
        pairs: The table PAIRS.
        split: int8 (n_terms,), split of each term.

    Returns:
        As `pairs_within`; the weight of synonyms times `shared_use`.

    Raises:
        ArtefactError: The table calls a pair a training pair that touches a held-out term.
    """
    synonyms = pl.col("relation") == "synonym"
    weight = pl.when(synonyms).then("shared_use").otherwise(1.0) * pl.col("confidence")
    return pairs_within(pairs.with_columns(confidence=weight), split, "train")


def hold_back(
    pairs: LabelledPairs, terms: list[str], split: npt.NDArray[np.int8], share: float, seed: int
) -> tuple[LabelledPairs, npt.NDArray[np.bool_]]:
    """The pairs that an encoder is to learn, and the terms that are held back from it.

    Args:
        pairs: Training pairs.
        terms: All terms.
        split: int8 (n_terms,), split of each term.
        share: Share of the free terms that is held back, 0 to 1.
        seed: Seed of the draw.

    Returns:
        The pairs that touch no term held back; bool (n_terms,), these terms.
    """
    held_back = held_back_terms(terms, split, share, seed)
    return pairs.take(~(held_back[pairs.a] | held_back[pairs.b])), held_back


def labelled_pairs(rows: pl.DataFrame) -> LabelledPairs:
    """The rows of a table (a, b, relation, confidence) as arrays, weighted by confidence."""
    a, b = (rows[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    weight = rows["confidence"].to_numpy().astype(np.float32)
    return LabelledPairs(a, b, relation_codes(rows), weight)


def relation_codes(pairs: pl.DataFrame) -> npt.NDArray[np.int8]:
    """The relations of labelled pairs: int8 (n_pairs,), places in RELATION_NAMES."""
    names = pairs["relation"].cast(pl.String)
    return names.replace_strict(RELATION_NAMES, range(3)).to_numpy().astype(np.int8)


class CandidateSample:
    """The candidates that training needs, collected part by part in bounded memory.

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
        known = without_language_model(labelled.with_row_index())["index"].to_numpy()
        # what a language model alone says is no negative, and no label to validate on
        relation = np.full(len(keys), UNLABELLED, dtype=np.int8)
        relation[known] = relation_codes(labelled)[known]
        self._relation = relation[order]
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
