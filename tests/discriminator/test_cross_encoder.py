import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nymgraph.discriminator import (
    Calibration,
    CrossEncoderClassifier,
    CrossEncoderSettings,
    LabelledPairs,
    new_cross_encoder,
    train_cross_encoder,
)
from nymgraph.discriminator.cross_encoder import (
    RelationLoss,
    antonym_copies,
    disagreement,
    relation_loss,
    training_rows,
)
from tests.discriminator.tiny_bert import write_tiny_bert

TERMS = ["happy", "unhappy", "glad", "sad", "kind", "unkind", "nice", "rude"]
PAIRS = LabelledPairs.of(
    np.array([0, 4, 0, 4, 1, 2, 3, 5, 6]),
    np.array([1, 5, 2, 6, 3, 7, 6, 7, 1]),
    np.array([1, 1, 0, 0, 0, 2, 2, 0, 3]),
)
SETTINGS = CrossEncoderSettings(
    epochs=2,
    batch_size=4,
    learning_rate=1e-4,
    loss="cross_entropy",
    agreement=1.0,
    antonym_copies=4,
    bfloat16=False,
    seed=0,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_tiny_bert(tmp_path_factory.mktemp("tiny") / "bert"))


@pytest.fixture(scope="module")
def classifier(folder: str) -> CrossEncoderClassifier:
    model = new_cross_encoder(folder, "cpu")
    return CrossEncoderClassifier(model, Calibration(), TERMS, batch_size=3, bfloat16=False)


def test_loss_worked_by_hand() -> None:
    # p = 1/2: -ln p = ln 2; (1/2)^2 ln 2; 1 - (2/4 + 1) / (1/4 + 2) = 1 - 1.5 / 2.25 = 1/3
    log_p = torch.tensor([math.log(0.5)], dtype=torch.float64)
    assert relation_loss(log_p, "cross_entropy").item() == pytest.approx(math.log(2))
    assert relation_loss(log_p, "focal").item() == pytest.approx(math.log(2) / 4)
    assert relation_loss(log_p, "dice").item() == pytest.approx(1 / 3)


@pytest.mark.parametrize("kind", ["cross_entropy", "focal"])
def test_loss_falls_to_nothing_for_a_sure_pair(kind: str) -> None:
    log_p = torch.linspace(-8, 0, 50, dtype=torch.float64)
    loss = relation_loss(log_p, kind)
    assert (loss.diff() < 0).all()
    assert loss[-1] == 0


def test_disagreement_worked_by_hand() -> None:
    # (1/2, 1/2) and (1/4, 3/4): (1/4 ln 2 - 1/4 ln 2/3) / 2 = ln 3 / 8, either way round
    log_p, log_q = (torch.tensor([p]).log() for p in ([0.5, 0.5], [0.25, 0.75]))
    assert disagreement(log_p, log_q).item() == pytest.approx(math.log(3) / 8)
    assert disagreement(log_q, log_p).item() == pytest.approx(math.log(3) / 8)
    assert disagreement(log_p, log_p).item() == 0


class ByFirst(nn.Module):
    """Gives logits that depend on the first term alone."""

    device = torch.device("cpu")

    def __init__(self, logits: dict[str, list[float]]) -> None:
        super().__init__()
        self.logits = logits

    def preprocess(self, pairs: list[tuple[str, str]]) -> dict[str, Tensor]:
        return {"scores": torch.tensor([self.logits[first] for first, _ in pairs])}

    def forward(self, tokens: dict[str, Tensor]) -> dict[str, Tensor]:
        return tokens


def test_loss_takes_the_shares_out_of_the_logits() -> None:
    # softmax(0 + ln share) is the share itself: -ln(1/2) and -ln(1/8), a code of share 0 never
    model: Any = ByFirst({first: [0.0, 0.0, 0.0, 9.0] for first in "abcd"})
    loss = RelationLoss(model, np.array([0.5, 0.125, 0.375, 0.0]), "cross_entropy", agreement=1)
    found = loss([["a", "b"], ["c", "d"]], torch.tensor([0, 1]))
    assert found.item() == pytest.approx((math.log(2) + math.log(8)) / 2)


def test_loss_reads_both_orders_and_wants_them_alike() -> None:
    # from its first term "a" the pair is 1/2, from "b" it is 1/4: -ln of both, and ln 3 / 8 apart
    model: Any = ByFirst({"a": [0.0, 0.0, 0.0, 0.0], "b": [0.0, math.log(3), 0.0, 0.0]})
    share = np.array([0.5, 0.5, 0.0, 0.0])
    for agreement in (0.0, 2.0):
        loss = RelationLoss(model, share, "cross_entropy", agreement)
        expected = math.log(8) / 2 + agreement * math.log(3) / 8
        for columns in ([["a"], ["b"]], [["b"], ["a"]]):
            assert loss(columns, torch.tensor([0])).item() == pytest.approx(expected)


def test_rows_hold_each_pair_as_often_as_said() -> None:
    settings = replace(SETTINGS, epochs=30, antonym_copies=4)
    assert antonym_copies(PAIRS, settings) == 2  # four synonyms, two antonyms
    rows = training_rows(PAIRS, settings)
    found = Counter(zip(*map(np.ndarray.tolist, rows), strict=True))
    assert found == {
        pair: 30 * (2 if pair[2] == 1 else 1)
        for pair in zip(*map(np.ndarray.tolist, PAIRS), strict=True)
    }
    # each epoch is whole: no pair waits for a later one
    first = rows.take(np.arange(len(rows.a) // 30))
    assert len({*zip(first.a, first.b, strict=True)}) == 9


@pytest.mark.parametrize(("n_antonyms", "expected"), [(0, 3), (1, 3), (6, 2), (12, 1), (30, 1)])
def test_copies_bring_antonyms_up_to_the_commonest(n_antonyms: int, expected: int) -> None:
    relation = np.array([0] * 12 + [1] * n_antonyms)
    pairs = LabelledPairs.of(np.zeros(len(relation)), np.ones(len(relation)), relation)
    assert antonym_copies(pairs, replace(SETTINGS, antonym_copies=3)) == expected


def test_rows_repeat_with_the_seed() -> None:
    first, again = training_rows(PAIRS, SETTINGS), training_rows(PAIRS, SETTINGS)
    other = training_rows(PAIRS, replace(SETTINGS, seed=1))
    np.testing.assert_array_equal(first.a, again.a)
    assert (first.a != other.a).any()


def test_judges_both_orders_alike(classifier: CrossEncoderClassifier) -> None:
    judged = classifier.judge(PAIRS.a, PAIRS.b)
    np.testing.assert_array_equal(judged, classifier.judge(PAIRS.b, PAIRS.a))
    np.testing.assert_allclose(judged.sum(axis=1), 1, rtol=1e-5)
    one = np.concatenate([classifier.judge(PAIRS.a[[i]], PAIRS.b[[i]]) for i in range(9)])
    np.testing.assert_allclose(judged, one, atol=1e-5)


def test_logits_are_the_mean_over_both_orders(classifier: CrossEncoderClassifier) -> None:
    forth, back = (
        classifier.model.predict(pair, convert_to_numpy=True)
        for pair in ([("happy", "sad")], [("sad", "happy")])
    )
    assert np.abs(forth - back).max() > 1e-4
    found = classifier.logits(np.array([3]), np.array([0]))
    np.testing.assert_allclose(found, (forth + back) / 2, atol=1e-5)


def test_no_pairs(classifier: CrossEncoderClassifier) -> None:
    none = np.empty(0, np.int64)
    assert classifier.judge(none, none).shape == (0, 3)


def test_an_id_outside_the_lexicon(classifier: CrossEncoderClassifier) -> None:
    with pytest.raises(ValueError, match="term ids"):
        classifier.judge(np.array([0]), np.array([len(TERMS)]))


def trained(folder: str, work: Path, seed: int = 0) -> SimpleNamespace:
    model, steps = new_cross_encoder(folder, "cpu", seed=seed), []
    train_cross_encoder(model, TERMS, PAIRS, replace(SETTINGS, seed=seed), str(work), steps.append)
    return SimpleNamespace(weights=model.state_dict(), steps=steps, model=model)


def test_training_repeats_bit_for_bit_and_tells_every_step(folder: str, tmp_path: Path) -> None:
    first = trained(folder, tmp_path)
    torch.rand(3)
    again, other = trained(folder, tmp_path), trained(folder, tmp_path, seed=1)
    n_rows = 2 * (len(PAIRS.a) + 2)  # two epochs, each antonym twice
    assert sum(first.steps) == math.ceil(n_rows / SETTINGS.batch_size)
    for name, weight in first.weights.items():
        assert torch.equal(weight, again.weights[name]), name
    assert any((weight != other.weights[name]).any() for name, weight in first.weights.items())
    assert not first.model.training


@pytest.mark.parametrize("loss", ["cross_entropy", "focal", "dice"])
def test_training_learns_what_carries_over_to_other_terms(
    loss: Literal["cross_entropy", "focal", "dice"], folder: str, tmp_path: Path
) -> None:
    # the first word of either term tells the code; the second words of the test are never trained
    cues, nouns = ["red", "blue", "green", "black"], ["cat", "dog", "tree", "house", "car", "stone"]
    terms = [f"{cue} {noun}" for cue in cues for noun in nouns]
    n = len(nouns)
    rows = [(c * n + i, c * n + j, c) for c in range(4) for i in range(n) for j in range(i)]
    a, b, code = np.array(rows).T
    seen = (a % n < 4) & (b % n < 4)
    pairs = LabelledPairs.of(a[seen], b[seen], code[seen])
    settings = replace(SETTINGS, epochs=40, batch_size=8, learning_rate=1e-2, loss=loss)
    model = new_cross_encoder(folder, "cpu")
    train_cross_encoder(model, terms, pairs, settings, str(tmp_path))
    unseen = (a % n >= 4) & (b % n >= 4)
    logits = CrossEncoderClassifier(model, Calibration(), terms, bfloat16=False).logits(
        a[unseen], b[unseen]
    )
    assert logits.argmax(axis=1).tolist() == code[unseen].tolist()
