"""embed: terms to vectors, in shards of terms of like length."""

from functools import partial

from pipeline.artefacts import Workspace, content_hash
from pipeline.devices import resolve_device, resolve_precision
from pipeline.engine.local import LOCAL
from pipeline.engine.recipe import Engine
from pipeline.params import EmbedParams
from pipeline.schemas import TERMS
from pipeline.shards import open_work
from pipeline.vectors.encoders import locate_adapted
from pipeline.vectors.encoding import EncodeRecipe, LongestFirst

__all__ = ["run"]


def run(params: EmbedParams, workspace: Workspace, engine: Engine = LOCAL) -> None:
    """Encode every term and write `vectors.npy` (float16, row = term_id) and `manifest.json`."""
    terms = workspace.read(TERMS, ["term"])["term"].to_list()
    adapted = workspace.read_json("adapt", "manifest.json")
    location = locate_adapted(workspace.root / "adapt", adapted)
    device = engine.ask(partial(resolve_device, params.device))
    precision = engine.ask(partial(resolve_precision, params.precision, params.device))
    inputs = {
        "terms": content_hash(workspace.root / TERMS.path),
        "model": location.revision,
        "prompt": adapted.get("prompt"),
        "precision": precision,
        "device": device.split(":")[0],
        "batch_size": params.batch_size,
        "shard_terms": params.shard_terms,
    }
    shards = LongestFirst(terms, params.shard_terms)
    recipe = EncodeRecipe(
        shards,
        location,
        device,
        precision,
        params.batch_size,
        prompt=adapted.get("prompt"),
        trust_remote_code=adapted["trust_remote_code"],
    )
    with open_work(workspace.work("embed"), inputs, len(shards), ".npy") as work:
        work.take(engine.made(recipe, work.pending), workspace.progress, "embed: shards")
        work.assemble(workspace.path("embed", "vectors.npy"), list(shards))
        manifest = {
            "encoder": adapted["base"],
            "adapted": adapted["method"],
            "revision": location.revision,
            "precision": precision,
            "dim": workspace.read_array("embed", "vectors.npy").shape[1],
            "rows": len(terms),
            "terms": inputs["terms"],
            "content": content_hash(workspace.path("embed", "vectors.npy")),
        }
        workspace.write_json("embed", "manifest.json", manifest)
        work.discard()
    workspace.record.fact("precision", precision)
    workspace.record.wrote("embed/vectors", len(terms))
