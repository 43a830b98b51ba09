"""What a classifier sees of terms: neighbours found before, or searched; their known pairs vote."""

from pathlib import Path

import numpy as np
import pytest

from nymgraph.discriminator import (
    ANTONYM,
    N_NEIGHBOURS,
    SYNONYM,
    Features,
    LabelledPairs,
    Neighbourhoods,
    neighbour_votes,
)
from nymgraph.pipeline.classifier import features
from nymgraph.pipeline.classifier.features import TermSpace, write_neighbours
from nymgraph.pipeline.indexes.neighbours import NEIGHBOUR, exact_search
from nymgraph.pipeline.storage.artefacts import Workspace

TERMS = ["cold", "hot", "icy", "scorching", "stone", "warm"]
ANGLES = np.array([180, 0, 170, 10, 90, 20]) / 180 * np.pi
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float16)
# hot, cold: antonyms; hot, warm: synonyms
PAIRS = LabelledPairs.of(np.array([0, 1]), np.array([1, 5]), np.array([ANTONYM, SYNONYM]))
KNOWN = TermSpace.of_pairs(TERMS, VECTORS, "en", PAIRS)
NEW = np.array([-1, -1])


def hoods(features: Features) -> Neighbourhoods:
    assert features.neighbourhoods is not None
    return features.neighbourhoods


def test_only_terms_of_pairs_are_kept() -> None:
    assert KNOWN.terms == ["cold", "hot", "warm"]
    assert KNOWN.known is not None
    assert KNOWN.known.a.tolist() == [0, 1]
    assert KNOWN.known.b.tolist() == [1, 2]
    np.testing.assert_array_equal(KNOWN.vectors, VECTORS[[0, 1, 5]])


def test_new_words_find_known_neighbours_that_vote() -> None:
    seen = KNOWN.features_of(["scorching", "icy"], NEW, VECTORS[[3, 2]], surface=True)
    assert seen.spellings is not None
    votes = neighbour_votes(hoods(seen), np.array([0]), np.array([1]))[0]
    assert votes[ANTONYM] == pytest.approx(np.cos(ANGLES[3]), abs=2e-3)
    assert votes[SYNONYM] == 0  # hot and warm: warm is no neighbour of icy but behind it
    assert sorted(hoods(seen).near[0].tolist()[:3]) == [0, 1, 2]
    assert (hoods(seen).near[:, 3:] == -1).all()


def test_below_the_floor_nobody_votes() -> None:
    words = ["scorching", "icy"]
    seen = KNOWN._replace(floor=0.9).features_of(words, NEW, VECTORS[[3, 2]], surface=False)
    assert seen.spellings is None
    assert (hoods(seen).near[0] >= 0).sum() == 2  # hot and warm
    assert (hoods(seen).near[1] >= 0).sum() == 1  # cold


def test_a_known_word_is_not_its_own_neighbour() -> None:
    rows = np.array([1, 0, -1])
    seen = hoods(KNOWN.features_of(["hot", "cold", "new"], rows, VECTORS[[1, 0, 4]], surface=False))
    assert 1 not in seen.near[0]
    assert 0 not in seen.near[1]
    votes = neighbour_votes(seen, np.array([0]), np.array([1]))[0]
    assert votes[ANTONYM] == 0  # what is known of the two words themselves is not read


def test_only_wanted_rows_are_searched() -> None:
    rows = np.full(6, -1)
    seen = hoods(KNOWN.features_of(TERMS, rows, VECTORS, surface=False, wanted=np.array([3])))
    assert (seen.near[[0, 1, 2, 4, 5]] == -1).all()
    assert seen.near[3, 0] >= 0


def test_neighbours_found_before_are_those_searched() -> None:
    space = TermSpace(TERMS, VECTORS, "en", PAIRS)
    found = space._replace(lists=exact_search(VECTORS, np.arange(6), N_NEIGHBOURS, -1))
    rows = np.array([3, 2, 4])
    words = [TERMS[row] for row in rows]
    searched = hoods(space.features_of(words, rows, VECTORS[rows], surface=False))
    listed = hoods(found.features_of(words, rows, VECTORS[rows], surface=False))
    whole = hoods(found.features(surface=False)).take(rows)
    for other in (listed, whole):
        np.testing.assert_array_equal(searched.near, other.near)
        np.testing.assert_array_equal(searched.cosine, other.cosine)
        np.testing.assert_array_equal(searched.term, other.term)


def test_neighbours_of_a_new_word_that_the_caller_found() -> None:
    space = TermSpace(TERMS, VECTORS, "en", PAIRS)
    space = space._replace(lists=exact_search(VECTORS, np.arange(6), 3, -1))
    near = (np.array([1, 5, 3, 4]), np.array([0.9, 0.8, 0.7, 0.1], np.float32))
    rows = np.array([-1, 2])
    seen = hoods(
        space.features_of(["x", "icy"], rows, VECTORS[[1, 2]], surface=False, near_new=near)
    )
    assert seen.near[0].tolist() == [1, 5, 3]
    assert seen.near[1].tolist() == space.lists["id"][2].tolist()  # type: ignore[index]
    assert seen.term.tolist() == [6, 2]  # a number behind the last row


def test_where_nothing_is_known_nothing_votes() -> None:
    empty = TermSpace.empty(2, "en")
    assert empty.features_of(["hot"], NEW[:1], VECTORS[:1], surface=False).neighbourhoods is None
    assert empty.features(surface=False).neighbourhoods is None


@pytest.mark.parametrize("k", [3, N_NEIGHBOURS + 5])
def test_the_nearest_neighbours_come_back(
    k: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "ROWS_AT_ONCE", 3)
    random = np.random.default_rng(0)
    lists = np.zeros((8, k), NEIGHBOUR)
    lists["id"], lists["cosine"] = random.integers(-1, 8, (8, k)), random.random((8, k))
    write_neighbours(Workspace(tmp_path), lists)
    Workspace(tmp_path).finish("retrieve")
    stored = Workspace(tmp_path).read_array("retrieve", "neighbours.npy")
    np.testing.assert_array_equal(stored, lists[:, : min(k, N_NEIGHBOURS)])
