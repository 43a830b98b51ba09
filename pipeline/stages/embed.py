"""embed: terms to vectors, in shards of terms of like length."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.classifier.model_notes import known_vectors, model_folder
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import EncodeSettings, locate_adapted
from nymgraph.pipeline.encoders.encoding import EncodeRecipe
from nymgraph.pipeline.encoders.windows import WINDOW_TERMS, TermWindows
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.lexicon.vocabulary import language_of
from nymgraph.pipeline.limits import Room, embed_refusals, free_room, refuse
from nymgraph.pipeline.schemas import EXTRA_TERMS, TERMS
from nymgraph.pipeline.settings.params import EmbedParams
from nymgraph.pipeline.storage.artefacts import Workspace, content_hash, map_array
from nymgraph.pipeline.storage.shards import Rows, open_work

__all__ = ["run"]


def run(
    params: EmbedParams, workspace: Workspace, engine: Engine = LOCAL, model: Path | None = None
) -> None:
    """Encode every term and write `vectors.npy` (float16, row = term_id) and `manifest.json`.

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
    file, folder = workspace.path("embed", "vectors.npy"), workspace.work("embed")
    room = free_room(workspace.root)
    n_shards = len(shards) + (taken is not None)
    with open_work(folder, inputs, n_shards, ".npy") as work:
        pending = [shard for shard in work.pending if shard < len(shards)]
        made = _if_it_fits(engine.made(recipe, pending), n_encoded, folder / "parts", room)
        work.take(made, workspace.progress, "embed: shards")
        places: Sequence[npt.NDArray[np.int64]] = shards
        if taken is not None:
            work.commit(len(shards), taken)
            places = [*shards, np.arange(n_terms, n_terms + len(extra))]
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
        work.discard()
    workspace.record.fact("precision", precision)
    workspace.record.wrote("embed/vectors", n_terms)


def _source(workspace: Workspace, extra: pl.Series) -> Path | pl.Series:
    """The terms to encode: the file of the lexicon, or all in memory where there are extra ones."""
    if extra.is_empty():
        return workspace.root / TERMS.path
    return pl.concat([workspace.read(TERMS, ["term"])["term"], extra])


def _if_it_fits(
    made: Iterator[tuple[int, Rows]], n_terms: int, folder: Path, room: Room
) -> Iterator[tuple[int, Rows]]:
    """The shards; the first shows the length of a vector, and so whether all will fit."""
    for number, (shard, vectors) in enumerate(made):
        if number == 0:
            refuse(embed_refusals(n_terms, vectors.shape[1], folder, room))
        yield shard, vectors
