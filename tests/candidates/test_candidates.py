import itertools

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.candidates import candidates
from nymgraph.pipeline.candidates.candidates import (
    cosines,
    dictionary_pairs,
    listed,
    owned_pairs,
    with_further,
)
from nymgraph.pipeline.schemas import CANDIDATES
from tests.indexes.nearest import all_cosines, neighbour_lists

# 0 lists 1 and 2, 1 lists 0, 2 lists 3, 3 nobody, 4 lists 1 and 3
LISTS = neighbour_lists(
    [[(1, 0.9), (2, 0.5)], [(0, 0.9)], [(3, 0.75)], [], [(3, 0.6), (1, 0.4)]], 2
)

SPELLED = neighbour_lists([[], [], [], [], [(0, 0.8)]], 1)


@st.composite
def any_lists(draw: st.DrawFn) -> npt.NDArray[np.void]:
    """Lists of distinct neighbours; the cosine of a pair is the same from both ends."""
    n_terms = draw(st.integers(1, 12))
    k = draw(st.integers(1, 5))
    rows = []
    for row in range(n_terms):
        others = [other for other in range(n_terms) if other != row]
        chosen = draw(st.lists(st.sampled_from(others), max_size=k, unique=True)) if others else []
        rows.append([(other, (row + other) / 32) for other in chosen])
    return neighbour_lists(rows, k)


def test_owned_pairs_by_hand() -> None:
    found = owned_pairs(LISTS, 0, 5)
    CANDIDATES.check(dict(found.schema), "candidates")
    assert found.select("a", "b").rows() == [(0, 1), (0, 2), (1, 4), (2, 3), (3, 4)]
    assert found["cosine"].to_list() == pytest.approx([0.9, 0.5, 0.4, 0.75, 0.6])
    assert found["route"].unique().to_list() == ["vector"]
    # row 1 lists 0, but 0 lists 1 too and is the smaller
    assert owned_pairs(LISTS, 1, 2).is_empty()


@settings(max_examples=60, deadline=None)
@given(lists=any_lists(), data=st.data())
def test_every_pair_of_the_lists_is_owned_once_for_any_cut(
    lists: npt.NDArray[np.void], data: st.DataObject
) -> None:
    expected = {
        (min(row, int(other)), max(row, int(other)))
        for row, ids in enumerate(lists["id"])
        for other in ids
        if other >= 0
    }
    cuts = data.draw(st.lists(st.integers(0, len(lists)), max_size=3))
    bounds = [0, *sorted(cuts), len(lists)]
    parts = [owned_pairs(lists, i, j) for i, j in itertools.pairwise(bounds)]
    rows = pl.concat(parts).select("a", "b").rows()
    assert len(rows) == len(expected)
    assert set(rows) == expected
    whole = owned_pairs(lists, 0, len(lists))
    assert whole.equals(pl.concat(parts).sort("a", "b"))
    np.testing.assert_allclose(whole["cosine"], (whole["a"] + whole["b"]).to_numpy() / 32)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = owned_pairs(LISTS, 0, 5)
    monkeypatch.setattr(candidates, "ROWS_AT_ONCE", 2)
    assert owned_pairs(LISTS, 0, 5).equals(whole)


def test_no_rows_and_no_neighbours() -> None:
    assert owned_pairs(LISTS, 3, 3).equals(CANDIDATES.empty())
    assert owned_pairs(LISTS, 3, 4).equals(CANDIDATES.empty())


def test_a_pair_is_listed_by_either_end() -> None:
    a, b = np.array([0, 1, 2, 3, 1, 0]), np.array([2, 4, 0, 4, 2, 3])
    assert listed(LISTS, a, b).tolist() == [True, True, True, True, False, False]


def test_dictionary_pairs_by_hand() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [-1, 0]], dtype=np.float16)
    rows = [
        (2, 4, "antonym", "train"),  # cos((1, 1), (-1, 0)) = -1 / sqrt 2
        (0, 1, "synonym", "train"),  # listed
        (1, 3, "synonym", "train"),  # the vector of 3 is zero
        (0, 3, "co_hyponym", "train"),  # not a relation that is added
        (0, 4, "synonym", "train"),  # listed by spelling
        (1, 2, "synonym", "test"),  # held out
        (2, 3, "antonym", "validation"),
    ]
    pairs = pl.DataFrame(rows, schema=["a", "b", "relation", "split"], orient="row")
    types = {"relation": pl.Enum(["synonym", "antonym", "co_hyponym"])}
    found = dictionary_pairs(LISTS, SPELLED, vectors, pairs.cast(types))
    CANDIDATES.check(dict(found.schema), "candidates")
    assert found.select("a", "b", "route").rows() == [(1, 3, "dictionary"), (2, 4, "dictionary")]
    assert found["cosine"].to_list() == pytest.approx([0, -(0.5**0.5)], abs=1e-3)


def test_pairs_of_further_routes_that_nothing_else_finds_are_added() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [-1, 0]], dtype=np.float16)
    known = CANDIDATES.conform(
        pl.DataFrame({"a": [1], "b": [3], "cosine": [0.0], "route": ["dictionary"]})
    )
    asked = np.array([[0, 1], [0, 4], [1, 2], [1, 3]])  # listed, spelled, new, known
    found = with_further(known, LISTS, SPELLED, vectors, asked, "initials")
    CANDIDATES.check(dict(found.schema), "candidates")
    assert found.select("a", "b", "route").rows() == [(1, 2, "initials"), (1, 3, "dictionary")]
    assert found["cosine"].to_list() == pytest.approx([0.5**0.5, 0], abs=1e-3)
    none = with_further(known, LISTS, SPELLED, vectors, asked[:0], "initials")
    assert none.equals(known)
    last = with_further(found, LISTS, SPELLED, vectors, np.array([[1, 2], [2, 4]]), "gloss")
    assert last["route"].to_list() == ["initials", "dictionary", "gloss"]


def test_cosines_are_those_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "ROWS_AT_ONCE", 7)
    vectors = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    vectors[4] = 0
    a, b = (ends.ravel() for ends in np.indices((9, 9)))
    np.testing.assert_allclose(cosines(vectors, a, b), all_cosines(vectors)[a, b], atol=1e-6)
    assert cosines(vectors, a[:0], b[:0]).shape == (0,)
