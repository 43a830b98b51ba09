"""Two encoders that act as one: a folder that names its parts.

The vector of a term is that of each part, less the part's mean, times its weight, one behind the
other, of length 1. A mean is that of a seeded sample of the lexicon: what all vectors of an encoder
share distinguishes no terms, and would outweigh the other part.

Contents of the folder: `joined.json` (format, and of each part its name, revision, weight, prompt
and whether its own code may run), `means.safetensors`, and the parts that were trained, each in a
folder of its own. A part that was not trained is named, and found again where its name leads; what
is found there must have the revision that was joined.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from nymgraph.pipeline.errors import ArtefactError

__all__ = [
    "Joined",
    "JoinedEncoder",
    "Part",
    "Vectors",
    "is_joined",
    "mean_vector",
    "read_joined",
    "write_joined",
]

Floats = npt.NDArray[np.float32]
_FORMAT = "nymgraph joined encoder 1"
_FILE = "joined.json"
_MEANS = "means.safetensors"
_SAMPLE = 4_096


class Part(NamedTuple):
    """One of the encoders that are joined.

    Attributes:
        name: As the parameters name it: a package, a hub model, a folder or file; static.
        revision: Hash of its content, or the commit of a hub model.
        held: The folder in which the joined one holds it; None where it is only named.
        weight: What its centred vector is multiplied by.
        prompt: What is put before every term; None for what its own configuration says.
        trust_remote_code: Whether code that comes with it may run.
    """

    name: str
    revision: str
    held: str | None
    weight: float
    prompt: str | None
    trust_remote_code: bool


class Joined(NamedTuple):
    """What a folder of joined encoders says: the parts, and the mean vector of each."""

    parts: tuple[Part, ...]
    means: tuple[Floats, ...]


class Vectors(Protocol):
    """Whatever gives vectors of terms."""

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, terms: Sequence[str]) -> Floats:
        """Vectors of terms: float32 (n_terms, dim), L2-normalised."""
        ...


class JoinedEncoder:
    """Encoders whose vectors stand one behind the other.

    Args:
        encoders: The parts, opened.
        joined: What the folder says of them.
    """

    def __init__(self, encoders: Sequence[Vectors], joined: Joined) -> None:
        self._encoders = tuple(encoders)
        self._joined = joined

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return sum(encoder.dim for encoder in self._encoders)

    def encode(self, terms: Sequence[str]) -> Floats:
        """Vectors of terms.

        Args:
            terms: n_terms terms.

        Returns:
            float32 (n_terms, dim), L2-normalised; zero where a term lies on the mean of each part.
        """
        centred = [
            np.float32(part.weight) * (encoder.encode(terms) - mean)
            for encoder, part, mean in zip(self._encoders, *self._joined, strict=True)
        ]
        vectors = np.hstack(centred)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def mean_vector(encoder: Vectors, terms: Sequence[str], seed: int) -> Floats:
    """The mean of the vectors of some terms.

    Args:
        encoder: The encoder.
        terms: The lexicon.
        seed: Seed of the sample.

    Returns:
        float32 (dim,).
    """
    random = np.random.default_rng([seed, 3])
    drawn = random.choice(len(terms), min(_SAMPLE, len(terms)), replace=False)
    sample = sorted((terms[i] for i in drawn), key=lambda term: (-len(term), term))
    return np.asarray(encoder.encode(sample).mean(axis=0, dtype=np.float64), np.float32)


def is_joined(folder: Path) -> bool:
    """Whether a folder holds joined encoders."""
    return (folder / _FILE).is_file()


def write_joined(folder: Path, joined: Joined) -> None:
    """Write what a folder says of its parts; those that it holds are there already.

    Args:
        folder: The folder.
        joined: What it is to say.
    """
    content = {"format": _FORMAT, "parts": [part._asdict() for part in joined.parts]}
    (folder / _FILE).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    save_file({str(n): mean for n, mean in enumerate(joined.means)}, folder / _MEANS)


def read_joined(folder: Path) -> Joined:
    """Read what a folder says of its parts.

    Args:
        folder: The folder.

    Returns:
        The parts and their means.

    Raises:
        ArtefactError: It is damaged, or of another version.
    """
    try:
        content = json.loads((folder / _FILE).read_text("utf-8"))
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        parts = tuple(Part(**part) for part in content["parts"])
        means = load_file(folder / _MEANS)
        return Joined(parts, tuple(means[str(n)] for n in range(len(parts))))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ArtefactError(
            f"the joined encoders in {folder} cannot be read",
            got=str(error),
            expected=_FORMAT,
            cure="make them again (nymgraph adapt), or copy the folder again",
        ) from error
