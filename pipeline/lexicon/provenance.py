"""Where a label comes from: the sources of a language model begin with `llm:`, all others do not.

A language model's labels train the discriminator. They are no evidence and no yardstick: every
figure is measured on what dictionaries and users' tables say.
"""

import polars as pl

__all__ = ["LANGUAGE_MODEL", "without_language_model"]

LANGUAGE_MODEL = "llm:"


def without_language_model(pairs: pl.DataFrame) -> pl.DataFrame:
    """The labelled pairs that a dictionary or a user's table stands for.

    Args:
        pairs: Rows of the table PAIRS; the column `sources` is needed.

    Returns:
        The rows of which not every source is a language model, in their order.
    """
    by_model = pl.element().str.starts_with(LANGUAGE_MODEL)
    return pairs.filter(~pl.col("sources").list.eval(by_model).list.all())
