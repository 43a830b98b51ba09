"""Candidate pairs to judged pairs, as a recipe; known pairs override the model.

What the model says of a pair is corrected for its kind (`kinds`) before.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.discriminator import COUNTED, PairClassifier, shift_of_list
from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.classifier.features import open_space
from nymgraph.pipeline.classifier.kinds import (
    PRIOR,
    Spelled,
    fit_shifts,
    kept_apart,
    listed_terms,
    shifted,
    spelled_terms,
)
from nymgraph.pipeline.classifier.model_folder import model_classifier
from nymgraph.pipeline.classifier.model_notes import read_notes
from nymgraph.pipeline.classifier.trained import classifier_over
from nymgraph.pipeline.engine.recipe import Make, Recipe
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.evidence import overridden
from nymgraph.pipeline.lexicon.splits import term_mask
from nymgraph.pipeline.schemas import (
    CANDIDATES,
    HELD_OUT,
    PAIRS,
    RELATION_NAMES,
    RELATIONS,
)

__all__ = ["JudgeRecipe", "held_out_shifts", "judge", "list_shift"]

_FITTED = 400_000


@dataclass(frozen=True)
class JudgeRecipe(Recipe):
    """Judge the candidates of a part.

    Attributes:
        data: The data folder.
        files: The parts of the candidates.
        evidence: Known pairs, from `lexicon.evidence.evidence_of`.
        shifts: The correction for each kind of pair, from `held_out_shifts`.
        of_list: What the odds of synonymy gain in this lexicon, from `list_shift`.
        device: Where to compute, as torch names it.
    """

    data: Path
    files: list[Path]
    evidence: pl.DataFrame
    shifts: tuple[float, ...]
    of_list: float
    device: str

    def open(self) -> Make:
        """Load the classifier; it makes rows of RELATIONS."""
        workspace = Workspace(self.data)
        classifier = _classifier(workspace, self.device)
        spelled = spelled_terms(workspace)
        listed = listed_terms(self.evidence, len(spelled.key))

        def make(shard: int) -> pl.DataFrame:
            candidates = pl.read_parquet(self.files[shard])
            judged = judge(
                candidates, classifier, self.evidence, spelled, (self.of_list, self.shifts)
            )
            return RELATIONS.conform(kept_apart(judged, spelled, listed))

        return make


def judge(
    candidates: pl.DataFrame,
    classifier: PairClassifier,
    evidence: pl.DataFrame,
    spelled: Spelled,
    shifts: tuple[float, tuple[float, ...]],
) -> pl.DataFrame:
    """Judge candidates by the model, then let the known pairs override it.

    Args:
        candidates: Rows of CANDIDATES.
        classifier: What judges pairs of this lexicon.
        evidence: Known pairs, from `lexicon.evidence.evidence_of`.
        spelled: What there is to see of the terms.
        shifts: The correction for the lexicon, and for each kind of pair.

    Returns:
        Rows of RELATIONS, in the order of the candidates.
    """
    judged = classifier.judge(candidates["a"].to_numpy(), candidates["b"].to_numpy())
    of_list, of_kinds = shifts
    if of_list:
        judged = shifted(judged, np.ones((len(judged), 1), np.bool_), (of_list,))
    judged = shifted(judged, spelled.kinds(candidates), of_kinds)
    columns = {
        f"p_{name}": pl.Series(judged[:, place]) for place, name in enumerate(RELATION_NAMES)
    }
    return overridden(candidates.with_columns(**columns), evidence)


def held_out_shifts(workspace: Workspace, device: str) -> tuple[float, ...]:
    """Fit what the kind of a pair tells besides, on candidates of validation terms.

    Args:
        workspace: The data folder.
        device: Where to compute, as torch names it.

    Returns:
        A shift for each kind; the prior where no term is held out for validation.
    """
    spelled, held_out = spelled_terms(workspace), workspace.read(HELD_OUT)
    masks = [
        pl.Series(term_mask(held_out.filter(pl.col("split") == split), len(spelled.key)))
        for split in ("validation", "test")
    ]
    if not masks[0].any():
        return PRIOR
    parts = []
    for part in workspace.parts(CANDIDATES):
        asked, never = (mask.gather(part["a"]) | mask.gather(part["b"]) for mask in masks)
        parts.append(part.filter(asked & ~never).select("a", "b", "route"))
    found = pl.concat(parts)
    found = found.gather_every(max(1, found.height // _FITTED))
    known = workspace.read(PAIRS).filter(pl.col("relation") == "synonym").select("a", "b")
    known = known.with_columns(synonym=pl.lit(True))
    synonym = found.join(known, on=["a", "b"], how="left", maintain_order="left")["synonym"]
    judged = _classifier(workspace, device).judge(found["a"].to_numpy(), found["b"].to_numpy())
    truth = synonym.fill_null(value=False).to_numpy()
    return fit_shifts(judged[:, 0], truth, spelled.kinds(found))


def list_shift(workspace: Workspace, device: str) -> float:
    """What the odds of synonymy gain in a lexicon that the classifier did not learn from.

    Args:
        workspace: The data folder.
        device: Where to compute, as torch names it.

    Returns:
        Nats, at least 0; 0 in the lexicon that the classifier learned from.
    """
    if not open_space(workspace, votes=False).elsewhere:
        return 0.0
    near = pl.col("route") == "vector"  # as the drawn lists have them
    found = pl.concat([x.filter(near).select("a", "b") for x in workspace.parts(CANDIDATES)])
    found = found.gather_every(max(1, found.height // _FITTED))
    judged = _classifier(workspace, device).judge(found["a"].to_numpy(), found["b"].to_numpy())
    checks = model_classifier(workspace.file("train", "model"), device).trained.checks
    return shift_of_list(checks, found.height, int((judged[:, 0] >= COUNTED).sum()))


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
    where = {"dictionary": False, "elsewhere": space.elsewhere}
    return classifier_over(classifier, space.terms, lexicon, device, **where)
