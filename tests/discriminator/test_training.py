from dataclasses import replace

import numpy as np
import pytest
import torch

from nymgraph.discriminator import (
    UNLABELLED,
    HeadClassifier,
    HeadSettings,
    LabelledPairs,
    Lexicon,
    TrainedHead,
    classification_metrics,
    spell,
    train_head,
)
from tests.discriminator.pair_world import SETTINGS, World, make_world, train_on


def macro_f1(world: World, trained: TrainedHead) -> float:
    labelled = world.validation.take(world.validation.relation != UNLABELLED)
    classifier = HeadClassifier.over(trained.head, trained.dictionary, world.lexicon)
    judged = classifier.judge(labelled.a, labelled.b)
    return classification_metrics(judged, labelled.relation).macro_f1


def test_learns_what_can_be_learned(world: World, trained: TrainedHead) -> None:
    assert macro_f1(world, trained) > 0.9
    assert max(trained.macro_f1) > 0.9


def test_learns_nothing_from_shuffled_labels(world: World) -> None:
    relation = np.random.default_rng(1).permutation(world.train.relation)
    control = train_on(world, world.train._replace(relation=relation))
    assert macro_f1(world, control) < 0.6  # guessing among three gives 0.33


def test_candidates_calibration_tells_unlabelled_from_synonyms(
    world: World, trained: TrainedHead
) -> None:
    classifier = HeadClassifier.over(trained.head, trained.candidates, world.lexicon)
    judged = classifier.judge(world.validation.a, world.validation.b)
    passed = judged[:, 0] >= 0.7
    assert (world.validation.relation[passed] == 0).mean() > 0.9
    assert passed[world.validation.relation == 0].mean() > 0.9


def test_one_seed_gives_one_result_and_moves_no_global_state(world: World) -> None:
    short = replace(SETTINGS, epochs=1)
    state, numbers = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = train_on(world, world.train, short)
    assert torch.equal(state, torch.random.get_rng_state())
    np.testing.assert_array_equal(numbers, np.random.get_state()[1])  # noqa: NPY002
    torch.rand(3)
    second = train_on(world, world.train, short)
    other = train_on(world, world.train, replace(short, seed=1))
    assert first.candidates == second.candidates
    for name, weight in first.head.state_dict().items():
        assert torch.equal(weight, second.head.state_dict()[name])
    assert not torch.equal(first.head.term.weight, other.head.term.weight)


def test_progress_counts_every_step(world: World) -> None:
    steps: list[tuple[int, int]] = []
    settings = replace(SETTINGS, epochs=2, batch_size=500)
    labelled = world.validation.take(world.validation.relation != UNLABELLED)
    train_head(
        world.lexicon, world.train, labelled, world.validation, settings,
        lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    n_steps = 2 * (len(world.train.a) // 500)
    assert steps == [(done, n_steps) for done in range(1, n_steps + 1)]


def test_a_weight_of_zero_leaves_a_pair_out() -> None:
    world = make_world(40)
    settings = HeadSettings(hidden=4, width=4, epochs=1, batch_size=10_000)
    muted = world.train.weight.copy()
    muted[0] = 0
    lied = world.train.relation.copy()
    lied[0] = 2
    first = train_on(world, world.train._replace(weight=muted), settings)
    second = train_on(world, world.train._replace(weight=muted, relation=lied), settings)
    assert torch.equal(first.head.term.weight, second.head.term.weight)


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_a_relation_without_training_pairs(world: World, missing: int) -> None:
    name = ("synonym", "antonym", "co_hyponym", "unlabelled")[missing]
    with pytest.raises(ValueError, match=f"no training pairs for {name}"):
        train_on(world, world.train.take(world.train.relation != missing))


def test_no_validation_pairs(world: World) -> None:
    none = world.validation.take(np.empty(0, np.int64))
    with pytest.raises(ValueError, match="enlarge the validation split"):
        train_on(replace(world, validation=none), world.train)


def test_validation_without_antonyms_is_no_obstacle(world: World) -> None:
    rest = world.validation.take(world.validation.relation != 1)
    result = train_on(replace(world, validation=rest), world.train, replace(SETTINGS, epochs=1))
    assert np.isfinite(result.candidates.bias).all()


def test_a_vector_that_is_not_finite(world: World) -> None:
    vectors = world.lexicon.vectors.copy()
    vectors[world.train.a[0]] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        train_on(replace(world, lexicon=world.lexicon._replace(vectors=vectors)), world.train)


def test_vectors_that_are_no_matrix(world: World) -> None:
    row = world.lexicon._replace(vectors=world.lexicon.vectors[0])
    with pytest.raises(ValueError, match="vectors of shape"):
        train_on(replace(world, lexicon=row), world.train)


def test_spellings_missing_or_of_another_lexicon(world: World) -> None:
    for spellings in (None, spell(["a", "b"])):
        with pytest.raises(ValueError, match="spell the terms"):
            train_on(
                replace(world, lexicon=world.lexicon._replace(spellings=spellings)), world.train
            )


def test_learns_an_affix_that_vectors_do_not_show(world: World) -> None:
    # antonyms x, un + x: the turned coordinates are taken out of the vectors
    n = len(world.lexicon.vectors) // 4
    words = [f"w{i:05d}" for i in range(n)]
    spellings = spell([*words, *words[::-1], *(f"un{w}" for w in words), *words[1:], words[0]])
    vectors = world.lexicon.vectors.copy()
    vectors[2 * n : 3 * n] = vectors[3 * n :]  # an antonym looks like a sister
    seeing, blind = (replace(world, lexicon=Lexicon(vectors, known)) for known in (spellings, None))
    seen = macro_f1(seeing, train_on(seeing, world.train))
    unseen = macro_f1(blind, train_on(blind, world.train, replace(SETTINGS, surface=False)))
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
def test_pairs_that_break_the_contract(world: World, pairs: LabelledPairs, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_on(world, pairs)


def test_settings_out_of_range() -> None:
    with pytest.raises(ValueError, match="correct the settings"):
        HeadSettings(epochs=0)


def test_two_relations_without_candidates(world: World) -> None:
    train = world.train.take(world.train.relation < 2)
    validation = world.validation.take(world.validation.relation < 2)
    trained = train_head(world.lexicon, train, validation, settings=SETTINGS)
    assert trained.candidates == trained.dictionary
    judged = HeadClassifier.over(trained.head, trained.dictionary, world.lexicon).judge(
        validation.a, validation.b
    )
    assert (judged[:, 2] == 0).all()
    assert (judged.argmax(axis=1) == validation.relation).mean() > 0.9


def test_one_relation_is_too_few(world: World) -> None:
    train = world.train.take(world.train.relation == 1)
    validation = world.validation.take(world.validation.relation == 1)
    with pytest.raises(ValueError, match="no training pairs for synonym"):
        train_head(world.lexicon, train, validation, settings=SETTINGS)
