import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from nymgraph.discriminator.surface import (
    N_ALTERNATIONS,
    NUMBERS,
    SurfaceFeatures,
    spell,
    surface_features,
)

WORDS = st.text(alphabet="abIıİß-. '😀", max_size=12)


def compare(*pairs: tuple[str, str]) -> SurfaceFeatures:
    terms = [term for pair in pairs for term in pair]
    a = np.arange(0, len(terms), 2)
    return surface_features(spell(terms), a, a + 1)


def named(a: str, b: str) -> dict[str, float]:
    return dict(zip(NUMBERS, compare((a, b)).numbers[0].tolist(), strict=True))


def test_letters_by_hand() -> None:
    # useful, useless: "use" in front, nothing at the back; 7 letters in the longer term.
    # f-u-l to l-e-s-s: four edits (three changes and one letter put in)
    found = named("useful", "useless")
    assert found["prefix"] == pytest.approx(3 / 7)
    assert found["suffix"] == 0
    assert found["length"] == pytest.approx(6 / 7)
    assert found["inserted"] == 0
    assert found["edit"] == pytest.approx(1 - 4 / 7)
    assert named("happy", "unhappy")["inserted"] == 1


def test_words_by_hand() -> None:
    # three and two words, one of them shared, the last of both
    found = named("Johann Peter Muller", "Max Muller")
    assert found["words"] == pytest.approx(1 / 3)
    assert (found["contained"], found["both_own"], found["last_word"]) == (0, 1, 1)
    assert found["first_word"] == 0
    found = named("Muller", "Max Muller")
    assert (found["contained"], found["both_own"], found["one_word"]) == (1, 0, 1)
    assert named("Wren", "wren") == named("wren", "wren")
    assert named("well-being", "good") == named("well being", "good")


def test_initials() -> None:
    assert named("NATO", "North Atlantic Treaty Organization")["initials"] == 1
    assert named("North-Atlantic Treaty Organization", "nato")["initials"] == 1
    assert named("NATO", "North Atlantic Treaty")["initials"] == 0
    assert named("N", "Nitrogen")["initials"] == 0


def test_the_same_affix_is_the_same_alternation() -> None:
    found = compare(
        ("happy", "unhappy"), ("unkind", "kind"), ("mutlu", "unmutlu"),
        ("useful", "useless"), ("careless", "careful"),
        ("happy", "inhappy"), ("happy", "happyun"), ("hot", "cold"),
    ).alternation  # fmt: skip
    assert found[0] == found[1] == found[2]
    assert found[3] == found[4]
    assert len({found[0], found[3], found[5], found[6]}) == 4
    assert found[7] == 0  # nothing shared


@given(WORDS, WORDS)
def test_order_does_not_matter_and_all_is_in_range(a: str, b: str) -> None:
    found, turned = compare((a, b)), compare((b, a))
    np.testing.assert_array_equal(found.numbers, turned.numbers)
    np.testing.assert_array_equal(found.alternation, turned.alternation)
    assert ((found.numbers >= 0) & (found.numbers <= 1)).all()
    assert 0 <= found.alternation[0] < N_ALTERNATIONS


@given(st.text(alphabet="abc", max_size=12), st.text(alphabet="abc", max_size=12))
def test_the_edit_distance_is_levenshtein(a: str, b: str) -> None:
    expected = 1 - Levenshtein.distance(a, b) / max(len(a), len(b), 1)
    assert named(a, b)["edit"] == pytest.approx(expected)


@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
def test_picked_terms_keep_their_spelling(terms: list[str], data: st.DataObject) -> None:
    ids = np.array(data.draw(st.lists(st.integers(0, len(terms) - 1), max_size=8)), np.int64)
    taken, spelled = spell(terms).take(ids), spell([terms[i] for i in ids])
    for got, expected in zip(taken, spelled, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_blocks_and_threads_change_nothing() -> None:
    random = np.random.default_rng(0)
    terms = ["".join(random.choice(list("abc -"), 9)) for _ in range(300)]
    a, b = random.integers(0, 300, (2, 10_000))
    whole = surface_features(spell(terms), a, b)
    for i in random.integers(0, 10_000, 50):
        one = surface_features(spell(terms), a[i : i + 1], b[i : i + 1])
        np.testing.assert_array_equal(one.numbers[0], whole.numbers[i])
        assert one.alternation[0] == whole.alternation[i]


def test_long_terms_and_many_words_stay_in_bounds() -> None:
    long, many = "x" * 5_000 + "y" * 300, " ".join("w" * 40)
    found = compare((long, "z" * 4_000), (many, many + " v"), ("", ""), ("", "a"))
    assert np.isfinite(found.numbers).all()


def test_no_pairs() -> None:
    none = np.empty(0, np.int64)
    assert surface_features(spell(["a"]), none, none).numbers.shape == (0, len(NUMBERS))
