import numpy as np
import pytest

from nymgraph.pipeline.candidates import glossed as module
from nymgraph.pipeline.candidates.glossed import glossed_pairs, sense_vectors

VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 0]], np.float16)


def test_a_gloss_leads_to_the_other_term_nearest_to_it() -> None:
    """Cosines with [.8, .6]: .8, .6, .96 and nothing; with [-.8, .6]: -.8, .6, 0."""
    asked = np.array([[0.8, 0.6], [0.8, 0.6], [-0.8, 0.6], [0, 1]], np.float16)
    found = glossed_pairs(VECTORS, np.array([0, 2, 0, 2]), asked)
    # .96 and .8 of the one pair, too far, and 1
    assert found.select("a", "b").rows() == [(0, 2), (1, 2)]
    np.testing.assert_allclose(found["cosine"], [0.96, 1], atol=1e-3)


def test_without_glosses_there_is_no_pair() -> None:
    assert glossed_pairs(VECTORS, np.arange(0), np.empty((0, 2), np.float16)).is_empty()
    assert glossed_pairs(VECTORS, np.array([1]), np.zeros((1, 2), np.float16)).is_empty()


def test_many_glosses_are_searched_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    asked = VECTORS[random.integers(0, 3, 50)]
    own = random.integers(0, 4, 50)
    whole = glossed_pairs(VECTORS, own, asked)
    monkeypatch.setattr(module, "GLOSSES_AT_ONCE", 7)
    assert glossed_pairs(VECTORS, own, asked).equals(whole)


def test_a_sense_lies_between_the_term_and_its_gloss() -> None:
    glosses = np.array([[0, 1], [1, 0], [0, 0]], np.float16)
    found = sense_vectors(VECTORS, np.array([0, 0, 3]), glosses)
    np.testing.assert_allclose(found, [[0.7071, 0.7071], [1, 0], [0, 0]], atol=1e-3)
