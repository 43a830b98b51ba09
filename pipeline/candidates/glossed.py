"""A term and its definition in plain words: *dysuria* and *painful urination*.

The vectors of the two lie apart, but the dictionary's gloss of the one lies near the other. In
seven lists written by hand (`benchmarks/own_lists/`) 23 pairs at `LEAST` were no synonyms to the
judge; 18 of them are right.
"""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.indexes.neighbours import nearest_rows
from nymgraph.pipeline.schemas import GLOSSED, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace, save, write_atomic

__all__ = ["LEAST", "SENSES", "SENSES_OF", "glossed_pairs", "sense_vectors", "write_glossed"]

SENSES, SENSES_OF = ("embed", "senses.npy"), ("embed", "senses_of.npy")
LEAST = 0.75
GLOSSES_AT_ONCE = 16_384


def glossed_pairs(
    vectors: npt.NDArray[Any], terms: npt.NDArray[np.int64], glosses: npt.NDArray[np.float16]
) -> pl.DataFrame:
    """The pairs of a term and the other term that lies nearest to a gloss of it.

    Args:
        vectors: (n_terms, dim), of the terms.
        terms: int64 (n_glosses,), the term of each gloss.
        glosses: (n_glosses, dim).

    Returns:
        The rows of GLOSSED: the cosine is at least `LEAST`.
    """
    found = [GLOSSED.empty()]
    for start in range(0, len(terms), GLOSSES_AT_ONCE):
        block = slice(start, start + GLOSSES_AT_ONCE)
        own = terms[block]
        near = nearest_rows(vectors, glosses[block], own, 1, LEAST)[:, 0]
        some = near["id"] >= 0
        one, other = own[some], near["id"][some].astype(np.int64)
        ends = {"a": np.minimum(one, other), "b": np.maximum(one, other)}
        found.append(GLOSSED.conform(pl.DataFrame({**ends, "cosine": near["cosine"][some]})))
    pairs = pl.concat(found).group_by("a", "b").agg(pl.col("cosine").max())
    return GLOSSED.conform(pairs.sort("a", "b"))


def sense_vectors(
    vectors: npt.NDArray[np.float16], terms: npt.NDArray[np.int64], glosses: npt.NDArray[np.float16]
) -> npt.NDArray[np.float16]:
    """The vector of each sense of terms: that of the term plus that of its gloss, of length 1.

    Args:
        vectors: (n_terms, dim), L2-normalised.
        terms: int64 (n_senses,), the term of each gloss.
        glosses: (n_senses, dim), L2-normalised.

    Returns:
        float16 (n_senses, dim).
    """
    both = vectors[terms].astype(np.float32) + glosses
    lengths = np.linalg.norm(both, axis=1, keepdims=True)
    return (both / np.where(lengths == 0, 1, lengths)).astype(np.float16)


def write_glossed(
    workspace: Workspace,
    terms: npt.NDArray[np.int64],
    glosses: npt.NDArray[np.float16],
    *,
    own_list: bool,
) -> None:
    """Write in the folder of `embed` the senses of terms, and the pairs of term and definition.

    Args:
        workspace: The data folder, whose terms are encoded.
        terms: int64 (n_glosses,), the term of each gloss, rising.
        glosses: (n_glosses, dim), L2-normalised.
        own_list: Whether the terms are a list that is no dictionary; else no pair is looked for.
    """
    n_terms = workspace.read(TERMS, ["term_id"]).height
    vectors = workspace.read_array("embed", "vectors.npy")[:n_terms]
    pairs = glossed_pairs(vectors, terms, glosses) if own_list else GLOSSED.empty()
    workspace.write(GLOSSED, pairs)
    for name, array in ((SENSES_OF, terms), (SENSES, sense_vectors(vectors, terms, glosses))):
        write_atomic(workspace.path(*name), partial(save, data=array))
