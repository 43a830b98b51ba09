import numpy as np
import pytest

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.evaluation.judgements import confusion_rows, head_figures, reliability_rows

# synonym judged right, antonym judged synonym, co-hyponym judged right
PROBABILITIES = np.array([[0.9, 0.05, 0.05], [0.5, 0.3, 0.2], [0.0, 0.1, 0.9]], dtype=np.float32)
RELATION = np.array([0, 1, 2], dtype=np.int8)


def test_confusion_by_hand() -> None:
    assert confusion_rows(PROBABILITIES, RELATION).rows() == [
        ("synonym", "synonym"),
        ("antonym", "synonym"),
        ("co_hyponym", "co_hyponym"),
    ]


def test_reliability_by_hand() -> None:
    rows = reliability_rows(PROBABILITIES, RELATION)
    assert rows["pairs"].to_list() == [1, 2]  # bins without pairs are left out
    assert rows["confidence"].to_list() == pytest.approx([0.5, 0.9])
    assert rows["accuracy"].to_list() == [0.0, 1.0]


def test_the_head_stands_beside_its_baselines() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(30, 4)).astype(np.float16)
    train = LabelledPairs.of(np.arange(0, 15), np.arange(15, 30), np.arange(15) % 3)
    test = LabelledPairs.of(np.array([0, 1, 2]), np.array([3, 4, 5]), RELATION)
    figures = head_figures(PROBABILITIES, vectors, train, test)
    # F1: synonym 2 * 1 / (2 + 1) = 2/3, antonym 0, co-hyponym 1
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 0 + 1) / 3)
    assert 0 <= figures["macro_f1_of_cosine"] <= 1
    # one relation for all: F1 of that one 2 * 1 / (3 + 1) = 1/2, of the others 0
    assert figures["macro_f1_of_majority"] == pytest.approx(1 / 6)
