"""How large an encoder is: what its speed on a device of the table, and its memory, follow from."""

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.encoders.encoders import locate_model
from nymgraph.pipeline.encoders.joining import beside_of
from nymgraph.pipeline.errors import NymgraphError
from nymgraph.pipeline.settings.params import AdaptParams, BesideParams

__all__ = ["EncoderSize", "encoder_size"]


class EncoderSize(NamedTuple):
    """A transformer, or a table of vectors.

    Attributes:
        dim: Length of a vector.
        layers: Transformer layers; 0 for a table of vectors.
        inner: Width of the feed-forward layers.
        vocabulary: Rows of the table of token vectors.
        origin: How this is known.
        width: Of the layers; 0: that of a vector. Where two encoders are joined, the larger one has
            them, and a vector is as long as those of both.
    """

    dim: int
    layers: int
    inner: int
    vocabulary: int
    origin: str
    width: int = 0

    @property
    def weights(self) -> int:
        """Weights that every token passes through: 4 w^2 + 2 w inner in each layer of width w."""
        width = self.width or self.dim
        return self.layers * (4 * width**2 + 2 * width * self.inner)

    @property
    def bytes(self) -> int:
        """All weights in float32."""
        return 4 * (self.weights + self.vocabulary * (self.width or self.dim))


# Encoders of the hub, by the config.json of their architecture: XLM-RoBERTa-large and -base, and
# the E5 models made from them.
_LARGE = EncoderSize(1024, 24, 4096, 250_002, "built-in table (XLM-RoBERTa-large)")
_BASE = EncoderSize(768, 12, 3072, 250_002, "built-in table (XLM-RoBERTa-base)")
_KNOWN = {
    "ytu-ce-cosmos/turkish-e5-large": _LARGE,
    "intfloat/multilingual-e5-large": _LARGE,
    "intfloat/multilingual-e5-large-instruct": _LARGE,
    "intfloat/multilingual-e5-base": _BASE,
}


def encoder_size(params: AdaptParams, dim: int | None) -> EncoderSize:
    """How large the encoder of a run is.

    Args:
        params: The section adapt, which names it.
        dim: Length of a vector as the user says, or None.

    Returns:
        Its size: of the built-in table, of its own configuration, or that of the E5 models (base
        up to 768 dimensions, large above).
    """
    second = beside_of(params)
    if second is not None:
        one = encoder_size(params.model_copy(update={"beside": BesideParams()}), None)
        other = encoder_size(second, None)
        larger = max(one, other, key=lambda size: size.bytes)
        both = {"dim": dim or one.dim + other.dim, "width": larger.dim}
        return larger._replace(**both, origin=f"{one.origin}, {other.origin}")
    if params.method == "static":
        static = params.static
        return EncoderSize(dim or static.dim, 0, 0, static.units, "static")
    size = _KNOWN.get(params.encoder) or _of_files(params)
    if size is None:
        guess = _BASE if dim is not None and dim <= _BASE.dim else _LARGE
        size = guess._replace(origin=f"a guess: {params.encoder} is not known here")
    return size if dim is None else size._replace(dim=dim)


def _of_files(params: AdaptParams) -> EncoderSize | None:
    """From the configuration of a model on disk; None where there is none."""
    try:
        location = locate_model(params.encoder, params.revision)
    except NymgraphError:
        return None
    found = sorted(Path(location.path).rglob("config.json")) if not location.on_hub else []
    for file in found:
        with suppress(AttributeError, KeyError, TypeError, ValueError):  # of another module
            config = json.loads(file.read_text("utf-8"))
            width = int(config["hidden_size"])
            return EncoderSize(
                width,
                int(config["num_hidden_layers"]),
                int(config.get("intermediate_size", 4 * width)),
                int(config.get("vocab_size", 0)),
                f"configuration of {params.encoder}",
            )
    return None
