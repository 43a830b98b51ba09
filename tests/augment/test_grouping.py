from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from nymgraph.pipeline.augment import grouping
from nymgraph.pipeline.augment.grouping import complete_linkage, group_terms, neighbourhoods
from nymgraph.pipeline.augment.selection import first_groups, first_terms


def at(*degrees: float) -> npt.NDArray[np.float32]:
    """Vectors of length 1 in the plane."""
    angles = np.radians(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def lists(groups: list[npt.NDArray[np.int64]]) -> list[list[int]]:
    return [group.tolist() for group in groups]


def test_complete_linkage_by_hand() -> None:
    # 1 - cos 50 = 0.357, 1 - cos 60 = 0.5: the chain 0, 30, 60 falls apart, nearest first
    assert lists(complete_linkage(at(0, 30, 59), 0.4, 50)) == [[1, 2]]
    assert lists(complete_linkage(at(0, 25, 50), 0.4, 50)) == [[0, 1, 2]]


def test_a_zero_vector_is_near_nobody() -> None:
    vectors = np.concatenate([at(0, 1), np.zeros((2, 2), np.float32)])
    assert lists(complete_linkage(vectors, 0.4, 50)) == [[0, 1]]


def blobs(n: int, seed: int = 0) -> npt.NDArray[np.float32]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(n // 10, 16))
    rows = centres[random.integers(len(centres), size=n)] + 0.4 * random.normal(size=(n, 16))
    return rows.astype(np.float32)


def test_groups_are_tight_disjoint_and_of_bounded_size() -> None:
    vectors = blobs(600)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = group_terms(vectors, 10, 0.4, 7, 0)
    assert len(groups) > 30
    members = np.concatenate(groups)
    assert len(members) == len(set(members.tolist()))
    for group in groups:
        assert 2 <= len(group) <= 7
        assert np.all(np.diff(group) > 0)
        assert min(unit[a] @ unit[b] for a, b in combinations(group, 2)) >= 0.6 - 1e-5
    assert lists(groups) == sorted(lists(groups))
    assert lists(groups) == lists(group_terms(vectors, 10, 0.4, 7, 0))


def test_larger_groups_are_split_and_lose_no_near_pair_for_nothing() -> None:
    vectors = at(*np.linspace(0, 1, 100))  # all within a degree
    groups = group_terms(vectors, 99, 0.4, 8, 0)
    assert all(2 <= len(group) <= 8 for group in groups)
    assert sum(map(len, groups)) >= 90


def test_neighbourhoods_join_the_nearest_first_as_long_as_they_fit() -> None:
    a, b = np.array([0, 1, 2, 4]), np.array([1, 2, 3, 5])
    cosine = np.array([0.7, 0.9, 0.8, 0.6])
    assert lists(neighbourhoods(7, a, b, cosine, 3)) == [[1, 2, 3], [4, 5]]
    assert lists(neighbourhoods(7, a, b, cosine, 9)) == [[0, 1, 2, 3], [4, 5]]
    none = np.empty(0, np.int64)
    assert neighbourhoods(3, none, none, none.astype(float), 9) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_compiled_union_is_the_plain_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random.integers(60, size=(2, 80))
    plain = grouping.bounded_components.py_func  # type: ignore[attr-defined]
    for most in (2, 5, 60):
        compiled = grouping.bounded_components(60, a, b, most)
        assert compiled.tolist() == plain(60, a, b, most).tolist()
        assert np.bincount(compiled).max() <= most


def terms(*frequencies: float | None) -> pl.DataFrame:
    names = [f"t{place}" for place in range(len(frequencies))]
    schema = {"term": pl.String, "frequency": pl.Float64}
    return pl.DataFrame({"term": names, "frequency": frequencies}, schema=schema)


def test_the_most_frequent_terms_come_first_in_their_order() -> None:
    rows = terms(1, None, 9, 5)
    assert first_terms(rows, 2, 0)["term"].to_list() == ["t2", "t3"]
    assert first_terms(rows, None, 0).equals(rows)
    assert first_terms(rows, 9, 0).equals(rows)


def test_where_no_frequency_is_known_the_draw_is_seeded() -> None:
    rows = terms(*[None] * 40)
    draws = [first_terms(rows, 10, seed)["term"].to_list() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]
    assert draws[0] == sorted(draws[0], key=rows["term"].to_list().index)
    less = first_terms(rows[:39], 10, 0)["term"].to_list()
    assert len(set(less) & set(draws[0])) >= 9  # one term more reshuffles no other


def test_groups_count_as_their_most_frequent_term() -> None:
    groups = [("a", "b"), ("c", "d"), ("e", "f")]
    assert first_groups(groups, {"b": 1.0, "c": 0.5, "d": 2.0}, 2, 0) == [("c", "d"), ("a", "b")]
    assert first_groups(groups, {}, 0, 0) == []
    assert sorted(first_groups(groups, {}, None, 3)) == groups
