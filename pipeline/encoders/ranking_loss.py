"""Ranking losses that also keep opposites apart.

To multiple negatives ranking (see `adaptation`) they add, for the rows whose negative is an
antonym,

    S/m * sum over these m rows of softplus((cos(x, x-) - c) / s),   S = 0.5, c = 0.25, s = 0.1

Ranking alone is satisfied when the antonym is a little farther away than one synonym, although it
may still be nearer than nearly all other terms. The added term is almost zero below a cosine of
0.15 and grows linearly above 0.35. Farther away than that, an antonym is no near neighbour any
more, and pushing it further costs synonyms.
"""

from typing import Any

import torch
from sentence_transformers.sentence_transformer.losses import (
    CachedMultipleNegativesRankingLoss,
    MultipleNegativesRankingLoss,
)
from torch import Tensor
from torch.nn import functional

__all__ = ["CachedOpposedRankingLoss", "OpposedRankingLoss", "opposition"]

_STRENGTH, _CENTRE, _SCALE = 0.5, 0.25, 0.1


class OpposedRankingLoss(MultipleNegativesRankingLoss):
    """Multiple negatives ranking and the opposition of antonyms; label 1 marks their rows."""

    def compute_loss_from_embeddings(self, embeddings: list[Tensor], labels: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Args:
            embeddings: anchors, positives and negatives, each float (n_rows, dim).
            labels: float (n_rows,), 1 where the negative is an antonym.

        Returns:
            A scalar.
        """
        ranking: Tensor = super().compute_loss_from_embeddings(embeddings, labels)
        return ranking + opposition(embeddings[0], embeddings[2], labels)


class CachedOpposedRankingLoss(CachedMultipleNegativesRankingLoss):
    """The same with cached gradients: memory does not grow with the batch."""

    def calculate_loss(
        self,
        reps: list[list[Tensor]],
        labels: Tensor | None = None,
        *,
        with_backward: bool = False,
        **options: Any,  # noqa: ANN401
    ) -> Tensor:
        """Compute the loss of a batch from the vectors of its parts.

        Args:
            reps: for each column its mini-batches, each float (n, dim).
            labels: float (n_rows,), 1 where the negative is an antonym.
            with_backward: whether to propagate gradients to the vectors.
            **options: passed on.

        Returns:
            A scalar.
        """
        ranking: Tensor = super().calculate_loss(
            reps, labels, with_backward=with_backward, **options
        )
        if labels is None:
            return ranking
        term = opposition(torch.cat(reps[0]), torch.cat(reps[2]), labels)
        if with_backward and term.requires_grad:
            term.backward()  # type: ignore[no-untyped-call]
            term = term.detach()
        return ranking + term


def opposition(anchor: Tensor, negative: Tensor, labels: Tensor) -> Tensor:
    """Compute what the antonym rows of a batch cost.

    Args:
        anchor: float (n_rows, dim).
        negative: float (n_rows, dim).
        labels: float (n_rows,), 1 where the negative is an antonym of the anchor.

    Returns:
        A scalar; 0 without antonym rows.
    """
    cosine = functional.cosine_similarity(anchor.float(), negative.float())
    cost = functional.softplus((cosine - _CENTRE) / _SCALE) * labels
    return _STRENGTH * cost.sum() / labels.sum().clamp_min(1)
