"""Terms to vectors, shard by shard: the recipe that embed and augment share."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.encoders.encoders import EncodeSettings, ModelLocation, load_encoder
from nymgraph.pipeline.encoders.windows import TermWindows
from nymgraph.pipeline.engine.recipe import Make, Recipe
from nymgraph.pipeline.errors import ArtefactError

__all__ = ["EncodeRecipe"]


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
