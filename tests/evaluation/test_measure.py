from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from nymgraph.pipeline.classifier.judges import Judges
from nymgraph.pipeline.evaluation.measure import held_out, measure, without_twins
from nymgraph.pipeline.lexicon.labelled import pairs_within

# ids in byte-wise order; 0 to 2 train, the rest test
TERMS = ["Hot dog", "Sausage", "mean", "glad", "happy", "hot-dog", "sausage", "unhappy"]
TERMS.sort()
ID = {term: place for place, term in enumerate(TERMS)}
TRAIN = ("Hot dog", "Sausage", "mean")
FREQUENCY = {"glad": 5.0, "happy": 9.0, "hot-dog": 1.0, "sausage": None, "unhappy": 2.0}
LABELS = [
    ("Hot dog", "Sausage", "synonym", "train", "noun"),
    ("Hot dog", "mean", "antonym", "train", "noun"),
    ("Sausage", "mean", "co_hyponym", "train", "noun"),
    ("glad", "happy", "synonym", "test", "adjective"),
    ("happy", "unhappy", "antonym", "test", "adjective"),
    ("hot-dog", "sausage", "synonym", "test", "noun"),
    ("glad", "sausage", "co_hyponym", "test", None),
]
SPLIT = np.array([0 if term in TRAIN else 2 for term in TERMS], dtype=np.int8)


def pairs() -> pl.DataFrame:
    rows = [(a, b, ID[a], ID[b], rel, split, pos, 1.0) for a, b, rel, split, pos in LABELS]
    names = ["term_a", "term_b", "a", "b", "relation", "split", "pos", "confidence"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(sources=pl.lit(["wn"]))


def terms(*, with_frequency: bool) -> pl.LazyFrame:
    frequency = [FREQUENCY.get(term) if with_frequency else None for term in TERMS]
    frame = pl.DataFrame({"term": TERMS}).with_row_index("term_id")
    given = pl.Series("frequency", frequency, dtype=pl.Float64)
    return frame.with_columns(given, language=pl.lit("en")).lazy()


class Synonyms:
    """Judges every pair a synonym, as sure as it is told."""

    def __init__(self, p: float) -> None:
        self.row = np.array([p, (1 - p) / 2, (1 - p) / 2], dtype=np.float32)

    def judge(
        self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.float32]:
        del b
        return np.tile(self.row, (len(a), 1))

    def __call__(self, terms_a: Sequence[str], terms_b: Sequence[str]) -> npt.NDArray[np.float32]:
        del terms_b
        return np.tile(self.row, (len(terms_a), 1))


def figures(*, with_frequency: bool = False, by_spelling: bool = True) -> dict[str, object]:
    data = held_out(pairs(), SPLIT, terms(with_frequency=with_frequency))
    vectors = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    train = pairs_within(pairs(), SPLIT, "train")
    speller = Synonyms(0.5) if by_spelling else None
    judges = Judges(Synonyms(0.5), Synonyms(0.9), speller, ["a"])
    found = measure(judges, data, vectors, train, 10, 0)
    assert found.reliability["pairs"].to_list() == [4]
    assert found.reliability["accuracy"].to_list() == [0.5]
    assert found.reliability_before["confidence"].to_list() == pytest.approx([0.9])
    assert found.confusion.height == 4
    return found.metrics


def test_all_figures_by_hand() -> None:
    metrics = figures()
    # four test pairs, two of them synonyms, all judged so at 0.5 (before calibration at 0.9)
    assert metrics["calibration"] == {
        "pairs": 4,
        "ece_before": pytest.approx(0.4),
        "ece_after": pytest.approx(0.0),
    }
    test = metrics["test"]
    assert isinstance(test, dict)
    assert test["macro_f1"] == pytest.approx((2 / 3) / 3)
    assert {pos: group["pairs"] for pos, group in test["by_pos"].items()} == {
        "adjective": 2,
        "noun": 1,
    }
    assert test["by_frequency"] == "not measured: the lexicon has no frequencies"
    # hot-dog and sausage are Hot dog and Sausage of the training pairs, in other letters
    assert test["without_twins"] == {"twins": 1, "macro_f1": pytest.approx((1 / 2 + 0 + 0) / 3)}
    assert metrics["polarity"] == {
        "dictionary_antonyms": {"pairs": 1, "judged_antonym": 0.0, "judged_synonym": 1.0},
        "negated_synonyms": {"pairs": 1, "judged_antonym": 0.0, "judged_synonym": 1.0},
        "negated_synonyms_known_antonyms": {
            "pairs": 1, "judged_antonym": 0.0, "judged_synonym": 1.0,
        },
    }  # fmt: skip
    consistency = metrics["consistency"]
    assert isinstance(consistency, dict)
    assert consistency["order"] == {"tests": 4, "changed": 0.0, "mean_change_of_p_synonym": 0.0}


def test_frequency_is_that_of_the_rarer_term() -> None:
    data = held_out(pairs(), SPLIT, terms(with_frequency=True))
    # glad-happy, happy-unhappy, hot-dog-sausage and glad-sausage, sausage unknown
    expected = {("glad", "happy"): 5.0, ("happy", "unhappy"): 2.0}
    for a, b, frequency in zip(
        data.test["term_a"], data.test["term_b"], data.frequency, strict=True
    ):
        assert frequency == expected.get((a, b), pytest.approx(float("nan"), nan_ok=True))
    test = figures(with_frequency=True)["test"]
    assert isinstance(test, dict)
    bands = test["by_frequency"]
    assert [(band["from"], band["to"], band["pairs"]) for band in bands.values()] == [
        (2.0, 2.0, 1),
        (5.0, 5.0, 1),
    ]


def test_without_an_encoder_consistency_is_left_out() -> None:
    assert "consistency" not in figures(by_spelling=False)


def test_nothing_but_twins() -> None:
    data = held_out(pairs(), SPLIT, terms(with_frequency=False))
    twin = data._replace(test=data.test.filter(pl.col("term_a") == "hot-dog"))
    judged = np.array([[1, 0, 0]], dtype=np.float32)
    relation = np.zeros(1, dtype=np.int8)
    assert without_twins(twin, judged, relation) == {"twins": 1, "macro_f1": 0.0}
