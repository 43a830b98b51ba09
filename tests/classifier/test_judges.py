from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import Features, HeadClassifier, PairHead, TrainedHead, spell
from nymgraph.discriminator.calibration import Calibration
from nymgraph.pipeline.classifier.features import TermSpace
from nymgraph.pipeline.classifier.judges import LazyClassifier
from nymgraph.pipeline.classifier.model import Model
from nymgraph.pipeline.classifier.trained import TrainedClassifier

RANDOM = np.random.default_rng(1)
TERMS = [f"term {n}" for n in range(40)]
VECTORS = RANDOM.normal(size=(40, 8)).astype(np.float16)
HEAD = PairHead(8, hidden=6, width=5, seed=0)
SHARP = Calibration(temperature=0.5)
FEATURES = Features(VECTORS, spell(TERMS))
CLASSIFIER = TrainedClassifier(TrainedHead(HEAD, dictionary=SHARP, candidates=Calibration()))
LAZY = LazyClassifier(CLASSIFIER, TERMS, FEATURES)


class LookUp:
    """An encoder that knows 40 terms; it counts what it is asked."""

    dim = 8

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += terms
        return VECTORS[[TERMS.index(term) for term in terms]].astype(np.float32)


def test_pairs_are_judged_as_if_the_whole_lexicon_were_projected() -> None:
    a, b = np.array([3, 39, 7]), np.array([11, 3, 0])
    whole = HeadClassifier.over(HEAD, SHARP, FEATURES)
    found = LAZY.judge(a, b)
    np.testing.assert_array_equal(found, whole.judge(a, b))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_spellings_are_judged_as_the_ids_they_stand_for() -> None:
    a, b = RANDOM.integers(0, 40, (2, 100))
    encoder = LookUp()
    model = Model(CLASSIFIER, TermSpace.empty(8, "und"), lambda: encoder)
    judge = partial(model.probabilities, dictionary=True)
    found = judge([TERMS[n] for n in a], [TERMS[n] for n in b])
    np.testing.assert_array_equal(found, LAZY.judge(a, b))
    assert len(encoder.asked) == len(set(encoder.asked)) == len({*a, *b})  # each spelling once
    swapped = judge([TERMS[n] for n in b], [TERMS[n] for n in a])
    np.testing.assert_array_equal(found, swapped)


def test_no_pairs() -> None:
    encoder = LookUp()
    model = Model(CLASSIFIER, TermSpace.empty(8, "und"), lambda: encoder)
    assert model.probabilities([], []).shape == (0, 3)
    assert encoder.asked == []
    none = np.empty(0, dtype=np.int64)
    assert LAZY.judge(none, none).shape == (0, 3)
