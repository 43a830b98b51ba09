"""Likeness against ratings by hand: `python -m benchmarks.likeness --data data`.

`likeness.csv` is a list of our own: 220 pairs drawn by chance from common words (synonyms,
co-hyponyms, near and far words) and 309 written by hand, each rated from 0 (unrelated or opposite)
to 10 (the same). It prints Spearman's rank correlation of the ratings with the plain cosine, with
each part of the likeness and with the whole, then the weights that least squares gives, and the
correlation of ten-fold cross-validated ones: the weights of the product were chosen on this list.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph import ClusterStore
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.likeness import PARTS, parts_of
from nymgraph.pipeline.store.run_data import RunData

LIST = Path(__file__).with_name("likeness.csv")
FOLDS = 10
Floats = npt.NDArray[np.floating[Any]]


def main() -> None:
    """Rank the list and print how well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    data = parser.parse_args().data
    rows = pl.read_csv(LIST)
    pairs = list(rows.select("term_a", "term_b").iter_rows())
    export = ExportFolder(data / "export")
    run = RunData(export, data)
    parts = parts_of(export, run, pairs)
    rating = rows["rating"].to_numpy() / 10
    whole = ClusterStore(data / "export").likenesses(pairs)["likeness"].to_numpy()
    columns = {"cosine": cosine(export, run, pairs)} | dict(zip(PARTS, parts.T, strict=True))
    columns |= {"likeness": whole, "cross-validated": cross_validated(parts, rating)}
    for name, values in columns.items():
        report(name, values, rows)
    base, *weights = fitted(parts, rating).tolist()
    print("least squares:", *(f"{x:.3f}" for x in (base, *weights)))


def cosine(export: ExportFolder, run: RunData, pairs: list[tuple[str, str]]) -> Floats:
    """The cosine of the two terms' vectors."""
    ids = [[export.terms.resolve(term) for term in side] for side in zip(*pairs, strict=True)]
    a, b = (run.vectors[side].astype(np.float32) for side in ids)
    return (a * b).sum(axis=1)


def fitted(parts: Floats, rating: Floats) -> Floats:
    """The constant and the weights that least squares gives."""
    design = np.column_stack([np.ones(len(parts)), parts])
    return np.linalg.lstsq(design, rating, rcond=None)[0]


def cross_validated(parts: Floats, rating: Floats) -> Floats:
    """The rating of each pair as the weights of the other folds give it."""
    fold = np.random.default_rng(0).permutation(len(parts)) % FOLDS
    told = np.empty(len(parts))
    for number in range(FOLDS):
        base, *weights = fitted(parts[fold != number], rating[fold != number]).tolist()
        told[fold == number] = base + parts[fold == number] @ np.array(weights)
    return told


def report(name: str, values: Floats, rows: pl.DataFrame) -> None:
    """Print Spearman's rank correlation, of all pairs and of kinds."""
    told = rows.with_columns(told=pl.Series(values))
    said = [f"all {spearman(told):.3f}"]
    for kind in ("drawn", "pos"):
        said += [f"{key} {spearman(part):.3f}" for (key,), part in sorted(told.group_by(kind))]
    print(f"{name:<16}" + "  ".join(said))


def spearman(rows: pl.DataFrame) -> float:
    """Spearman's rank correlation of what was told and the rating."""
    return float(rows.select(pl.corr("told", "rating", method="spearman")).item())


if __name__ == "__main__":
    main()
