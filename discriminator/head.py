"""The pair head: a small symmetric network on the vectors of two terms."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from discriminator.relations import N_CODES


class PairHead(nn.Module):
    """Four logits for a pair of term vectors, the same bits for (a, b) and (b, a).

    With x, y the unit vectors of the two terms, d their dimension and h that of the projection:

        p = P (sqrt(d) x) + c, u = sqrt(h) p / |p|, and v from y   project, once for each term
        z = W2 gelu(W1 [|u - v| ; u * v] + b1) + b2                pair

    Only symmetric functions of u and v reach the second layer. Each unit of W1 holds a bilinear
    form of the two terms; as u and v have length sqrt(h), their cosine is one of these forms.
    Source: the pair features are those of InferSent (Conneau et al., EMNLP 2017, section 3.1)
    without its concatenation, which is not symmetric.

    Dimension words: dim (of the encoder), hidden (of the projection), width (of the middle layer).
    """

    def __init__(self, dim: int, hidden: int, width: int, seed: int = 0) -> None:
        super().__init__()
        self.dim, self.hidden, self.width = dim, hidden, width
        generator = torch.Generator().manual_seed(seed)
        self.term = _linear(dim, hidden, generator)
        self.middle = _linear(2 * hidden, width, generator)
        self.out = _linear(width, N_CODES, generator)

    def project(self, vectors: Tensor) -> Tensor:
        """Compute what depends on one term only.

        Args:
            vectors: float (n_terms, dim), L2-normalised.

        Returns:
            float32 (n_terms, hidden).
        """
        projected = self.term(vectors.to(self.term.weight.dtype) * math.sqrt(self.dim))
        return functional.normalize(projected, dim=1) * math.sqrt(self.hidden)

    def pair(self, u: Tensor, v: Tensor) -> Tensor:
        """Compute the logits of pairs from the projections of their ends.

        Args:
            u: float32 (n_pairs, hidden).
            v: float32 (n_pairs, hidden).

        Returns:
            float32 (n_pairs, 4): the relations in their order, then unlabelled.
        """
        features = torch.cat([(u - v).abs(), u * v], dim=1)
        logits: Tensor = self.out(functional.gelu(self.middle(features)))
        return logits

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Compute the logits of pairs from the vectors of their ends.

        Args:
            a: float (n_pairs, dim), L2-normalised.
            b: float (n_pairs, dim), L2-normalised.

        Returns:
            float32 (n_pairs, 4): the relations in their order, then unlabelled.
        """
        return self.pair(self.project(a), self.project(b))


def _linear(n_in: int, n_out: int, generator: torch.Generator) -> nn.Linear:
    """Make a layer, uniform within 1 / sqrt(n_in), that leaves the global generator alone."""
    layer = nn.Linear(n_in, n_out, device="meta").to_empty(device="cpu")
    for parameter in (layer.weight, layer.bias):
        nn.init.uniform_(parameter, -1 / math.sqrt(n_in), 1 / math.sqrt(n_in), generator=generator)
    return layer
