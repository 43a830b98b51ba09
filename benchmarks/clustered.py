"""Seeded vectors that resemble embedded terms: clusters within topics, of heavy-tailed sizes.

A vector is a topic's direction, its cluster's and its own, added up; each is normal, with variances
that fall along the axes as a power of their number, and every topic has turned its axes (by a
permutation) so that its terms fill directions of their own. Terms stand in the order of topics and
clusters, as a lexicon stands in the order of its letters: the first rows are no random sample. The
weights are chosen so that the cosines to the 1st and the 32nd neighbour and the local intrinsic
dimension are those of WordNet's vectors (`benchmarks.retrieval --shape` prints both).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_TAIL = 1.1  # Pareto exponent of the sizes of topics and clusters
_TOPIC_TERMS, _CLUSTER_TERMS = 2_000, 40  # their means, roughly
_DECAY = 0.45  # of the standard deviations along the axes
_WEIGHTS = (0.4, 0.6, 0.6)  # topic, cluster, own


def clustered(n_terms: int, dim: int, seed: int) -> NDArray[np.float16]:
    """Draw vectors, topic by topic.

    Args:
        n_terms: Number of rows.
        dim: Number of columns.
        seed: Of everything.

    Returns:
        float16 (n_terms, dim), of length about 1.
    """
    random = np.random.default_rng(seed)
    vectors = np.empty((n_terms, dim), np.float16)
    deviation = (1 + np.arange(dim)) ** -_DECAY
    deviation /= np.sqrt((deviation**2).sum())
    for start, stop in _spans(n_terms, _TOPIC_TERMS, random):
        rows = _topic(stop - start, deviation, random)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        vectors[start:stop] = rows
    return vectors


def _topic(n_terms: int, deviation: Array, random: np.random.Generator) -> Array:
    dim = len(deviation)
    topic, cluster, own = _WEIGHTS
    turned = deviation[random.permutation(dim)].astype(np.float32)
    rows = random.standard_normal((n_terms, dim), np.float32) * (own * turned)
    for start, stop in _spans(n_terms, _CLUSTER_TERMS, random):
        rows[start:stop] += cluster * turned * random.standard_normal(dim, np.float32)
    shared: Array = rows + topic * deviation.astype(np.float32) * random.standard_normal(
        dim, np.float32
    )
    return shared


def _spans(n_terms: int, mean: int, random: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Cut rows into consecutive pieces whose sizes follow a Pareto law."""
    start = 0
    while start < n_terms:
        size = int(mean * (_TAIL - 1) / _TAIL * (1 + random.pareto(_TAIL))) + 1
        stop = min(n_terms, start + min(size, 50 * mean))
        yield start, stop
        start = stop
