"""Acronyms and the phrases that they may stand for."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.candidates.initials import MOST, initials_pairs

WORDS = ("ab", "b", "of", "cab", "the", "B")


def test_by_hand() -> None:
    terms = ["paid time off", "PTO", "pto", "ROI", "return on investment", "rio", "a b", "KPIs",
             "key performance indicators", "part-time officer"]  # fmt: skip
    found = [(terms[a], terms[b]) for a, b in initials_pairs(terms, "en")]
    assert found == [
        ("paid time off", "PTO"),
        ("paid time off", "pto"),
        ("PTO", "part-time officer"),
        ("pto", "part-time officer"),
        ("ROI", "return on investment"),
        ("KPIs", "key performance indicators"),
    ]


def test_letters_that_fit_many_phrases_say_nothing() -> None:
    phrases = [f"alpha b{number}" for number in range(MOST + 1)]
    assert len(initials_pairs([*phrases[:MOST], "AB"], "en")) == MOST
    assert len(initials_pairs([*phrases, "AB"], "en")) == 0


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), unique=True)
)
def test_every_pair_stands_once_and_in_order(terms: list[str]) -> None:
    found = [tuple(pair) for pair in initials_pairs(terms, "en").tolist()]
    assert found == sorted(set(found))
    assert set(found) <= set(itertools.combinations(range(len(terms)), 2))
