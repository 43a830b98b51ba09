"""How much a term is used, by how often it was met and how many senses it has.

The meanings of a word grow with the root of its frequency (Zipf 1945), so the square of their
number, a tenth of it, estimates the use where nothing was counted.
"""

from typing import TypeVar

import polars as pl

__all__ = ["term_uses", "use_of"]

Amount = TypeVar("Amount", float, pl.Expr)


def use_of(counted: Amount, n_senses: Amount) -> Amount:
    """How much a term is used, by how often it was met and how many senses it has."""
    return counted + n_senses**2 / 10


def term_uses(senses: pl.DataFrame, n_terms: int) -> pl.Series:
    """How much each term is used (`shared_use`).

    Args:
        senses: The table SENSES.
        n_terms: Number of terms.

    Returns:
        float64 (n_terms,), at least .1.
    """
    found = senses.group_by("term_id").agg(counted=pl.col("count").sort().sum(), n=pl.len())
    every = pl.DataFrame({"term_id": pl.Series(range(n_terms), dtype=pl.UInt32)})
    rows = every.join(found, on="term_id", how="left", maintain_order="left")
    n = pl.col("n").fill_null(1).cast(pl.Float64)
    return rows.select(use=use_of(pl.col("counted").fill_null(0.0), n))["use"]
