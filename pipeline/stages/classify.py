"""classify: candidate pairs to judged pairs, part by part; known pairs override the model."""

from pathlib import Path

import polars as pl

from discriminator import Lexicon, PairClassifier
from pipeline.artefacts import Workspace, content_hash, missing
from pipeline.cross_training import classifier_over, load_trained
from pipeline.devices import resolve_device
from pipeline.errors import ArtefactError
from pipeline.lexicon.provenance import without_language_model
from pipeline.lexicon.spelled import spell_terms
from pipeline.params import ClassifyParams
from pipeline.schemas import CANDIDATES, PAIRS, RELATION_NAMES, RELATIONS, TERMS
from pipeline.shards import open_work

__all__ = ["run"]


def run(params: ClassifyParams, workspace: Workspace) -> None:
    """Judge every candidate and write `relations`, one part for each part of the candidates."""
    device = resolve_device(params.device)
    pairs = workspace.read(PAIRS)
    evidence = _evidence(pairs if params.trust_language_model else without_language_model(pairs))
    files = workspace.files(CANDIDATES)
    inputs = {
        "candidates": content_hash(workspace.root / CANDIDATES.path),
        "pairs": content_hash(workspace.root / PAIRS.path),
        "head": content_hash(_head_path(workspace)),
        "cross_encoder": content_hash(workspace.path("train", "cross_encoder")),
        "vectors": workspace.read_json("embed", "manifest.json")["content"],
        "terms": workspace.read_json("embed", "manifest.json")["terms"],
        "device": device.split(":")[0],
        "trust_language_model": params.trust_language_model,
    }
    with open_work(workspace.work("classify"), inputs, len(files)) as work:
        classifier = _classifier(workspace, device)
        for shard in work.remaining(workspace.progress, "classify: parts"):
            candidates = pl.read_parquet(files[shard])
            work.commit(shard, RELATIONS.conform(judge(candidates, classifier, evidence)))
        workspace.record.wrote("classify/relations", work.rows)
        workspace.record.fact("pairs per second", round(work.rows_per_second))
        work.publish(workspace.root / RELATIONS.path)


def judge(
    candidates: pl.DataFrame, classifier: PairClassifier, evidence: pl.DataFrame
) -> pl.DataFrame:
    """Judge candidates by the model, then let the known pairs override it.

    Args:
        candidates: Rows of CANDIDATES.
        classifier: What judges pairs of this lexicon.
        evidence: Known pairs: a, b, known (relation), confidence.

    Returns:
        Rows of RELATIONS, in the order of the candidates.
    """
    judged = classifier.judge(candidates["a"].to_numpy(), candidates["b"].to_numpy())
    rows = candidates.join(evidence, on=["a", "b"], how="left", maintain_order="left")
    known = pl.col("known").is_not_null()
    columns = []
    for place, name in enumerate(RELATION_NAMES):
        certain = (
            pl.when(pl.col("known") == name)
            .then(pl.col("confidence"))
            .otherwise((1 - pl.col("confidence")) / 2)
        )
        model = pl.Series(judged[:, place])
        columns.append(pl.when(known).then(certain).otherwise(model).alias(f"p_{name}"))
    return rows.with_columns(
        *columns,
        evidence=pl.when(known).then(pl.lit("dictionary")).otherwise(pl.lit("model")),
    ).drop("known", "confidence")


def _evidence(pairs: pl.DataFrame) -> pl.DataFrame:
    """Known pairs of free terms only: evidence on a held-out term would void every figure."""
    free = pairs.filter(pl.col("split") == "train")
    return free.select("a", "b", pl.col("relation").alias("known"), "confidence")


def _classifier(workspace: Workspace, device: str) -> PairClassifier:
    folder = _head_path(workspace).parent
    classifier, notes = load_trained(folder, device, "run `nymgraph train` again")
    manifest = workspace.read_json("embed", "manifest.json")
    if notes["revision"] != manifest["revision"]:
        raise ArtefactError(
            "the discriminator was trained on vectors of another encoder",
            got=notes["encoder"],
            expected=manifest["encoder"],
            cure="run `nymgraph train` again",
        )
    vectors = workspace.read_array("embed", "vectors.npy")
    table = workspace.read(TERMS, ["term", "language"])
    terms, language = table["term"].to_list(), table["language"][0]
    surface = classifier.trained.head.surface
    lexicon = Lexicon(vectors, spell_terms(terms, language) if surface else None)
    return classifier_over(classifier, terms, lexicon, device, dictionary=False)


def _head_path(workspace: Workspace) -> Path:
    path = workspace.path("train", "head.safetensors")
    if not path.is_file():
        raise missing(path, "train")
    return path
