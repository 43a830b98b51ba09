"""The figures of judged pairs by group: by part of speech, and by how frequent their terms are."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import RELATIONS, classification_metrics

__all__ = ["figures_by", "frequency_bands"]


def figures_by(
    groups: pl.Series, probabilities: npt.NDArray[np.float32], relation: npt.NDArray[np.int8]
) -> dict[str, dict[str, Any]]:
    """Figures of each group of judged pairs.

    The macro-F1 of a group is the plain mean over the relations that occur in it: WordNet knows no
    co-hyponyms among adjectives, and an F1 of 0 for what cannot be found would say nothing.

    Args:
        groups: The name of the group of each pair; null for a pair of none, which is passed over.
        probabilities: float32 (n_pairs, 3).
        relation: int8 (n_pairs,), the true relations.

    Returns:
        For each group, in order of its name: pairs, macro_f1, f1 and support of each relation that
        occurs.
    """
    figures = {}
    for name in groups.drop_nulls().unique().sort():
        rows = (groups == name).fill_null(value=False).to_numpy()
        metrics = classification_metrics(probabilities[rows], relation[rows])
        present = [place for place, n in enumerate(metrics.support) if n]
        figures[str(name)] = {
            "pairs": int(rows.sum()),
            "macro_f1": float(np.mean([metrics.f1[place] for place in present])),
            "f1": {RELATIONS[place]: metrics.f1[place] for place in present},
            "support": {RELATIONS[place]: metrics.support[place] for place in present},
        }
    return figures


def frequency_bands(
    frequency: npt.NDArray[np.float64], n_bands: int = 4
) -> tuple[pl.Series, dict[str, dict[str, float]]]:
    """Bands of pairs of equal size by frequency, rarest first; ties fall into the lower band.

    Args:
        frequency: float64 (n_pairs,), the frequency of the rarer term; NaN where it is unknown.
        n_bands: Number of bands; fewer come out where many frequencies are equal.

    Returns:
        The band of each pair ("band_1" is the rarest; null where unknown), and for each band the
        least and greatest frequency in it (`from`, `to`).
    """
    known = ~np.isnan(frequency)
    shares = np.arange(1, n_bands) / n_bands
    borders = np.quantile(frequency[known], shares) if known.any() else np.empty(0)
    place = np.searchsorted(np.unique(borders), frequency)
    bands = pl.Series([f"band_{n + 1}" if k else None for n, k in zip(place, known, strict=True)],
                      dtype=pl.String)  # fmt: skip
    limits = {}
    for name in bands.drop_nulls().unique().sort():
        inside = frequency[(bands == name).fill_null(value=False).to_numpy()]
        limits[str(name)] = {"from": float(inside.min()), "to": float(inside.max())}
    return bands, limits
