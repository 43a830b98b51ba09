"""Other spellings of English words, checked against the synonyms of a run's dictionary.

`python -m benchmarks.spellings --data data`

Printed are, of the words of the lexicon that `lexicon.spellings` turns into another word of it, the
share of pairs that the dictionary calls synonyms, and the others.
"""

from pathlib import Path

import polars as pl

from benchmarks.machine import describe, options
from nymgraph.pipeline.lexicon.spellings import other_spellings
from nymgraph.pipeline.schemas import PAIRS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace


def main() -> None:
    """Print the figures."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    workspace = Workspace(parser.parse_args().data)
    terms = workspace.read(TERMS, ["term"])["term"].str.to_lowercase()
    words = set(terms.filter(terms.str.contains("^[a-z]{3,}$")))
    pairs = workspace.read(PAIRS, ["term_a", "term_b", "relation"])
    pairs = pairs.filter(pl.col("relation").cast(pl.String) == "synonym")
    ends = pairs.select(pl.col("term_a", "term_b").str.to_lowercase()).iter_rows()
    synonyms = {frozenset(pair) for pair in ends}
    found = {frozenset((x, y)) for x in words for y in other_spellings(x) if y in words}
    print(describe())
    print(f"{len(found)} pairs of spellings, {len(found & synonyms)} of them synonyms")
    print("; ".join(sorted(" / ".join(sorted(pair)) for pair in found - synonyms)))


if __name__ == "__main__":
    main()
