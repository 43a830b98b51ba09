from dataclasses import replace

import numpy as np
import pytest
import torch

from nymgraph.discriminator import (
    UNLABELLED,
    Features,
    HeadClassifier,
    HeadSettings,
    LabelledPairs,
    TrainedHead,
    classification_metrics,
    spell,
    train_head,
)
from tests.discriminator.made_pairs import SETTINGS, TrainingSet, make_examples, train_on


def macro_f1(examples: TrainingSet, trained: TrainedHead) -> float:
    labelled = examples.validation.take(examples.validation.relation != UNLABELLED)
    classifier = HeadClassifier.over(trained.head, trained.dictionary, examples.features)
    judged = classifier.judge(labelled.a, labelled.b)
    return classification_metrics(judged, labelled.relation).macro_f1


def test_learns_what_can_be_learned(examples: TrainingSet, trained: TrainedHead) -> None:
    assert macro_f1(examples, trained) > 0.9
    assert max(trained.macro_f1) > 0.9


def test_learns_nothing_from_shuffled_labels(examples: TrainingSet) -> None:
    relation = np.random.default_rng(1).permutation(examples.train.relation)
    control = train_on(examples, examples.train._replace(relation=relation))
    assert macro_f1(examples, control) < 0.6  # guessing among three gives 0.33


def test_candidates_calibration_tells_unlabelled_from_synonyms(
    examples: TrainingSet, trained: TrainedHead
) -> None:
    classifier = HeadClassifier.over(trained.head, trained.candidates, examples.features)
    judged = classifier.judge(examples.validation.a, examples.validation.b)
    passed = judged[:, 0] >= 0.7
    assert (examples.validation.relation[passed] == 0).mean() > 0.9
    assert passed[examples.validation.relation == 0].mean() > 0.9


def test_one_seed_gives_one_result_and_moves_no_global_state(examples: TrainingSet) -> None:
    short = replace(SETTINGS, epochs=1)
    state, numbers = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = train_on(examples, examples.train, short)
    assert torch.equal(state, torch.random.get_rng_state())
    np.testing.assert_array_equal(numbers, np.random.get_state()[1])  # noqa: NPY002
    torch.rand(3)
    second = train_on(examples, examples.train, short)
    other = train_on(examples, examples.train, replace(short, seed=1))
    assert first.candidates == second.candidates
    for name, weight in first.head.state_dict().items():
        assert torch.equal(weight, second.head.state_dict()[name])
    assert not torch.equal(first.head.term.weight, other.head.term.weight)


def test_progress_counts_every_step(examples: TrainingSet) -> None:
    steps: list[tuple[int, int]] = []
    settings = replace(SETTINGS, epochs=2, batch_size=500)
    labelled = examples.validation.take(examples.validation.relation != UNLABELLED)
    train_head(
        examples.features, examples.train, labelled, examples.validation, settings,
        lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    n_steps = 2 * (len(examples.train.a) // 500)
    assert steps == [(done, n_steps) for done in range(1, n_steps + 1)]


def test_a_weight_of_zero_leaves_a_pair_out() -> None:
    examples = make_examples(40)
    settings = HeadSettings(hidden=4, width=4, epochs=1, batch_size=10_000)
    muted = examples.train.weight.copy()
    muted[0] = 0
    lied = examples.train.relation.copy()
    lied[0] = 2
    first = train_on(examples, examples.train._replace(weight=muted), settings)
    second = train_on(examples, examples.train._replace(weight=muted, relation=lied), settings)
    assert torch.equal(first.head.term.weight, second.head.term.weight)


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_a_relation_without_training_pairs(examples: TrainingSet, missing: int) -> None:
    name = ("synonym", "antonym", "co_hyponym", "unlabelled")[missing]
    with pytest.raises(ValueError, match=f"no training pairs for {name}"):
        train_on(examples, examples.train.take(examples.train.relation != missing))


def test_no_validation_pairs(examples: TrainingSet) -> None:
    none = examples.validation.take(np.empty(0, np.int64))
    with pytest.raises(ValueError, match="enlarge the validation split"):
        train_on(replace(examples, validation=none), examples.train)


def test_validation_without_antonyms_is_no_obstacle(examples: TrainingSet) -> None:
    rest = examples.validation.take(examples.validation.relation != 1)
    result = train_on(
        replace(examples, validation=rest), examples.train, replace(SETTINGS, epochs=1)
    )
    assert np.isfinite(result.candidates.bias).all()


def test_a_vector_that_is_not_finite(examples: TrainingSet) -> None:
    vectors = examples.features.vectors.copy()
    vectors[examples.train.a[0]] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        train_on(
            replace(examples, features=examples.features._replace(vectors=vectors)),
            examples.train,
        )


def test_vectors_that_are_no_matrix(examples: TrainingSet) -> None:
    row = examples.features._replace(vectors=examples.features.vectors[0])
    with pytest.raises(ValueError, match="vectors of shape"):
        train_on(replace(examples, features=row), examples.train)


def test_spellings_missing_or_of_another_lexicon(examples: TrainingSet) -> None:
    for spellings in (None, spell(["a", "b"])):
        with pytest.raises(ValueError, match="spell the terms"):
            train_on(
                replace(examples, features=examples.features._replace(spellings=spellings)),
                examples.train,
            )


def test_learns_an_affix_that_vectors_do_not_show(examples: TrainingSet) -> None:
    # antonyms x, un + x: the turned coordinates are taken out of the vectors
    n = len(examples.features.vectors) // 4
    words = [f"w{i:05d}" for i in range(n)]
    spellings = spell([*words, *words[::-1], *(f"un{w}" for w in words), *words[1:], words[0]])
    vectors = examples.features.vectors.copy()
    vectors[2 * n : 3 * n] = vectors[3 * n :]  # an antonym looks like a co-hyponym
    seeing, blind = (
        replace(examples, features=Features(vectors, known)) for known in (spellings, None)
    )
    seen = macro_f1(seeing, train_on(seeing, examples.train))
    unseen = macro_f1(blind, train_on(blind, examples.train, replace(SETTINGS, surface=False)))
    assert seen > 0.9 > 0.8 > unseen


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (LabelledPairs.of(np.array([0]), np.array([0]), 0), "itself"),
        (LabelledPairs.of(np.array([0]), np.array([10**6]), 0), "same lexicon"),
        (LabelledPairs.of(np.array([0]), np.array([1]), 4), "relation codes"),
        (LabelledPairs.of(np.array([0]), np.array([1]), 0, weight=-1), "weight"),
        (LabelledPairs.of(np.array([0]), np.array([1]), 0)._replace(b=np.arange(2)), "lengths"),
    ],
)
def test_pairs_that_break_the_contract(
    examples: TrainingSet, pairs: LabelledPairs, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        train_on(examples, pairs)


def test_settings_out_of_range() -> None:
    with pytest.raises(ValueError, match="correct the settings"):
        HeadSettings(epochs=0)


def test_two_relations_without_candidates(examples: TrainingSet) -> None:
    train = examples.train.take(examples.train.relation < 2)
    validation = examples.validation.take(examples.validation.relation < 2)
    trained = train_head(examples.features, train, validation, settings=SETTINGS)
    assert trained.candidates == trained.dictionary
    judged = HeadClassifier.over(trained.head, trained.dictionary, examples.features).judge(
        validation.a, validation.b
    )
    assert (judged[:, 2] == 0).all()
    assert (judged.argmax(axis=1) == validation.relation).mean() > 0.9


def test_one_relation_is_too_few(examples: TrainingSet) -> None:
    train = examples.train.take(examples.train.relation == 1)
    validation = examples.validation.take(examples.validation.relation == 1)
    with pytest.raises(ValueError, match="no training pairs for synonym"):
        train_head(examples.features, train, validation, settings=SETTINGS)
