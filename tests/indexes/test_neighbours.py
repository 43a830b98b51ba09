import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.indexes import neighbours
from nymgraph.pipeline.indexes.indexes import build_index
from nymgraph.pipeline.indexes.neighbours import exact_search
from nymgraph.pipeline.indexes.plans import IndexPlan
from tests.indexes.nearest import all_cosines, brute_force

EXACT = IndexPlan("exact")


def searched(
    vectors: npt.NDArray[np.floating], k: int, min_cosine: float, plan: IndexPlan = EXACT
) -> npt.NDArray[np.void]:
    index = build_index(vectors, plan, 64, 0)
    return index.search(np.arange(len(vectors)), k, min_cosine)


def inverted(nlist: int, nprobe: int, storage: str = "int8") -> IndexPlan:
    return IndexPlan("ivf", nlist, nprobe, storage, directions=128, shortlist=128)


def random_vectors(seed: int, n_terms: int, dim: int = 4) -> npt.NDArray[np.float32]:
    """Some of them copies of others, some zero."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(n_terms, dim)).astype(np.float32)
    vectors[random.random(n_terms) < 0.2] = vectors[0]
    vectors[random.random(n_terms) < 0.1] = 0
    return vectors


def check_parity(
    lists: npt.NDArray[np.void], vectors: npt.NDArray[np.floating], k: int, min_cosine: float
) -> None:
    """The same cosines as by brute force, and ids that have them."""
    cosine = all_cosines(vectors)
    for row, (found, expected) in enumerate(
        zip(lists, brute_force(vectors, k, min_cosine), strict=True)
    ):
        ids = [int(one) for one in found["id"] if one >= 0]
        assert len(ids) == len(set(ids)) == len(expected)
        assert row not in ids
        values = found["cosine"][: len(ids)]
        np.testing.assert_allclose(values, [value for _, value in expected], atol=1e-5)
        np.testing.assert_allclose(values, cosine[row, ids], atol=1e-5)
        assert (found["id"][len(ids) :] == -1).all()
        assert (found["cosine"][len(ids) :] == 0).all()


def test_four_directions_by_hand() -> None:
    # east, north-east, north, west: cosines to east are 1, 0.7071, 0, -1
    vectors = np.array([[2, 0], [1, 1], [0, 3], [-1, 0]], dtype=np.float32)
    lists = searched(vectors, 2, -1.0)
    assert lists["id"].tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    half = 0.5**0.5
    expected = [[half, 0], [half, half], [half, 0], [0, -half]]
    np.testing.assert_allclose(lists["cosine"], expected, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_terms=st.integers(1, 30),
    k=st.integers(1, 40),
    min_cosine=st.sampled_from([-1.0, 0.05, 0.3, 0.9]),
)
def test_search_finds_what_brute_force_finds(
    seed: int, n_terms: int, k: int, min_cosine: float
) -> None:
    vectors = random_vectors(seed, n_terms)
    check_parity(searched(vectors, k, min_cosine), vectors, k, min_cosine)


@pytest.mark.parametrize("block", [3, 7, 1000])
def test_exact_search_is_the_search_of_a_flat_index(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(neighbours, "ADD_ROWS", block)
    vectors = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float16)
    rows = np.array([39, 0, 17])
    for k in (1, 5, 60):
        exact = exact_search(vectors, rows, k, 0.1)
        flat = searched(vectors, k, 0.1)[rows]
        np.testing.assert_array_equal(exact["id"], flat["id"])
        np.testing.assert_allclose(exact["cosine"], flat["cosine"], atol=1e-6)


def test_an_inverted_file_that_probes_every_list_is_exact() -> None:
    vectors = np.random.default_rng(2).normal(size=(300, 8)).astype(np.float32)
    check_parity(searched(vectors, 6, 0.0, inverted(8, 8)), vectors, 6, 0.0)


def test_an_inverted_file_that_probes_one_list_leaves_gaps_and_no_faults() -> None:
    vectors = random_vectors(3, 300, 8)
    lists = searched(vectors, 40, -1.0, inverted(16, 1))
    assert (lists["id"] == -1).any()
    found, cosine = lists["id"] >= 0, all_cosines(vectors)
    rows = np.nonzero(found)[0]
    np.testing.assert_allclose(lists["cosine"][found], cosine[rows, lists["id"][found]], atol=1e-5)


def test_the_inverted_file_depends_on_its_seed_alone() -> None:
    vectors = random_vectors(4, 300, 8)
    one, again = (searched(vectors, 9, -1.0, inverted(16, 2)) for _ in range(2))
    np.testing.assert_array_equal(one, again)


class TestDegenerate:
    def test_equal_vectors_are_neighbours_and_none_is_its_own(self) -> None:
        vectors = np.ones((6, 3), dtype=np.float16)
        lists = searched(vectors, 3, 0.3)
        for row in range(6):
            ids = lists["id"][row].tolist()
            assert len(set(ids)) == 3
            assert row not in ids
            assert ids == sorted(ids)  # ties stand by rising id
        np.testing.assert_allclose(lists["cosine"], 1, atol=1e-6)
        assert (lists["cosine"] <= 1).all()

    def test_a_zero_vector_has_no_neighbours(self) -> None:
        vectors = np.array([[0, 0], [1, 0], [1, 0]], dtype=np.float32)
        for lists in (searched(vectors, 2, -1.0), exact_search(vectors, np.arange(3), 2, -1.0)):
            assert lists["id"][0].tolist() == [-1, -1]
            assert lists["cosine"][0].tolist() == [0, 0]

    def test_more_neighbours_asked_for_than_there_are(self) -> None:
        lists = searched(np.eye(3, dtype=np.float32), 7, -1.0)
        assert lists.shape == (3, 7)
        assert lists["id"][0].tolist() == [1, 2, -1, -1, -1, -1, -1]

    def test_one_term_alone(self) -> None:
        assert searched(np.ones((1, 2), np.float32), 2, -1.0)["id"].tolist() == [[-1, -1]]

    def test_no_queries(self) -> None:
        none = np.empty(0, dtype=np.int64)
        assert exact_search(np.ones((4, 2), np.float32), none, 2, 0.0).shape == (0, 2)
