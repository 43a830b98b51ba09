"""From what a classifier says to judged pairs: one path for `classify` and `judge`.

In this order: the shift of the list, of the kind of pair (`kinds`) and of the way in which two
phrases differ or one defines the other (`phrase_kinds`), in a list the nearness of senses
(`nearest_senses`), what known pairs say (`lexicon.evidence`), and what a dictionary keeps apart.
The corrections of a lexicon need its spellings and parts of speech, the known pairs of the training
split, the definitions of its terms, and the shifts, which `classify` fits and leaves in its folder.
Single words are corrected as terms are; a word that is no term has no part of speech, no known pair
and no definition.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import PairClassifier
from nymgraph.pipeline.classifier.kinds import (
    Spelled,
    kept_apart,
    listed_terms,
    shifted,
    spelled_terms,
)
from nymgraph.pipeline.classifier.nearest_senses import TermSenses, ordered_by_senses
from nymgraph.pipeline.classifier.phrase_kinds import corrected_phrases
from nymgraph.pipeline.lexicon.evidence import evidence_in_list, evidence_of, overridden
from nymgraph.pipeline.lexicon.phrases import KnownWords, Phrases
from nymgraph.pipeline.lexicon.vocabulary import is_elsewhere, read_terms
from nymgraph.pipeline.schemas import CANDIDATES, EXTRA_PAIRS, GLOSSED, PAIRS, RELATION_NAMES
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["Corrections", "Shifts", "corrections_of_run", "routes_of", "write_fitted"]

_FILE = ("classify", "corrections.json")


class Shifts(NamedTuple):
    """The shifts of the odds of synonymy, in nats.

    Attributes:
        of_list: In this lexicon; 0 where the classifier learned from it.
        of_kinds: For each kind of pair (`kinds`).
        strictness: How much it counts against a pair that it shares words (`phrase_kinds`), 0 to 1.
    """

    of_list: float
    of_kinds: tuple[float, ...]
    strictness: float = 1.0


class Corrections(NamedTuple):
    """The steps from the verdicts of a classifier on some terms to judged pairs.

    Attributes:
        spelled: What there is to see of the terms.
        listed: bool (n_terms,), whether the term stands in a known pair.
        evidence: Known pairs, from `lexicon.evidence.evidence_of`; a and b are places of terms.
        shifts: What the odds gain.
        phrases: The terms, to be compared.
        every: Whether all pairs are compared; False: those of two terms that a dictionary lists are
            left to the judge.
        glossed: Columns a, b, sorted: terms and their definitions (`candidates.glossed`).
        senses: Of the terms; None where the classifier learned from this lexicon.
    """

    spelled: Spelled
    listed: npt.NDArray[np.bool_]
    evidence: pl.DataFrame
    shifts: Shifts
    phrases: Phrases
    every: bool
    glossed: pl.DataFrame
    senses: TermSenses | None = None

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
        terms, n_lexicon, language = read_terms(workspace)
        every = is_elsewhere(len(terms), n_lexicon)
        evidence = evidence_of(pairs, language_model=language_model)
        if every:
            evidence = evidence_in_list(evidence, workspace.read_array("embed", "vectors.npy"))
        spelled = spelled_terms(workspace)
        listed = listed_terms(evidence, len(spelled.key))
        known = KnownWords(pairs, workspace.read(EXTRA_PAIRS).filter(pl.col("split") == "train"))
        phrases = Phrases(terms[:n_lexicon], known, language)
        glossed = workspace.read(GLOSSED, ["a", "b"])
        senses = TermSenses.read(workspace) if every else None
        return cls(spelled, listed, evidence, shifts, phrases, every, glossed, senses)

    def of_words(
        self,
        words: Sequence[str],
        rows: npt.NDArray[np.int64],
        vectors: npt.NDArray[np.float16],
        language: str,
    ) -> "Corrections":
        """Of some words, terms or not, as of the terms of a lexicon.

        Args:
            words: n_words different words, sorted.
            rows: int64 (n_words,), the term_id of each; any other number where it is no term.
            vectors: float16 (n_words, dim).
            language: Their language code.

        Returns:
            The corrections; evidence and all are by the place of a word.
        """
        terms = np.where((rows >= 0) & (rows < len(self.listed)), rows, -1)
        ours = pl.DataFrame({"row": terms, "place": np.arange(len(terms))})
        ours = ours.filter(pl.col("row") >= 0).cast({"row": pl.UInt32, "place": pl.UInt32})
        evidence, glossed = (_placed(pairs, ours) for pairs in (self.evidence, self.glossed))
        listed = np.where(terms >= 0, self.listed[terms], False)
        spelled = self.spelled.of_words(words, terms, language)
        phrases = self.phrases.of(words)
        senses = None if self.senses is None else self.senses.of_words(terms, vectors)
        return Corrections(
            spelled, listed, evidence, self.shifts, phrases, self.every, glossed, senses
        )

    def judge(self, candidates: pl.DataFrame, classifier: PairClassifier) -> pl.DataFrame:
        """Judge candidates.

        Args:
            candidates: Columns a, b (UInt32, places of the terms, a <= b) and route; others too.
            classifier: What judges pairs of these terms.

        Returns:
            The same rows with the columns that RELATIONS has beside them.
        """
        judged = classifier.judge(candidates["a"].to_numpy(), candidates["b"].to_numpy())
        found = self.shifted(candidates, judged)
        if self.senses is not None:
            found = ordered_by_senses(found, self.senses, self.shifts.strictness)
        return kept_apart(overridden(found, self.evidence), self.spelled, self.listed)

    def shifted(self, candidates: pl.DataFrame, judged: npt.NDArray[np.float32]) -> pl.DataFrame:
        """Shift what the classifier says of candidates; known pairs are not heard as such.

        Args:
            candidates: As of `judge`.
            judged: float32 (n_pairs, 3), in the order of RELATION_NAMES.

        Returns:
            The same rows with the three probabilities.
        """
        if self.shifts.of_list:
            every = np.ones((len(judged), 1), np.bool_)
            judged = shifted(judged, every, (self.shifts.of_list,))
        judged = shifted(judged, self.spelled.kinds(candidates), self.shifts.of_kinds)
        columns = {f"p_{x}": pl.Series(judged[:, place]) for place, x in enumerate(RELATION_NAMES)}
        found = candidates.with_columns(**columns)
        compared = self._compared(candidates)
        pairs, defined = candidates.select("a", "b"), self.glossed.with_columns(glossed=True)
        told = pairs.join(defined, on=["a", "b"], how="left", maintain_order="left")
        glossed = told["glossed"].fill_null(value=False).to_numpy()
        return corrected_phrases(found, self.phrases, compared, glossed, self.shifts.strictness)

    def _compared(self, pairs: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Which pairs are compared word by word: bool (n_pairs,)."""
        if self.every:
            return np.ones(pairs.height, np.bool_)
        ends = [self.spelled.speech[pairs[end].to_numpy()] == 0 for end in ("a", "b")]
        unlisted: npt.NDArray[np.bool_] = np.logical_or(*ends)
        return unlisted


def _placed(pairs: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """The pairs of terms that are among some words, by the place of the word."""
    for end in ("a", "b"):
        found = pairs.join(ours, left_on=end, right_on="row", maintain_order="left")
        pairs = found.with_columns(pl.col("place").alias(end)).drop("place")
    return pairs


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
    shifts = Shifts(**{**fitted["shifts"], "of_kinds": tuple(fitted["shifts"]["of_kinds"])})
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
