import numpy as np

from nymgraph.pipeline.candidates.glossed import glossed_pairs

VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 0]], np.float16)


def test_a_gloss_leads_to_the_other_term_nearest_to_it() -> None:
    """Cosines with [.8, .6]: .8, .6, .96 and nothing; with [-.8, .6]: -.8, .6, 0."""
    asked = np.array([[0.8, 0.6], [0.8, 0.6], [-0.8, 0.6], [0, 1]], np.float16)
    blocks = [(np.array([1, 0]), asked[:2][::-1]), (np.array([2, 3]), asked[2:])]
    found = glossed_pairs(VECTORS, np.array([0, 2, 0, 2]), blocks)
    # .96 and .8 of the one pair, too far, and 1
    assert found.select("a", "b").rows() == [(0, 2), (1, 2)]
    np.testing.assert_allclose(found["cosine"], [0.96, 1], atol=1e-3)


def test_without_glosses_there_is_no_pair() -> None:
    assert glossed_pairs(VECTORS, np.arange(0), []).is_empty()
    nothing = glossed_pairs(VECTORS, np.array([1]), [(np.arange(1), np.zeros((1, 2), np.float16))])
    assert nothing.is_empty()
