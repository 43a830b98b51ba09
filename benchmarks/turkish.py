"""How far a finished Turkish run agrees with relations that KeNet does not hold.

    python -m benchmarks.turkish --relations relations.txt --data profiles/turkish/data

The table has four columns without a header, separated by tabs: concept, relation, concept,
frequency, as the Kemik group took them from dictionaries (LGPL 2.1 in the repository
maidis/mythes-tr; not part of this one). Pairs are read in the lexicon's look-up keys; those that
label/pairs knows under any relation are passed over.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.discriminator import pair_keys
from nymgraph.pipeline.classifier.features import open_space
from nymgraph.pipeline.classifier.judges import LazyClassifier
from nymgraph.pipeline.classifier.model_folder import model_classifier
from nymgraph.pipeline.classifier.trained import TrainedClassifier
from nymgraph.pipeline.lexicon.normalise import clean, look_up_key
from nymgraph.pipeline.schemas import ASSIGNMENTS, CANDIDATES, PAIRS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

RELATIONS = {"SYNONYMY": "synonym", "ANTONYM": "antonym"}


def main() -> None:
    """Print a line for each relation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relations", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("profiles/turkish/data"))
    given = parser.parse_args()
    workspace = Workspace(given.data)
    terms = workspace.read(TERMS, ["term_id", "term", "key", "language"])
    pairs = unknown_pairs(given.relations, terms, workspace.read(PAIRS))
    judged = judge(workspace, pairs)
    found = np.isin(pair_keys(*ends(pairs)), candidate_keys(workspace))
    cluster = workspace.read(ASSIGNMENTS).sort("term_id")["cluster_id"].to_numpy()
    a, b = ends(pairs)
    together = np.array(
        [x is not None and x == y for x, y in zip(cluster[a], cluster[b], strict=True)]
    )
    for relation in RELATIONS.values():
        rows = (pairs["relation"] == relation).to_numpy()
        shares = np.bincount(judged[rows], minlength=3) / max(1, rows.sum())
        print(
            f"{relation}: {rows.sum():,} pairs; judged synonym {shares[0]:.3f}, "
            f"antonym {shares[1]:.3f}, co-hyponym {shares[2]:.3f}; "
            f"candidates {found[rows].mean():.3f}; "
            f"in one cluster {together[rows].mean():.4f}"
        )


def unknown_pairs(path: Path, terms: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Pairs of lexicon terms (a < b, relation) that no label holds; of two relations antonym."""
    columns = ["one", "relation", "other", "frequency"]
    rows = pl.read_csv(path, separator="\t", has_header=False, new_columns=columns, quote_char=None)
    rows = rows.filter(pl.col("relation").is_in(list(RELATIONS)))
    language = terms["language"][0]
    by_key = dict(zip(terms["key"], terms["term_id"], strict=True))
    found = {}
    for one, relation, other, _ in rows.sort("relation", descending=True).iter_rows():
        a, b = (
            by_key.get(look_up_key(clean(str(end), language), language)) for end in (one, other)
        )
        if a is not None and b is not None and a != b:
            found[min(a, b), max(a, b)] = RELATIONS[relation]
    listed = set(zip(known["a"], known["b"], strict=True))
    kept = sorted((a, b, relation) for (a, b), relation in found.items() if (a, b) not in listed)
    return pl.DataFrame(kept, {"a": pl.Int64, "b": pl.Int64, "relation": pl.String}, orient="row")


def judge(workspace: Workspace, pairs: pl.DataFrame) -> np.ndarray:
    """The relation, 0 to 2, that the run's head gives to each pair."""
    trained = model_classifier(workspace.path("train", "model"), "cpu")
    space = open_space(workspace, votes=trained.counts_votes)
    features = space.features(surface=trained.trained.head.surface)
    classifier = LazyClassifier(TrainedClassifier(trained.trained), space.terms, features)
    judged: np.ndarray = classifier.judge(*ends(pairs)).argmax(axis=1)
    return judged


def candidate_keys(workspace: Workspace) -> np.ndarray:
    """The keys of all candidates."""
    parts = workspace.parts(CANDIDATES)
    return np.concatenate([pair_keys(*ends(part)) for part in parts])


def ends(pairs: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of pairs: int64 (n_pairs,) each."""
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    return a, b


if __name__ == "__main__":
    main()
