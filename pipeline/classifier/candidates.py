"""Candidate pairs to judged pairs, as a recipe, and the fit of what corrects them."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from nymgraph.discriminator import (
    COUNTED,
    Check,
    PairClassifier,
    shift_of_list,
    synonyms_in_list,
)
from nymgraph.pipeline.classifier.corrections import Corrections, Shifts
from nymgraph.pipeline.classifier.features import open_space
from nymgraph.pipeline.classifier.kinds import PRIOR, fit_shifts, spelled_terms
from nymgraph.pipeline.classifier.model_folder import model_classifier
from nymgraph.pipeline.classifier.model_notes import read_notes
from nymgraph.pipeline.classifier.phrase_kinds import strictness_of
from nymgraph.pipeline.classifier.trained import classifier_over
from nymgraph.pipeline.engine.recipe import Make, Recipe
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.splits import term_mask
from nymgraph.pipeline.schemas import CANDIDATES, HELD_OUT, PAIRS, RELATIONS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace, read_rows

__all__ = ["JudgeRecipe", "fitted_shifts"]

_FITTED = 400_000


class _Opened(NamedTuple):
    """The classifier of a run, how it was checked, and whether it learned from another lexicon."""

    judge: PairClassifier
    checks: tuple[Check, ...]
    elsewhere: bool


@dataclass(frozen=True)
class JudgeRecipe(Recipe):
    """Judge the candidates of a part.

    Attributes:
        data: The data folder.
        files: The parts of the candidates.
        shifts: What the odds of synonymy gain, from `fitted_shifts`.
        language_model: Whether what a language model alone says overrides the model.
        device: Where to compute, as torch names it.
    """

    data: Path
    files: list[Path]
    shifts: Shifts
    language_model: bool
    device: str

    def open(self) -> Make:
        """Load the classifier; it makes rows of RELATIONS."""
        workspace = Workspace(self.data)
        classifier = _opened(workspace, self.device).judge
        corrections = Corrections.of(workspace, self.shifts, language_model=self.language_model)

        def make(shard: int) -> pl.DataFrame:
            candidates = read_rows(self.files[shard], CANDIDATES, CANDIDATES.stage)
            return RELATIONS.conform(corrections.judge(candidates, classifier))

        return make


def fitted_shifts(workspace: Workspace, device: str) -> Shifts:
    """Fit what corrects the judgements of a run.

    Args:
        workspace: The data folder.
        device: Where to compute, as torch names it.

    Returns:
        The shifts.
    """
    opened = _opened(workspace, device)
    of_kinds = _shifts_of_kinds(workspace, opened.judge)
    shifts = Shifts(0.0, of_kinds)
    return _shifted_list(workspace, opened, shifts) if opened.elsewhere else shifts


def _shifts_of_kinds(workspace: Workspace, classifier: PairClassifier) -> tuple[float, ...]:
    """On candidates of validation terms; the prior where no term is held out for validation."""
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
    judged = classifier.judge(found["a"].to_numpy(), found["b"].to_numpy())
    truth = synonym.fill_null(value=False).to_numpy()
    return fit_shifts(judged[:, 0], truth, spelled.kinds(found))


def _shifted_list(workspace: Workspace, opened: _Opened, shifts: Shifts) -> Shifts:
    """For a lexicon that the classifier did not learn from, by what the search by vector found."""
    near = pl.col("route") == "vector"  # as the drawn lists have them
    parts = workspace.parts(CANDIDATES)
    found = pl.concat([x.filter(near).select("a", "b", "route") for x in parts])
    found = found.gather_every(max(1, found.height // _FITTED))
    judged = opened.judge.judge(found["a"].to_numpy(), found["b"].to_numpy())
    corrections = Corrections.of(workspace, shifts, language_model=False)
    corrections = corrections._replace(glossed=corrections.glossed.clear())  # drawn lists have none

    def counted(shifts: Shifts) -> int:
        fresh = corrections._replace(shifts=shifts).shifted(found, judged)
        return int((fresh["p_synonym"] >= COUNTED).sum())

    synonyms = synonyms_in_list(opened.checks, found.height, counted(shifts))
    n_terms = workspace.read(TERMS, ["term_id"]).height
    shifts = shifts._replace(strictness=strictness_of(synonyms / n_terms))
    gain = shift_of_list(opened.checks, found.height, counted(shifts))
    return shifts._replace(of_list=gain)


def _opened(workspace: Workspace, device: str) -> _Opened:
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
    features = space.features(surface=surface, n_terms=manifest["rows"])
    where = {"dictionary": False, "elsewhere": space.elsewhere}
    judge = classifier_over(classifier, space.terms, features, device, **where)
    return _Opened(judge, classifier.trained.checks, space.elsewhere)
