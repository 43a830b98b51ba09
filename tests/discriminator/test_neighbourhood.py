import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.discriminator import ANTONYM, CO_HYPONYM, SYNONYM, Neighbourhoods, neighbour_votes

Known = list[tuple[int, int, int]]


def hoods(near: list[list[tuple[int, float]]], known: Known) -> Neighbourhoods:
    """Neighbourhoods from lists of (neighbour, cosine), filled up with none."""
    k = max(map(len, near))
    ids = np.full((len(near), k), -1, np.int32)
    cosine = np.zeros((len(near), k), np.float32)
    for row, found in enumerate(near):
        for place, (other, value) in enumerate(found):
            ids[row, place], cosine[row, place] = other, value
    a, b, relation = np.array(known, np.int64).reshape(-1, 3).T
    return Neighbourhoods.of(np.arange(len(near)), ids, cosine, len(near), (a, b, relation))


def votes(of: Neighbourhoods, a: int, b: int) -> list[float]:
    row: list[float] = neighbour_votes(of, np.array([a]), np.array([b]))[0].tolist()
    return row


# 0 scorching, 1 icy, 2 hot, 3 cold, 4 warm, 5 frosty
NEAR = [
    [(2, 0.75), (4, 0.5)],
    [(3, 0.625), (5, 0.5)],
    [(0, 0.75)],
    [(1, 0.625)],
    [],
    [],
]


def test_the_nearest_known_pair_counts() -> None:
    known = [(2, 3, ANTONYM), (4, 5, ANTONYM), (5, 2, CO_HYPONYM)]
    assert votes(hoods(NEAR, known), 0, 1) == [0.0, 0.625, 0.5]


def test_what_is_known_of_the_two_terms_themselves_is_not_read() -> None:
    near = [[(1, 0.9), (2, 0.8)], [(0, 0.9), (2, 0.7)], []]
    known = [(0, 1, SYNONYM), (0, 2, SYNONYM), (1, 2, SYNONYM)]
    assert votes(hoods(near, known), 0, 1) == [0.0, 0.0, 0.0]


def test_a_cosine_below_zero_is_no_vote() -> None:
    near = [[(2, 0.5)], [(3, -0.25)], [], []]
    assert votes(hoods(near, [(2, 3, SYNONYM)]), 0, 1) == [0.0, 0.0, 0.0]


def test_nothing_known() -> None:
    assert votes(hoods(NEAR, []), 0, 1) == [0.0, 0.0, 0.0]


def test_some_terms_taken_vote_as_before() -> None:
    known = [(2, 3, ANTONYM), (4, 5, ANTONYM)]
    taken = hoods(NEAR, known).take(np.array([3, 1, 0]))
    assert taken.n_terms == 3
    assert votes(taken, 2, 1) == votes(hoods(NEAR, known), 0, 1)
    assert votes(taken, 0, 2) == votes(hoods(NEAR, known), 3, 0)


@st.composite
def any_hoods(draw: st.DrawFn) -> tuple[list[list[tuple[int, float]]], Known]:
    n_terms = draw(st.integers(2, 9))
    near = []
    for row in range(n_terms):
        others = st.sampled_from([other for other in range(n_terms) if other != row])
        chosen = draw(st.lists(others, max_size=5, unique=True))
        near.append([(other, draw(st.integers(-4, 16)) / 16) for other in chosen])
    pairs = list(itertools.combinations(range(n_terms), 2))
    chosen_pairs = draw(st.lists(st.sampled_from(pairs), max_size=8, unique=True))
    return near, [(a, b, draw(st.integers(0, 2))) for a, b in chosen_pairs]


def by_definition(near: list[list[tuple[int, float]]], known: Known, x: int, y: int) -> list[float]:
    relation = {frozenset(pair): code for *pair, code in known}
    found = [0.0, 0.0, 0.0]
    for (p, one), (q, other) in itertools.product(near[x], near[y]):
        code = relation.get(frozenset((p, q)))
        if code is not None and p != y and q != x:
            found[code] = max(found[code], min(one, other))
    return found


@settings(max_examples=60, deadline=None)
@given(any_hoods())
def test_votes_are_those_of_the_definition_in_both_orders(
    drawn: tuple[list[list[tuple[int, float]]], Known],
) -> None:
    near, known = drawn
    if not any(near):
        return
    of = hoods(near, known)
    for x, y in itertools.permutations(range(len(near)), 2):
        assert votes(of, x, y) == pytest.approx(by_definition(near, known, x, y))


def test_terms_whose_numbers_fall_on_one_mark_are_told_apart() -> None:
    n_terms, far = 4_200, 2 + 4_096  # term 2 and term `far` have one mark
    near: list[list[tuple[int, float]]] = [[] for _ in range(n_terms)]
    near[0], near[1] = [(3, 0.5)], [(2, 0.5)]
    assert votes(hoods(near, [(3, far, SYNONYM)]), 0, 1) == [0.0, 0.0, 0.0]
    assert votes(hoods(near, [(3, 2, SYNONYM)]), 0, 1) == [0.5, 0.0, 0.0]
