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
from nymgraph.pipeline.lexicon.splits import refuse_leaks
from nymgraph.pipeline.schemas import RELATION_NAMES, SPLIT_NAMES

__all__ = [
    "CandidateSample",
    "pairs_within",
    "relation_codes",
    "rows_within",
    "touching",
    "weigh_seen",
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
    rows = rows_within(pairs, split, name)
    a, b = (rows[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    weight = rows["confidence"].to_numpy().astype(np.float32)
    return LabelledPairs(a, b, relation_codes(rows), weight)


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


def touching(pairs: LabelledPairs, terms: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether each pair touches one of some terms.

    Args:
        pairs: Labelled pairs.
        terms: bool (n_terms,).

    Returns:
        bool (n_pairs,).
    """
    touched: npt.NDArray[np.bool_] = terms[pairs.a] | terms[pairs.b]
    return touched


def weigh_seen(
    pairs: LabelledPairs, held_back: npt.NDArray[np.bool_], weight: float
) -> LabelledPairs:
    """Lower the weight of the labelled pairs that the encoder may have learnt.

    Where no term was held back, it may have learnt all of them, and weights stay.

    Args:
        pairs: Training pairs; the unlabelled among them keep their share of the whole weight.
        held_back: bool (n_terms,), terms whose pairs the encoder did not learn.
        weight: Factor for the labelled pairs that touch none of these, 0 to 1.

    Returns:
        The same pairs with other weights.
    """
    if not held_back.any():
        return pairs
    factor = np.where(touching(pairs, held_back), np.float32(1), np.float32(weight))
    labelled = pairs.relation != UNLABELLED
    given = pairs.weight[labelled]
    before, after = given.sum(dtype=np.float64), (given * factor[labelled]).sum(dtype=np.float64)
    factor[~labelled] = after / before if before else 1
    return pairs._replace(weight=pairs.weight * factor)


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
