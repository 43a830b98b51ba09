import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.discriminator import UNLABELLED, LabelledPairs
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.evaluation.contradictions import (
    contradicted_rows,
    cross_fitted,
    halves,
    label_noise,
    noise_figures,
)
from nymgraph.pipeline.lexicon.labelled import relation_codes

N_TERMS = 12
NO_NEGATIVES = LabelledPairs.of(np.empty(0, int), np.empty(0, int), UNLABELLED)


def rows(*pairs: tuple[int, int, str]) -> pl.DataFrame:
    names = [chr(97 + n) for n in range(N_TERMS)]
    columns = [(a, b, relation, names[a], names[b], ["x"]) for a, b, relation in pairs]
    schema = ["a", "b", "relation", "term_a", "term_b", "sources"]
    return pl.DataFrame(columns, schema=schema, orient="row")


ROWS = rows((0, 1, "synonym"), (1, 2, "antonym"), (3, 4, "co_hyponym"), (5, 6, "synonym"))
JUDGED = np.array(
    [[0.9, 0.0, 0.1], [0.6, 0.3, 0.1], [0.02, 0.95, 0.03], [0.2, 0.3, 0.5]], dtype=np.float32
)


def test_the_rows_by_hand() -> None:
    found = contradicted_rows(ROWS, JUDGED, 10)
    assert found.drop("p_label", "p_judged").rows() == [
        ("d", "e", "co_hyponym", ["x"], "antonym"),  # 0.95 - 0.03
        ("b", "c", "antonym", ["x"], "synonym"),  # 0.6 - 0.3; (f, g) has 0.5 - 0.2 but comes later
        ("f", "g", "synonym", ["x"], "co_hyponym"),
    ]
    assert found["p_label"].to_list() == pytest.approx([0.03, 0.3, 0.2])
    assert found["p_judged"].to_list() == pytest.approx([0.95, 0.6, 0.5])
    assert contradicted_rows(ROWS, JUDGED, 1).rows() == found[:1].rows()
    assert contradicted_rows(ROWS[:1], JUDGED[:1], 5).is_empty()


def test_the_figures_by_hand() -> None:
    assert noise_figures(ROWS, JUDGED, cross_fitted=True) == {
        "judged": "cross-fitted",
        "pairs": 4,
        "contradicted": 3 / 4,
        "strongly": 1 / 4,
    }


def test_halves_keep_antonyms_together_and_do_not_depend_on_ids() -> None:
    half = halves(ROWS, N_TERMS, 0)
    assert half[1] == half[2]
    assert set(half[[0, 1, 2, 3, 4, 5, 6]]) <= {0, 1}
    assert set(half[7:]) == {-1}
    shifted = ROWS.with_columns(pl.col("a") + 3, pl.col("b") + 3)
    assert halves(shifted, N_TERMS + 3, 0)[3:].tolist() == half.tolist()
    assert len({halves(ROWS, N_TERMS, seed).tobytes() for seed in range(20)}) > 5


PAIR = st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 2)).filter(
    lambda pair: pair[0] < pair[1]
)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(PAIR, min_size=1, max_size=30, unique_by=lambda pair: pair[:2]),
    st.lists(PAIR, max_size=10),
    st.lists(st.sampled_from([0, 1]), min_size=12, max_size=12),
)
def test_nobody_judges_what_it_was_taught(
    pairs: list[tuple[int, int, int]], beside: list[tuple[int, int, int]], sides: list[int]
) -> None:
    half = np.array(sides, dtype=np.int8)
    a, b, relation = np.array(pairs).T
    training = LabelledPairs.of(a, b, relation)
    x, y, _ = np.array(beside).reshape(-1, 3).T
    negatives = LabelledPairs.of(x, y, UNLABELLED)
    asked: list[tuple[int, int]] = []

    class Judge:
        def __init__(self, learnt: LabelledPairs) -> None:
            self.pairs = set(zip(learnt.a.tolist(), learnt.b.tolist(), strict=True))
            self.terms = {*learnt.a.tolist(), *learnt.b.tolist()}

        def judge(
            self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
        ) -> npt.NDArray[np.float32]:
            for pair in zip(a.tolist(), b.tolist(), strict=True):
                assert pair not in self.pairs
                assert not set(pair) <= self.terms
                asked.append(pair)
            return np.full((len(a), 3), 1 / 3, dtype=np.float32)

    judged = cross_fitted(training, negatives, half, Judge)
    assert judged is not None
    np.testing.assert_allclose(judged, 1 / 3, atol=1e-6)
    for one, other, _ in pairs:  # across the halves both judge, inside one the other one does
        assert asked.count((one, other)) == 1 + (half[one] != half[other])


class Constant:
    def judge(
        self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.float32]:
        del b
        return np.tile(np.array([1, 0, 0], dtype=np.float32), (len(a), 1))


def test_halves_too_small_to_train_on_are_judged_in_sample() -> None:
    def refuse(_pairs: LabelledPairs) -> Constant:
        raise InputError("too few")

    pairs = LabelledPairs.of(ROWS["a"].to_numpy(), ROWS["b"].to_numpy(), relation_codes(ROWS))
    whole, bounds = Constant(), (N_TERMS, 10, 0)
    figures, table = label_noise(ROWS, pairs, NO_NEGATIVES, refuse, whole, bounds)
    assert figures["judged"] == "in-sample"
    assert figures["contradicted"] == 0.5
    assert table.height == 2
    figures, _ = label_noise(ROWS, pairs, NO_NEGATIVES, lambda _: Constant(), whole, bounds)
    assert figures["judged"] == "cross-fitted"
