"""Putting two encoders together, as `joined` describes it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.devices import resolve_precision
from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    ModelLocation,
    load_encoder,
    locate_model,
)
from nymgraph.pipeline.encoders.joined import Joined, Part, mean_vector, write_joined
from nymgraph.pipeline.settings.params import AdaptParams, BesideParams
from nymgraph.pipeline.storage.artefacts import content_hash

__all__ = ["Made", "beside_of", "join_encoders"]


class Made(NamedTuple):
    """An encoder to be joined.

    Attributes:
        params: How it was made, as the section `adapt` of it alone would say.
        weight: Of its vectors.
        trained: The folder of what was trained; None where it stays as it is.
    """

    params: AdaptParams
    weight: float
    trained: Path | None


def beside_of(params: AdaptParams) -> AdaptParams | None:
    """What the section would be for the second encoder alone.

    Args:
        params: The section `adapt`.

    Returns:
        The section with the second encoder as the only one; None where there is none.
    """
    if params.beside.encoder is None:
        return None
    own = params.beside.model_dump(exclude={"weight"})
    return params.model_copy(update={**own, "beside": BesideParams()})


def join_encoders(
    made: Sequence[Made], terms: Sequence[str], language: str, folder: Path, seed: int
) -> None:
    """Fill a folder with joined encoders.

    Args:
        made: The parts.
        terms: The lexicon; its mean vectors are taken off.
        language: Its language code.
        folder: An empty folder.
        seed: Seed of the sample for the means.

    Raises:
        DependencyError: An encoder is not there.
        ParameterError: A hub model without a revision.
    """
    parts, means = [], []
    for number, one in enumerate(made):
        part, location = _part(one, folder, number)
        device, own = one.params.device, (part.prompt, part.trust_remote_code)
        precision = resolve_precision(one.params.precision, device)
        how = EncodeSettings(device, precision, language, *own)
        parts.append(part)
        means.append(mean_vector(load_encoder(location, how), terms, seed))
    write_joined(folder, Joined(tuple(parts), tuple(means)))


def _part(made: Made, folder: Path, number: int) -> tuple[Part, ModelLocation]:
    """What is said of a part, and where it is; one that was trained is copied into the folder."""
    params = made.params
    name = "static" if params.method == "static" else params.encoder
    if made.trained is None:
        location, held = locate_model(params.encoder, params.revision), None
    else:
        held = f"part-{number}"
        shutil.copytree(made.trained, folder / held)
        location = ModelLocation(str(folder / held), content_hash(folder / held), on_hub=False)
    how = (made.weight, params.prompt, params.trust_remote_code)
    return Part(name, location.revision, held, *how), location
