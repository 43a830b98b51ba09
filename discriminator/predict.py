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

from nymgraph.discriminator.calibration import Calibration
from nymgraph.discriminator.head import PairHead
from nymgraph.discriminator.nearness import N_SIGNALS, NEARNESS, surroundings
from nymgraph.discriminator.neighbourhood import N_VOTES, neighbour_votes
from nymgraph.discriminator.relations import N_CODES, RELATIONS, Features, check_ids
from nymgraph.discriminator.surface import Spellings, surface_features

BLOCK = 8192
"""Rows in one pass through the network: large enough to be fast, small enough for the cache."""
GPU_BLOCK = 131_072
"""The same on a GPU, where a pass must be large to be worth its start."""


@dataclass(frozen=True)
class HeadClassifier:
    """A trained head with the projections of one lexicon: a `PairClassifier`.

    Attributes:
        head: the trained network.
        calibration: which population the probabilities are for.
        projected: the terms, their vectors projected by `project_terms` (`Features.projected`),
            any float (n_terms, hidden); both may be memory maps.
        device: where to compute, as torch names it.
    """

    head: PairHead
    calibration: Calibration
    projected: Features
    device: str = "cpu"

    @classmethod
    def over(
        cls, head: PairHead, calibration: Calibration, features: Features, device: str = "cpu"
    ) -> "HeadClassifier":
        """Project every term of a lexicon, to judge its pairs.

        Args:
            head: the trained network.
            calibration: which population the probabilities are for.
            features: what is known of its terms.
            device: where to compute, as torch names it.

        Returns:
            The classifier. Vectors of another width, or not finite, are a ValueError.
        """
        projections = project_terms(head, features.vectors, device)
        return cls(head, calibration, features.projected(projections), device)

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
        for rows, logits in _passes(self.head, self.projected, a, b, self.device):
            judged[rows] = self.calibration.apply(logits).cpu().numpy()[: len(judged[rows])]
        return judged


def project_terms(
    head: PairHead,
    vectors: NDArray[np.floating],
    device: str = "cpu",
    dtype: type[np.floating] = np.float16,
    block: int = BLOCK,
) -> NDArray[np.floating]:
    """Compute what depends on one term only, once for a lexicon or a shard of it.

    Args:
        head: the trained network.
        vectors: any float (n_terms, dim), L2-normalised; may be a memory map.
        device: where to compute, as torch names it.
        dtype: type to keep; half precision changes probabilities in the third digit at most.
        block: rows in one pass, see `small_block`.

    Returns:
        dtype (n_terms, hidden). Vectors of another width, or not finite, are a ValueError.
    """
    check_vectors(head.dim, vectors)
    head.to(device).eval()
    projections = np.empty((len(vectors), head.hidden), dtype)
    with torch.inference_mode():
        for rows in _blocks(len(vectors), block):
            read = gather(vectors, np.arange(rows.start, rows.stop))
            projected = head.project(_padded(read, block).to(device))[: len(read)]
            projections[rows] = projected.cpu().numpy()
    return projections


def pair_logits(
    head: PairHead,
    projected: Features,
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    device: str = "cpu",
    block: int | None = None,
) -> NDArray[np.float32]:
    """Compute the uncalibrated logits of pairs, the votes of their neighbours and their nearness.

    Args:
        head: the trained network.
        projected: the terms, their vectors projected by `project_terms`. Without
            neighbourhoods the votes are 0, and the nearness is the cosine.
        a: any integer (n_pairs,), term ids.
        b: any integer (n_pairs,), term ids.
        device: where to compute, as torch names it.
        block: rows in one pass, see `small_block`; None: the one size of production.

    Returns:
        float32 (n_pairs, 4 + N_SIGNALS): logits of the relations in their order and of unlabelled,
        then the signals: the votes, and the nearness.
    """
    logits = np.empty((len(a), N_CODES + N_SIGNALS), np.float32)
    for rows, passed in _passes(head, projected, a, b, device, block):
        logits[rows] = passed.cpu().numpy()[: len(logits[rows])]
    return logits


def small_block(n_rows: int) -> int:
    """Give the rows of a pass for a few rows that are judged again and again, as in training.

    Padding ten validation pairs to a whole block would take a hundred times their time. A block of
    another size may give other last bits, so that production keeps to one.

    Args:
        n_rows: how many there are.

    Returns:
        64 or 512, if that holds them, or `BLOCK`.
    """
    return next((size for size in (64, 512) if n_rows <= size), BLOCK)


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


def spelling_tensors(
    spellings: Spellings | None, a: NDArray[np.integer], b: NDArray[np.integer], device: str
) -> tuple[Tensor, Tensor] | None:
    """Compare the spellings of pairs, for `PairHead.pair`.

    Args:
        spellings: of the lexicon, or None for a head without `surface`.
        a: any integer (n_pairs,), term ids.
        b: any integer (n_pairs,), term ids.
        device: where the tensors go, as torch names it.

    Returns:
        float32 (n_pairs, N_NUMBERS) and int64 (n_pairs,), or None.
    """
    if spellings is None:
        return None
    features = surface_features(spellings, a, b)
    numbers, alternation = (torch.from_numpy(column).to(device) for column in features)
    return numbers, alternation


def check_features(head: PairHead, features: Features) -> None:
    """Refuse features without what a head needs beside vectors.

    Args:
        head: the network.
        features: what was given.

    Raises:
        ValueError: spellings missing, or given to a head that takes none; spellings or
            neighbourhoods of another number of terms.
    """
    n_terms = len(features.vectors)
    n_spellings = None if features.spellings is None else features.spellings.n_terms
    expected = n_terms if head.surface else None
    if n_spellings != expected:
        raise ValueError(
            f"got spellings of {n_spellings} terms, expected {expected}; "
            "spell the terms of the vectors, and only for a head with surface features"
        )
    if features.neighbourhoods is not None and features.neighbourhoods.n_terms != n_terms:
        raise ValueError(
            f"got neighbourhoods of {features.neighbourhoods.n_terms} terms, expected {n_terms}; "
            "search the neighbours of these very vectors"
        )


def _passes(
    head: PairHead,
    projected: Features,
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    device: str,
    block: int | None = None,
) -> Iterator[tuple[slice, Tensor]]:
    """Yield rows, their logits and signals, float32 (rows in a pass, 4 + N_SIGNALS), padded."""
    projections = projected.vectors
    if projections.ndim != 2 or projections.shape[1] != head.hidden:
        raise ValueError(
            f"got projections of shape {projections.shape}, expected (n_terms, {head.hidden}); "
            "project the terms again with this head"
        )
    check_ids(a, b, len(projections))
    check_features(head, projected)
    head.to(device).eval()
    size = block or (BLOCK if torch.device(device).type == "cpu" else GPU_BLOCK)
    for rows in _blocks(len(a), size):
        ends = [_filled(side[rows], size) for side in (a, b)]
        with torch.inference_mode():
            u, v = (torch.from_numpy(projections[side]).to(device).float() for side in ends)
            spelling = spelling_tensors(projected.spellings, ends[0], ends[1], device)
            signals = torch.from_numpy(_signals(projected, ends[0], ends[1])).to(device)
            yield rows, torch.cat([head.pair(u, v, spelling), signals], dim=1)


def _signals(
    features: Features, a: NDArray[np.integer], b: NDArray[np.integer]
) -> NDArray[np.float32]:
    """The votes and the nearness, float32 (n_pairs, N_SIGNALS)."""
    signals = np.zeros((len(a), N_SIGNALS), np.float32)
    if features.encoded is not None:
        x, y = (features.encoded[side].astype(np.float32) for side in (a, b))
        np.einsum("ij,ij->i", x, y, out=signals[:, NEARNESS])
    if features.neighbourhoods is not None:
        signals[:, :N_VOTES] = neighbour_votes(features.neighbourhoods, a, b)
        signals[:, NEARNESS] += surroundings(features.neighbourhoods, a, b)
    return signals


def _blocks(n_rows: int, size: int) -> Iterator[slice]:
    for start in range(0, n_rows, size):
        yield slice(start, min(start + size, n_rows))


def _filled(ids: NDArray[np.integer], size: int) -> NDArray[np.integer]:
    """Fill up with term 0: (n,) to (size,)."""
    return np.concatenate([ids, np.zeros(size - len(ids), ids.dtype)])


def _padded(rows: Tensor, size: int) -> Tensor:
    """Fill up with zeros: (n, width) to (size, width)."""
    if len(rows) == size:
        return rows
    return torch.cat([rows, rows.new_zeros(size - len(rows), rows.shape[1])])
