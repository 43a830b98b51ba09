"""Common words in the released graph when the counts of half of them are withheld.

    python -m benchmarks.everyday --data data [--words words.parquet] [--withhold 0.5] [--seeds 3]

The graph of a finished run gets the evidence of the dictionary anew, with the counts and the order
of senses of a random half of the counted words withheld (their shares are guessed), and is
clustered. Figures are of these words, against their true shares. With --words, a table with a
column `word`, those words are withheld instead of a random half.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.machine import options
from nymgraph.pipeline.clusters.tables import cluster_tables, expected_of, gated, rivals
from nymgraph.pipeline.evaluation.everyday import everyday
from nymgraph.pipeline.lexicon.dictionaries import read_inventory
from nymgraph.pipeline.lexicon.evidence import Terms, evidence_of, overridden
from nymgraph.pipeline.lexicon.relations import claims_of_inventory
from nymgraph.pipeline.lexicon.rivals import weighed_by_rivals
from nymgraph.pipeline.lexicon.senses import senses_table
from nymgraph.pipeline.lexicon.use import term_uses
from nymgraph.pipeline.schemas import PAIRS, RELEASED_RELATIONS, SENSES, TERMS
from nymgraph.pipeline.settings.params import ClusterParams, WordNetSource
from nymgraph.pipeline.storage.artefacts import Workspace

COLUMNS = ("a", "b", "p_synonym", "p_antonym", "p_co_hyponym", "evidence")


def main() -> None:
    """Print the figures with all counts, and of each draw without."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--words", type=Path)
    parser.add_argument("--withhold", type=float, default=0.5)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    workspace = Workspace(asked.data)
    truth = workspace.read(SENSES)
    terms = workspace.read(TERMS, ["term", "frequency"])
    counted = truth.filter(pl.col("known_by") == "counts")["term_id"].unique()
    names = set(terms["term"].gather(counted))
    draws = [
        {word for word in names if _draw(word, seed) < asked.withhold}
        for seed in range(asked.seeds)
    ]
    if asked.words is not None:
        listed = {word.lower() for word in pl.read_parquet(asked.words)["word"]}
        draws = [{word for word in terms["term"] if word.lower() in listed}]
    for withheld in draws:
        for hidden in (set[str](), withheld):
            labels = _labels(workspace, terms["term"], hidden)
            measured = terms["term"].is_in(list(withheld)).to_numpy()
            found = everyday(truth, labels, terms["frequency"], measured).figures
            print("withheld" if hidden else "all counts", json.dumps(found))


def _draw(word: str, seed: int) -> float:
    return int(hashlib.md5(f"{seed}:{word}".encode()).hexdigest(), 16) / 2**128


def _labels(workspace: Workspace, terms: pl.Series, withheld: set[str]) -> np.ndarray:
    """The clusters of the released graph with shares guessed for some words."""
    inventory = read_inventory(WordNetSource(kind="wordnet"), "en", withheld)
    claims = claims_of_inventory(inventory, 1, 0).filter(pl.col("relation") == "synonym")
    pair, ends = ["term_a", "term_b"], ["dominance_a", "dominance_b", "shared_use"]
    shares = claims.group_by(pair).agg(pl.col(ends).max())
    known = (
        workspace.read(PAIRS).drop(ends).join(shares, on=pair, how="left", maintain_order="left")
    )
    settings = ClusterParams(**workspace.read_json("cluster", "settings.json"))
    guessed = senses_table([inventory], terms, "en")
    lexicon = Terms(terms, term_uses(guessed, len(terms)), "en")
    evidence = evidence_of(known.with_columns(pl.col(ends).fill_null(1.0)))
    evidence = weighed_by_rivals(evidence, guessed, lexicon, settings.gate)
    judged = overridden(workspace.scan(RELEASED_RELATIONS).select(COLUMNS).collect(), evidence)
    expected = expected_of(len(terms), rivals(judged, settings.gate))
    return cluster_tables(
        terms, gated(judged.lazy(), settings), expected, settings
    ).clustering.labels


if __name__ == "__main__":
    main()
