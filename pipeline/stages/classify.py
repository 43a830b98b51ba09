"""classify: candidate pairs to judged pairs, part by part; known pairs override the model."""

from functools import partial

from nymgraph.pipeline.classifier.candidates import JudgeRecipe, fitted_shifts
from nymgraph.pipeline.classifier.corrections import write_fitted
from nymgraph.pipeline.classifier.kinds import KINDS
from nymgraph.pipeline.classifier.model_notes import MODEL_FILE
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine
from nymgraph.pipeline.schemas import CANDIDATES, RELATIONS
from nymgraph.pipeline.settings.params import ClassifyParams
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.storage.shards import open_work

__all__ = ["run"]


def run(params: ClassifyParams, workspace: Workspace, engine: Engine = LOCAL) -> None:
    """Judge every candidate and write `relations`, one part for each part of the candidates."""
    device = engine.ask(partial(resolve_device, params.device))
    files = workspace.files(CANDIDATES)
    shifts = fitted_shifts(workspace, resolve_device(params.device))
    trusted = params.trust_language_model
    inputs = {
        "candidates": workspace.hash_of("retrieve", "candidates"),
        "pairs": workspace.hash_of("label", "pairs.parquet"),
        "senses": workspace.hash_of("label", "senses.parquet"),
        "extra_terms": workspace.hash_of("label", "extra_terms.parquet"),
        "extra_pairs": workspace.hash_of("label", "extra_pairs.parquet"),
        "model": workspace.hash_of("train", f"model/{MODEL_FILE}"),
        "held_out": workspace.hash_of("label", "held_out.parquet"),
        "neighbours": workspace.hash_of("retrieve", "neighbours.npy"),
        "vectors": workspace.read_json("embed", "manifest.json")["content"],
        "glossed": workspace.hash_of("embed", "glossed.parquet"),
        "senses_of_list": workspace.hash_of("embed", "senses.npy"),
        "terms": workspace.read_json("embed", "manifest.json")["terms"],
        "device": device.split(":")[0],
        "trust_language_model": trusted,
        "shifts": [shifts.of_list, *shifts.of_kinds],
    }
    with open_work(workspace.work("classify"), inputs, len(files)) as work:
        recipe = JudgeRecipe(workspace.root, files, shifts, trusted, device)
        work.take(engine.made(recipe, work.pending), workspace.progress, "classify: parts")
        workspace.record.wrote("classify/relations", work.rows)
        workspace.record.fact("pairs per second", round(work.rows_per_second))
        workspace.record.fact("shift of the list", round(shifts.of_list, 2))
        for kind, shift in zip(KINDS, shifts.of_kinds, strict=True):
            workspace.record.fact(f"shift of {kind}", round(shift, 2))
        work.publish(workspace.root / RELATIONS.path)
    write_fitted(workspace, shifts, language_model=trusted)
