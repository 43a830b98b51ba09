"""Phrases of opposite words."""

import polars as pl
import pytest

from nymgraph.pipeline.lexicon.opposite_phrases import opposite_phrases, opposite_words

PAIRS = pl.DataFrame(
    [
        ("Cold", "hot", "antonym", "train"),
        ("indoor", "outdoor", "antonym", "train"),
        ("new", "old", "antonym", "test"),
        ("big", "large", "synonym", "train"),
    ],
    ["term_a", "term_b", "relation", "split"],
    orient="row",
)


def test_words_from_both_ends_and_of_training_pairs_alone() -> None:
    assert opposite_words(PAIRS, PAIRS.clear()) == {
        "cold": {"hot"}, "hot": {"cold"}, "indoor": {"outdoor"}, "outdoor": {"indoor"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "opposed"),
    [
        ("Cold Drinks", "Hot Drinks", True),
        ("cold drinks", "Hot drinks", True),
        ("lighting for indoor use", "lighting for outdoor use", True),
        ("cold", "hot", False),  # a word is for the dictionary to tell
        ("cold drinks", "hot meals", False),
        ("cold drinks", "drinks hot", False),
        ("new cars", "old cars", False),  # the pair is held out
        ("big cars", "large cars", False),
    ],
)
def test_one_word_is_replaced_by_its_opposite(one: str, other: str, opposed: bool) -> None:
    found = opposite_phrases(sorted([one, other]), opposite_words(PAIRS))
    assert found.rows() == ([(0, 1)] if opposed else [])
