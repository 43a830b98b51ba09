import math
from collections.abc import Sequence

import numba
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.discriminator import ANTONYM, SYNONYM, LabelledPairs, spell
from nymgraph.pipeline.candidates import spelling
from nymgraph.pipeline.candidates.candidates import marked, spelled_pairs
from nymgraph.pipeline.candidates.spelling import (
    OpposingAffixes,
    build_spelling_index,
    search_spellings,
)
from nymgraph.pipeline.lexicon.spelled import spell_bare
from nymgraph.pipeline.schemas import CANDIDATES
from tests.indexes.nearest import neighbour_lists

TERMS = st.lists(st.text("abc", max_size=5), min_size=1, max_size=12)
Near = list[list[tuple[int, float]]]


def found(
    terms: Sequence[str], k: int = 20, least: float = 1e-6, max_postings: int = 1_000
) -> Near:
    index = build_spelling_index(spell(terms))
    lists = search_spellings(index, np.arange(len(terms)), k, least, max_postings)
    return [[(int(i), float(c)) for i, c in row if i >= 0] for row in lists]


def trigrams(term: str) -> set[str]:
    padded = f" {term.lower()} "
    return {padded[i : i + 3] for i in range(len(term))}


def brute_force(terms: Sequence[str]) -> list[list[float]]:
    """Cosine of every two terms, from the definition; nan where a length is zero."""
    grams = [trigrams(term) for term in terms]
    rarity = {
        gram: math.log(len(terms) / sum(gram in held for held in grams)) ** 2
        for gram in set().union(*grams)
    }
    length = [math.sqrt(sum(rarity[gram] for gram in held)) for held in grams]
    return [
        [
            sum(rarity[gram] for gram in one & other) / (length[i] * length[j])
            if length[i] * length[j]
            else math.nan
            for j, other in enumerate(grams)
        ]
        for i, one in enumerate(grams)
    ]


def test_a_cosine_by_hand() -> None:
    # ab: " ab", "ab "; abc: " ab", "abc", "bc "; the shared one has ln 2, the others ln 4
    shared, own = math.log(2) ** 2, math.log(4) ** 2
    near = found(["ab", "abc", "xy", "z"])
    assert [[other for other, _ in row] for row in near] == [[1], [0], [], []]
    expected = shared / math.sqrt((shared + own) * (shared + 2 * own))
    assert near[0][0][1] == pytest.approx(expected, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(terms=TERMS)
def test_every_neighbour_of_the_definition_is_found(terms: list[str]) -> None:
    cosine, near = brute_force(terms), found(terms)
    for row, listed in enumerate(near):
        wanted = {j for j, c in enumerate(cosine[row]) if j != row and c > 1e-5}
        assert {other for other, _ in listed} == wanted
        for other, alike in listed:
            assert alike == pytest.approx(cosine[row][other], abs=1e-5)
        assert listed == sorted(listed, key=lambda one: (-one[1], one[0]))


def test_ties_stand_by_rising_id_and_the_last_fall_out() -> None:
    terms = ["abd", "abe", "abf", "abg", "xyz"]
    assert [other for other, _ in found(terms, k=2)[2]] == [0, 1]
    assert [other for other, _ in found(terms, k=2)[0]] == [1, 2]


def test_less_similar_terms_and_frequent_trigrams_are_passed_over() -> None:
    terms = ["abd", "abe", "abf", "xyz"]
    alike = found(terms)[0][0][1]
    assert found(terms, least=alike * 0.999)[0]
    assert not found(terms, least=alike * 1.001)[0]
    assert found(terms, max_postings=3)[0]
    assert not found(terms, max_postings=2)[0]


def test_terms_of_one_spelling_meet_however_frequent_their_trigrams() -> None:
    crowd = [f"ab {i}" for i in range(20)] + [f"{i} ab" for i in range(20)]
    terms = ["ab", "AB", *crowd, *("xyz" + "x" * i for i in range(200))]
    # both trigrams of ab are in 22 terms of 242 and passed over: only the spelling itself is left,
    # (ln 121)^2 = 23.0, against a squared length of 2 (ln 11)^2 = 11.5
    assert found(terms, max_postings=10)[0] == [(1, 1.0)]
    assert found(terms, max_postings=1)[0] == []


def test_degenerate_terms() -> None:
    assert found([""]) == [[]]
    assert found(["", "", "a"]) == [[], [], []]
    assert found(["a", "A", "b"])[:2] == [[(1, 1.0)], [(0, 1.0)]]  # case is set aside
    assert found(["a"]) == [[]]  # its trigram is in every term: no weight


def test_threads_and_blocks_change_nothing() -> None:
    random = np.random.default_rng(0)
    terms = ["".join(random.choice(list("abcde"), 5)) for _ in range(600)]
    index = build_spelling_index(spell(terms))
    before = numba.get_num_threads()
    try:
        lists = []
        for threads in (1, before):
            numba.set_num_threads(threads)
            lists.append(search_spellings(index, np.arange(600), 8, 0.1, 1_000))
    finally:
        numba.set_num_threads(before)
    assert lists[0].tobytes() == lists[1].tobytes()
    part = search_spellings(index, np.array([599, 3]), 8, 0.1, 1_000)
    assert part.tobytes() == lists[0][[599, 3]].tobytes()


WORDS = ["able", "unable", "kind", "unkind", "careful", "careless", "useful", "useless"]
WORDS += ["fair", "unfair", "colour", "color"]


def pairs_of(*rows: tuple[int, int, int]) -> LabelledPairs:
    a, b, relation = np.array(rows, np.int64).reshape(-1, 3).T
    return LabelledPairs.of(a, b, relation)


def test_affixes_are_learned_from_pairs() -> None:
    training = pairs_of((0, 1, ANTONYM), (2, 3, ANTONYM), (4, 5, ANTONYM), (6, 7, ANTONYM))
    opposites = OpposingAffixes.learn(spell(WORDS), training)
    a, b = np.array([8, 9, 4, 10, 0]), np.array([9, 8, 5, 11, 4])
    assert opposites.between(a, b).tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    "training",
    [
        [],
        [(0, 1, SYNONYM), (2, 3, ANTONYM)],  # a draw
        [(0, 1, ANTONYM), (2, 3, ANTONYM), (0, 1, SYNONYM), (2, 3, SYNONYM)],
    ],
)
def test_too_few_pairs_teach_nothing(training: list[tuple[int, int, int]]) -> None:
    opposites = OpposingAffixes.learn(spell(WORDS), pairs_of(*training))
    assert not opposites.between(np.array([8]), np.array([9])).any()


def test_spelled_pairs_stand_once_and_not_where_a_vector_found_them() -> None:
    empty: Near = [[] for _ in WORDS]
    near, spelled = neighbour_lists([[(1, 0.9)], *empty[1:]], 1), [*empty]
    spelled[0], spelled[1] = [(1, 0.7)], [(0, 0.7)]  # found by vector
    spelled[8], spelled[9] = [(9, 0.6)], [(8, 0.6)]
    spelled[11] = [(10, 0.5)]
    vectors = np.eye(len(WORDS), dtype=np.float16)
    lists = neighbour_lists(spelled, 1)
    rows = spelled_pairs(near, lists, vectors, 0, len(WORDS))
    assert rows.select("a", "b", "route").rows() == [(8, 9, "surface"), (10, 11, "surface")]
    assert rows["cosine"].to_list() == [0, 0]


def test_pairs_of_an_opposing_affix_are_marked_whichever_search_found_them() -> None:
    opposites = OpposingAffixes.learn(spell(WORDS), pairs_of((0, 1, ANTONYM), (2, 3, ANTONYM)))
    rows = [(0, 1, 0.5, "vector"), (8, 9, 0.25, "surface"), (10, 11, 0.75, "vector")]
    pairs = CANDIDATES.conform(pl.DataFrame(rows, list(CANDIDATES.schema), orient="row"))
    found = marked(pairs, opposites)
    assert found["route"].to_list() == ["affix", "affix", "vector"]
    assert found.drop("route").equals(pairs.drop("route"))
    assert marked(CANDIDATES.empty(), opposites).equals(CANDIDATES.empty())


def test_terms_that_differ_in_accents_or_case_alone_are_nearest() -> None:
    terms = ["kâr", "kar", "KAR", "karga", "kara", "ısı", "isi", "İSİ", "isim"]
    lists = search_spellings(
        build_spelling_index(spell_bare(terms, "tr")), np.arange(len(terms)), 4, 0.1, 100
    )
    nearest = {
        term: {terms[n] for n, alike in zip(row["id"], row["cosine"], strict=True) if alike > 0.999}
        for term, row in zip(terms, lists, strict=True)
    }
    assert nearest["kâr"] == {"kar", "KAR"}
    assert nearest["kar"] == {"kâr", "KAR"}
    assert nearest["isi"] == {"ısı", "İSİ"}
    assert nearest["karga"] == set()


def test_trigrams_that_all_terms_hold_say_nothing_and_do_no_harm() -> None:
    # six of them in each of 20 terms: more than the terms that can be touched
    terms = [f"prefix{letter}{letter if letter < 'e' else ''}" for letter in "abcdefghijklmnopqrst"]
    cosine = brute_force(terms)
    for row, listed in enumerate(found(terms)):
        assert {other for other, _ in listed} == {
            j for j, c in enumerate(cosine[row]) if j != row and c > 1e-5
        }


@pytest.mark.parametrize("span", [1, 3])
def test_the_index_is_the_same_in_spans_of_any_size(
    monkeypatch: pytest.MonkeyPatch, span: int
) -> None:
    terms = ["kâr", "kar", "", "abab", "abc", "KAR", "bca", "c"]
    whole = build_spelling_index(spell_bare(terms, "tr"))
    monkeypatch.setattr(spelling, "SPAN", span)
    for one, other in zip(whole, build_spelling_index(spell_bare(terms, "tr")), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
