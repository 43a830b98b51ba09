import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.hashing import stable_hash, stable_hashes
from nymgraph.pipeline.lexicon.splits import (
    held_back_terms,
    refuse_leaks,
    split_pairs,
    split_terms,
    term_mask,
    term_splits,
)
from nymgraph.pipeline.schemas import HELD_OUT

NONE = np.empty(0, dtype=np.int64)


def split(
    terms: list[str], antonyms: list[tuple[str, str]] | None = None, seed: int = 0
) -> dict[str, int]:
    ids = [(terms.index(a), terms.index(b)) for a, b in antonyms or []]
    a, b = np.array(ids, dtype=np.int64).reshape(-1, 2).T
    return dict(zip(terms, split_terms(terms, a, b, 0.2, 0.3, seed).tolist(), strict=True))


def test_hashes_are_the_same_everywhere() -> None:
    assert stable_hash("hot") == 0x8AA1359ABECECD69  # as `printf hot | b2sum -l 64` says
    assert stable_hashes(["hot", "é"]).tolist() == [stable_hash("hot"), stable_hash("é")]
    assert stable_hashes([]).dtype == np.uint64


def test_the_draw_by_hand() -> None:
    terms = [f"term {i}" for i in range(50)]
    found = split(terms, seed=3)
    for term in terms:
        draw = stable_hash(f"3:{term}") / 2**64  # below 0.3 test, below 0.3 + 0.2 validation
        assert found[term] == (2 if draw < 0.3 else 1 if draw < 0.5 else 0)
    assert set(found.values()) == {0, 1, 2}


def test_the_shares_are_about_right() -> None:
    terms = [str(i) for i in range(20_000)]
    shares = np.bincount(split_terms(terms, NONE, NONE, 0.1, 0.15, 0), minlength=3) / 20_000
    # standard error of a share at most sqrt(0.25 * 0.75 / 20000) = 0.003; four of them
    assert shares == pytest.approx([0.75, 0.1, 0.15], abs=0.012)


def test_another_seed_is_another_split() -> None:
    terms = [str(i) for i in range(100)]
    assert split(terms, seed=0) != split(terms, seed=1)


def test_nothing_held_out_and_no_terms() -> None:
    assert not split_terms(["a", "b"], NONE, NONE, 0.0, 0.0, 0).any()
    assert split_terms([], NONE, NONE, 0.1, 0.1, 0).tolist() == []


TERMS = st.lists(st.text(min_size=1, max_size=3), min_size=2, max_size=20, unique=True)


@settings(max_examples=60, deadline=None)
@given(terms=TERMS, data=st.data())
def test_antonyms_stay_together_in_any_order_and_beside_any_others(
    terms: list[str], data: st.DataObject
) -> None:
    term = st.sampled_from(terms)
    antonyms = data.draw(st.lists(st.tuples(term, term), max_size=8))
    found = split(terms, antonyms)
    assert all(found[a] == found[b] for a, b in antonyms)
    assert split(data.draw(st.permutations(terms)), antonyms) == found
    more = data.draw(st.lists(st.text(min_size=4, max_size=5), max_size=5, unique=True))
    wider = split([*more, *terms], antonyms)
    assert {term: wider[term] for term in terms} == found


def test_a_pair_takes_the_more_held_out_split() -> None:
    a, b = np.array([0, 0, 1, 2, 0], np.int8), np.array([0, 1, 2, 0, 2], np.int8)
    assert split_pairs(a, b).tolist() == [0, 1, 2, 2, 2]


def test_the_splits_of_terms() -> None:
    rows = [(2, "cold", "validation"), (4, "hot", "test")]
    held_out = HELD_OUT.conform(pl.DataFrame(rows, schema=list(HELD_OUT.schema), orient="row"))
    assert term_splits(held_out, 6).tolist() == [0, 0, 1, 0, 2, 0]
    assert term_splits(HELD_OUT.empty(), 2).tolist() == [0, 0]


def test_a_leak_is_counted_and_named() -> None:
    held = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], dtype=np.int8)
    a, b = np.array([0, 7, 1]), np.array([1, 2, 5])
    with pytest.raises(ArtefactError, match="an unlabelled neighbour touches") as caught:
        refuse_leaks(a, b, held, "an unlabelled neighbour", "draw again")
    assert caught.value.got == "2 of 3 pairs, the first of the terms with the ids 7 and 2"
    assert caught.value.cure == "draw again"
    refuse_leaks(a[:1], b[:1], held, "a pair")
    refuse_leaks(a[:0], b[:0], held, "a pair")


def test_terms_held_back_are_free_and_drawn_one_by_one() -> None:
    terms = [f"term {i}" for i in range(4_000)]
    held = np.zeros(4_000, dtype=np.int8)
    held[::4] = 1
    held_back = held_back_terms(terms, held, 0.2, seed=7)
    assert not held_back[held != 0].any()
    assert abs(held_back[held == 0].mean() - 0.2) < 0.03
    np.testing.assert_array_equal(
        held_back_terms(terms[:90], held[:90], 0.2, seed=7), held_back[:90]
    )
    assert not held_back_terms(terms, held, 0.0, seed=7).any()


def test_the_mask_of_listed_terms() -> None:
    listed = pl.DataFrame({"term_id": [2, 0]}, schema={"term_id": pl.UInt32})
    assert term_mask(listed, 4).tolist() == [True, False, True, False]
