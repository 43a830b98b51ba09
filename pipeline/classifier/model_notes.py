"""The notes of a model folder and the pairs that it knows, read without loading a network."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from safetensors.numpy import load_file

from nymgraph.pipeline.encoders.encoders import ModelLocation, locate_noted
from nymgraph.pipeline.errors import ArtefactError, ParameterError
from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.storage.artefacts import THROWN, content_hash, digest

__all__ = [
    "MODEL_CURE",
    "MODEL_FILE",
    "MODEL_FORMAT",
    "EncoderNotes",
    "KnownPairs",
    "ModelNotes",
    "damaged_model",
    "known_glosses",
    "known_pairs",
    "known_vectors",
    "locate_encoder",
    "model_folder",
    "model_for_run",
    "read_notes",
]

MODEL_FORMAT = "nymgraph model 7"
MODEL_FILE = "model.json"
MODEL_CURE = "copy the folder again from where it was made, or make the model again (fit, or train)"


class EncoderNotes(NamedTuple):
    """The encoder of a model.

    Attributes:
        name: As the parameters named it: a package, a hub model, a folder or file.
        revision: Hash of its content, or the commit of a hub model.
        adapted: How it was fine-tuned: none, light, full or static.
        held: Path below the folder of the model, where the model holds it; None where it is only
            named.
        prompt: What is put before every term; None for what its configuration says.
        precision: In which it gave the vectors that the head learnt from.
        trust_remote_code: Whether it needs code of its own.
    """

    name: str
    revision: str
    adapted: str
    held: str | None
    prompt: str | None
    precision: str
    trust_remote_code: bool


class ModelNotes(NamedTuple):
    """The content of `model.json`.

    Attributes:
        language: Language code of the terms.
        made_by: run or fit.
        classifier: head, cascade or cross_encoder.
        encoder: The encoder.
        floor: Terms of a lower cosine do not vote as neighbours.
        pairs: Training pairs of each relation.
        figures: On held-out pairs.
        licences: Of what it learnt from: source, licence, attribution.
        versions: Of nymgraph and the libraries that made it.
    """

    language: str
    made_by: str
    classifier: str
    encoder: EncoderNotes
    floor: float
    pairs: dict[str, int]
    figures: dict[str, Any]
    licences: list[dict[str, str]]
    versions: dict[str, str]


class KnownPairs(NamedTuple):
    """The pairs that a model was trained on, and those that were held out from it.

    Attributes:
        terms: n_terms terms, those of the pairs.
        vectors: float16 (n_terms, dim).
        rows: a and b (places of the terms), relation, split, confidence, sources; maybe more.
    """

    terms: list[str]
    vectors: npt.NDArray[np.float16]
    rows: pl.DataFrame


def model_folder(folder: Path) -> Path:
    """Where the model is: the folder itself, or inside the data folder of a run.

    Args:
        folder: What the user named.

    Returns:
        The folder of the model; the one named where there is none.

    Raises:
        ArtefactError: It is the data folder of a run that has not trained yet.
    """
    inside = folder / "train" / "model"
    if (folder / MODEL_FILE).is_file() or not (folder / "ingest").is_dir():
        return folder
    if not (inside / MODEL_FILE).is_file():
        raise ArtefactError(
            f"the run in {folder} holds no model yet",
            got=f"no {inside}",
            cure="run it up to `nymgraph train`, or name the folder of a model",
        )
    return inside


def model_for_run(folder: Path, language: str, data: Path) -> tuple[Path, ModelNotes]:
    """Find the model that a run is to use instead of training one.

    Args:
        folder: What the parameters name: the folder of a model, or the data folder of a run.
        language: Language code of the lexicon.
        data: The data folder of the run that is to use it.

    Returns:
        The folder of the model, and what it says of itself.

    Raises:
        ParameterError: It is of another language, or the run's own.
        ArtefactError: There is no model, it is damaged, or of another version.
    """
    place = model_folder(folder)
    if place.resolve().is_relative_to(data.resolve()):
        raise ParameterError(
            "model: a run cannot use the model that it writes itself",
            got=str(folder),
            cure="copy the folder elsewhere (`cp -r data/train/model mymodel`) and name the copy",
        )
    notes = read_notes(place)
    if primary_language(notes.language) != primary_language(language):
        raise ParameterError(
            f"model: {folder} judges terms of another language",
            got=notes.language,
            expected=f"{language}, as ingest.language says",
            cure="name a model of that language, or leave the key out to train one",
        )
    return place, notes


def read_notes(folder: Path, *, verify: bool = True) -> ModelNotes:
    """Read what a model says of itself.

    Args:
        folder: Its folder.
        verify: Whether every file is compared with its hash.

    Returns:
        The notes.

    Raises:
        ArtefactError: The folder holds no model, one of another version, or a damaged one.
    """
    try:
        content = json.loads((folder / MODEL_FILE).read_text("utf-8"))
        found = content.get("format") if isinstance(content, dict) else "no format"
    except (OSError, ValueError) as error:
        raise ArtefactError(
            f"{folder} holds no model",
            got=str(error),
            expected="the folder that `nymgraph fit` wrote, or the data folder of a run",
            cure="check the path, or make a model (fit, or train)",
        ) from error
    if found != MODEL_FORMAT:
        raise ArtefactError(
            f"{folder} holds a model of another version",
            got=str(found),
            expected=MODEL_FORMAT,
            cure="make the model again with this version (fit, or train), or use the version of "
            "nymgraph that made it",
        )
    try:
        expected = content.pop("hash")
        if digest(content) != expected:
            raise ValueError(f"its own hash is {digest(content)}, not {expected}")
        encoder = EncoderNotes(**content["encoder"])
        fields = {name: content[name] for name in ModelNotes._fields}
        files = dict(content["files"])
        notes = ModelNotes(**{**fields, "encoder": encoder})
    except (KeyError, TypeError, ValueError) as error:
        raise damaged_model(folder, f"{MODEL_FILE}: {error}") from error
    if verify:
        _verify(folder, files)
    return notes


def locate_encoder(folder: Path, notes: EncoderNotes) -> ModelLocation:
    """Find the encoder of a model.

    Args:
        folder: The folder of the model.
        notes: What it says of its encoder.

    Returns:
        Where the encoder is: in the folder, or where its name leads.

    Raises:
        ArtefactError: Its name leads to another encoder.
        DependencyError: Its name leads nowhere.
    """
    return locate_noted(
        folder,
        notes,
        was="the model was made with",
        cure="install that version of the encoder, or make the model again (fit, or train)",
    )


def known_pairs(folder: Path) -> KnownPairs:
    """Read the labelled pairs of a model.

    Args:
        folder: The folder of the model.

    Returns:
        The pairs, their terms and the vectors of these.

    Raises:
        ArtefactError: A file is missing or damaged.
    """
    known = folder / "known"
    try:
        terms = pl.read_parquet(known / "terms.parquet")["term"].to_list()
        vectors = load_file(known / "vectors.safetensors")["vectors"]
        rows = pl.read_parquet(known / "pairs.parquet")
    except THROWN as error:
        raise damaged_model(folder, str(error)) from error
    return KnownPairs(terms, vectors, rows)


def known_glosses(folder: Path) -> pl.DataFrame:
    """Read the definitions that a model keeps.

    Args:
        folder: The folder of the model.

    Returns:
        Columns term and gloss.

    Raises:
        ArtefactError: The file is missing or damaged.
    """
    try:
        return pl.read_parquet(folder / "known" / "glosses.parquet", columns=["term", "gloss"])
    except THROWN as error:
        raise damaged_model(folder, str(error)) from error


def known_vectors(folder: Path, terms: pl.Series) -> npt.NDArray[np.float16]:
    """The vectors that a model keeps of some terms.

    Args:
        folder: The folder of the model.
        terms: Terms that it knows.

    Returns:
        float16 (n_terms, dim), in the order given.

    Raises:
        ArtefactError: A file is missing or damaged.
    """
    known, vectors, _ = known_pairs(folder)
    numbered = pl.DataFrame({"term": known}, {"term": pl.String}).with_row_index("row")
    asked = pl.DataFrame({"term": terms}, {"term": pl.String})
    rows = asked.join(numbered, on="term", how="left", maintain_order="left")["row"]
    found: npt.NDArray[np.float16] = vectors[rows.to_numpy()]
    return found


def damaged_model(folder: Path, what: str) -> ArtefactError:
    """The error for a model that cannot be read."""
    return ArtefactError(f"the model in {folder} is damaged", got=what, cure=MODEL_CURE)


def _verify(folder: Path, files: dict[str, str]) -> None:
    """Refuse a model of which a file is missing or is not the one that was written."""
    for name, expected in files.items():
        if not (folder / name).is_file():
            raise damaged_model(folder, f"{name} is missing")
        if content_hash(folder / name) != expected:
            raise damaged_model(folder, f"{name} is not the file that was written")
