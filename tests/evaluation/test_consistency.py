from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.evaluation.consistency import (
    consistency,
    judged_polarity,
    negation_pairs,
    polarity,
    possible_negations,
    sample_rows,
)

LEXICON = ["big", "car", "Hot", "large", "motor car", "well-kept"]
PAIRS = pl.DataFrame(
    [("car", "motor car", "noun"), ("big", "large", "adjective"), ("Hot", "well-kept", None)],
    schema=["term_a", "term_b", "pos"],
    orient="row",
)


def by_letters(terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
    """Synonyms unless a hyphen occurs; a capital costs a tenth of the probability."""
    rows = []
    for a, b in zip(terms_a, terms_b, strict=True):
        p = 0.8 - 0.1 * (a + b != (a + b).lower())
        rows.append([0.0, p, 1 - p] if "-" in a + b else [p, 0.0, 1 - p])
    return np.array(rows, dtype=np.float32).reshape(-1, 3)


def first_counts(terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
    """A judge that is not symmetric: the longer first term decides."""
    longer = [len(a) > len(b) for a, b in zip(terms_a, terms_b, strict=True)]
    return np.eye(3, dtype=np.float32)[np.array(longer, dtype=int)]


def test_the_rates_by_hand() -> None:
    figures = consistency(PAIRS, by_letters, LEXICON, "en")
    # order: never, for the judge is symmetric
    assert figures["order"] == {"tests": 3, "changed": 0.0, "mean_change_of_p_synonym": 0.0}
    # case: each of six terms; car, motor car, big, large gain a capital and lose 0.1; hot loses its
    # one, but p_synonym is 0 there; Well-kept changes nothing
    assert figures["case"]["tests"] == 6
    assert figures["case"]["changed"] == 0.0
    assert figures["case"]["mean_change_of_p_synonym"] == pytest.approx(4 * 0.1 / 6, abs=1e-6)
    # hyphen: motor-car turns 0.8 into 0, well kept 0 into 0.7; both change the relation
    assert figures["hyphen"]["tests"] == 2
    assert figures["hyphen"]["changed"] == 1.0
    assert figures["hyphen"]["mean_change_of_p_synonym"] == pytest.approx(0.75, abs=1e-6)
    # inflection: cars, motor cars
    assert figures["inflection"]["tests"] == figures["inflection_as_term"]["tests"] == 2
    assert figures["inflection"]["changed"] == figures["inflection_as_term"]["changed"] == 0.0


def no_plurals(terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
    """Synonyms unless a term ends in s."""
    plural = [(a + " " + b + " ").count("s ") > 0 for a, b in zip(terms_a, terms_b, strict=True)]
    return np.eye(3, dtype=np.float32)[np.array(plural, dtype=int)]


def test_a_form_is_judged_as_its_lemma_where_the_lexicon_has_that() -> None:
    figures = consistency(PAIRS, no_plurals, LEXICON, "en")
    assert figures["inflection_as_term"]["changed"] == 1.0
    assert figures["inflection"]["changed"] == 0.0
    other = consistency(PAIRS, no_plurals, [*LEXICON, "cars"], "en")
    assert other["inflection"]["changed"] == 0.5  # here cars is a term, and so no form of car


def test_a_judge_that_heeds_the_order_is_found_out() -> None:
    assert consistency(PAIRS, first_counts, LEXICON, "en")["order"]["changed"] == 1.0


def test_what_no_rule_can_make_is_left_out() -> None:
    pairs = pl.DataFrame({"term_a": ["24"], "term_b": ["7"], "pos": ["noun"]})
    assert list(consistency(pairs, by_letters, LEXICON, "en")) == ["order"]
    assert consistency(PAIRS.clear(), by_letters, LEXICON, "en") == {}
    assert "inflection" not in consistency(PAIRS, by_letters, LEXICON, "de")


def test_a_variant_that_is_the_other_term_is_no_test() -> None:
    pairs = pl.DataFrame({"term_a": ["Hot"], "term_b": ["hot"], "pos": ["noun"]})
    assert "case" not in consistency(pairs, by_letters, LEXICON, "en")


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(0, 3), st.integers(1, 9))
def test_the_sample_does_not_depend_on_the_rest_of_the_table(n: int, seed: int, cut: int) -> None:
    pairs = pl.DataFrame({"term_a": list("abcdefghij"), "term_b": list("klmnopqrst")})
    whole = sample_rows(pairs, n, seed)
    assert whole.height == min(n, 10)
    assert set(whole.rows()) <= set(pairs.rows())
    part = sample_rows(pairs[:cut], n, seed)
    assert {row for row in whole.rows() if row in set(pairs[:cut].rows())} <= set(part.rows())


def test_polarity_by_hand() -> None:
    synonym, antonym, related = np.eye(3, dtype=np.float32)
    found = polarity(
        np.stack([antonym, antonym, synonym, related]),
        np.stack([synonym, antonym]),
        np.array([False, True]),
    )
    assert found == {
        "dictionary_antonyms": {"pairs": 4, "judged_antonym": 0.5, "judged_synonym": 0.25},
        "negated_synonyms": {"pairs": 2, "judged_antonym": 0.5, "judged_synonym": 0.5},
        "negated_synonyms_known_antonyms": {
            "pairs": 1, "judged_antonym": 1.0, "judged_synonym": 0.0,
        },
    }  # fmt: skip
    none = np.empty((0, 3), dtype=np.float32)
    assert polarity(none, none, np.empty(0, dtype=bool)) == {}


IDS = {"cheerful": 0, "clear": 1, "glad": 2, "happy": 3, "loose": 4, "unclear": 5, "unhappy": 6,
       "unloose": 7}  # fmt: skip
LABELLED = pl.DataFrame(
    [
        ("glad", "happy", "synonym"),
        ("happy", "unhappy", "antonym"),
        ("loose", "unloose", "synonym"),
        ("cheerful", "clear", "synonym"),
        ("clear", "loose", "synonym"),
    ],
    schema=["term_a", "term_b", "relation"],
    orient="row",
)


def test_negated_synonyms_by_hand() -> None:
    synonyms = LABELLED.filter(pl.col("relation") == "synonym")
    possible = possible_negations(synonyms, "en")
    assert ("glad", "happy", "unhappy") in possible.rows()
    found = negation_pairs(possible, IDS, LABELLED)
    assert found.rows() == [
        (0, 5, False),  # cheerful, unclear: no dictionary calls them or clear, unclear opposites
        (2, 6, True),  # glad, unhappy: happy and unhappy are antonyms
        (4, 5, False),  # loose, unclear
        # clear, unloose is none: loose and unloose are synonyms, the affix does not negate
    ]
    assert negation_pairs(possible.clear(), {}, LABELLED).is_empty()


def test_polarity_asks_the_classifier_about_ids() -> None:
    class Even:
        def judge(
            self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
        ) -> npt.NDArray[np.float32]:
            return np.eye(3, dtype=np.float32)[(a + b) % 2]

    ids = {"a": [0, 1], "b": [3, 2]}
    antonyms = pl.DataFrame(ids, schema={"a": pl.UInt32, "b": pl.UInt32})
    negated = antonyms[:1].with_columns(known_antonym=pl.lit(value=True))
    found = judged_polarity(Even(), antonyms, negated)
    assert found["dictionary_antonyms"] == {
        "pairs": 2, "judged_antonym": 1.0, "judged_synonym": 0.0,
    }  # fmt: skip
