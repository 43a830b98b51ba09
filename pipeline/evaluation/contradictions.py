"""Label noise: the training pairs that the classifier contradicts most, for a human to look at.

A network agrees with its training pairs, so a pair is judged by networks that were trained on
neither the pair nor, where that can be, its terms. The terms are halved, antonyms together; one
network learns the pairs inside one half, another those inside the other, and each judges what it
did not learn. A pair across the halves is judged by both, and the two judgements are averaged: each
of them had seen one of the two terms.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import RELATIONS, LabelledPairs, PairClassifier
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.labelled import relation_codes
from nymgraph.pipeline.lexicon.splits import split_terms
from nymgraph.pipeline.schemas import CONTRADICTED

__all__ = ["contradicted_rows", "cross_fitted", "halves", "label_noise", "noise_figures"]

Fit = Callable[[LabelledPairs], PairClassifier]
# another draw than that of the held-out terms, which halves of one hash would repeat
_SEED_OFFSET = 1_000_003


def label_noise(
    rows: pl.DataFrame,
    pairs: LabelledPairs,
    negatives: LabelledPairs,
    fit: Fit,
    whole: PairClassifier,
    bounds: tuple[int, int, int],
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Judge the training pairs and find the most contradicted ones.

    Args:
        rows: The training rows of PAIRS.
        pairs: The same as arrays.
        negatives: The unlabelled training pairs.
        fit: Trains a classifier on pairs; an InputError where they are too few.
        whole: The classifier trained on all of them, which judges where halves are too few.
        bounds: Number of terms of the lexicon, of rows listed at most, and the seed of the halves.

    Returns:
        Figures for the metrics file, which say who judged, and the table CONTRADICTED.
    """
    n_terms, limit, seed = bounds
    across = cross_fitted(pairs, negatives, halves(rows, n_terms, seed), fit)
    judged = whole.judge(pairs.a, pairs.b) if across is None else across
    figures = noise_figures(rows, judged, cross_fitted=across is not None)
    return figures, contradicted_rows(rows, judged, limit)


def halves(pairs: pl.DataFrame, n_terms: int, seed: int) -> npt.NDArray[np.int8]:
    """Halve the terms of labelled pairs at random, antonyms together.

    Args:
        pairs: Rows of PAIRS.
        n_terms: Number of terms of the lexicon.
        seed: Seed of the draw.

    Returns:
        int8 (n_terms,): 0 or 1; -1 for a term without a pair, which can leak nothing.
    """
    half = np.full(n_terms, -1, dtype=np.int8)
    ends = pl.concat([pairs.select(pl.col(x).alias("id"), pl.col(f"term_{x}").alias("term"))
                      for x in "ab"])  # fmt: skip
    terms = ends.unique("id").sort("id")
    ids = terms["id"].to_numpy()
    antonyms = pairs.filter(pl.col("relation") == "antonym")
    a, b = (np.searchsorted(ids, antonyms[end].to_numpy()) for end in ("a", "b"))
    half[ids] = split_terms(terms["term"].to_list(), a, b, 0.5, 0.0, seed + _SEED_OFFSET)
    return half


def cross_fitted(
    pairs: LabelledPairs, negatives: LabelledPairs, half: npt.NDArray[np.int8], fit: Fit
) -> npt.NDArray[np.float32] | None:
    """Judge every training pair by networks that were not trained on it.

    Args:
        pairs: The labelled training pairs.
        negatives: The unlabelled ones.
        half: int8 (n_terms,), as `halves` gives it.
        fit: Trains a classifier on pairs.

    Returns:
        float32 (n_pairs, 3); None where a half is not enough to train on.
    """
    total = np.zeros((len(pairs.a), len(RELATIONS)))
    judges = np.zeros(len(pairs.a))
    for side in (0, 1):
        inside, beside = (
            (half[group.a] != 1 - side) & (half[group.b] != 1 - side)
            for group in (pairs, negatives)
        )
        try:
            classifier = fit(pairs.take(inside).join(negatives.take(beside)))
        except InputError:
            return None
        asked = ~inside
        total[asked] += classifier.judge(pairs.a[asked], pairs.b[asked])
        judges[asked] += 1
    return (total / judges[:, None]).astype(np.float32)


def contradicted_rows(
    pairs: pl.DataFrame, probabilities: npt.NDArray[np.float32], limit: int
) -> pl.DataFrame:
    """The table CONTRADICTED: judged otherwise than labelled, the clearest contradiction first.

    Args:
        pairs: Rows of PAIRS.
        probabilities: float32 (n_pairs, 3), their judgements.
        limit: At most so many rows.

    Returns:
        The rows, by falling p_judged - p_label, then by terms.
    """
    rows = np.arange(pairs.height)
    judged = probabilities.argmax(axis=1)
    table = pairs.select(
        "term_a",
        "term_b",
        "relation",
        "sources",
        judged=pl.Series(np.array(RELATIONS)[judged], dtype=pl.String),
        p_label=pl.Series(probabilities[rows, relation_codes(pairs)]),
        p_judged=pl.Series(probabilities[rows, judged]),
    )
    against = table.filter(pl.col("relation").cast(pl.String) != pl.col("judged"))
    margin = pl.col("p_judged") - pl.col("p_label")
    order = against.sort(margin, "term_a", "term_b", descending=[True, False, False])
    return CONTRADICTED.conform(order.head(limit))


def noise_figures(
    pairs: pl.DataFrame, probabilities: npt.NDArray[np.float32], *, cross_fitted: bool
) -> dict[str, Any]:
    """How many labels are contradicted, and how clearly.

    Args:
        pairs: Rows of PAIRS.
        probabilities: float32 (n_pairs, 3), their judgements.
        cross_fitted: Whether the judges were not trained on the pairs.

    Returns:
        Plain data for the metrics file; `strongly` counts labels of p below 0.05.
    """
    relation = relation_codes(pairs)
    wrong = probabilities.argmax(axis=1) != relation
    strongly = probabilities[np.arange(len(relation)), relation] < 0.05
    return {
        "judged": "cross-fitted" if cross_fitted else "in-sample",
        "pairs": len(relation),
        "contradicted": float(wrong.mean()),
        "strongly": float((wrong & strongly).mean()),
    }
