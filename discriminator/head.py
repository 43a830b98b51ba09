"""The pair head: a small symmetric network on the vectors and spellings of two terms."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from nymgraph.discriminator.relations import N_CODES
from nymgraph.discriminator.surface import N_ALTERNATIONS, N_NUMBERS

ALTERNATION_DIM = 8
"""Length of the learned vector of an alternation, such as ("", "un")."""


class PairHead(nn.Module):
    """Four logits for a pair of terms, the same bits for (a, b) and (b, a).

    With x, y the unit vectors of the two terms, d their dimension and h that of the projection,
    s the numbers of their spellings and t the learned vector of their alternation (`surface`):

        p = P (sqrt(d) x) + c, u = sqrt(h) p / |p|, and v from y   project, once for each term
        z = W2 gelu(W1 [|u - v| ; u * v ; s ; t] + b1) + b2        pair

    Only symmetric functions of the two terms reach the second layer. Each unit of W1 holds a
    bilinear form of u and v; as these have length sqrt(h), their cosine is one of these forms.
    Source: the first two features are those of InferSent (Conneau et al., EMNLP 2017, section 3.1)
    without its concatenation, which is not symmetric. Without `surface`, s and t are left out.

    Dimension words: dim (of the encoder), hidden (of the projection), width (of the middle layer).
    """

    def __init__(
        self, dim: int, hidden: int, width: int, seed: int = 0, *, surface: bool = True
    ) -> None:
        super().__init__()
        self.dim, self.hidden, self.width, self.surface = dim, hidden, width, surface
        generator = torch.Generator().manual_seed(seed)
        n_surface = N_NUMBERS + ALTERNATION_DIM if surface else 0
        self.term = _linear(dim, hidden, generator)
        self.middle = _linear(2 * hidden + n_surface, width, generator)
        self.out = _linear(width, N_CODES, generator)
        # an alternation never met in training keeps the zero vector: it says nothing
        self.alternation = nn.Parameter(torch.zeros(N_ALTERNATIONS * surface, ALTERNATION_DIM))

    def project(self, vectors: Tensor) -> Tensor:
        """Compute what depends on one term only.

        Args:
            vectors: float (n_terms, dim), L2-normalised.

        Returns:
            float32 (n_terms, hidden).
        """
        projected = self.term(vectors.to(self.term.weight.dtype) * math.sqrt(self.dim))
        return functional.normalize(projected, dim=1) * math.sqrt(self.hidden)

    def pair(self, u: Tensor, v: Tensor, spelling: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Compute the logits of pairs from the projections and spellings of their ends.

        Args:
            u: float32 (n_pairs, hidden).
            v: float32 (n_pairs, hidden).
            spelling: float32 (n_pairs, N_NUMBERS) and int64 (n_pairs,), as in `SurfaceFeatures`;
                None for a head without `surface`.

        Returns:
            float32 (n_pairs, 4): the relations in their order, then unlabelled.
        """
        features = [(u - v).abs(), u * v]
        if spelling is not None:
            numbers, alternation = spelling
            features += [numbers, functional.embedding(alternation, self.alternation)]
        logits: Tensor = self.out(functional.gelu(self.middle(torch.cat(features, dim=1))))
        return logits

    def forward(
        self, a: Tensor, b: Tensor, spelling: tuple[Tensor, Tensor] | None = None
    ) -> Tensor:
        """Compute the logits of pairs from the vectors and spellings of their ends.

        Args:
            a: float (n_pairs, dim), L2-normalised.
            b: float (n_pairs, dim), L2-normalised.
            spelling: as for `pair`.

        Returns:
            float32 (n_pairs, 4): the relations in their order, then unlabelled.
        """
        return self.pair(self.project(a), self.project(b), spelling)


def _linear(n_in: int, n_out: int, generator: torch.Generator) -> nn.Linear:
    """Make a layer, uniform within 1 / sqrt(n_in), that leaves the global generator alone."""
    layer = nn.Linear(n_in, n_out, device="meta").to_empty(device="cpu")
    for parameter in (layer.weight, layer.bias):
        nn.init.uniform_(parameter, -1 / math.sqrt(n_in), 1 / math.sqrt(n_in), generator=generator)
    return layer
