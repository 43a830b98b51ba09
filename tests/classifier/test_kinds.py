"""What is alike in letters alone is not alike in meaning."""

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.classifier.kinds import (
    KINDS,
    PRIOR,
    Spelled,
    fit_shifts,
    kept_apart,
    listed_terms,
    shifted,
)
from nymgraph.pipeline.lexicon.normalise import look_up_key

WORDS = ["plain", "words", "that", "are", "common", "enough", "to", "make", "capitals", "tell"]


NO_SENSES = pl.DataFrame(schema={"term_id": pl.UInt32, "pos": pl.String})


def spelled(*terms: str) -> Spelled:
    every = [*terms, *WORDS, "more", "of", "them"]
    return Spelled.of(every, pl.Series([look_up_key(term, "en") for term in every]), NO_SENSES)


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("Be", "be", "case"),
        ("CD", "cd", "case"),
        ("MO", "Mo", "case"),
        ("Ms", "ms", "case"),
        ("Reading", "reading", "case"),
        ("Te", "tent", "short"),
        ("Co", "co-occur", "short"),
        ("REIT", "ret", "short"),
        ("P.A.", "P.E.", "short"),
        ("UNESCO", "Unesco town", "short"),
        ("WY", "blowy", "short"),
        ("lad", "lade", "short"),
        ("Tunney", "tunny", "one_capital"),
        ("Callas", "calla lily", "one_capital"),
        ("Wilde", "wild thing", "one_capital"),
        ("George Bush", "bush", "one_capital"),
        ("Floreal", "floral", "one_capital"),
        ("Mark Twain", "Samuel Clemens", "both_capital"),
        ("Paris", "City of Light", "both_capital"),
        ("quick", "rapid", None),
        ("motor car", "motorcar", None),
    ],
)
def test_the_kind_of_a_pair(a: str, b: str, kind: str | None) -> None:
    pairs = pl.DataFrame({"a": [0], "b": [1], "route": ["vector"]})
    found = spelled(a, b).kinds(pairs)[0]
    assert [name for name, is_so in zip(KINDS, found, strict=True) if is_so] == (
        [] if kind is None else [kind]
    )


def test_what_spelling_alone_found_is_of_that_kind_too() -> None:
    pairs = pl.DataFrame({"a": [0, 0], "b": [1, 1], "route": ["surface", "affix"]})
    found = spelled("Te", "tent").kinds(pairs)
    assert found[:, KINDS.index("by_spelling")].tolist() == [True, False]
    assert found[:, KINDS.index("short")].tolist() == [True, True]


def test_where_most_have_a_capital_it_tells_nothing() -> None:
    terms = ["HAMMER", "HAMMERS", "Nail", "Saw blade", "wire"]
    found = Spelled.of(terms, pl.Series(terms), NO_SENSES)
    assert not found.capital.any()


def test_a_correction_by_hand() -> None:
    judged = np.array([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.5, 0.0, 0.5]], np.float32)
    kinds = np.zeros((3, 5), np.bool_)
    kinds[0, 1], kinds[2, [2, 4]] = True, True
    found = shifted(judged, kinds, (0.0, -np.log(4), -1.0, 0.0, 1.0))
    # odds of 4 to 1 become even; what is left is shared as it was; -1 and 1 cancel
    assert found[0] == pytest.approx([0.5, 0.25, 0.25], abs=1e-6)
    assert found[1].tolist() == judged[1].tolist()
    assert found[2] == pytest.approx([0.5, 0.0, 0.5], abs=1e-6)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-6)


def test_shifts_find_what_was_put_in() -> None:
    rng = np.random.default_rng(0)
    n = 60_000
    kinds = np.zeros((n, 5), np.bool_)
    kinds[np.arange(n), rng.integers(0, 4, n)] = True
    kinds[: n // 3, :4] = False
    kinds[:, 4] = rng.random(n) < 0.3
    p = rng.uniform(0.3, 0.99, n)
    true = np.array([-2.5, -1.0, -2.0, 1.0, -1.5])
    odds = np.log(p / (1 - p)) - 0.5 + kinds @ true  # the intercept is dropped
    synonym = rng.random(n) < 1 / (1 + np.exp(-odds))
    assert fit_shifts(p, synonym, kinds) == pytest.approx(true, abs=0.15)


def test_without_known_pairs_the_prior_stands() -> None:
    nothing = np.zeros((3, 5), np.bool_)
    assert fit_shifts(np.full(3, 0.9), np.zeros(3, np.bool_), nothing) == PRIOR
    few = fit_shifts(np.array([0.9, 0.4]), np.array([True, False]), nothing[:2])
    assert few == pytest.approx(PRIOR, abs=1e-6)


def test_what_a_dictionary_keeps_apart_is_apart() -> None:
    terms = spelled("Be", "be", "Wagon", "wagon")
    judged = pl.DataFrame(
        {
            "a": [0, 2, 0],
            "b": [1, 3, 1],
            "p_synonym": [0.9, 0.9, 1.0],
            "p_antonym": [0.0, 0.0, 0.0],
            "p_co_hyponym": [0.1, 0.1, 0.0],
            "evidence": ["model", "model", "dictionary"],
        }
    )
    evidence = pl.DataFrame({"a": [0, 1, 3], "b": [9, 9, 9]})
    found = kept_apart(judged, terms, listed_terms(evidence, len(terms.key)))
    assert found["p_synonym"].to_list() == pytest.approx([0.0, 0.9, 1.0])
    assert found["p_co_hyponym"].to_list() == pytest.approx([1.0, 0.1, 0.0])


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        (["adjective"], ["noun"], True),  # cheap, cheap money
        (["adjective", "noun"], ["noun"], False),
        (["adjective"], ["adjective"], False),
        (["adjective"], [], False),  # nobody knows the other
        ([""], ["noun"], False),
        (["verb"], ["adverb", "noun"], True),
    ],
)
def test_what_shares_no_part_of_speech_is_apart(a: list[str], b: list[str], apart: bool) -> None:
    rows = [(0, pos) for pos in a] + [(1, pos) for pos in b]
    senses = pl.DataFrame(rows, NO_SENSES.schema, orient="row")
    terms = Spelled.of(["one", "other"], pl.Series(["one", "other"]), senses)
    judged = pl.DataFrame(
        {"a": [0, 0], "b": [1, 1], "p_synonym": [0.9, 0.9], "p_antonym": [0.1, 0.1],
         "p_co_hyponym": [0.0, 0.0], "evidence": ["model", "dictionary"]}
    )  # fmt: skip
    found = kept_apart(judged, terms, np.ones(2, np.bool_))
    expected = 0.0 if apart else 0.9
    assert found["p_synonym"].to_list() == pytest.approx([expected, 0.9])
