"""Labelled pairs numbered and split over the lexicon and the extra terms (`vocabulary`)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.normalise import reject_reason
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.splits import split_pairs, split_terms
from nymgraph.pipeline.schemas import SPLIT_NAMES

__all__ = ["Labelled", "extra_terms", "split_labelled"]

_LONGEST = 1_000
_PLAIN = "^[A-Za-z][A-Za-z0-9]{0,49}(?: [A-Za-z0-9]{1,50}){0,9}$"


class Labelled(NamedTuple):
    """The tables that the stage label writes.

    Attributes:
        pairs: Pairs of two terms of the lexicon: rows of PAIRS.
        held_out: Held-out terms of the lexicon: rows of HELD_OUT.
        extra_pairs: The other pairs: rows of EXTRA_PAIRS.
        extra_terms: Rows of EXTRA_TERMS.
    """

    pairs: pl.DataFrame
    held_out: pl.DataFrame
    extra_pairs: pl.DataFrame
    extra_terms: pl.DataFrame


def extra_terms(claims: pl.DataFrame, terms: pl.Series) -> pl.Series:
    """The terms that only claims hold, sorted; what could be no term is left out.

    Args:
        claims: Claims, met with the lexicon.
        terms: The terms of the lexicon.

    Returns:
        The extra terms.
    """
    claimed = pl.concat([claims["term_a"], claims["term_b"]]).unique()
    extra = claimed.filter(~claimed.is_in(terms.implode()))
    plain = extra.str.contains(_PLAIN)  # of most nothing else needs to be asked
    other = [term for term in extra.filter(~plain) if reject_reason(term, _LONGEST) is None]
    kept = pl.concat([extra.filter(plain), pl.Series(other, dtype=pl.String)])
    return kept.sort().rename("term")


def split_labelled(
    pairs: pl.DataFrame,
    terms: pl.DataFrame,
    extra: pl.Series,
    twins: pl.DataFrame,
    fractions: tuple[float, float],
    seed: int,
) -> Labelled:
    """Number the terms of labelled pairs, hold some out, and part what is of the lexicon.

    Args:
        pairs: Columns term_a, term_b, relation, sources and others.
        terms: term_id and term of the lexicon.
        extra: The extra terms.
        twins: Columns claimed, term: spellings of one term, which are held out together.
        fractions: Shares of the terms held out for validation and for test.
        seed: Seed of the draw.

    Returns:
        The four tables.
    """
    n_lexicon = terms.height
    added = pl.DataFrame({"term": extra}).with_row_index("term_id", offset=n_lexicon)
    every = pl.concat([terms, added.select("term_id", "term")], how="vertical_relaxed")
    pairs = _numbered(pairs, every)
    split = _split(pairs, every, twins, fractions, seed)
    names = np.array(SPLIT_NAMES)
    of_pair = split_pairs(split[pairs["a"].to_numpy()], split[pairs["b"].to_numpy()])
    pairs = pairs.with_columns(split=pl.Series(names[of_pair], dtype=pl.String))
    every = every.with_columns(split=pl.Series(names[split], dtype=pl.String))
    inside = (pl.col("a") < n_lexicon) & (pl.col("b") < n_lexicon)
    return Labelled(
        pairs=pairs.filter(inside),
        held_out=every[:n_lexicon].filter(pl.col("split") != "train"),
        extra_pairs=_by_number(pairs.filter(~inside)),
        extra_terms=every[n_lexicon:],
    )


def _numbered(pairs: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    for end in ("a", "b"):
        ids = every.select(pl.col("term").alias(f"term_{end}"), pl.col("term_id").alias(end))
        pairs = pairs.join(ids, on=f"term_{end}", how="left", maintain_order="left")
    return pairs


def _by_number(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with a < b: all that is said of one end goes with it."""
    swapped = pl.col("a") > pl.col("b")
    ends = [name for name in pairs.columns if name == "a" or name.endswith("_a")]
    turned = {}
    for one in ends:
        other = f"{one[:-1]}b"
        turned[one] = pl.when(swapped).then(other).otherwise(one)
        turned[other] = pl.when(swapped).then(one).otherwise(other)
    return pairs.with_columns(**turned)


def _split(
    pairs: pl.DataFrame,
    every: pl.DataFrame,
    twins: pl.DataFrame,
    fractions: tuple[float, float],
    seed: int,
) -> npt.NDArray[np.int8]:
    """The split of every term; terms of no known pair train."""
    known = without_language_model(pairs)
    antonyms = known.filter(pl.col("relation") == "antonym")
    together = _joined(twins, every)
    a, b = (
        np.concatenate([antonyms[end].to_numpy().astype(np.int64), bound])
        for end, bound in zip(("a", "b"), together, strict=True)
    )
    split = split_terms(every["term"].to_list(), a, b, *fractions, seed)
    labelled = np.zeros(every.height, dtype=bool)
    labelled[known["a"].to_numpy()] = labelled[known["b"].to_numpy()] = True
    split[~labelled] = SPLIT_NAMES.index("train")
    return split


def _joined(
    twins: pl.DataFrame, every: pl.DataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of numbers that bind the spellings of one term together."""
    own = twins.select("claimed", pl.col("claimed").alias("term")).unique()
    both = pl.concat([twins.select("claimed", "term"), own]).unique().sort("claimed", "term")
    numbered = both.join(every, on="term", how="inner").sort("claimed", "term_id")
    ids, group = numbered["term_id"].to_numpy().astype(np.int64), numbered["claimed"]
    same = (group[1:] == group[:-1]).to_numpy() if len(ids) > 1 else np.empty(0, bool)
    return ids[:-1][same], ids[1:][same]
