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
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.lexicon.hashing import stable_hashes

__all__ = ["split_pairs", "split_terms"]


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


def split_pairs(
    split_a: npt.NDArray[np.int8], split_b: npt.NDArray[np.int8]
) -> npt.NDArray[np.int8]:
    """The split of a pair: the more held-out of its terms' (train < validation < test)."""
    return np.maximum(split_a, split_b)


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
