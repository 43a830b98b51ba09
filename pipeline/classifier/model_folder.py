"""A trained classifier as an artefact: one folder with everything needed to judge two terms.

A run writes it (`data/train/model`), and so does `nymgraph fit`; `classify`, `nymgraph judge`,
`nymgraph.load_model` and a second run (`model` in the parameters) read it. It may be moved.

Contents, all safetensors, Parquet or JSON:

* `model.json`: format, language, encoder, figures, licences of what it learnt from, versions, the
  hash of every other file, and a hash of all this.
* `head.safetensors`: the head, and both of its calibrations.
* `cross_encoder/`: the cross-encoder and how it is mixed with the head, if there is one.
* `encoder/`: the encoder, if it was fine-tuned or came from a folder or file; otherwise it is named
  in `model.json`, an installed package or a hub model, with the revision that pins its content.
* `known/`: the labelled pairs, `pairs.parquet`, each with its split: those that it was trained on,
  which the votes of neighbours need, and those held out, which are known in another lexicon all the
  same; the terms of these pairs, `terms.parquet` and `vectors.safetensors`, in the order of their
  rows; and `glosses.parquet`, short definitions of the terms of its lexicon, in a pair or not.
"""

import importlib.metadata
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from safetensors.numpy import save_file

from nymgraph.discriminator import save_cross_encoder, save_head
from nymgraph.pipeline.classifier.features import TermSpace
from nymgraph.pipeline.classifier.model_notes import (
    MODEL_CURE,
    MODEL_FILE,
    MODEL_FORMAT,
    EncoderNotes,
    ModelNotes,
    damaged_model,
    known_pairs,
)
from nymgraph.pipeline.classifier.trained import TrainedClassifier, load_trained
from nymgraph.pipeline.encoders.encoders import ModelLocation, locate_adapted
from nymgraph.pipeline.formats.licences import licences_of
from nymgraph.pipeline.lexicon.labelled import labelled_pairs
from nymgraph.pipeline.storage.artefacts import Workspace, content_hash, digest, save
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = [
    "NewModel",
    "encoder_of_run",
    "known_space",
    "model_classifier",
    "notes_in_words",
    "write_model",
]

_NO_PAIR_COLUMNS = ("term_a", "term_b", "a", "b")


@dataclass(frozen=True)
class NewModel:
    """The parts of a model.

    Attributes:
        classifier: The head, and the cross-encoder behind it.
        encoder: The encoder; `held` is settled when it is written.
        location: Where the encoder is.
        space: The terms with their vectors.
        pairs: The labelled pairs: a and b (rows of the space), relation, split, confidence and
            sources; what else they say is kept.
        glosses: From `short_glosses`; none where no dictionary gives any.
        made_by: run or fit.
        kind: head, cascade or cross_encoder.
        figures: On held-out pairs.
    """

    classifier: TrainedClassifier
    encoder: EncoderNotes
    location: ModelLocation
    space: TermSpace
    pairs: pl.DataFrame
    glosses: pl.DataFrame
    made_by: str
    kind: str
    figures: Mapping[str, Any]


def write_model(folder: Path, model: NewModel) -> None:
    """Write a model.

    Args:
        folder: An empty folder, to be put in its place when it is whole (`new_folder`).
        model: What the model is made of.
    """
    notes = _notes_of(model, write_encoder(folder, model.encoder, model.location))._asdict()
    save_head(folder / "head.safetensors", model.classifier.trained, {})
    if model.classifier.cross_part is not None:
        save_cross_encoder(folder / "cross_encoder", *model.classifier.cross_part)
    _write_known(folder / "known", model.space, model.pairs)
    save(folder / "known" / "glosses.parquet", model.glosses)
    every = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    hashes = {file.relative_to(folder).as_posix(): content_hash(file) for file in every}
    notes["encoder"] = notes["encoder"]._asdict()
    content = {"format": MODEL_FORMAT, **notes, "files": hashes}
    text = json.dumps(content | {"hash": digest(content)}, indent=2, ensure_ascii=False)
    (folder / MODEL_FILE).write_text(text + "\n", "utf-8")


def encoder_of_run(workspace: Workspace) -> tuple[EncoderNotes, ModelLocation]:
    """The encoder that made the vectors of a run, for the model of that run.

    Args:
        workspace: The data folder.

    Returns:
        What is to be said of it, and where it is.

    Raises:
        ArtefactError: What `adapt` or `embed` left is missing.
    """
    adapted = workspace.read_json("adapt", "manifest.json")
    embedded = workspace.read_json("embed", "manifest.json")
    encoder = EncoderNotes(
        name=adapted["base"],
        revision=embedded["revision"],
        adapted=adapted["method"],
        held=None,
        prompt=adapted.get("prompt"),
        precision=embedded["precision"],
        trust_remote_code=adapted["trust_remote_code"],
    )
    if adapted["method"] != "none":
        workspace.file("adapt", "encoder", whole=True)
    return encoder, locate_adapted(workspace.root / "adapt", adapted)


def model_classifier(folder: Path, device: str) -> TrainedClassifier:
    """Read the classifier of a model.

    Args:
        folder: The folder of the model.
        device: Where to compute, as torch names it.

    Returns:
        The head, and the cross-encoder behind it, if there is one.

    Raises:
        ArtefactError: They are missing or damaged.
    """
    try:
        return load_trained(folder, device, MODEL_CURE)
    except OSError as error:
        raise damaged_model(folder, str(error)) from error


def known_space(folder: Path, notes: ModelNotes) -> TermSpace:
    """Open what a model knows: the terms of its training pairs.

    Args:
        folder: The folder of the model.
        notes: What it says of itself.

    Returns:
        The terms with their vectors, and the pairs.

    Raises:
        ArtefactError: A file is missing or damaged.
    """
    terms, vectors, rows = known_pairs(folder)
    train = labelled_pairs(rows.filter(split="train"))
    return TermSpace.of_pairs(terms, vectors, notes.language, train, notes.floor)


def notes_in_words(folder: Path, notes: ModelNotes) -> list[str]:
    """A description of a model, for a reader.

    Args:
        folder: Its folder.
        notes: What it says of itself.

    Returns:
        One line each.
    """
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    encoder = notes.encoder
    place = "named" if encoder.held is None else "in the folder"
    counts = ", ".join(f"{n:,} {name}" for name, n in notes.pairs.items())
    lines = [
        f"model      {folder} ({size / 1e6:.0f} MB), {MODEL_FORMAT}",
        f"made by    {notes.made_by}, nymgraph {notes.versions.get('nymgraph', 'unknown')}",
        f"language   {notes.language}",
        f"classifier {notes.classifier}",
        f"encoder    {encoder.name} ({place}), fine-tuned: {encoder.adapted}, {encoder.precision}",
        f"pairs      {counts}",
    ]
    for name in ("validation", "test"):
        figures = notes.figures.get(name)
        if isinstance(figures, dict) and "f1" in figures:
            f1 = ", ".join(f"{relation} {value:.3f}" for relation, value in figures["f1"].items())
            lines.append(f"{name:<10} macro-F1 {figures['macro_f1']:.3f}; F1 {f1}")
    for entry in notes.licences:
        who = f", {entry['attribution']}" if entry.get("attribution") else ""
        lines.append(f"licence    {entry['source']}: {entry['licence']}{who}")
    return lines


def _notes_of(model: NewModel, held: str | None) -> ModelNotes:
    trained = model.pairs.filter(split="train")
    sources = model.pairs["sources"].explode().drop_nulls().unique().sort().to_list()
    counts = trained["relation"].cast(pl.String).value_counts().sort("relation")
    return ModelNotes(
        language=model.space.language,
        made_by=model.made_by,
        classifier=model.kind,
        encoder=model.encoder._replace(held=held),
        floor=model.space.floor,
        pairs=dict(counts.iter_rows()),
        figures=dict(model.figures),
        licences=[
            *(_encoder_licence(name) for name in model.encoder.name.split(" + ")),
            *licences_of(sources, ()),
        ],
        versions=library_versions(),
    )


def _encoder_licence(name: str) -> dict[str, str]:
    """The licence of the encoder; that of an installed package is in its metadata."""
    licence = "unknown"
    try:
        found = importlib.metadata.metadata(name)
        keys = [key for key in ("License-Expression", "License") if key in found]
        licence = next((found[key] for key in keys if found[key]), licence)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        pass
    return {"source": f"encoder {name}", "licence": licence.splitlines()[0], "attribution": ""}


def write_encoder(folder: Path, notes: EncoderNotes, location: ModelLocation) -> str | None:
    """Copy an encoder that is a folder or file of the user's; where it is then."""
    path = Path(location.path)
    if location.on_hub or (notes.adapted == "none" and not Path(notes.name).exists()):
        return None  # a hub model or an installed package: its name and revision lead to it
    if path.is_dir():
        shutil.copytree(path, folder / "encoder")
        return "encoder"
    (folder / "encoder").mkdir()
    shutil.copyfile(path, folder / "encoder" / path.name)
    return f"encoder/{path.name}"


def _write_known(folder: Path, space: TermSpace, pairs: pl.DataFrame) -> None:
    """Write the terms that stand in a labelled pair, their vectors and the pairs."""
    ids, ends = np.unique(
        np.stack([pairs["a"].to_numpy(), pairs["b"].to_numpy()]), return_inverse=True
    )
    a, b = ends.reshape(2, -1)
    folder.mkdir()
    save(folder / "terms.parquet", pl.DataFrame({"term": [space.terms[row] for row in ids]}))
    save_file({"vectors": space.vectors[ids]}, folder / "vectors.safetensors")
    of_pair = pairs.drop(_NO_PAIR_COLUMNS, strict=False)
    save(
        folder / "pairs.parquet",
        pl.DataFrame({"a": a, "b": b}, {"a": pl.UInt32, "b": pl.UInt32}).hstack(of_pair),
    )
