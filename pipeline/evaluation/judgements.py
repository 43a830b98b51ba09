"""How well the discriminator judges labelled pairs of held-out terms, beside its baselines."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import (
    RELATIONS,
    LabelledPairs,
    classification_metrics,
    fit_cosine,
    fit_majority,
    reliability,
)
from nymgraph.pipeline.candidates.candidates import cosines

__all__ = ["confusion_rows", "head_figures", "reliability_rows"]


def head_figures(
    probabilities: npt.NDArray[np.float32],
    vectors: npt.NDArray[Any],
    train: LabelledPairs,
    test: LabelledPairs,
) -> dict[str, Any]:
    """The head and two baselines on the same pairs.

    Args:
        probabilities: float32 (n_test, 3), the head's.
        vectors: (n_terms, dim).
        train: The pairs that the baselines are fitted on.
        test: The pairs that all are measured on.

    Returns:
        The figures of the head and the macro-F1 of the baselines, as plain data.
    """
    cosine = fit_cosine(cosines(vectors, train.a, train.b), train.relation)
    by_cosine = cosine.judge(cosines(vectors, test.a, test.b))
    by_majority = fit_majority(train.relation).judge(len(test.a))
    return {
        **classification_metrics(probabilities, test.relation).to_dict(),
        "macro_f1_of_cosine": classification_metrics(by_cosine, test.relation).macro_f1,
        "macro_f1_of_majority": classification_metrics(by_majority, test.relation).macro_f1,
    }


def confusion_rows(
    probabilities: npt.NDArray[np.float32], relation: npt.NDArray[np.int8]
) -> pl.DataFrame:
    """One row per pair: the true and the judged relation (what a confusion plot counts)."""
    names = np.array(RELATIONS)
    return pl.DataFrame({"actual": names[relation], "judged": names[probabilities.argmax(axis=1)]})


def reliability_rows(
    probabilities: npt.NDArray[np.float32], relation: npt.NDArray[np.int8]
) -> pl.DataFrame:
    """Mean confidence and accuracy of the bins that hold pairs."""
    bins = reliability(probabilities, relation)
    rows = {"confidence": bins.confidence, "accuracy": bins.accuracy, "pairs": bins.n_pairs}
    return pl.DataFrame(rows).filter(pl.col("pairs") > 0)
