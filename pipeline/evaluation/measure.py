"""All figures of a classifier on pairs of held-out terms; any classifier, by its two protocols."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import LabelledPairs, expected_calibration_error
from nymgraph.pipeline.classifier.judges import Judges
from nymgraph.pipeline.evaluation.consistency import (
    consistency,
    judged_polarity,
    negation_pairs,
    possible_negations,
    sample_rows,
)
from nymgraph.pipeline.evaluation.groups import figures_by, frequency_bands
from nymgraph.pipeline.evaluation.judgements import confusion_rows, head_figures, reliability_rows
from nymgraph.pipeline.lexicon.labelled import relation_codes, rows_within
from nymgraph.pipeline.lexicon.normalise import look_up_key

__all__ = ["HeldOut", "Measured", "held_out", "measure", "without_twins"]


class HeldOut(NamedTuple):
    """The pairs that a classifier is measured on.

    Attributes:
        test: Rows of PAIRS with both terms held out for test.
        train: Rows of PAIRS that train.
        frequency: float64 (n_test,), of the rarer term of each pair; NaN where unknown.
        negated: Synonyms of `test` with a term negated: columns a, b, known_antonym.
        language: Language code of the lexicon.
    """

    test: pl.DataFrame
    train: pl.DataFrame
    frequency: npt.NDArray[np.float64]
    negated: pl.DataFrame
    language: str


class Measured(NamedTuple):
    """The figures, and the data of the plots."""

    metrics: dict[str, Any]
    confusion: pl.DataFrame
    reliability: pl.DataFrame
    reliability_before: pl.DataFrame

    @classmethod
    def nothing(cls) -> "Measured":
        """The result where nothing was trained: no figures, and plots of no rows."""
        bins = pl.DataFrame(schema=["confidence", "accuracy", "pairs"])
        return cls({}, pl.DataFrame(schema=["actual", "judged"]), bins, bins)


def held_out(pairs: pl.DataFrame, split: npt.NDArray[np.int8], terms: pl.LazyFrame) -> HeldOut:
    """Gather what a classifier is measured on; of the terms only those needed are read.

    Args:
        pairs: The table PAIRS.
        split: int8 (n_terms,), split of each term.
        terms: The table TERMS.

    Returns:
        The pairs of test terms and what is known of them.
    """
    test = rows_within(pairs, split, "test")
    language = terms.select(pl.col("language").first()).collect().item()
    possible = possible_negations(test.filter(pl.col("relation") == "synonym"), language)
    spellings = pl.concat([possible["kept"], possible["negated"]]).unique()
    ids = terms.filter(pl.col("term").is_in(spellings.implode())).select("term", "term_id")
    return HeldOut(
        test,
        rows_within(pairs, split, "train"),
        _rarer(test, terms),
        negation_pairs(possible, dict(ids.collect().iter_rows()), pairs),
        language,
    )


def measure(
    judges: Judges,
    data: HeldOut,
    vectors: npt.NDArray[Any],
    train: LabelledPairs,
    n_sampled: int,
    seed: int,
) -> Measured:
    """Judge the test pairs and give every figure.

    Args:
        judges: The classifier in its forms.
        data: What it is measured on.
        vectors: (n_terms, dim), for the baselines.
        train: The pairs that the baselines are fitted on.
        n_sampled: Test pairs on which consistency is measured; 0 for none.
        seed: Seed of that sample.

    Returns:
        Plain data for the metrics file, and the data of the plots.
    """
    a, b = (data.test[end].to_numpy() for end in ("a", "b"))
    test = LabelledPairs.of(a, b, relation_codes(data.test))
    judged, before = (
        classifier.judge(test.a, test.b) for classifier in (judges.calibrated, judges.uncalibrated)
    )
    antonyms = data.test.filter(pl.col("relation") == "antonym")
    metrics: dict[str, Any] = {
        "test": {
            **head_figures(judged, vectors, train, test),
            "by_pos": figures_by(data.test["pos"], judged, test.relation),
            "by_frequency": _by_frequency(data.frequency, judged, test.relation),
            "without_twins": without_twins(data, judged, test.relation),
        },
        "calibration": {
            "pairs": len(test.a),
            "ece_before": expected_calibration_error(before, test.relation),
            "ece_after": expected_calibration_error(judged, test.relation),
        },
        "polarity": judged_polarity(judges.calibrated, antonyms, data.negated),
    }
    if judges.by_spelling is not None and n_sampled:
        sample = sample_rows(data.test, n_sampled, seed)
        metrics["consistency"] = consistency(
            sample, judges.by_spelling, judges.terms, data.language
        )
    return Measured(
        metrics,
        confusion_rows(judged, test.relation),
        reliability_rows(judged, test.relation),
        reliability_rows(before, test.relation),
    )


def without_twins(
    data: HeldOut, judged: npt.NDArray[np.float32], relation: npt.NDArray[np.int8]
) -> dict[str, Any]:
    """The figures without test pairs that a training pair repeats in another case or hyphenation.

    The split is by exact term; an encoder may not distinguish `Hot` from `hot`.

    Args:
        data: What the classifier is measured on.
        judged: float32 (n_test, 3).
        relation: int8 (n_test,), the true relations.

    Returns:
        Number of twins, and the macro-F1 of the pairs that are none.
    """
    training = set(_folded(data.train, data.language))
    twin = [pair in training for pair in _folded(data.test, data.language)]
    rest = pl.Series([None if is_twin else "rest" for is_twin in twin], dtype=pl.String)
    figures = figures_by(rest, judged, relation)
    return {"twins": sum(twin), "macro_f1": figures["rest"]["macro_f1"] if figures else 0.0}


def _folded(pairs: pl.DataFrame, language: str) -> list[tuple[str, ...]]:
    """Each pair in small letters, without hyphens and spaces, its terms in order."""
    ends = (
        [
            look_up_key(term, language).replace("-", "").replace(" ", "")
            for term in pairs[f"term_{x}"]
        ]
        for x in "ab"
    )
    return [tuple(sorted(pair)) for pair in zip(*ends, strict=True)]


def _rarer(test: pl.DataFrame, terms: pl.LazyFrame) -> npt.NDArray[np.float64]:
    """Frequency of the rarer term of each pair, NaN where either is unknown."""
    ids = pl.concat([test["a"], test["b"]]).unique()
    known = terms.select("term_id", "frequency").filter(pl.col("term_id").is_in(ids.implode()))
    table = known.collect()
    ends = [
        test.select(pl.col(x).alias("term_id"))
        .join(table, on="term_id", how="left", maintain_order="left")["frequency"]
        .fill_null(float("nan"))
        .to_numpy()
        for x in "ab"
    ]
    rarer: npt.NDArray[np.float64] = np.minimum(*ends)  # NaN wins
    return rarer


def _by_frequency(
    frequency: npt.NDArray[np.float64],
    judged: npt.NDArray[np.float32],
    relation: npt.NDArray[np.int8],
) -> dict[str, Any] | str:
    bands, limits = frequency_bands(frequency)
    figures = figures_by(bands, judged, relation)
    if not figures:
        return "not measured: the lexicon has no frequencies"
    return {name: {**limits[name], **figures[name]} for name in figures}
