"""Evidence of the released graph: spellings of one word, and the cosine of near senses."""

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.classifier.nearest_senses import TermSenses
from nymgraph.pipeline.clusters.released import SPELLED, with_near, with_spellings
from nymgraph.pipeline.lexicon.evidence import Terms

NAMES = ["color", "colour", "lumber", "timber", "timbre"]


def lexicon(language: str) -> Terms:
    return Terms(pl.Series(NAMES), pl.Series([9.0] * len(NAMES)), language)


def known(*rows: tuple[int, int, float]) -> pl.DataFrame:
    """Synonyms of certainty .4: two places in NAMES and the dominance at the rarer end."""
    ends = pl.DataFrame(
        rows, {"a": pl.UInt32, "b": pl.UInt32, "dominance_a": pl.Float32}, orient="row"
    )
    return ends.with_columns(
        known=pl.lit("synonym"),
        certainty=pl.lit(0.4, pl.Float32),
        dominance_b=pl.lit(1.0, pl.Float32),
    )


def test_one_word_in_two_spellings_is_sure_unless_hardly_meant() -> None:
    rows = known((0, 1, 0.5), (2, 3, 0.5), (3, 4, 0.05))
    found = with_spellings(rows, lexicon("en-GB"))["certainty"].to_list()
    assert found == pytest.approx([SPELLED, 0.4, 0.4])
    assert with_spellings(rows, lexicon("de")).equals(rows)


def test_near_senses_are_added_where_there_are_any() -> None:
    pairs = known((0, 1, 0.5), (2, 3, 0.5)).select("a", "b")
    vectors = np.eye(5, dtype=np.float16)
    senses = TermSenses(vectors, np.array([0, 1]), vectors[[0, 0]])
    assert with_near(pairs, senses)["near"].to_list() == [1.0, None]
    assert with_near(pairs, None)["near"].to_list() == [None, None]
