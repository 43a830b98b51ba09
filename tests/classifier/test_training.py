import numpy as np

from nymgraph.discriminator import UNLABELLED, LabelledPairs
from nymgraph.pipeline.classifier.training import weigh_seen


def test_pairs_that_the_encoder_may_have_learnt_weigh_less_by_hand() -> None:
    ends = [(0, 1), (0, 2), (2, 3), (1, 2), (0, 3)]
    a, b = np.array(ends, dtype=np.int64).T
    relation = np.array([0, 1, 2, UNLABELLED, UNLABELLED], dtype=np.int8)
    training = LabelledPairs(a, b, relation, np.array([1, 1, 0.5, 0.3, 0.3], dtype=np.float32))
    held_back = np.array([False, True, False, False])
    # labelled: (0, 1) touches the term held back, the two others weigh a fifth: 1 + .2 + .1 of 2.5
    weighed = weigh_seen(training, held_back, 0.2).weight
    np.testing.assert_allclose(weighed, [1, 0.2, 0.1, 0.3 * 1.3 / 2.5, 0.3 * 1.3 / 2.5], rtol=1e-6)
    assert weigh_seen(training, np.zeros(4, dtype=bool), 0.2) is training
