"""Prints a hash of both clusterings of one seeded graph: `python -m ... ROW_ORDER`."""

import hashlib
import sys

import numpy as np

from nymgraph.clustering import (
    Clustering,
    canonical_edges,
    cluster_ids,
    cluster_reference,
    cluster_signed,
    evidence_of,
    expected_synonyms,
)

N_TERMS = 3_000


def main(row_order: int) -> None:
    """Draw the same rows whatever the order, shuffle and turn them by it, cluster, print."""
    rng = np.random.default_rng(7)
    ends = rng.integers(0, N_TERMS, (20_000, 2))
    ends[:12_000, 1] = (ends[:12_000, 0] // 6 * 6 + rng.integers(0, 6, 12_000)) % N_TERMS
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    p_synonym = rng.choice(np.float32([0.5, 0.7, 0.8, 0.9, 1.0]), len(ends))
    p_antonym = rng.choice(np.float32([0.0, 0.1, 0.8]), len(ends), p=[0.6, 0.3, 0.1])
    order = np.random.default_rng(row_order).permutation(len(ends))
    turned = np.random.default_rng(row_order + 1).random(len(ends)) < 0.5
    a, b = np.where(turned, ends.T[::-1], ends.T)[:, order]
    edges = canonical_edges(N_TERMS, a, b, p_synonym[order], 0.7)
    antonyms = canonical_edges(N_TERMS, a, b, p_antonym[order], 0.7)
    expected = expected_synonyms(N_TERMS, a, b, p_synonym[order])
    keys = rng.integers(0, 2**64, N_TERMS, np.uint64)
    state = hashlib.blake2b(evidence_of(keys, edges, antonyms, expected).tobytes())
    signed = cluster_signed(N_TERMS, edges, antonyms, expected)
    for result in (signed, cluster_reference(N_TERMS, edges, 0.51)):
        for column in _columns(result, keys):
            state.update(column.tobytes())
        sys.stdout.write(f"{result.n_clusters} ")
    sys.stdout.write(f"{state.hexdigest()}\n")


def _columns(result: Clustering, keys: np.ndarray) -> list[np.ndarray]:
    soft = [result.labels, result.term, result.cluster, result.support]
    return [*soft, cluster_ids(result.labels, keys), *result.tensions]


if __name__ == "__main__":
    main(int(sys.argv[1]))
