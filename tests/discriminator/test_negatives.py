import numpy as np
import pytest

from nymgraph.discriminator import UNLABELLED, pair_keys, sample_hard_negatives

N_TERMS = 60
RNG = np.random.default_rng(0)
A, B = RNG.integers(0, N_TERMS, (2, 800))
KNOWN = pair_keys(A[:50], B[:50])
TRAINABLE = np.arange(N_TERMS) % 5 != 0


def draw(n_pairs: int, seed: int = 0, order: slice = slice(None)) -> set[tuple[int, int]]:
    pairs = sample_hard_negatives(A[order], B[order], KNOWN, TRAINABLE, n_pairs, seed)
    assert (pairs.relation == UNLABELLED).all()
    return set(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))


def test_a_key_worked_by_hand() -> None:
    # 3 * 2^32 + 5 = 12,884,901,888 + 5
    assert pair_keys(np.array([5, 3]), np.array([3, 5])).tolist() == [12_884_901_893] * 2


def test_all_pairs_are_those_of_the_obvious_rule() -> None:
    known = {(min(p), max(p)) for p in zip(A[:50].tolist(), B[:50].tolist(), strict=True)}
    expected = {
        (min(a, b), max(a, b))
        for a, b in zip(A.tolist(), B.tolist(), strict=True)
        if a != b and a % 5 and b % 5 and (min(a, b), max(a, b)) not in known
    }
    assert draw(10**6) == expected


def test_the_draw_is_independent_of_row_order_and_repetition() -> None:
    assert draw(100) == draw(100, order=slice(None, None, -1))
    twice = sample_hard_negatives(
        np.tile(A, 2), np.tile(B, 2), np.flip(KNOWN), TRAINABLE, 100, seed=0
    )
    assert set(zip(twice.a.tolist(), twice.b.tolist(), strict=True)) == draw(100)


def test_size_seed_and_nesting() -> None:
    assert len(draw(100)) == 100
    assert draw(100) < draw(200)
    assert draw(100) != draw(100, seed=1)
    assert draw(0) == set()


def test_the_draw_is_even() -> None:
    a, b = np.triu_indices(400, 1)
    pairs = sample_hard_negatives(a, b, KNOWN[:0], np.ones(400, bool), len(a) // 2, seed=3)
    low = (pairs.a < 100).mean() / (a < 100).mean()
    assert low == pytest.approx(1, abs=0.02)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="expected both >= 0"):
        draw(-1)
    with pytest.raises(ValueError, match="same lexicon"):
        sample_hard_negatives(A, B, KNOWN, TRAINABLE[:10], 5, seed=0)
