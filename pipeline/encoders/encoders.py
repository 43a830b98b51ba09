"""Encoders: what turns terms into vectors.

An encoder is named in one of four ways, tried in this order: an existing folder in
sentence-transformers' format, or of encoders that are `joined`; a file of word vectors (`.bin` or
`.vec`, see `word_vectors`) or of a packed model (see `packed`); an installed Python package that
carries such a folder (the default) or a packed model; a model of the hub, with the revision
(commit) that pins it. A packed model is unpacked once, into `data/.encoders` of the working folder,
under a name made from its content. Pooling and the longest text come from the model's own
configuration, and so does the prompt put before every term, unless one is given.

Case is set aside: a transformer reads every term in small letters, by the rules of its language, so
that a model which distinguishes case gives İYİ and iyi one vector.
"""

import importlib.metadata
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import torch

from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.encoders.joined import JoinedEncoder, is_joined, read_joined
from nymgraph.pipeline.encoders.packed import is_packed, unpack
from nymgraph.pipeline.encoders.word_vectors import WordVectorEncoder, is_word_vectors
from nymgraph.pipeline.errors import ArtefactError, DependencyError, ParameterError
from nymgraph.pipeline.lexicon.normalise import small_letters
from nymgraph.pipeline.storage.artefacts import content_hash

__all__ = [
    "EncodeSettings",
    "Encoder",
    "ModelLocation",
    "Noted",
    "TransformerEncoder",
    "encode_terms",
    "load_encoder",
    "load_model",
    "locate_adapted",
    "locate_model",
    "locate_noted",
    "prompt_of",
    "read_as",
]


_TERM = "term"
"""The prompt for terms among those of a model; saved with it, so that an adapted model knows it."""
_UNPACKED = Path("data", ".encoders")
_HALVES = {"bfloat16": torch.bfloat16, "float16": torch.float16}
_JOIN_AGAIN = "install that version of it, or make the encoders again (nymgraph adapt)"
_HYPHENS = str.maketrans(dict.fromkeys("-\u2010\u2011", " "))


class Encoder(Protocol):
    """The interface of an encoder."""

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of terms: float32 (n_terms, dim), L2-normalised."""
        ...


class ModelLocation(NamedTuple):
    """Where a model is: a folder, file or hub name, and the revision that pins its content."""

    path: str
    revision: str
    on_hub: bool


class Noted(Protocol):
    """The notes of a folder about an encoder that it holds or names."""

    @property
    def name(self) -> str:
        """As the parameters name it."""
        ...

    @property
    def revision(self) -> str:
        """Hash of its content, or the commit of a hub model."""
        ...

    @property
    def held(self) -> str | None:
        """Its folder in that one; None where it is only named."""
        ...


class EncodeSettings(NamedTuple):
    """How terms are encoded.

    Attributes:
        device: A torch device, or "auto" for a GPU if there is one.
        precision: "float32", or "bfloat16" or "float16" (autocast; float16 on a GPU only).
        language: Language code of the terms, which decides what small letters are.
        prompt: What is put before every term; None for what the model's configuration says.
        trust_remote_code: Whether code that comes with a hub model may run.
        batch_size: Terms in one forward pass; changes speed, not results beyond rounding.
    """

    device: str
    precision: str
    language: str
    prompt: str | None = None
    trust_remote_code: bool = False
    batch_size: int = 256


class TransformerEncoder:
    """A sentence-transformers model.

    Args:
        location: Where the model is.
        how: How it encodes.

    Raises:
        DependencyError: The model cannot be loaded.
    """

    def __init__(self, location: ModelLocation, how: EncodeSettings) -> None:
        self.device = resolve_device(how.device)
        self._language, self._batch_size = how.language, how.batch_size
        self._half = _HALVES.get(how.precision)
        self._model = load_model(
            location, self.device, prompt=how.prompt, trust_remote_code=how.trust_remote_code
        )

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def encode(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of terms.

        Args:
            terms: n_terms terms.

        Returns:
            float32 (n_terms, dim), L2-normalised.
        """
        kind, half = torch.device(self.device).type, self._half
        with torch.inference_mode(), torch.autocast(kind, half, enabled=half is not None):
            vectors = self._model.encode(
                [read_as(term, self._language) for term in terms],
                batch_size=self._batch_size,
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)


def load_encoder(location: ModelLocation, how: EncodeSettings) -> Encoder:
    """Load whatever encoder stands at a place.

    Args:
        location: Where it is.
        how: How it encodes; of joined ones the prompts are their own.

    Returns:
        The encoder.

    Raises:
        DependencyError: The model, or a part of joined ones, cannot be loaded.
        ArtefactError: Joined encoders are damaged, or a part is another than was joined.
        InputError: A file of word vectors is damaged or of another format.
    """
    place = Path(location.path)
    if not location.on_hub and is_word_vectors(place):
        return WordVectorEncoder(place)
    if location.on_hub or not is_joined(place):
        return TransformerEncoder(location, how)
    joined, parts = read_joined(place), []
    for part in joined.parts:
        own = how._replace(prompt=part.prompt, trust_remote_code=part.trust_remote_code)
        located = locate_noted(place, part, was="was joined", cure=_JOIN_AGAIN)
        parts.append(load_encoder(located, own))
    return JoinedEncoder(parts, joined)


def encode_terms(encoder: Encoder, terms: Sequence[str]) -> npt.NDArray[np.float16]:
    """Vectors of terms in the precision in which they are stored.

    Args:
        encoder: The encoder.
        terms: n_terms terms.

    Returns:
        float16 (n_terms, dim), in the order given.
    """
    order = sorted(range(len(terms)), key=lambda row: (-len(terms[row]), terms[row]))
    vectors = np.empty((len(terms), encoder.dim), np.float16)
    vectors[order] = encoder.encode([terms[row] for row in order])
    return vectors


def prompt_of(model: Any, given: str | None) -> str:  # noqa: ANN401
    """The prompt for terms: the one given, else that of the model's configuration.

    A configuration names several prompts. Terms are compared with terms, which is a symmetric task:
    the default prompt is taken, else the one for queries, as the authors of E5 advise.

    Args:
        model: The `SentenceTransformer`.
        given: What the parameters say; None for the configuration's.

    Returns:
        The prompt; "" for none.
    """
    if given is not None:
        return given
    named = model.prompts or {}
    return named.get(model.default_prompt_name or "query") or ""


def read_as(term: str, language: str) -> str:
    """How an encoder reads a term: all spellings that mean the same are to have one vector.

    Args:
        term: The term.
        language: Its language code.

    Returns:
        It in small letters, a hyphen as a space.
    """
    small = small_letters(term, language)
    return " ".join(small.translate(_HYPHENS).split()) or small


def load_model(
    location: ModelLocation,
    device: str,
    *,
    prompt: str | None = None,
    trust_remote_code: bool = False,
) -> Any:  # noqa: ANN401
    """Load a sentence-transformers model; its prompt for terms is made its default.

    Args:
        location: Where it is.
        device: A torch device.
        prompt: What is put before every term; None for what the model's configuration says.
        trust_remote_code: Whether code that comes with a hub model may run.

    Returns:
        The `SentenceTransformer`.

    Raises:
        DependencyError: The model cannot be loaded.
        ParameterError: It is a file of word vectors, or joined encoders: these cannot be trained.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    from nymgraph.pipeline.encoders.subwords import is_subword_model, load_subword_model

    if not location.on_hub and is_word_vectors(Path(location.path)):
        raise ParameterError(
            f"word vectors ({location.path}) cannot be trained",
            cure="set adapt.method to none",
        )
    if not location.on_hub and is_joined(Path(location.path)):
        raise ParameterError(
            f"joined encoders ({location.path}) cannot be trained again",
            cure="set adapt.method to none, or train the parts (adapt.encoder, adapt.beside)",
        )
    disable_progress_bar()  # type: ignore[no-untyped-call]
    # it warns of the default prompt, which is set below
    logging.getLogger("sentence_transformers.base.model").setLevel(logging.ERROR)
    try:
        if not location.on_hub and is_subword_model(Path(location.path)):
            return load_subword_model(Path(location.path), device)
        model = SentenceTransformer(
            location.path,
            device=device,
            revision=location.revision if location.on_hub else None,
            trust_remote_code=trust_remote_code,
        )
    except Exception as error:  # torch, safetensors and tokenizers each have their own
        raise DependencyError(
            f"the encoder {location.path} cannot be loaded",
            got=(str(error).splitlines() or [type(error).__name__])[0],
            cure="check adapt.encoder and adapt.revision in params.yaml",
        ) from error
    model.prompts = {**model.prompts, _TERM: prompt_of(model, prompt)}
    model.default_prompt_name = _TERM
    return model


def locate_adapted(adapt: Path, manifest: dict[str, Any]) -> ModelLocation:
    """Find the encoder that the adapt stage left: its own, or the one it passed on.

    Args:
        adapt: The folder of the stage.
        manifest: Its manifest.

    Returns:
        Where the encoder is.

    Raises:
        DependencyError: The encoder is not there.
    """
    if manifest["method"] == "none":
        return locate_model(manifest["base"], manifest["revision"])
    held = adapt / "encoder" / manifest.get("file", "")  # a file of word vectors has its own name
    return ModelLocation(str(held), manifest["revision"], on_hub=False)


def locate_noted(folder: Path, noted: Noted, *, was: str, cure: str) -> ModelLocation:
    """Find an encoder that a folder holds, or names with its revision.

    Args:
        folder: The folder.
        noted: What it says of the encoder.
        was: What the encoder was to it, for the error: "was joined".
        cure: What helps where another one is found.

    Returns:
        Where the encoder is: in the folder, or where its name leads.

    Raises:
        ArtefactError: Its name leads to another encoder.
        DependencyError: Its name leads nowhere.
    """
    if noted.held is not None:
        return ModelLocation(str(folder / noted.held), noted.revision, on_hub=False)
    location = locate_model(noted.name, noted.revision)
    if location.revision != noted.revision:
        raise ArtefactError(
            f"the encoder {noted.name} is not the one that {was}",
            got=location.revision,
            expected=noted.revision,
            cure=cure,
        )
    return location


def locate_model(name: str, revision: str | None) -> ModelLocation:
    """Find a model by folder, by installed package, or on the hub.

    Args:
        name: A folder, a file of word vectors, the name of an installed package, or a hub name
            (owner/model).
        revision: The commit of a hub model.

    Returns:
        Its location; the revision of a folder, file or package is the hash of its content.

    Raises:
        ParameterError: A hub model without a revision.
        DependencyError: There is no such folder, package or hub name.
    """
    folder = Path(name)
    own = (folder / "modules.json").is_file() or is_joined(folder)
    own = own or is_packed(folder) or is_word_vectors(folder)
    found = folder if own else _packaged_model(name)
    if found is not None:
        content = content_hash(found)
        place = _unpacked(found, content) if is_packed(found) else found
        return ModelLocation(str(place), content, on_hub=False)
    if name.count("/") != 1 or folder.exists():
        raise DependencyError(
            f"the encoder {name!r} is not there",
            expected="a folder with modules.json, a .bin or .vec file of word vectors, an "
            "installed package that holds a model, or a hub name owner/model",
            cure=f"pip install {name}" if "/" not in name else "check adapt.encoder",
        )
    if revision is None:
        raise ParameterError(
            f"the hub model {name!r} needs a revision, so that a run can be repeated",
            cure="set adapt.revision to the model's commit",
        )
    return ModelLocation(name, revision, on_hub=True)


def _packaged_model(name: str) -> Path | None:
    """The model that an installed package carries: a folder, or of packed files the largest."""
    try:
        distribution = importlib.metadata.distribution(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    files = [Path(str(file.locate())) for file in distribution.files or []]
    folders = [file.parent for file in files if file.name == "modules.json"]
    packed = [file for file in files if file.suffix == ".bin" and is_packed(file)]
    return next(iter(folders), max(packed, key=lambda file: file.stat().st_size, default=None))


def _unpacked(file: Path, content: str) -> Path:
    """The folder of a packed model; it is made where there is none yet."""
    folder = (_UNPACKED / f"{file.stem}-{content[:16]}").resolve()
    if not (folder / "modules.json").is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        unpack(file, folder)
    return folder
