"""Candidate pairs to judged pairs, as a recipe; known pairs override the model."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from nymgraph.discriminator import PairClassifier
from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.classifier.features import open_space
from nymgraph.pipeline.classifier.model_folder import model_classifier
from nymgraph.pipeline.classifier.model_notes import read_notes
from nymgraph.pipeline.classifier.trained import classifier_over
from nymgraph.pipeline.engine.recipe import Make, Recipe
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.evidence import overridden
from nymgraph.pipeline.schemas import RELATION_NAMES, RELATIONS

__all__ = ["JudgeRecipe", "judge"]


@dataclass(frozen=True)
class JudgeRecipe(Recipe):
    """Judge the candidates of a part.

    Attributes:
        data: The data folder.
        files: The parts of the candidates.
        evidence: Known pairs, from `lexicon.evidence.evidence_of`.
        device: Where to compute, as torch names it.
    """

    data: Path
    files: list[Path]
    evidence: pl.DataFrame
    device: str

    def open(self) -> Make:
        """Load the classifier; it makes rows of RELATIONS."""
        classifier = _classifier(Workspace(self.data), self.device)

        def make(shard: int) -> pl.DataFrame:
            candidates = pl.read_parquet(self.files[shard])
            return RELATIONS.conform(judge(candidates, classifier, self.evidence))

        return make


def judge(
    candidates: pl.DataFrame, classifier: PairClassifier, evidence: pl.DataFrame
) -> pl.DataFrame:
    """Judge candidates by the model, then let the known pairs override it.

    Args:
        candidates: Rows of CANDIDATES.
        classifier: What judges pairs of this lexicon.
        evidence: Known pairs, from `lexicon.evidence.evidence_of`.

    Returns:
        Rows of RELATIONS, in the order of the candidates.
    """
    judged = classifier.judge(candidates["a"].to_numpy(), candidates["b"].to_numpy())
    columns = {
        f"p_{name}": pl.Series(judged[:, place]) for place, name in enumerate(RELATION_NAMES)
    }
    return overridden(candidates.with_columns(**columns), evidence)


def _classifier(workspace: Workspace, device: str) -> PairClassifier:
    folder = workspace.file("train", "model", whole=True)
    notes = read_notes(folder, verify=False)
    manifest = workspace.read_json("embed", "manifest.json")
    if notes.encoder.revision != manifest["revision"]:
        raise ArtefactError(
            "the discriminator was trained on vectors of another encoder",
            got=notes.encoder.name,
            expected=manifest["encoder"],
            cure="run `nymgraph train` again",
        )
    classifier = model_classifier(folder, device)
    space = open_space(workspace, votes=classifier.counts_votes)
    surface = classifier.trained.head.surface
    lexicon = space.lexicon(surface=surface, n_terms=manifest["rows"])
    return classifier_over(classifier, space.terms, lexicon, device, dictionary=False)
