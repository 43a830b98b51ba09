"""embed: terms to vectors, in shards of terms of like length."""

import numpy as np
import polars as pl

from pipeline.artefacts import Workspace, content_hash
from pipeline.devices import resolve_device, resolve_precision
from pipeline.errors import ArtefactError
from pipeline.params import EmbedParams
from pipeline.planner.limits import embed_refusals, free_room, refuse
from pipeline.schemas import TERMS
from pipeline.shards import ShardedWork, open_work
from pipeline.vectors.encoders import Encoder, load_encoder, locate_adapted
from pipeline.vectors.windows import WINDOW_TERMS, TermWindows

__all__ = ["run"]


def run(params: EmbedParams, workspace: Workspace) -> None:
    """Encode every term and write `vectors.npy` (float16, row = term_id) and `manifest.json`."""
    n_terms = workspace.scan(TERMS).select(pl.len()).collect().item()
    workspace.record.read("ingest/terms", n_terms)
    adapted = workspace.read_json("adapt", "manifest.json")
    location = locate_adapted(workspace.root / "adapt", adapted)
    precision = resolve_precision(params.precision, params.device)
    inputs = {
        "terms": content_hash(workspace.root / TERMS.path),
        "model": location.revision,
        "prompt": adapted.get("prompt"),
        "precision": precision,
        "device": resolve_device(params.device).split(":")[0],
        "batch_size": params.batch_size,
        "shard_terms": params.shard_terms,
        "window_terms": WINDOW_TERMS,
    }
    encoder = load_encoder(
        location,
        params.device,
        precision,
        params.batch_size,
        prompt=adapted.get("prompt"),
        trust_remote_code=adapted["trust_remote_code"],
    )
    room, folder = free_room(workspace.root), workspace.work("embed")
    refuse(embed_refusals(n_terms, encoder.dim, folder, room))
    shards = TermWindows(workspace.root / TERMS.path, n_terms, params.shard_terms)
    with open_work(folder, inputs, len(shards), ".npy") as work:
        _encode_shards(work, shards, encoder, workspace)
        work.assemble(workspace.path("embed", "vectors.npy"), shards)
        manifest = {
            "encoder": adapted["base"],
            "adapted": adapted["method"],
            "revision": location.revision,
            "precision": precision,
            "dim": encoder.dim,
            "rows": n_terms,
            "terms": inputs["terms"],
            "content": content_hash(workspace.path("embed", "vectors.npy")),
        }
        workspace.write_json("embed", "manifest.json", manifest)
        work.discard()
    workspace.record.fact("precision", precision)
    workspace.record.wrote("embed/vectors", n_terms)


def _encode_shards(
    work: ShardedWork, shards: TermWindows, encoder: Encoder, workspace: Workspace
) -> None:
    for shard in work.remaining(workspace.progress, "embed: shards"):
        vectors = encoder.encode(shards.terms(shard))
        if not np.isfinite(vectors).all():
            raise ArtefactError(
                "the encoder gave a vector that is not finite",
                cure="set embed.precision to float32, or use another encoder",
            )
        work.commit(shard, vectors.astype(np.float16))
