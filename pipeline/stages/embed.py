"""embed: terms to vectors, in shards of terms of like length."""

import numpy as np
import numpy.typing as npt

from pipeline.artefacts import Workspace, content_hash
from pipeline.devices import resolve_device, resolve_precision
from pipeline.errors import ArtefactError
from pipeline.params import EmbedParams
from pipeline.planner.limits import embed_refusals, free_room, refuse
from pipeline.schemas import TERMS
from pipeline.shards import ShardedWork, open_work
from pipeline.vectors.encoders import Encoder, load_encoder, locate_adapted

__all__ = ["run"]


def run(params: EmbedParams, workspace: Workspace) -> None:
    """Encode every term and write `vectors.npy` (float16, row = term_id) and `manifest.json`."""
    terms = workspace.read(TERMS, ["term"])["term"].to_list()
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
    refuse(embed_refusals(len(terms), encoder.dim, folder, room))
    order = _longest_first(terms)
    cuts = range(0, len(terms), params.shard_terms)
    with open_work(folder, inputs, len(cuts), ".npy") as work:
        shards = [order[start : start + params.shard_terms] for start in cuts]
        _encode_shards(work, shards, terms, encoder, workspace)
        work.assemble(workspace.path("embed", "vectors.npy"), shards)
        manifest = {
            "encoder": adapted["base"],
            "adapted": adapted["method"],
            "revision": location.revision,
            "precision": precision,
            "dim": encoder.dim,
            "rows": len(terms),
            "terms": inputs["terms"],
            "content": content_hash(workspace.path("embed", "vectors.npy")),
        }
        workspace.write_json("embed", "manifest.json", manifest)
        work.discard()
    workspace.record.fact("precision", precision)
    workspace.record.wrote("embed/vectors", len(terms))


def _longest_first(terms: list[str]) -> npt.NDArray[np.int64]:
    """Rows by falling length, then by rising row: batches of like length waste no padding."""
    lengths = np.array([len(term) for term in terms])
    return np.argsort(-lengths, kind="stable")


def _encode_shards(
    work: ShardedWork,
    shards: list[npt.NDArray[np.int64]],
    terms: list[str],
    encoder: Encoder,
    workspace: Workspace,
) -> None:
    for shard in work.remaining(workspace.progress, "embed: shards"):
        vectors = encoder.encode([terms[row] for row in shards[shard]])
        if not np.isfinite(vectors).all():
            raise ArtefactError(
                "the encoder gave a vector that is not finite",
                cure="set embed.precision to float32, or use another encoder",
            )
        work.commit(shard, vectors.astype(np.float16))
