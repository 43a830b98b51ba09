from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from nymgraph.discriminator import classification_metrics, fit_cosine, fit_majority


def slow_best(cosine: np.ndarray, relation: np.ndarray) -> float:
    best = 0.0
    for low in cosine:
        for high in cosine[cosine >= low]:
            for bands in permutations(range(3)):
                judged = np.array(bands)[(cosine >= low).astype(int) + (cosine >= high)]
                score = f1_score(relation, judged, average="macro", labels=[0, 1, 2])
                best = max(best, score)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_finds_the_best_thresholds_and_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    relation = np.append(np.arange(3), rng.integers(0, 3, 15))
    cosine = np.round(rng.random(18) + relation * 0.2, 2)
    judged = fit_cosine(cosine, relation).judge(cosine)
    got = classification_metrics(judged, relation).macro_f1
    assert got == pytest.approx(slow_best(cosine, relation))


def test_bands_worked_by_hand() -> None:
    # antonyms up to 0.2, synonyms from 0.5, co-hyponyms from 0.9: separable, so no error remains.
    cosine = np.array([0.1, 0.2, 0.5, 0.6, 0.9, 0.95])
    relation = np.array([1, 1, 0, 0, 2, 2])
    baseline = fit_cosine(cosine, relation)
    assert (baseline.low, baseline.high, baseline.bands) == (0.5, 0.9, (1, 0, 2))
    np.testing.assert_array_equal(baseline.judge(cosine).argmax(axis=1), relation)


def test_many_cosines_go_through_the_quantiles() -> None:
    rng = np.random.default_rng(0)
    relation = rng.integers(0, 3, 20_000)
    cosine = (relation + rng.random(20_000)) / 3
    judged = fit_cosine(cosine, relation).judge(cosine)
    assert classification_metrics(judged, relation).macro_f1 > 0.99


def test_majority() -> None:
    baseline = fit_majority(np.array([2, 2, 0, 1]))
    np.testing.assert_array_equal(baseline.judge(2), [[0, 0, 1], [0, 0, 1]])
    assert fit_majority(np.array([1, 0])).relation == 0


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="at least one"):
        fit_majority(np.empty(0, int))
    with pytest.raises(ValueError, match="labelled pairs only"):
        fit_majority(np.array([3]))
    with pytest.raises(ValueError, match="one shape"):
        fit_cosine(np.zeros(2), np.zeros(3, int))
