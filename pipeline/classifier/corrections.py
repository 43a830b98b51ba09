"""From what a classifier says to judged pairs: one path for `classify` and `judge`.

In this order: the shift of the list and of the kind of pair (`kinds`), what known pairs say
(`lexicon.evidence`), what a dictionary keeps apart, and phrases of opposite words, as *indoor
lighting* and *outdoor lighting* (`lexicon.opposite_phrases`). The corrections of a lexicon need its
spellings and parts of speech, the known pairs of the training split, and the shifts, which
`classify` fits and leaves in its folder. Single words are corrected as terms are; a word that is no
term has no part of speech and no known pair.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import PairClassifier
from nymgraph.pipeline.classifier.kinds import (
    Spelled,
    judged_as,
    kept_apart,
    listed_terms,
    shifted,
    spelled_terms,
)
from nymgraph.pipeline.lexicon.evidence import evidence_of, overridden
from nymgraph.pipeline.lexicon.opposite_phrases import opposite_phrases, opposite_words
from nymgraph.pipeline.schemas import CANDIDATES, EXTRA_PAIRS, PAIRS, RELATION_NAMES, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["Corrections", "Shifts", "corrections_of_run", "routes_of", "write_fitted"]

OPPOSED = 0.9  # p_antonym of phrases that differ in one word, by its opposite
_FILE = ("classify", "corrections.json")


class Shifts(NamedTuple):
    """The shifts of the odds of synonymy, in nats.

    Attributes:
        of_list: In this lexicon; 0 where the classifier learned from it.
        of_kinds: For each kind of pair (`kinds`).
    """

    of_list: float
    of_kinds: tuple[float, ...]


class Corrections(NamedTuple):
    """The steps from the verdicts of a classifier on some terms to judged pairs.

    Attributes:
        spelled: What there is to see of the terms.
        listed: bool (n_terms,), whether the term stands in a known pair.
        evidence: Known pairs, from `lexicon.evidence.evidence_of`; a and b are places of terms.
        shifts: What the odds gain.
        opposites: Words to their opposites, from `lexicon.opposite_phrases.opposite_words`.
        phrases: Columns a, b: the phrases that differ in one word, by an opposite of it.
    """

    spelled: Spelled
    listed: npt.NDArray[np.bool_]
    evidence: pl.DataFrame
    shifts: Shifts
    opposites: dict[str, set[str]]
    phrases: pl.DataFrame

    @classmethod
    def of(cls, workspace: Workspace, shifts: Shifts, *, language_model: bool) -> "Corrections":
        """Of the lexicon of a run; known pairs are those of the training split.

        Args:
            workspace: The data folder.
            shifts: From `candidates.fitted_shifts`.
            language_model: Whether what a language model alone says is known.

        Returns:
            The corrections.
        """
        # evidence on a held-out term would void every figure: `release` adds it
        pairs = workspace.read(PAIRS).filter(pl.col("split") == "train")
        evidence = evidence_of(pairs, language_model=language_model)
        spelled = spelled_terms(workspace)
        listed = listed_terms(evidence, len(spelled.key))
        opposites = opposite_words(pairs, workspace.read(EXTRA_PAIRS))
        phrases = opposite_phrases(workspace.read(TERMS, ["term"])["term"].to_list(), opposites)
        return cls(spelled, listed, evidence, shifts, opposites, phrases)

    def of_words(
        self, words: Sequence[str], rows: npt.NDArray[np.int64], language: str
    ) -> "Corrections":
        """Of some words, terms or not, as of the terms of a lexicon.

        Args:
            words: n_words different words, sorted.
            rows: int64 (n_words,), the term_id of each; any other number where it is no term.
            language: Their language code.

        Returns:
            The corrections; evidence and all are by the place of a word.
        """
        terms = np.where((rows >= 0) & (rows < len(self.listed)), rows, -1)
        ours = pl.DataFrame({"row": terms, "place": np.arange(len(terms))})
        ours = ours.filter(pl.col("row") >= 0).cast({"row": pl.UInt32, "place": pl.UInt32})
        evidence = self.evidence
        for end in ("a", "b"):
            found = evidence.join(ours, left_on=end, right_on="row", maintain_order="left")
            evidence = found.with_columns(pl.col("place").alias(end)).drop("place")
        listed = np.where(terms >= 0, self.listed[terms], False)
        spelled = self.spelled.of_words(words, terms, language)
        phrases = opposite_phrases(words, self.opposites)
        return self._replace(spelled=spelled, listed=listed, evidence=evidence, phrases=phrases)

    def judge(self, candidates: pl.DataFrame, classifier: PairClassifier) -> pl.DataFrame:
        """Judge candidates.

        Args:
            candidates: Columns a, b (UInt32, places of the terms, a <= b) and route; others too.
            classifier: What judges pairs of these terms.

        Returns:
            The same rows with the columns that RELATIONS has beside them.
        """
        judged = classifier.judge(candidates["a"].to_numpy(), candidates["b"].to_numpy())
        if self.shifts.of_list:
            every = np.ones((len(judged), 1), np.bool_)
            judged = shifted(judged, every, (self.shifts.of_list,))
        judged = shifted(judged, self.spelled.kinds(candidates), self.shifts.of_kinds)
        columns = {f"p_{x}": pl.Series(judged[:, place]) for place, x in enumerate(RELATION_NAMES)}
        known = overridden(candidates.with_columns(**columns), self.evidence)
        return self._opposed(kept_apart(known, self.spelled, self.listed))

    def _opposed(self, judged: pl.DataFrame) -> pl.DataFrame:
        """Phrases of opposite words as antonyms, where no dictionary holds the phrases."""
        speech = [self.spelled.speech[judged[end].to_numpy()] for end in ("a", "b")]
        pairs = self.phrases.with_columns(opposed=pl.lit(value=True))
        found = judged.join(pairs, on=["a", "b"], how="left", maintain_order="left")["opposed"]
        opposed = found.fill_null(value=False) & pl.Series((speech[0] == 0) & (speech[1] == 0))
        opposed &= judged["evidence"].cast(pl.String) == "model"
        return judged_as(judged, opposed, (0.0, OPPOSED, 1 - OPPOSED))


def write_fitted(workspace: Workspace, shifts: Shifts, *, language_model: bool) -> None:
    """Leave in the folder of `classify` with what it corrects.

    Args:
        workspace: The data folder.
        shifts: From `candidates.fitted_shifts`.
        language_model: Whether what a language model alone says is known.
    """
    fitted = {"shifts": shifts._asdict(), "trust_language_model": language_model}
    workspace.write_json(*_FILE, fitted)


def corrections_of_run(workspace: Workspace) -> Corrections:
    """The corrections with which `classify` has judged.

    Args:
        workspace: The data folder.

    Returns:
        The corrections.

    Raises:
        ArtefactError: The run has not come to `classify`, or something is damaged.
    """
    fitted = workspace.read_json(*_FILE)
    shifts = Shifts(fitted["shifts"]["of_list"], tuple(fitted["shifts"]["of_kinds"]))
    return Corrections.of(workspace, shifts, language_model=fitted["trust_language_model"])


def routes_of(workspace: Workspace, pairs: pl.DataFrame) -> pl.Series:
    """By which route the candidates of a run were found.

    Args:
        workspace: The data folder.
        pairs: Columns a, b: term ids, a < b.

    Returns:
        The route of each pair; "vector", of which nothing is corrected, for one that is none.
    """
    asked, pair = pairs.select(pl.col("a", "b").cast(pl.UInt32, strict=False)), ["a", "b"]
    candidates = workspace.scan(CANDIDATES).select("a", "b", pl.col("route").cast(pl.String))
    found = candidates.join(asked.unique().lazy(), on=pair, how="semi").collect()
    routes = asked.join(found, on=pair, how="left", maintain_order="left")["route"]
    return routes.fill_null("vector")
