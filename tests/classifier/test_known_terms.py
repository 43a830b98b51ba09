from pathlib import Path

import numpy as np
import pytest

from nymgraph.discriminator import ANTONYM, SYNONYM, LabelledPairs, neighbour_votes
from nymgraph.pipeline.classifier.known_terms import KnownTerms, load_known, save_known

TERMS = ["cold", "hot", "icy", "scorching", "stone", "warm"]
ANGLES = np.array([180, 0, 170, 10, 90, 20]) / 180 * np.pi
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float16)
# hot, cold: antonyms; hot, warm: synonyms
PAIRS = LabelledPairs.of(np.array([0, 1]), np.array([1, 5]), np.array([ANTONYM, SYNONYM]))
KNOWN = KnownTerms.of(TERMS, VECTORS, PAIRS)


def test_only_terms_of_pairs_are_kept() -> None:
    assert KNOWN.terms == ["cold", "hot", "warm"]
    assert KNOWN.pairs.tolist() == [[0, 1, ANTONYM], [1, 2, SYNONYM]]
    np.testing.assert_array_equal(KNOWN.vectors, VECTORS[[0, 1, 5]])


def test_unknown_words_find_known_neighbours_that_vote() -> None:
    words, rows = ["scorching", "icy"], [3, 2]
    hoods = KNOWN.neighbourhoods(words, VECTORS[rows])
    votes = neighbour_votes(hoods, np.array([0]), np.array([1]))[0]
    assert votes[ANTONYM] == pytest.approx(np.cos(ANGLES[3]), abs=2e-3)
    assert votes[SYNONYM] == 0  # hot and warm: warm is no neighbour of icy but behind it
    assert sorted(hoods.near[0].tolist()[:3]) == [0, 1, 2]
    assert (hoods.near[:, 3:] == -1).all()


def test_a_known_word_is_not_its_own_neighbour() -> None:
    hoods = KNOWN.neighbourhoods(["hot", "cold", "new"], VECTORS[[1, 0, 4]])
    assert 1 not in hoods.near[0]
    assert 0 not in hoods.near[1]
    votes = neighbour_votes(hoods, np.array([0]), np.array([1]))[0]
    assert votes[ANTONYM] == 0  # what is known of the two words themselves is not read


def test_only_wanted_rows_are_searched() -> None:
    hoods = KNOWN.neighbourhoods(TERMS, VECTORS, np.array([3]))
    assert (hoods.near[[0, 1, 2, 4, 5]] == -1).all()
    assert hoods.near[3, 0] >= 0


def test_what_is_known_comes_back_from_disk(tmp_path: Path) -> None:
    assert load_known(tmp_path / "known") is None
    save_known(tmp_path / "known", KNOWN)
    back = load_known(tmp_path / "known")
    assert back is not None
    assert back.terms == KNOWN.terms
    np.testing.assert_array_equal(back.vectors, KNOWN.vectors)
    np.testing.assert_array_equal(back.pairs, KNOWN.pairs)
