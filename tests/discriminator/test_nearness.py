import numpy as np
import pytest

from nymgraph.discriminator import Neighbourhoods, surroundings
from nymgraph.discriminator.nearness import N_DENSE


def hoods(near: np.ndarray, cosine: np.ndarray, term: np.ndarray | None = None) -> Neighbourhoods:
    none = np.empty(0, np.int64)
    ends = np.arange(len(near)) if term is None else term
    return Neighbourhoods.of(
        ends, near.astype(np.int32), cosine.astype(np.float32), len(near), (none, none, none)
    )


def added(of: Neighbourhoods, a: int, b: int) -> float:
    return float(surroundings(of, np.array([a]), np.array([b]))[0])


def test_worked_by_hand() -> None:
    # x = 0: neighbours 1 (3/4), 2 (1/4); mean and density 1/2; weights: itself 1/2, 1: 1/4, 2: 0.
    # y = 1: neighbours 0 (3/4), 3 (1/2); mean and density 5/8; itself 3/8, 0: 1/8, 3: 0.
    # lesser weights: 0: min(1/2, 1/8), 1: min(1/4, 3/8), together 3/8; all weights 3/4 + 1/2.
    # shared = 3/8 / (5/4 - 3/8) = 3/7; less the densities (1/2 + 5/8) / 2.
    near = np.array([[1, 2], [0, 3], [-1, -1], [-1, -1]])
    cosine = np.array([[0.75, 0.25], [0.75, 0.5], [0, 0], [0, 0]])
    expected = 3 / 7 - 9 / 16
    assert added(hoods(near, cosine), 0, 1) == pytest.approx(expected)
    assert added(hoods(near, cosine), 1, 0) == pytest.approx(expected)


def test_a_term_without_neighbours_adds_nothing() -> None:
    near, cosine = np.array([[1, 2], [-1, -1], [-1, -1]]), np.array([[0.75, 0.25], [0, 0], [0, 0]])
    assert added(hoods(near, cosine), 0, 1) == 0


def nearest(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -2)
    near = np.argsort(-cosine, axis=1)[:, :k]
    return near, np.take_along_axis(cosine, near, axis=1)


def by_the_formula(near: np.ndarray, cosine: np.ndarray, x: int, y: int) -> float:
    weights = []
    for term in (x, y):
        row = np.zeros(len(near))
        row[near[term]], row[term] = cosine[term], 1
        weights.append(np.where(row > 0, np.maximum(row - cosine[term].mean(), 0), 0))
    shared = np.minimum(*weights).sum() / np.maximum(*weights).sum()
    return float(shared - (cosine[x, :N_DENSE].mean() + cosine[y, :N_DENSE].mean()) / 2)


def test_as_the_formula_says_and_the_same_both_ways() -> None:
    vectors = np.random.default_rng(0).random((60, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near, cosine = nearest(vectors, 16)
    a, b = np.triu_indices(60, 1)
    found = surroundings(hoods(near, cosine), a, b)
    oracle = [by_the_formula(near, cosine, x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(found, oracle, atol=1e-5)
    assert (found == surroundings(hoods(near, cosine), b, a)).all()


def test_terms_of_one_meaning_have_the_same_neighbours() -> None:
    # 0, 1 and 2 lie around one place, 3 near the edge of it and of nothing else
    near = np.array([[1, 2, 3, 4], [0, 2, 3, 4], [0, 1, 3, 4], [0, 5, 6, 7], *[[-1] * 4] * 4])
    cosine = np.array([[0.9, 0.9, 0.5, 0.5]] * 3 + [[0.5, 0.9, 0.9, 0.5]] + [[0.0] * 4] * 4)
    of = hoods(near, cosine)
    assert added(of, 0, 1) > added(of, 0, 3) + 0.2
