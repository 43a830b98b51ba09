"""How the search of spellings grows, and how a sample foretells it: `python -m benchmarks.plan`.

For each number of terms, drawn with seed 0 from WordNet 3.1 or from `--lexicon` (Parquet or CSV,
with a column term): entries of posting lists read for a term, those that the planner expects from
a sample of 20,000, and processor time for a term and for an entry.
"""

import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.machine import describe, options
from nymgraph.pipeline.candidates.spelling import build_spelling_index, search_spellings
from nymgraph.pipeline.lexicon.spelled import spell_bare
from nymgraph.pipeline.lexicon.wordnet import find_edition, read_synsets
from nymgraph.pipeline.planner.workload import postings_per_term
from nymgraph.pipeline.settings.params import RetrieveParams

_SAMPLE = 20_000
_ROWS = 4_096


def main() -> None:
    """Print a line for each size."""
    parser = options(__doc__)
    parser.add_argument("--sizes", default="10000,50000,148897")
    parser.add_argument("--lexicon", type=Path, default=None)
    asked = parser.parse_args()
    print(describe())
    terms = _terms(asked.lexicon)
    for size in map(int, asked.sizes.split(",")):
        print(measure(terms, min(size, len(terms))), flush=True)


def measure(terms: list[str], size: int, rows: int = _ROWS) -> str:
    """Search some of the spellings of a lexicon of this size.

    Args:
        terms: At least so many terms.
        size: How many.
        rows: How many are searched for.

    Returns:
        A line of figures.
    """
    random, params = np.random.default_rng(0), RetrieveParams()
    drawn = [terms[i] for i in np.sort(random.choice(len(terms), size, replace=False))]
    sample = drawn[:: max(1, size // _SAMPLE)]
    expected, at_a_million = (
        _entries(sample, n_terms, params.max_postings) for n_terms in (size, 1_000_000)
    )
    index = build_spelling_index(spell_bare(drawn, "en"))
    entries = postings_per_term(np.diff(index.posting_start), size, size, params.max_postings)
    wanted = np.sort(random.choice(size, min(rows, size), replace=False))
    limits = (params.spelling_k, params.min_spelling, params.max_postings)
    search_spellings(index, wanted[:256], *limits)  # compile
    start = time.process_time()
    search_spellings(index, wanted, *limits)
    each = (time.process_time() - start) / len(wanted)
    return (
        f"{size:,} terms: {entries:,.0f} entries a term, {expected:,.0f} expected from a sample "
        f"({at_a_million:,.0f} at a million terms); "
        f"{each * 1e6:.0f} µs of processor time a term, "
        f"{each / max(entries, 1) * 1e9:.1f} ns an entry"
    )


def _entries(sample: list[str], size: int, most: int) -> float:
    counts = np.diff(build_spelling_index(spell_bare(sample, "en")).posting_start)
    return postings_per_term(counts, len(sample), size, most)


def _terms(lexicon: Path | None) -> list[str]:
    if lexicon is None:
        synsets = read_synsets(find_edition("english"))
        return sorted({term for synset in synsets for term in synset.terms})
    read = pl.read_parquet if lexicon.suffix == ".parquet" else pl.read_csv
    return sorted(set(read(lexicon)["term"].drop_nulls().to_list()))


if __name__ == "__main__":
    main()
