"""Terms to vectors, shard by shard: the recipe that embed and augment share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.engine.recipe import Make, Recipe
from pipeline.errors import ArtefactError
from pipeline.vectors.encoders import ModelLocation, load_encoder

__all__ = ["EncodeRecipe", "LongestFirst", "TermShards"]

Ids = npt.NDArray[np.int64]


class TermShards(Protocol):
    """Terms cut into shards."""

    def terms(self, shard: int) -> list[str]:
        """The terms of a shard."""
        ...


class LongestFirst:
    """Terms in memory, cut into shards of terms of like length, which waste no padding in a batch.

    Args:
        terms: The terms.
        shard_terms: Terms in one shard, the last may hold fewer.
    """

    def __init__(self, terms: Sequence[str], shard_terms: int) -> None:
        self._terms = terms
        lengths = np.array([len(term) for term in terms], np.int64)
        order = np.argsort(-lengths, kind="stable")  # falling length, then rising row
        cuts = range(0, len(terms), shard_terms)
        self._rows = [order[start : start + shard_terms] for start in cuts]

    def __len__(self) -> int:
        """Number of shards."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Ids]:
        """The rows of each shard, int64 (n,)."""
        return iter(self._rows)

    def terms(self, shard: int) -> list[str]:
        """The terms of a shard, in the order of its rows."""
        return [self._terms[row] for row in self._rows[shard]]


@dataclass(frozen=True)
class EncodeRecipe(Recipe):
    """Encode the terms of a shard.

    Attributes:
        shards: The terms.
        location: Where the encoder is.
        device: Where to compute, as torch names it.
        precision: "float32" or "bfloat16".
        batch_size: Terms in one forward pass.
        prompt: What is put before every term; None for what the model's configuration says.
        trust_remote_code: Whether code that comes with a hub model may run.
        section: The section of the parameters that holds the precision, for the error's cure.
    """

    shards: TermShards
    location: ModelLocation
    device: str
    precision: str
    batch_size: int
    prompt: str | None = None
    trust_remote_code: bool = False
    section: str = "embed"

    def open(self) -> Make:
        """Load the encoder; it makes float16 (n_terms, dim)."""
        encoder = load_encoder(
            self.location,
            self.device,
            self.precision,
            self.batch_size,
            prompt=self.prompt,
            trust_remote_code=self.trust_remote_code,
        )

        def make(shard: int) -> npt.NDArray[np.float16]:
            vectors = encoder.encode(self.shards.terms(shard))
            if not np.isfinite(vectors).all():
                raise ArtefactError(
                    "the encoder gave a vector that is not finite",
                    cure=f"set {self.section}.precision to float32, or use another encoder",
                )
            return vectors.astype(np.float16)

        return make
