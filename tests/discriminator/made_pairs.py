from dataclasses import dataclass

import numpy as np

from nymgraph.discriminator import (
    UNLABELLED,
    Features,
    HeadSettings,
    LabelledPairs,
    TrainedHead,
    spell,
    train_head,
)

DIM = 16
SETTINGS = HeadSettings(hidden=16, width=16, epochs=8, batch_size=128, learning_rate=0.01)


@dataclass(frozen=True)
class TrainingSet:
    features: Features
    train: LabelledPairs
    validation: LabelledPairs


def make_examples(n_quads: int = 600, seed: int = 0) -> TrainingSet:
    """Four terms to a concept: x, a synonym, an antonym and a co-hyponym.

    A synonym lies beside x, an antonym has the first four coordinates turned round, a co-hyponym
    keeps the first half only; unlabelled are x of one concept and x of the next.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_quads, DIM))
    turned, co_hyponym = x.copy(), x.copy()
    turned[:, :4] *= -1
    co_hyponym[:, DIM // 2 :] = rng.normal(size=(n_quads, DIM // 2))
    vectors = np.concatenate([x, x, turned, co_hyponym]) + rng.normal(size=(4 * n_quads, DIM)) * 0.1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    first, others = np.arange(n_quads), [np.arange(n_quads) + k * n_quads for k in (1, 2, 3)]
    others.append(np.roll(first, 1))
    half = n_quads * 3 // 4
    train, validation = (
        LabelledPairs.of(
            np.tile(first[part], 4),
            np.concatenate([other[part] for other in others]),
            np.repeat(np.arange(4), len(first[part])),
        )
        for part in (slice(1, half), slice(half + 1, n_quads))
    )
    return TrainingSet(
        Features(vectors.astype(np.float16), spell(words(len(x) * 4, rng))), train, validation
    )


def words(n_terms: int, rng: np.random.Generator) -> list[str]:
    """Spellings that say nothing about the relations."""
    letters = rng.integers(ord("a"), ord("g"), (n_terms, 6)).astype(np.uint8)
    return [row.tobytes().decode() for row in letters]


def train_on(
    examples: TrainingSet, train: LabelledPairs, settings: HeadSettings = SETTINGS
) -> TrainedHead:
    labelled = examples.validation.take(examples.validation.relation != UNLABELLED)
    return train_head(examples.features, train, labelled, examples.validation, settings)
