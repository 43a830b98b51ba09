"""Terms to vectors, shard by shard: the recipe that embed and augment share."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.encoders.encoders import EncodeSettings, ModelLocation, load_encoder
from nymgraph.pipeline.encoders.windows import TermWindows
from nymgraph.pipeline.engine.recipe import Engine, Make, Recipe
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.limits import Room, embed_refusals, refuse
from nymgraph.pipeline.storage.shards import Rows

__all__ = ["EncodeRecipe", "encoded", "if_it_fits"]


@dataclass(frozen=True)
class EncodeRecipe(Recipe):
    """Encode the terms of a shard.

    Attributes:
        shards: The terms.
        location: Where the encoder is.
        how: How it encodes.
        section: The section of the parameters that holds the precision, for the error's cure.
    """

    shards: TermWindows
    location: ModelLocation
    how: EncodeSettings
    section: str = "embed"

    def open(self) -> Make:
        """Load the encoder; it makes float16 (n_terms, dim)."""
        encoder = load_encoder(self.location, self.how)

        def make(shard: int) -> npt.NDArray[np.float16]:
            vectors = encoder.encode(self.shards.terms(shard))
            if not np.isfinite(vectors).all():
                raise ArtefactError(
                    "the encoder gave a vector that is not finite",
                    cure=f"set {self.section}.precision to float32, or use another encoder",
                )
            return vectors.astype(np.float16)

        return make


def if_it_fits(
    made: Iterator[tuple[int, Rows]], n_terms: int, folder: Path, room: Room
) -> Iterator[tuple[int, Rows]]:
    """Look at the first shard: it shows the length of a vector, and so whether all will fit.

    Args:
        made: The shards.
        n_terms: Number of terms in all.
        folder: Of the working shards.
        room: What is free on the disk.

    Yields:
        The shards.

    Raises:
        CapacityError: They will not fit.
    """
    for number, (shard, vectors) in enumerate(made):
        if number == 0:
            refuse(embed_refusals(n_terms, vectors.shape[1], folder, room))
        yield shard, vectors


def encoded(
    texts: pl.Series, recipe: EncodeRecipe, engine: Engine, shard_terms: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]]:
    """Encode texts that nobody keeps, shard by shard.

    Args:
        texts: The texts.
        recipe: How terms are encoded.
        engine: Makes the shards.
        shard_terms: Texts in one shard.

    Yields:
        The places of some texts, int64 (n,), and their vectors, (n, dim).
    """
    shards = TermWindows(texts, len(texts), shard_terms)
    for shard, vectors in engine.made(replace(recipe, shards=shards), range(len(shards))):
        yield shards[shard], np.asarray(vectors)
