"""embed: terms to vectors, in shards of terms of like length."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from nymgraph.pipeline.artefacts import Workspace, content_hash
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import locate_adapted
from nymgraph.pipeline.encoders.encoding import EncodeRecipe
from nymgraph.pipeline.encoders.windows import WINDOW_TERMS, TermWindows
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.limits import Room, embed_refusals, free_room, refuse
from nymgraph.pipeline.params import EmbedParams
from nymgraph.pipeline.schemas import TERMS
from nymgraph.pipeline.shards import Rows, open_work

__all__ = ["run"]


def run(params: EmbedParams, workspace: Workspace, engine: Engine = LOCAL) -> None:
    """Encode every term and write `vectors.npy` (float16, row = term_id) and `manifest.json`."""
    n_terms = workspace.scan(TERMS).select(pl.len()).collect().item()
    workspace.record.read("ingest/terms", n_terms)
    adapted = workspace.read_json("adapt", "manifest.json")
    if adapted["method"] != "none":
        workspace.file("adapt", "encoder", whole=True)
    location = locate_adapted(workspace.root / "adapt", adapted)
    device = engine.ask(partial(resolve_device, params.device))
    precision = engine.ask(partial(resolve_precision, params.precision, params.device))
    inputs = {
        "terms": workspace.hash_of("ingest", "terms.parquet"),
        "model": location.revision,
        "prompt": adapted.get("prompt"),
        "precision": precision,
        "device": device.split(":")[0],
        "batch_size": params.batch_size,
        "shard_terms": params.shard_terms,
        "window_terms": WINDOW_TERMS,
    }
    shards = TermWindows(workspace.root / TERMS.path, n_terms, params.shard_terms)
    recipe = EncodeRecipe(
        shards,
        location,
        device,
        precision,
        params.batch_size,
        prompt=adapted.get("prompt"),
        trust_remote_code=adapted["trust_remote_code"],
    )
    folder, room = workspace.work("embed"), free_room(workspace.root)
    with open_work(folder, inputs, len(shards), ".npy") as work:
        made = _if_it_fits(engine.made(recipe, work.pending), n_terms, folder / "parts", room)
        work.take(made, workspace.progress, "embed: shards")
        work.assemble(workspace.path("embed", "vectors.npy"), shards)
        manifest = {
            "encoder": adapted["base"],
            "adapted": adapted["method"],
            "revision": location.revision,
            "precision": precision,
            "dim": workspace.read_array("embed", "vectors.npy").shape[1],
            "rows": n_terms,
            "terms": inputs["terms"],
            "content": content_hash(workspace.path("embed", "vectors.npy")),
        }
        workspace.write_json("embed", "manifest.json", manifest)
        work.discard()
    workspace.record.fact("precision", precision)
    workspace.record.wrote("embed/vectors", n_terms)


def _if_it_fits(
    made: Iterator[tuple[int, Rows]], n_terms: int, folder: Path, room: Room
) -> Iterator[tuple[int, Rows]]:
    """The shards; the first tells the length of a vector, and so whether all will fit."""
    for number, (shard, vectors) in enumerate(made):
        if number == 0:
            refuse(embed_refusals(n_terms, vectors.shape[1], folder, room))
        yield shard, vectors
