import math

import numpy as np
import pytest
import torch

from nymgraph.discriminator import (
    Calibration,
    calibrate_candidates,
    calibrate_dictionary,
    expected_calibration_error,
    reliability,
)
from nymgraph.discriminator.calibration import EXCLUDED, best_threshold, match_gate


def draw(n: int, bias: tuple[float, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and codes drawn from softmax(logits / 2 + bias)."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 4)) * 3
    weight = np.exp(logits / 2 + np.array(bias))
    share = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
    return logits, (rng.random((n, 1)) > share).sum(axis=1)


def test_apply_worked_by_hand() -> None:
    # z / T = (ln 4, 0, 0, 0) / 2 = (ln 2, 0, 0, 0); plus bias (0, ln 3, 0, 0): weights 2, 3, 1, 1.
    # They sum to 7; unlabelled joins co-hyponym: 2/7, 3/7, 2/7.
    calibration = Calibration(2.0, (0.0, math.log(3), 0.0, 0.0))
    logits = torch.tensor([[math.log(4), 0.0, 0.0, 0.0]], dtype=torch.float64)
    np.testing.assert_allclose(calibration.apply(logits), [[2 / 7, 3 / 7, 2 / 7]])


def test_votes_worked_by_hand() -> None:
    # One vote of 1/2 for antonymy adds ln 2 to antonymy and takes ln 2 from synonymy:
    # weights 1/2, 2, 1, 1 sum to 9/2.
    twice = 2 * math.log(2)
    calibration = Calibration(weights=((0.0, 0.0), (-twice, twice), (0.0, 0.0), (0.0, 0.0)))
    signals = torch.tensor([[0, 0, 0, 0, 0, 0.5, 0, 0.9]], dtype=torch.float64)
    np.testing.assert_allclose(calibration.apply(signals), [[1 / 9, 4 / 9, 4 / 9]])
    assert calibration.counts_votes
    assert not Calibration().counts_votes


def test_what_is_not_trusted_worked_by_hand() -> None:
    # Synonymy leads "neither", weights 1 and 1 together 2, by ln 8 - ln 2 = ln 4; half of it is
    # trusted: its weight is 2 * 2 = 4 of 4 + 2 + 2. Antonymy stays as it is.
    logits = torch.tensor([[math.log(8), math.log(2), 0.0, 0.0]], dtype=torch.float64)
    np.testing.assert_allclose(Calibration(trust=0.5).apply(logits), [[0.5, 0.25, 0.25]])


def draw_with_signals(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits and signals, and codes drawn from softmax(logits + signals @ weights)."""
    rng = np.random.default_rng(seed)
    logits = np.c_[rng.normal(size=(n, 4)), rng.random((n, 4))]
    weights = np.array([[2.0, 0, 0, 0], [-1.0, 3.0, 0, 0], [0, 0, 0, 0], [1.5, 0, 0, 0]])
    weight = np.exp(logits[:, :4] + logits[:, 4:] @ weights)[:, :3]
    share = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
    return logits, (rng.random((n, 1)) > share).sum(axis=1)


def test_dictionary_fit_finds_what_votes_count() -> None:
    logits, relation = draw_with_signals(100_000)
    logits[:, 7] = 1.0  # the nearness, which is left out here
    fitted = calibrate_dictionary(logits, relation)
    np.testing.assert_allclose(fitted.weights, ((2, 0), (-1, 3), (0, 0), (0, 0)), atol=0.1)


def test_for_candidates_votes_count_for_antonymy_alone() -> None:
    logits, relation = draw_with_signals(20_000)
    n_gold = (int((relation == 0).sum()), int((relation == 1).sum()))
    fitted = calibrate_candidates(logits, relation, n_gold)
    assert [row[0] for row in fitted.weights[:3]] == [0, 0, 0]
    assert fitted.weights[1][1] > 2


def test_for_candidates_nearness_speaks_for_synonymy_and_never_against() -> None:
    logits, relation = draw_with_signals(20_000)
    fitted = calibrate_candidates(logits, relation, (5_000, 5_000))
    assert fitted.weights[3][0] == pytest.approx(1.5, abs=0.2)
    assert fitted.weights[3][1] == 0
    logits[:, 7] *= -1
    against = calibrate_candidates(logits, relation, (5_000, 5_000))
    assert 0 <= against.weights[3][0] < 0.1


def test_excluded_leaves_the_unlabelled_logit_out() -> None:
    calibration = Calibration(1.0, (0.0, 0.0, 0.0, EXCLUDED))
    judged = calibration.apply(torch.tensor([[0.0, 0.0, 0.0, 50.0]]))
    np.testing.assert_allclose(judged, [[1 / 3, 1 / 3, 1 / 3]], rtol=1e-6)


def test_dictionary_fit_finds_what_made_the_labels() -> None:
    logits, relation = draw(100_000, (0.7, -0.4, 0.0, EXCLUDED))
    fitted = calibrate_dictionary(logits, relation)
    assert fitted.temperature == pytest.approx(2, rel=0.03)
    assert fitted.bias[:2] == pytest.approx((0.7, -0.4), abs=0.03)
    assert fitted == calibrate_dictionary(logits, relation)


def test_candidates_gate_is_the_best_one() -> None:
    logits, relation = draw(20_000, (-2.0, -3.0, 0.0, 1.0))
    n_gold = tuple(int((relation == code).sum()) + 50 for code in (0, 1))
    fitted = calibrate_candidates(logits, relation, (n_gold[0], n_gold[1]))
    judged = fitted.apply(torch.tensor(logits)).numpy()[:, 0]

    def f_half(gate: float) -> float:
        passed = judged >= gate
        return (relation[passed] == 0).sum() / (passed.sum() + 0.25 * n_gold[0])

    assert f_half(0.7) == max(f_half(gate) for gate in judged)


def test_match_gate_moves_odds_and_keeps_the_order() -> None:
    logits, relation = draw(5_000, (-1.0, -1.0, 0.0, 0.0))
    before = Calibration(2.0)
    after = match_gate(before, logits, relation == 0, 0, int((relation == 0).sum()))
    p, q = (c.apply(torch.tensor(logits)).numpy()[:, 0] for c in (before, after))
    ratio = (q / (1 - q)) / (p / (1 - p))
    np.testing.assert_allclose(ratio, math.exp(after.bias[0] - before.bias[0]))


def test_match_gate_without_positives_changes_nothing() -> None:
    before = Calibration(2.0)
    assert match_gate(before, np.zeros((3, 4)), np.zeros(3, bool), 0, 0) == before


def test_best_threshold_worked_by_hand() -> None:
    # tp / (n + 0.25 * 4): 1/2, then 2/3, then 2/4, then 3/5. Best are the first two: 0.8 | 0.4.
    probability = np.array([0.2, 0.9, 0.8, 0.4])
    positive = np.array([True, True, True, False])
    assert best_threshold(probability, positive, 4) == pytest.approx(0.6)


def test_best_threshold_never_splits_equal_probabilities() -> None:
    # Alone, the first pair would give 1 / 1.25; but the three stand or fall together.
    positive = np.array([True, False, False])
    assert best_threshold(np.full(3, 0.5), positive, 1) == 0.25


def test_expected_calibration_error_worked_by_hand() -> None:
    # Two bins. In (0.5, 1]: confidences 0.8 and 0.6 (mean 0.7), one of two right: |0.7 - 0.5|.
    # In (0, 0.5]: confidence 0.4, wrong: 0.4. (2 * 0.2 + 1 * 0.4) / 3 = 0.8 / 3.
    judged = np.array([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4]])
    relation = np.array([0, 0, 0])
    assert expected_calibration_error(judged, relation, 2) == pytest.approx(0.8 / 3)
    bins = reliability(judged, relation, 2)
    np.testing.assert_array_equal(bins.n_pairs, [1, 2])
    np.testing.assert_allclose(bins.confidence, [0.4, 0.7])
    np.testing.assert_allclose(bins.accuracy, [0.0, 0.5])
    np.testing.assert_allclose(bins.edge, [0.0, 0.5, 1.0])


def test_certain_and_right_has_no_error() -> None:
    assert expected_calibration_error(np.eye(3), np.arange(3)) == 0


@pytest.mark.parametrize(
    ("judged", "relation", "message"),
    [
        (np.empty((0, 3)), np.empty(0, int), "at least one pair"),
        (np.eye(3)[:, :2], np.arange(3), "expected"),
        (np.full((1, 3), np.nan), np.array([0]), "not finite"),
        (np.eye(3)[:1], np.array([3]), "unlabelled"),
    ],
)
def test_reliability_refuses(judged: np.ndarray, relation: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reliability(judged, relation)


def test_fit_refuses_no_pairs() -> None:
    with pytest.raises(ValueError, match="enlarge the validation split"):
        calibrate_dictionary(np.empty((0, 4)), np.empty(0, int))


def test_a_relation_that_no_pair_has_gets_no_probability() -> None:
    random = np.random.default_rng(0)
    relation = random.integers(0, 2, 400)
    logits = random.normal(size=(400, 4)) + 2 * np.eye(4)[relation]
    judged = calibrate_dictionary(logits, relation).apply(torch.from_numpy(logits)).numpy()
    assert (judged[:, 2] == 0).all()
    np.testing.assert_allclose(judged.sum(axis=1), 1)
    assert (judged.argmax(axis=1) == relation).mean() > 0.8
