import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.discriminator import (
    ANTONYM,
    Calibration,
    HeadClassifier,
    Neighbourhoods,
    PairHead,
    project_terms,
    spell,
)
from nymgraph.discriminator.predict import BLOCK, pair_logits, small_block, spelling_tensors
from nymgraph.discriminator.relations import Features
from tests.discriminator.made_pairs import words

N_TERMS, N_PAIRS = 500, 2 * BLOCK + 77
CALIBRATION = Calibration(1.5, (-0.5, -2.0, 0.0, 0.0))


def make() -> tuple[HeadClassifier, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(N_TERMS, 48)).astype(np.float16)
    vectors /= np.linalg.norm(vectors.astype(np.float32), axis=1, keepdims=True).astype(np.float16)
    head = PairHead(dim=48, hidden=40, width=24)
    a, b = rng.integers(0, N_TERMS, (2, N_PAIRS))
    # zeros would say nothing: give the alternations of these made-up words vectors
    torch.nn.init.normal_(head.alternation, generator=torch.Generator().manual_seed(0))
    features = Features(vectors, spell(words(N_TERMS, rng)))
    return HeadClassifier.over(head, CALIBRATION, features), vectors, a, b


CLASSIFIER, VECTORS, A, B = make()
JUDGED = CLASSIFIER.judge(A, B)


def test_rows_are_probabilities() -> None:
    assert JUDGED.dtype == np.float32
    assert JUDGED.shape == (N_PAIRS, 3)
    assert (JUDGED >= 0).all()
    np.testing.assert_allclose(JUDGED.sum(axis=1), 1, atol=1e-6)


def test_both_orders_give_the_same_bits() -> None:
    np.testing.assert_array_equal(CLASSIFIER.judge(B, A), JUDGED)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, N_PAIRS), max_size=4))
def test_the_cut_into_calls_changes_no_bit(cuts: list[int]) -> None:
    borders = [0, *sorted(cuts), N_PAIRS]
    parts = [CLASSIFIER.judge(A[i:j], B[i:j]) for i, j in itertools.pairwise(borders)]
    np.testing.assert_array_equal(np.concatenate(parts), JUDGED)


def test_the_cut_into_shards_changes_no_projection() -> None:
    head = CLASSIFIER.head
    parts = [project_terms(head, VECTORS[:3]), project_terms(head, VECTORS[3:])]
    np.testing.assert_array_equal(np.concatenate(parts), CLASSIFIER.projected.vectors)


def test_agrees_with_the_network_in_one_piece() -> None:
    x = torch.from_numpy(VECTORS)
    with torch.no_grad():
        spelling = spelling_tensors(CLASSIFIER.projected.spellings, A, B, "cpu")
        expected = CALIBRATION.apply(CLASSIFIER.head(x[A], x[B], spelling)).numpy()
    np.testing.assert_allclose(JUDGED, expected, atol=2e-3)  # projections are half precision


@pytest.mark.parametrize(
    ("n", "block"), [(0, 64), (64, 64), (65, 512), (513, BLOCK), (9_999, BLOCK)]
)
def test_few_rows_go_in_small_blocks(n: int, block: int) -> None:
    assert small_block(n) == block


def test_the_block_changes_last_bits_at_most() -> None:
    head = CLASSIFIER.head
    small = CLASSIFIER.projected._replace(vectors=project_terms(head, VECTORS, block=64))
    found = pair_logits(head, small, A, B, block=64)
    expected = pair_logits(head, CLASSIFIER.projected, A, B)
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_no_pairs() -> None:
    none = np.empty(0, np.int64)
    assert CLASSIFIER.judge(none, none).shape == (0, 3)


def test_a_memory_map_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("vectors") / "vectors.npy"
    np.save(path, VECTORS)
    mapped = np.load(path, mmap_mode="r")
    projections = project_terms(CLASSIFIER.head, mapped)
    np.testing.assert_array_equal(projections, CLASSIFIER.projected.vectors)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([0, 1], [1], "shape"),
        ([0], [N_TERMS], "same lexicon"),
        ([-1], [0], "same lexicon"),
        ([0.0], [1.0], "integers"),
    ],
)
def test_wrong_ids(a: list[float], b: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CLASSIFIER.judge(np.array(a), np.array(b))


def test_vectors_of_another_encoder() -> None:
    with pytest.raises(ValueError, match="encoder"):
        project_terms(CLASSIFIER.head, VECTORS[:, :5])


def test_projections_of_another_head() -> None:
    narrow = CLASSIFIER.projected._replace(vectors=CLASSIFIER.projected.vectors[:, :5])
    other = HeadClassifier(CLASSIFIER.head, CALIBRATION, narrow)
    with pytest.raises(ValueError, match="project the terms again"):
        other.judge(A[:1], B[:1])


def test_a_vector_that_is_not_finite_is_named() -> None:
    vectors = VECTORS.copy()
    vectors[7, 0] = np.nan
    with pytest.raises(ValueError, match="term id 7"):
        project_terms(CLASSIFIER.head, vectors)


def test_neighbourhoods_of_another_lexicon() -> None:
    near = np.full((N_TERMS + 1, 1), -1, np.int32)
    none = np.empty(0, np.int64)
    cosine, known = np.zeros(near.shape, np.float32), (none, none, none)
    hoods = Neighbourhoods.of(np.arange(len(near)), near, cosine, len(near), known)
    other = replace(CLASSIFIER, projected=CLASSIFIER.projected._replace(neighbourhoods=hoods))
    with pytest.raises(ValueError, match="neighbours of these very vectors"):
        other.judge(A[:1], B[:1])


def test_votes_of_neighbours_count_as_the_calibration_says() -> None:
    # terms 0 and 1 have the neighbours 2 and 3, which are known antonyms
    near = np.full((N_TERMS, 1), -1, np.int32)
    near[0], near[1] = 2, 3
    known = (np.array([2]), np.array([3]), np.array([ANTONYM]))
    cosine = np.ones(near.shape, np.float32)
    hoods = Neighbourhoods.of(np.arange(N_TERMS), near, cosine, N_TERMS, known)
    calibration = replace(CALIBRATION, weights=((0.0, 0.0), (0.0, 5.0), *[(0.0, 0.0)] * 2))
    projected = CLASSIFIER.projected._replace(neighbourhoods=hoods)
    voting = replace(CLASSIFIER, calibration=calibration, projected=projected)
    ends = (np.array([0, 0]), np.array([1, 4]))
    before, after = CLASSIFIER.judge(*ends), voting.judge(*ends)
    odds = [p[:, ANTONYM] / (1 - p[:, ANTONYM]) for p in (before, after)]
    np.testing.assert_allclose(odds[1] / odds[0], [np.exp(5), 1], rtol=1e-4)
