from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from nymgraph.discriminator import (
    Blend,
    Calibration,
    CascadeClassifier,
    HeadClassifier,
    TrainedHead,
    blend_dictionary,
    margin_of_share,
    margins,
    pair_logits,
)
from nymgraph.discriminator.cascade import mix
from nymgraph.discriminator.nearness import N_SIGNALS
from tests.discriminator.made_pairs import TrainingSet


@dataclass
class Reader:
    """A cross-encoder that always says antonym; it notes what it is asked."""

    asked: list[tuple[int, int]] = field(default_factory=list)

    def logits(
        self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.float32]:
        self.asked += zip(a.tolist(), b.tolist(), strict=True)
        return np.tile(np.float32([0, 40, 0, 0]), (len(a), 1))


def cascade(
    examples: TrainingSet, trained: TrainedHead, margin: float, weight: float = 0.5
) -> tuple[CascadeClassifier, HeadClassifier, Reader]:
    head = HeadClassifier.over(trained.head, trained.dictionary, examples.features)
    reader: Any = Reader()
    return CascadeClassifier(head, reader, Blend(weight, Calibration(), margin)), head, reader


def test_margins_and_mix_worked_by_hand() -> None:
    judged = np.array([[0.7, 0.1, 0.2], [0.3, 0.4, 0.3], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(margins(judged), [0.5, 0.1, 1.0])
    head, cross = np.array([[1.0, 2, 3, 4]]), np.array([[5.0, 6, 7, 0]])
    np.testing.assert_allclose(mix(head, cross, 0.25), [[2, 3, 4, 3]])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_margin_holds_the_share(share: float) -> None:
    judged = np.random.default_rng(0).dirichlet([1, 1, 1], 1001)
    found = (margins(judged) < margin_of_share(judged, share)).mean()
    assert found == pytest.approx(share, abs=0.002)


def test_share_one_takes_the_surest_pair_too() -> None:
    assert margins(np.eye(3)).max() < margin_of_share(np.eye(3), 1.0)


@pytest.mark.parametrize(("good_head", "expected"), [(True, 0.05), (False, 0.95)])
def test_the_blend_trusts_the_better_of_two_judges(good_head: bool, expected: float) -> None:
    random = np.random.default_rng(0)
    relation = random.integers(0, 3, 2000)
    good = random.normal(size=(2000, 4)) + 3 * np.eye(4)[relation]
    noise = random.normal(size=(2000, 4)) * 3
    head, cross = (good, noise) if good_head else (noise, good)
    blend = blend_dictionary(head, cross, relation, 0.3)
    assert blend.weight == expected
    assert blend.margin == 0.3


def test_asks_for_the_unsure_pairs_only(examples: TrainingSet, trained: TrainedHead) -> None:
    a, b = examples.validation.a, examples.validation.b
    judge, head, reader = cascade(examples, trained, 0.5)
    before, after = head.judge(a, b), judge.judge(a, b)
    unsure = margins(before) < 0.5
    assert 0 < unsure.sum() < len(a)
    assert reader.asked == [*zip(a[unsure].tolist(), b[unsure].tolist(), strict=True)]
    np.testing.assert_array_equal(after[~unsure], before[~unsure])
    np.testing.assert_array_less(0.9, after[unsure, 1])
    np.testing.assert_array_equal(after, judge.judge(b, a))


def test_margin_zero_is_the_head_alone(examples: TrainingSet, trained: TrainedHead) -> None:
    judge, head, reader = cascade(examples, trained, 0.0)
    ends = (examples.validation.a, examples.validation.b)
    np.testing.assert_array_equal(judge.judge(*ends), head.judge(*ends))
    assert reader.asked == []


def test_weight_one_is_the_cross_encoder_alone(examples: TrainingSet, trained: TrainedHead) -> None:
    ends = (examples.validation.a, examples.validation.b)
    judge, _, reader = cascade(examples, trained, 2.0, weight=1.0)
    np.testing.assert_allclose(judge.judge(*ends)[:, 1], 1, atol=1e-6)
    assert len(reader.asked) == len(ends[0])


def test_weight_zero_calibrated_as_the_head_is_the_head(
    examples: TrainingSet, trained: TrainedHead
) -> None:
    judge, head, _ = cascade(examples, trained, 2.0, weight=0.0)
    ends = (examples.validation.a[:50], examples.validation.b[:50])
    z = pair_logits(head.head, head.projected, *ends)
    assert z.shape == (50, 4 + N_SIGNALS)
    same = CascadeClassifier(head, judge.cross, Blend(0.0, head.calibration, 2.0))
    np.testing.assert_allclose(same.judge(*ends), head.judge(*ends), atol=1e-6)


def test_no_pairs(examples: TrainingSet, trained: TrainedHead) -> None:
    none = np.empty(0, np.int64)
    assert cascade(examples, trained, 2.0)[0].judge(none, none).shape == (0, 3)


def test_votes_stay_as_they_are_where_logits_are_mixed() -> None:
    head = np.array([[4.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75]], np.float32)
    cross = np.array([[0.0, 4.0, 0.0, 0.0]], np.float32)
    assert mix(head, cross, 0.25).tolist() == [[3.0, 1.0, 0.0, 0.0, 0.25, 0.5, 0.75]]
