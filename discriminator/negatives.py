"""Hard negatives: near neighbours that no dictionary labels, drawn for training.

A head trained on dictionary pairs alone has never seen what it is asked about in production: of
the nearest neighbours of a term about one in fifty is a dictionary synonym. On held-out WordNet
terms 3 in 100 of the edges it passed were synonyms; with two unlabelled neighbours to one
dictionary pair about 50 in 100. They are a fourth code of the network and not co-hyponyms, for
that confuses it about dictionary pairs (macro-F1 0.64 instead of 0.67). Each counts less than a
dictionary pair, because dictionaries have gaps and some of these pairs are synonyms.
"""

import numpy as np
from numpy.typing import NDArray

from nymgraph.discriminator.relations import UNLABELLED, LabelledPairs, check_ids
from nymgraph.kernels import GOLDEN, mixed

UNLABELLED_PER_LABELLED = 2.0
"""Good number of hard negatives: this many times the labelled training pairs."""
UNLABELLED_WEIGHT = 0.3
"""Good weight of one; both were chosen on held-out pairs."""


def pair_keys(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.int64]:
    """Give each unordered pair one number: the smaller id times 2^32 plus the larger id.

    Args:
        a: any integer (n_pairs,), term ids below 2^31.
        b: any integer (n_pairs,), term ids below 2^31.

    Returns:
        int64 (n_pairs,), equal for (a, b) and (b, a), different for different pairs.
    """
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    keys: NDArray[np.int64] = (low << 32) | high
    return keys


def sample_hard_negatives(
    candidate_a: NDArray[np.integer],
    candidate_b: NDArray[np.integer],
    known_keys: NDArray[np.int64],
    trainable: NDArray[np.bool_],
    n_pairs: int,
    seed: int,
    weight: float = UNLABELLED_WEIGHT,
) -> LabelledPairs:
    """Draw unlabelled candidate pairs of trainable terms.

    A pair is drawn when the hash of its key and the seed is among the `n_pairs` smallest, so the
    draw does not depend on the order of the candidates or on how often a pair is listed, and a
    larger draw contains every smaller one.

    Args:
        candidate_a: any integer (n_candidates,), term ids.
        candidate_b: any integer (n_candidates,), term ids.
        known_keys: int64 (n_known,), `pair_keys` of every labelled pair, whatever its relation.
        trainable: bool (n_terms,), whether a term may occur in training.
        n_pairs: number of pairs wanted; fewer come back when there are fewer.
        seed: at least 0; another seed draws other pairs.
        weight: share of each pair in the training loss.

    Returns:
        Pairs of relation `UNLABELLED` with a < b, in order of (a, b).

    Raises:
        ValueError: ids that do not fit `trainable`, or a negative `n_pairs` or `seed`.
    """
    if n_pairs < 0 or seed < 0:
        raise ValueError(f"got n_pairs={n_pairs}, seed={seed}, expected both >= 0; correct them")
    check_ids(candidate_a, candidate_b, len(trainable))
    usable = trainable[candidate_a] & trainable[candidate_b] & (candidate_a != candidate_b)
    keys = np.unique(pair_keys(candidate_a[usable], candidate_b[usable]))
    keys = keys[~np.isin(keys, known_keys)]
    if n_pairs < len(keys):
        hashes = mixed(keys.astype(np.uint64) + np.uint64(seed * GOLDEN % 2**64))
        keys = np.sort(keys[np.argsort(hashes, kind="stable")[:n_pairs]])
    return LabelledPairs.of(keys >> 32, keys & 0xFFFFFFFF, UNLABELLED, weight)
