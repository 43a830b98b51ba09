"""embed: terms to vectors, in shards of terms of like length."""

from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.pipeline.candidates.glossed import write_glossed
from nymgraph.pipeline.classifier.definitions import glosses_to_encode, is_list
from nymgraph.pipeline.classifier.model_notes import known_vectors, model_folder
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import EncodeSettings, locate_adapted
from nymgraph.pipeline.encoders.encoding import EncodeRecipe, encoded, if_it_fits
from nymgraph.pipeline.encoders.windows import WINDOW_TERMS, TermWindows
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.lexicon.vocabulary import language_of
from nymgraph.pipeline.limits import free_room
from nymgraph.pipeline.schemas import EXTRA_TERMS, TERMS
from nymgraph.pipeline.settings.params import EmbedParams
from nymgraph.pipeline.storage.artefacts import Workspace, content_hash, map_array
from nymgraph.pipeline.storage.shards import open_work

__all__ = ["run"]

_FILE = ("embed", "vectors.npy")


def run(
    params: EmbedParams, workspace: Workspace, engine: Engine = LOCAL, model: Path | None = None
) -> None:
    """Encode every term; write `vectors.npy` (float16, row = term_id), `manifest.json`, `glossed`.

    Extra terms stand behind those of the lexicon; of a model that is used, their vectors are taken.
    """
    n_terms, language = workspace.read(TERMS, ["term_id"]).height, language_of(workspace)
    workspace.record.read("ingest/terms", n_terms)
    extra = workspace.read(EXTRA_TERMS, ["term"])["term"]
    adapted = workspace.read_json("adapt", "manifest.json")
    if adapted["method"] != "none":
        workspace.file("adapt", "encoder", whole=True)
    location = locate_adapted(workspace.root / "adapt", adapted)
    device = engine.ask(partial(resolve_device, params.device))
    precision = engine.ask(partial(resolve_precision, params.precision, params.device))
    inputs = {
        "terms": workspace.hash_of("ingest", "terms.parquet"),
        "extra_terms": workspace.hash_of("label", "extra_terms.parquet"),
        "model": location.revision,
        "prompt": adapted.get("prompt"),
        "precision": precision,
        "device": device.split(":")[0],
        "batch_size": params.batch_size,
        "shard_terms": params.shard_terms,
        "window_terms": WINDOW_TERMS,
    }
    n_encoded = n_terms if model is not None else n_terms + len(extra)
    source = _source(workspace, extra if model is None else extra.clear())
    shards = TermWindows(source, n_encoded, params.shard_terms)
    taken = None if model is None else known_vectors(model_folder(model), extra)
    how = (language, adapted.get("prompt"), adapted["trust_remote_code"], params.batch_size)
    recipe = EncodeRecipe(shards, location, EncodeSettings(device, precision, *how))
    file, folder = workspace.path(*_FILE), workspace.work("embed")
    room = free_room(workspace.root)
    with open_work(folder, inputs, len(shards) + (taken is not None), ".npy") as work:
        pending = [shard for shard in work.pending if shard < len(shards)]
        made = if_it_fits(engine.made(recipe, pending), n_encoded, folder / "parts", room)
        work.take(made, workspace.progress, "embed: shards")
        if taken is not None:
            work.commit(len(shards), taken)
        extra_rows = np.arange(n_terms, n_terms + len(extra))
        places = shards if taken is None else [*shards, extra_rows]
        work.assemble(file, places)
        manifest = {
            "encoder": adapted["base"],
            "adapted": adapted["method"],
            "revision": location.revision,
            "precision": precision,
            "dim": map_array(file, "embed").shape[1],
            "rows": n_terms,
            **({"extra": len(extra)} if len(extra) else {}),
            "terms": inputs["terms"],
            "content": content_hash(file),
        }
        workspace.write_json("embed", "manifest.json", manifest)
        _write_glossed(workspace, model, recipe, engine, params.shard_terms)
        work.discard()
    workspace.record.fact("precision", precision)
    workspace.record.wrote("embed/vectors", n_terms)


def _source(workspace: Workspace, extra: pl.Series) -> Path | pl.Series:
    """The terms to encode: the file of the lexicon, or all in memory where there are extra ones."""
    if extra.is_empty():
        return workspace.root / TERMS.path
    return pl.concat([workspace.read(TERMS, ["term"])["term"], extra])


def _write_glossed(
    workspace: Workspace, model: Path | None, recipe: EncodeRecipe, engine: Engine, shard_terms: int
) -> None:
    """Encode definitions of terms: their senses, and in a list what lies near a definition."""
    glosses = glosses_to_encode(model, workspace)
    vectors = np.empty((glosses.height, workspace.read_array(*_FILE).shape[1]), np.float16)
    for places, part in encoded(glosses["gloss"], recipe, engine, shard_terms):
        vectors[places] = part
    own = glosses["term_id"].to_numpy().astype(np.int64)
    write_glossed(workspace, own, vectors, own_list=is_list(workspace))
