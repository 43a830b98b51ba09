"""Judging pairs with a trained head: project every term once, then judge pairs in a stream.

Work goes through the network in blocks of one fixed size, the last one padded, so that matrix
products always have one shape and a pair gets the same bits wherever it stands and however the
pairs are cut into calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from discriminator.calibration import Calibration
from discriminator.head import PairHead
from discriminator.relations import N_CODES, RELATIONS, check_ids

BLOCK = 8192
"""Rows in one pass through the network: large enough to be fast, small enough for the cache."""


@dataclass(frozen=True)
class HeadClassifier:
    """A trained head with the projections of one lexicon: a `PairClassifier`.

    Attributes:
        head: the trained network.
        calibration: which population the probabilities are for.
        projections: any float (n_terms, hidden), from `project_terms`; may be a memory map.
        device: where to compute, as torch names it.
    """

    head: PairHead
    calibration: Calibration
    projections: NDArray[np.floating]
    device: str = "cpu"

    def judge(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float32]:
        """Give the calibrated probability of each relation.

        Args:
            a: any integer (n_pairs,), term ids.
            b: any integer (n_pairs,), term ids.

        Returns:
            float32 (n_pairs, 3), columns as in `RELATIONS`, rows sum to 1; the same bits for
            (a, b) and (b, a), and however the rows are cut into calls.
        """
        judged = np.empty((len(a), len(RELATIONS)), np.float32)
        for rows, logits in _passes(self.head, self.projections, a, b, self.device):
            judged[rows] = self.calibration.apply(logits).cpu().numpy()[: len(judged[rows])]
        return judged


def project_terms(
    head: PairHead,
    vectors: NDArray[np.floating],
    device: str = "cpu",
    dtype: type[np.floating] = np.float16,
) -> NDArray[np.floating]:
    """Compute what depends on one term only, once for a lexicon or a shard of it.

    Args:
        head: the trained network.
        vectors: any float (n_terms, dim), L2-normalised; may be a memory map.
        device: where to compute, as torch names it.
        dtype: type to keep; half precision changes probabilities in the third digit at most.

    Returns:
        dtype (n_terms, hidden). Vectors of another width, or not finite, are a ValueError.
    """
    check_vectors(head.dim, vectors)
    head.to(device).eval()
    projections = np.empty((len(vectors), head.hidden), dtype)
    with torch.inference_mode():
        for rows in _blocks(len(vectors)):
            block = gather(vectors, np.arange(rows.start, rows.stop))
            projected = head.project(_padded(block).to(device))[: len(block)]
            projections[rows] = projected.cpu().numpy()
    return projections


def pair_logits(
    head: PairHead,
    projections: NDArray[np.floating],
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    device: str = "cpu",
) -> NDArray[np.float32]:
    """Compute the uncalibrated logits of pairs.

    Args:
        head: the trained network.
        projections: any float (n_terms, hidden), from `project_terms`.
        a: any integer (n_pairs,), term ids.
        b: any integer (n_pairs,), term ids.
        device: where to compute, as torch names it.

    Returns:
        float32 (n_pairs, 4): the relations in their order, then unlabelled.
    """
    logits = np.empty((len(a), N_CODES), np.float32)
    for rows, passed in _passes(head, projections, a, b, device):
        logits[rows] = passed.cpu().numpy()[: len(logits[rows])]
    return logits


def gather(vectors: NDArray[np.floating], ids: NDArray[np.integer]) -> Tensor:
    """Read the vectors of some terms in single precision.

    Args:
        vectors: any float (n_terms, dim).
        ids: any integer (n,), term ids.

    Returns:
        float32 (n, dim).

    Raises:
        ValueError: a vector with a number that is not finite.
    """
    rows = vectors[ids].astype(np.float32)
    if not np.isfinite(rows).all():
        bad = int(ids[~np.isfinite(rows).all(axis=1)][0])
        raise ValueError(
            f"got a vector that is not finite (term id {bad}), expected finite numbers; "
            "embed the term again or drop it"
        )
    return torch.from_numpy(rows)


def check_vectors(dim: int | None, vectors: NDArray[np.floating]) -> None:
    """Refuse vectors that are no matrix, or of another width than a head was trained on.

    Args:
        dim: width expected, or None for any.
        vectors: what was given.

    Raises:
        ValueError: another number of dimensions or another width.
    """
    if vectors.ndim != 2 or (dim is not None and vectors.shape[1] != dim):
        raise ValueError(
            f"got vectors of shape {vectors.shape}, expected (n_terms, {dim or 'dim'}); "
            "use the encoder the head was trained with"
        )


def _passes(
    head: PairHead,
    projections: NDArray[np.floating],
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    device: str,
) -> Iterator[tuple[slice, Tensor]]:
    """Yield rows and their logits, float32 (BLOCK, 4), padded at the end."""
    if projections.ndim != 2 or projections.shape[1] != head.hidden:
        raise ValueError(
            f"got projections of shape {projections.shape}, expected (n_terms, {head.hidden}); "
            "project the terms again with this head"
        )
    check_ids(a, b, len(projections))
    head.to(device).eval()
    for rows in _blocks(len(a)):
        with torch.inference_mode():
            u, v = (
                _padded(torch.from_numpy(projections[side[rows]])).to(device) for side in (a, b)
            )
            yield rows, head.pair(u.float(), v.float())


def _blocks(n_rows: int) -> Iterator[slice]:
    for start in range(0, n_rows, BLOCK):
        yield slice(start, min(start + BLOCK, n_rows))


def _padded(rows: Tensor) -> Tensor:
    """Fill up with zeros: (n, width) to (BLOCK, width)."""
    if len(rows) == BLOCK:
        return rows
    return torch.cat([rows, rows.new_zeros(BLOCK - len(rows), rows.shape[1])])
