import numpy as np
import polars as pl
import pytest

from nymgraph.discriminator import ANTONYM, LabelledPairs, spell
from nymgraph.pipeline.candidates.audit import index_recall, labelled_recall, recall_against
from nymgraph.pipeline.candidates.spelling import OpposingAffixes
from nymgraph.pipeline.indexes.neighbours import exact_search
from nymgraph.pipeline.schemas import HELD_OUT
from tests.indexes.nearest import neighbour_lists


@pytest.mark.parametrize(
    ("found", "exact", "recall"),
    [
        ([(1, 0.9), (2, 0.8)], [(1, 0.9), (2, 0.8)], 1.0),
        ([(1, 0.9), (3, 0.5)], [(1, 0.9), (2, 0.8)], 0.5),
        ([(1, 0.9)], [(1, 0.9), (2, 0.8)], 0.5),
        ([(4, 0.1)], [(1, 0.9), (2, 0.8)], 0.0),
        # 2 and 3 are equally close: either will do, within 1e-5
        ([(1, 0.9), (3, 0.8)], [(1, 0.9), (2, 0.8)], 1.0),
        ([(1, 0.9), (3, 0.799995)], [(1, 0.9), (2, 0.8)], 1.0),
        ([(1, 0.9), (3, 0.7999)], [(1, 0.9), (2, 0.8)], 0.5),
        # one exact neighbour above the floor, found with another as close
        ([(1, 0.9), (3, 0.9)], [(1, 0.9)], 1.0),
        # a list of its own may hold nothing: no neighbour, no recall
        ([], [], np.nan),
        ([(5, 0.4)], [], np.nan),
    ],
)
def test_recall_by_hand(
    found: list[tuple[int, float]], exact: list[tuple[int, float]], recall: float
) -> None:
    lists = recall_against(neighbour_lists([found], 2), neighbour_lists([exact], 2))
    np.testing.assert_array_equal(lists, [recall])


class TestIndexRecall:
    VECTORS = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)

    def test_exact_lists_recall_everything(self) -> None:
        lists = exact_search(self.VECTORS, np.arange(50), 4, 0.0)
        figures = index_recall(lists, self.VECTORS, 20, 0.0, 0)
        assert figures == {"recall_at_k": 1.0, "recall_ci95": 0.0, "queries": 20}

    def test_lists_that_lost_one_in_four(self) -> None:
        lists = exact_search(self.VECTORS, np.arange(50), 4, -1.0)
        lists["id"][:, 3] = -1
        figures = index_recall(lists, self.VECTORS, 999, -1.0, 0)
        assert figures == {"recall_at_k": 0.75, "recall_ci95": 0.0, "queries": 50}

    def test_the_interval(self) -> None:
        lists = exact_search(self.VECTORS, np.arange(50), 4, -1.0)
        lists["id"][:25] = -1
        figures = index_recall(lists, self.VECTORS, 50, -1.0, 0)
        assert figures["recall_at_k"] == 0.5
        # 25 zeros and 25 ones: variance 50 * 0.25 / 49; 1.96 standard errors
        assert figures["recall_ci95"] == pytest.approx(1.96 * (0.25 * 50 / 49 / 50) ** 0.5)

    def test_terms_without_neighbours_are_not_counted(self) -> None:
        vectors = np.zeros((5, 3), dtype=np.float32)
        lists = exact_search(vectors, np.arange(5), 2, 0.0)
        figures = index_recall(lists, vectors, 5, 0.0, 0)
        assert figures == {"recall_at_k": 0.0, "recall_ci95": 0.0, "queries": 0}


def test_the_recall_of_labelled_pairs_by_hand() -> None:
    spellings = spell(["a", "able", "unable", "kind", "unkind", "fold", "unfold"])
    lists = neighbour_lists([[(1, 0.9)], [], [], [], [], [], [(5, 0.5)]], 1)
    spelled = neighbour_lists([[], [(2, 0.6)], [], [(4, 0.6)], [], [(0, 0.4)], []], 1)
    rows = [
        (0, 1, "synonym"),  # by vector
        (0, 5, "synonym"),  # by spelling
        (0, 2, "synonym"),  # not found
        (1, 2, "antonym"),  # by spelling, with an affix that makes opposites
        (3, 4, "antonym"),
        (5, 6, "antonym"),  # by vector, with the same affix
    ]
    pairs = pl.DataFrame(rows, schema=["a", "b", "relation"], orient="row")
    held_out = pl.DataFrame(
        [(3, "kind", "test"), (4, "unkind", "test"), (1, "able", "validation")],
        schema=list(HELD_OUT.schema),
        orient="row",
    )
    training = LabelledPairs(
        np.array([1, 3]), np.array([2, 4]), np.full(2, ANTONYM), np.ones(2, np.float32)
    )
    opposites = OpposingAffixes.learn(spellings, training)
    found = labelled_recall(lists, spelled, opposites, pairs, HELD_OUT.conform(held_out))
    assert found["validation"] == {}
    assert found["test"] == {
        "antonym": {"pairs": 1, "vector": 0, "synonym_routes": 0, "all_routes": 1}
    }
    assert found["all"]["synonym"] == {
        "pairs": 3,
        "vector": pytest.approx(1 / 3),
        "synonym_routes": pytest.approx(2 / 3),
        "all_routes": pytest.approx(2 / 3),
    }
    assert found["all"]["antonym"] == {
        "pairs": 3,
        "vector": pytest.approx(1 / 3),
        "synonym_routes": 0,
        "all_routes": 1,
    }
