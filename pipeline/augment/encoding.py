"""The vectors of the terms that are grouped, in shards that survive a kill."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import EncodeSettings, ModelLocation, locate_model
from nymgraph.pipeline.encoders.encoding import EncodeRecipe
from nymgraph.pipeline.encoders.windows import TermWindows
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import AugmentParams
from nymgraph.pipeline.storage.artefacts import digest, map_array
from nymgraph.pipeline.storage.shards import open_work

__all__ = ["encode_terms", "encoder_identity"]


def encoder_identity(params: AugmentParams) -> dict[str, Any]:
    """All that determines the vectors but the terms, as plain data.

    Args:
        params: The section of the stage.

    Returns:
        Revision, precision and device of the encoder.

    Raises:
        DependencyError: The encoder is not there.
    """
    return {
        "model": _locate(params).revision,
        "precision": resolve_precision(params.precision, params.device),
        "device": resolve_device(params.device).split(":")[0],
        "batch_size": params.batch_size,
        "shard_terms": params.shard_terms,
    }


def encode_terms(
    terms: list[str], language: str, params: AugmentParams, folder: Path, progress: Progress
) -> npt.NDArray[np.float16]:
    """Encode terms, or take up the work of an interrupted run.

    Args:
        terms: n_terms terms.
        language: Their language code.
        params: The section of the stage.
        folder: The working folder; the finished shards stay there until other terms come.
        progress: Where progress is shown.

    Returns:
        float16 (n_terms, dim), on disk, row = place of the term.

    Raises:
        ArtefactError: The encoder gave a vector that is not finite.
    """
    identity = encoder_identity(params)
    whole_list = pl.Series(terms, dtype=pl.String)
    shards = TermWindows(whole_list, len(terms), params.shard_terms, max(1, len(terms)))
    how = EncodeSettings(
        params.device,
        identity["precision"],
        language,
        trust_remote_code=params.trust_remote_code,
        batch_size=params.batch_size,
    )
    recipe = EncodeRecipe(shards, _locate(params), how, section="augment")
    inputs = {"terms": digest({"terms": terms}), **identity}
    with open_work(folder, inputs, len(shards), ".npy") as work:
        work.take(LOCAL.made(recipe, work.pending), progress, "augment: shards encoded")
        work.assemble(folder / "vectors.npy", shards)
    return map_array(folder / "vectors.npy", "augment")


def _locate(params: AugmentParams) -> ModelLocation:
    return locate_model(params.encoder, params.revision)
