import numpy as np
import polars as pl
import pytest

from nymgraph.clustering import canonical_edges
from nymgraph.pipeline.evaluation.clustering import (
    cluster_figures,
    hard_labels,
    intruders,
    size_rows,
)

# eight terms; 0 to 5 are held out for test; clusters {0, 1, 2, 6} and {3, 4}; 5 and 7 alone
LABELS = np.array([0, 0, 0, 1, 1, -1, 0, -1], dtype=np.int32)
TEST = np.array([True] * 6 + [False] * 2)
PAIRS = pl.DataFrame(
    [
        (0, 1, "synonym"),
        (1, 2, "synonym"),
        (3, 5, "synonym"),
        (2, 6, "synonym"),
        (6, 7, "synonym"),
        (0, 2, "antonym"),
        (0, 6, "antonym"),
        (5, 7, "antonym"),
        (3, 4, "co_hyponym"),
    ],
    schema={"a": pl.UInt32, "b": pl.UInt32, "relation": pl.String},
    orient="row",
).with_columns(split=pl.lit("test"))
EDGES = canonical_edges(
    8,
    np.array([0, 1, 2, 3, 4]),
    np.array([1, 2, 6, 4, 5]),
    np.array([0.9, 0.8, 0.8, 0.9, 0.7]),
    0.7,
)


def test_all_figures_by_hand() -> None:
    figures = cluster_figures(LABELS, PAIRS, TEST, EDGES)
    # held out: {0, 1, 2} and {3, 4} predict 3 + 1 pairs; known are (0,1) (1,2) (3,5); right are two
    precision, recall = 2 / 4, 2 / 3
    assert figures.pop("held_out") == pytest.approx(
        {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall),
            "f05": 1.25 * precision * recall / (0.25 * precision + recall),
            "pairs_together": 4,
            "pairs_known": 3,
        }
    )
    # touching: all C(4, 2) = 6 pairs of {0, 1, 2, 6} and (3,4); (2,6) is known too, and right
    precision, recall = 3 / 7, 3 / 4
    assert figures.pop("touching") == pytest.approx(
        {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall),
            "f05": 1.25 * precision * recall / (0.25 * precision + recall),
            "pairs_together": 7,
            "pairs_known": 4,
        }
    )
    # of 0, 1, 2, 3, 5, with the synonyms {1}, {0, 2}, {1}, {5}, {3}, each with itself:
    precision = (2 / 3 + 3 / 3 + 2 / 3 + 1 / 2 + 1 / 1) / 5
    recall = (2 / 2 + 3 / 3 + 2 / 2 + 1 / 2 + 1 / 2) / 5
    assert figures.pop("held_out_b_cubed") == pytest.approx(
        {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall),
        }
    )
    assert figures == {
        "antonyms_together": 2,  # (0,2) (0,6)
        "antonyms_together_held_out": 2,  # both touch a held-out term
        "antonyms_known": 3,
        "drift": pytest.approx(3 / 7),  # 4 of the 6 + 1 pairs in clusters are edges
        "clusters": 2,
        "clustered_terms": 6,
        "biggest_cluster": 4,
        "mean_size": 3.0,
    }


def test_an_antonym_pair_that_the_run_was_told_of_is_not_counted_as_held_out() -> None:
    told = PAIRS.with_columns(
        split=pl.when(pl.col("b") == 6).then(pl.lit("train")).otherwise(pl.lit("validation"))
    )
    figures = cluster_figures(LABELS, told, TEST, EDGES)
    assert figures["antonyms_together"] == 2  # (0,2) (0,6)
    assert figures["antonyms_together_held_out"] == 1  # (0,2)


def test_no_clusters_and_no_pairs() -> None:
    figures = cluster_figures(np.full(8, -1, np.int32), PAIRS.clear(), TEST, EDGES)
    numbers = [*figures.pop("held_out").values(), *figures.pop("touching").values()]
    numbers += [*figures.pop("held_out_b_cubed").values(), *figures.values()]
    assert set(numbers) == {0}


def test_labels_follow_the_order_of_the_ids() -> None:
    ids = pl.Series("cluster_id", [70, None, 9, 70, 9, None], dtype=pl.Int64)
    labels = hard_labels(ids)
    assert labels.dtype == np.int32
    assert labels.tolist() == [1, -1, 0, 1, 0, -1]


@pytest.mark.parametrize("n_terms", [0, 3])
def test_labels_of_singletons(n_terms: int) -> None:
    ids = pl.Series("cluster_id", [None] * n_terms, dtype=pl.Int64)
    assert hard_labels(ids).tolist() == [-1] * n_terms


def test_intruders_are_rows_of_the_pairs() -> None:
    assert intruders(LABELS, PAIRS).rows() == [(0, 2, "antonym", "test"), (0, 6, "antonym", "test")]
    assert intruders(LABELS, PAIRS.clear()).is_empty()


def test_the_sizes_that_occur() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2, 2, 2, -1], dtype=np.int32)
    assert size_rows(labels).rows() == [(2, 2), (4, 1)]
    assert size_rows(labels[-1:]).is_empty()
