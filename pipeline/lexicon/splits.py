"""The split by term: a held-out term occurs in no training pair and in no evidence.

Terms are split one by one, at random, so that the pairs of held-out terms are a fair sample of all
pairs: a split by whole groups of synonyms would hide the errors between groups and flatter
precision. Only antonyms stay together (whole components of the antonym graph): they are few, and
two terms drawn apart would leave almost no antonym pair with both ends held out.

A term's split depends on the seed and on its antonym component alone: adding terms to the
lexicon does not reshuffle the others.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.hashing import stable_hashes
from nymgraph.pipeline.schemas import SPLIT_NAMES

__all__ = [
    "held_back_terms",
    "refuse_leaks",
    "split_pairs",
    "split_terms",
    "term_mask",
    "term_splits",
]


def split_terms(
    terms: list[str],
    antonym_a: npt.NDArray[np.int64],
    antonym_b: npt.NDArray[np.int64],
    validation_fraction: float,
    test_fraction: float,
    seed: int,
) -> npt.NDArray[np.int8]:
    """Split terms at random, antonyms together.

    Args:
        terms: All terms.
        antonym_a: int64 (n_antonyms,), row of the first term of each antonym pair.
        antonym_b: int64 (n_antonyms,), row of the second.
        validation_fraction: Share of terms for validation, 0 to 1.
        test_fraction: Share of terms for test, 0 to 1.
        seed: Seed of the draw.

    Returns:
        int8 (n_terms,): index into SPLIT_NAMES.
    """
    first = _first_of_component(terms, antonym_a, antonym_b)
    draws = (stable_hashes(f"{seed}:{term}" for term in terms) / 2.0**64)[first]
    split = np.zeros(len(terms), dtype=np.int8)
    split[draws < test_fraction + validation_fraction] = 1
    split[draws < test_fraction] = 2
    return split


def held_back_terms(
    terms: list[str], split: npt.NDArray[np.int8], share: float, seed: int
) -> npt.NDArray[np.bool_]:
    """The free terms whose pairs an encoder is not to learn.

    The vectors of a pair that an encoder was trained on are nearer, or further apart, than those of
    any pair that it has not seen. What is to judge unseen pairs has to learn from such as these.

    Args:
        terms: All terms.
        split: int8 (n_terms,), split of each term.
        share: Share of the free terms, 0 to 1.
        seed: Seed of the draw; a term's lot does not depend on the others.

    Returns:
        bool (n_terms,).
    """
    if not share:
        return np.zeros(len(terms), dtype=bool)
    draws = stable_hashes(f"spared:{seed}:{term}" for term in terms) / 2.0**64
    held_back: npt.NDArray[np.bool_] = (draws < share) & (split == 0)
    return held_back


def split_pairs(
    split_a: npt.NDArray[np.int8], split_b: npt.NDArray[np.int8]
) -> npt.NDArray[np.int8]:
    """The split of a pair: the more held-out of its terms' (train < validation < test)."""
    return np.maximum(split_a, split_b)


def term_mask(listed: pl.DataFrame, n_terms: int) -> npt.NDArray[np.bool_]:
    """Which terms a table lists.

    Args:
        listed: A table with a column `term_id`.
        n_terms: Number of terms.

    Returns:
        bool (n_terms,).
    """
    mask = np.zeros(n_terms, dtype=bool)
    mask[listed["term_id"].to_numpy()] = True
    return mask


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


def refuse_leaks(
    a: npt.NDArray[np.integer],
    b: npt.NDArray[np.integer],
    split: npt.NDArray[np.int8],
    what: str,
    cure: str = "run `nymgraph label` again, and all after it: label/pairs, label/held_out and "
    "what was made of them must be of one run",
) -> None:
    """Stop the run when training pairs or evidence touch a held-out term.

    Args:
        a: Integer (n_pairs,), term ids of the first ends.
        b: Integer (n_pairs,), term ids of the second ends.
        split: int8 (n_terms,), split of each term.
        what: What the pairs are, for the message: "a training pair".
        cure: What the user can do about it.

    Raises:
        ArtefactError: A pair does; the message counts them and names the first.
    """
    leaks = np.flatnonzero((split[a] != 0) | (split[b] != 0))
    if len(leaks):
        first = int(leaks[0])
        raise ArtefactError(
            f"{what} touches a held-out term: every figure would be void",
            got=f"{len(leaks)} of {len(a)} pairs, the first of the terms with the ids "
            f"{a[first]} and {b[first]}",
            expected="both terms free (not in label/held_out)",
            cure=cure,
        )


def _first_of_component(
    terms: list[str], a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each term the byte-wise first term of its component."""
    shape = (len(terms), len(terms))
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=shape)
    _, component = connected_components(graph, directed=False)
    order = np.array(sorted(range(len(terms)), key=terms.__getitem__), dtype=np.int64)
    _, first = np.unique(component[order], return_index=True)
    of_term: npt.NDArray[np.int64] = order[first][component]
    return of_term
