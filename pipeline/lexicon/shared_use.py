"""How much of the use of two words lies in the senses that they share.

    m = (u(a) r(a) + u(b) r(b)) / (u(a) + u(b))

with r the dominance of the pair at an end beside the share of the commonest sense of that end, and
u how much the end is used: how often it was met, and a tenth of the square of the number of its
senses, for the meanings of a word grow with the root of its frequency (Zipf 1945), which is the
only estimate where nothing was counted. So m is the share of all use of the two words that lies in
the senses in which they are related: next to 0 for *fast* and *debauched*, as *fast* is used a
thousand times for each *debauched*, and near 1 where the word that has other senses is hardly used.
"""

import polars as pl

from nymgraph.pipeline.lexicon.dictionaries import Inventory
from nymgraph.pipeline.lexicon.use import use_of

__all__ = ["shared_use", "uses_of"]


def uses_of(inventory: Inventory) -> pl.DataFrame:
    """How much the terms of a dictionary are used, and the share of their commonest senses.

    Args:
        inventory: The dictionary.

    Returns:
        Columns term, top (in (0, 1]), use (above 0).
    """
    schema = {"term": pl.String, "top": pl.Float64, "use": pl.Float64}
    rows = [(term, *_top_and_use(term, inventory)) for term in inventory.senses]
    return pl.DataFrame(rows, schema, orient="row")


def shared_use(pairs: pl.DataFrame, uses: tuple[pl.DataFrame, pl.DataFrame]) -> pl.Series:
    """How much of all use two words share, of pairs that a dictionary relates.

    Args:
        pairs: Columns dominance_a, dominance_b.
        uses: Rows of `uses_of` of the first and of the second terms, in their order.

    Returns:
        float64 (n_pairs,), in (0, 1].
    """
    ends = zip(("a", "b"), uses, strict=True)
    share = [(pairs[f"dominance_{end}"] / own["top"]).clip(upper_bound=1) for end, own in ends]
    use = [own["use"] for own in uses]
    return (use[0] * share[0] + use[1] * share[1]) / (use[0] + use[1])


def _top_and_use(term: str, inventory: Inventory) -> tuple[float, float]:
    """The share of the commonest sense of a term, and how much the term is used."""
    own = inventory.senses[term]
    counts = ((inventory.synsets[sense.synset].counts, sense.term) for sense in own)
    counted = sum(count[place] for count, place in counts if count)
    return max(sense.share for sense in own), use_of(counted, len(own))
