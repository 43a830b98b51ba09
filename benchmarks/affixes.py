"""Affix pairs, true and false: `python -m benchmarks.affixes --data data`.

`affix_pairs.csv` is a list of our own: 200 words that a prefix turns into their opposite (happy,
unhappy) and 200 that only look so (span, inspan; light, delight), every other one of each set aside
to report on. The judge of a run judges them by itself, without what a dictionary says of the pair:
antonym where p_antonym is at least one half. Pairs of training pairs are told apart from those that
it never saw.
"""

import argparse
from pathlib import Path

import polars as pl

from nymgraph import load_model
from nymgraph.pipeline.schemas import PAIRS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

LIST = Path(__file__).with_name("affix_pairs.csv")
LEAST = 0.5


def main() -> None:
    """Judge the list and print precision, recall and F1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    data = parser.parse_args().data
    rows = pl.read_csv(LIST)
    pairs = list(rows.select("stem", "derived").iter_rows())
    judged = load_model(data).judge(pairs, known=False)
    rows = rows.with_columns(judged["p_antonym"], seen=_trained(Workspace(data), rows))
    for name, part in (
        ("chosen half", rows.filter(pl.col("half") == "chosen")),
        ("reported half", rows.filter(pl.col("half") == "reported")),
        ("reported, never seen", rows.filter((pl.col("half") == "reported") & ~pl.col("seen"))),
    ):
        print(f"{name:<22}" + "  ".join(f"{k} {v}" for k, v in measured(part).items()))
    wrong = rows.filter((pl.col("p_antonym") >= LEAST) != (pl.col("truth") == "antonym"))
    for stem, derived, truth, *_, p, _ in wrong.iter_rows():
        print(f"  {stem}, {derived}: {truth}, p_antonym {p:.2f}")


def measured(rows: pl.DataFrame) -> dict[str, str]:
    """Number of pairs, precision, recall and F1 of the opposites."""
    said, true = rows["p_antonym"] >= LEAST, rows["truth"] == "antonym"
    hits, n_said, n_true = int((said & true).sum()), int(said.sum()), int(true.sum())
    return {
        "pairs": str(rows.height),
        "precision": f"{hits / max(1, n_said):.3f}",
        "recall": f"{hits / max(1, n_true):.3f}",
        "F1": f"{2 * hits / max(1, n_said + n_true):.3f}",
    }


def _trained(workspace: Workspace, rows: pl.DataFrame) -> pl.Series:
    """Which of the pairs are among the training pairs."""
    terms = workspace.read(TERMS, ["term"])["term"]
    pairs = workspace.read(PAIRS).filter(pl.col("split") == "train")
    known = set(zip(terms.gather(pairs["a"]), terms.gather(pairs["b"]), strict=True))
    ends = rows.select("stem", "derived").iter_rows()
    return pl.Series([(min(x), max(x)) in known for x in ends])


if __name__ == "__main__":
    main()
