import math

import numpy as np
import pytest

from nymgraph.discriminator import (
    TRUSTS,
    Calibration,
    Check,
    JudgedList,
    calibrate_candidates,
    calibrate_elsewhere,
    shift_of_list,
)

N = 1_000


def draw(of_head: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals, relation and cosine of candidates; synonyms, one in four, are nearer by 1.

    The head's lead for synonymy is `of_head` more for a synonym, with noise of its own.
    """
    rng = np.random.default_rng(seed)
    synonym = rng.random(N) < 0.25
    cosine = synonym + rng.normal(size=N)
    signals = np.zeros((N, 8), np.float32)
    signals[:, 0] = of_head * synonym + 2 * rng.normal(size=N)
    signals[:, 7] = cosine
    return signals, np.where(synonym, 0, 3), cosine


def calibrated(*lists: JudgedList) -> tuple[Calibration, tuple[Check, ...]]:
    logits, relation, _ = draw(6, 0)
    sample = (logits, relation, (N // 4, 1))
    return calibrate_elsewhere(calibrate_candidates(*sample), *sample, lists)


def test_a_head_that_is_right_elsewhere_is_believed() -> None:
    signals, relation, cosine = draw(6, 1)
    found, checks = calibrated(JudgedList(signals, relation, cosine))
    assert found.trust == max(TRUSTS)
    assert checks[0].pairs == N
    assert checks[0].synonyms == (relation == 0).sum()
    assert checks[0].judge > 1.1 * checks[0].cosine


def test_a_head_that_is_wrong_elsewhere_leaves_the_order_to_nearness() -> None:
    signals, relation, cosine = draw(-6, 1)
    found, checks = calibrated(JudgedList(*draw(6, 2)), JudgedList(signals, relation, cosine))
    assert found.trust == 0
    assert [check.judge for check in checks] == pytest.approx([check.cosine for check in checks])


def test_lists_without_synonyms_tell_nothing() -> None:
    signals, relation, cosine = draw(6, 1)
    none = JudgedList(signals, np.full_like(relation, 3), cosine)
    found, checks = calibrated(none)
    assert found.trust == min(TRUSTS)
    assert checks == ()


# of 100 synonyms 50 have a probability of .5 and more, of 3,900 others 39
DRAWN = Check(pairs=4_000, synonyms=100, cosine=0.5, judge=0.5, found=50, alarms=39)


def test_a_list_with_more_synonyms_gains_what_the_adjusted_count_says() -> None:
    # of 10,000 candidates a tenth are synonyms: half of these are counted, of others 1 %
    gained = shift_of_list([DRAWN], 10_000, 500 + 90)
    assert gained == pytest.approx(math.log((0.1 / 0.9) / (0.025 / 0.975)))


@pytest.mark.parametrize("counted", [0, 10, 220])
def test_a_list_with_no_more_of_them_gains_nothing(counted: int) -> None:
    assert shift_of_list([DRAWN], 10_000, counted) == pytest.approx(0, abs=0.01)


def test_the_gain_is_bounded_and_grows() -> None:
    gains = [shift_of_list([DRAWN], 1_000, n) for n in range(0, 1_001, 50)]
    assert gains == sorted(gains)
    assert gains[-1] == pytest.approx(math.log(1 / (0.025 / 0.975)))


@pytest.mark.parametrize(
    "checks", [[], [DRAWN._replace(synonyms=0, found=0)], [DRAWN._replace(found=1, alarms=3_000)]]
)
def test_checks_that_tell_nothing_shift_nothing(checks: list[Check]) -> None:
    assert shift_of_list(checks, 1_000, 500) == 0
    assert shift_of_list([DRAWN], 0, 0) == 0
