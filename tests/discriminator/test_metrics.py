import json
import math

import numpy as np
import pytest

from nymgraph.discriminator import classification_metrics


def test_figures_worked_by_hand() -> None:
    # truth  0 0 1 2, judged 0 1 1 0 (confidence 0.8 everywhere, the rest 0.1).
    # synonym: P 1/2, R 1/2, F1 1/2. antonym: P 1/2, R 1, F1 2/3. co_hyponym: never judged, all 0.
    # macro-F1 (1/2 + 2/3 + 0) / 3 = 7/18; accuracy 2/4; ece |0.8 - 0.5| = 0.3;
    # log loss: right pairs -ln 0.8, wrong ones -ln 0.1.
    judged = np.full((4, 3), 0.1)
    judged[np.arange(4), [0, 1, 1, 0]] = 0.8
    metrics = classification_metrics(judged, np.array([0, 0, 1, 2]))
    assert metrics.macro_f1 == pytest.approx(7 / 18)
    assert metrics.accuracy == 0.5
    assert metrics.precision == pytest.approx((0.5, 0.5, 0))
    assert metrics.recall == pytest.approx((0.5, 1, 0))
    assert metrics.f1 == pytest.approx((1 / 2, 2 / 3, 0))
    assert metrics.support == (2, 1, 1)
    assert metrics.confusion == ((1, 1, 0), (0, 1, 0), (1, 0, 0))
    assert metrics.ece == pytest.approx(0.3)
    assert metrics.log_loss == pytest.approx(-(math.log(0.8) + math.log(0.1)) / 2)


def test_a_class_that_is_missing_counts_as_zero() -> None:
    metrics = classification_metrics(np.eye(3, dtype=np.float32)[:2], np.array([0, 1]))
    assert metrics.macro_f1 == pytest.approx(2 / 3)
    assert metrics.support == (1, 1, 0)


def test_to_dict_is_json_with_names() -> None:
    figures = classification_metrics(np.eye(3, dtype=np.float32), np.arange(3)).to_dict()
    read = json.loads(json.dumps(figures))
    assert read == figures
    assert read["f1"] == {"synonym": 1.0, "antonym": 1.0, "co_hyponym": 1.0}


def test_no_pairs() -> None:
    with pytest.raises(ValueError, match="at least one pair"):
        classification_metrics(np.empty((0, 3)), np.empty(0, int))
