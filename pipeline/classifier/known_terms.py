"""What a classifier that stands by itself remembers of its training pairs.

For the votes of neighbours: a word to be judged finds its nearest terms among those of the training
pairs; what these pairs say votes (`nymgraph.discriminator.neighbourhood`). In a run the neighbours
are those that `retrieve` found.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import N_NEIGHBOURS, LabelledPairs, Neighbourhoods
from nymgraph.pipeline.artefacts import save

__all__ = ["KnownTerms", "load_known", "save_known"]

_ROWS_AT_ONCE = 4_096


class KnownTerms(NamedTuple):
    """The terms of training pairs.

    Attributes:
        terms: n_known terms.
        vectors: float16 (n_known, dim), L2-normalised.
        pairs: int64 (n_pairs, 3): the rows of both ends, and the relation.
    """

    terms: list[str]
    vectors: npt.NDArray[np.float16]
    pairs: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls, terms: Sequence[str], vectors: npt.NDArray[np.float16], pairs: LabelledPairs
    ) -> "KnownTerms":
        """Keep the terms that stand in a pair.

        Args:
            terms: n_terms terms.
            vectors: float16 (n_terms, dim).
            pairs: Training pairs of these terms.

        Returns:
            What is known.
        """
        ids, ends = np.unique(np.stack([pairs.a, pairs.b]), return_inverse=True)
        a, b = ends.reshape(2, -1)
        columns = np.stack([a, b, pairs.relation.astype(np.int64)], axis=1)
        return cls([terms[i] for i in ids], vectors[ids], columns)

    def neighbourhoods(
        self,
        terms: Sequence[str],
        vectors: npt.NDArray[np.float16],
        wanted: npt.NDArray[np.int64] | None = None,
    ) -> Neighbourhoods:
        """Find the nearest known terms of any terms.

        Args:
            terms: n_terms terms, known or not.
            vectors: float16 (n_terms, dim), L2-normalised.
            wanted: Integer (n,), rows of the terms that need neighbours; None for all.

        Returns:
            Their neighbourhoods; a term is not its own neighbour.
        """
        place = {term: row for row, term in enumerate(self.terms)}
        unknown = len(self.terms)
        own = np.array([place.get(t, unknown + row) for row, t in enumerate(terms)], np.int64)
        near = np.full((len(terms), N_NEIGHBOURS), -1, np.int32)
        cosine = np.zeros((len(terms), N_NEIGHBOURS), np.float32)
        rows = np.arange(len(terms)) if wanted is None else wanted
        known = self.vectors.astype(np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            block = rows[start : start + _ROWS_AT_ONCE]
            found = _nearest(vectors[block].astype(np.float32), known, own[block])
            near[block, : found[0].shape[1]], cosine[block, : found[1].shape[1]] = found
        a, b, relation = self.pairs.T
        return Neighbourhoods.of(own, near, cosine, unknown, (a, b, relation))


def save_known(folder: Path, known: KnownTerms) -> None:
    """Write what is known into a new folder.

    Args:
        folder: The folder.
        known: What is known.
    """
    folder.mkdir()
    save(folder / "terms.parquet", pl.DataFrame({"term": known.terms}))
    save(folder / "pairs.npy", known.pairs)
    save(folder / "vectors.npy", known.vectors)


def load_known(folder: Path) -> KnownTerms | None:
    """Read what `save_known` wrote.

    Args:
        folder: The folder.

    Returns:
        What is known; None where there is no such folder.

    Raises:
        OSError: A file is missing.
        ValueError: A file is damaged.
    """
    if not folder.is_dir():
        return None
    terms = pl.read_parquet(folder / "terms.parquet")["term"].to_list()
    pairs, vectors = (np.load(folder / f"{name}.npy") for name in ("pairs", "vectors"))
    return KnownTerms(terms, vectors, pairs)


def _nearest(
    asked: npt.NDArray[np.float32], known: npt.NDArray[np.float32], own: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The nearest known rows but its own, and their cosines: (n_asked, at most N_NEIGHBOURS)."""
    k = min(N_NEIGHBOURS + 1, len(known))
    cosine, near = faiss.knn(asked, known, k, metric=faiss.METRIC_INNER_PRODUCT)
    itself = near == own[:, None]
    near[itself] = -1
    order = np.argsort(itself, axis=1, kind="stable")[:, :N_NEIGHBOURS]  # itself goes last
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(cosine, order, axis=1)
