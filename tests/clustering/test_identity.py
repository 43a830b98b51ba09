from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.clustering import identity
from nymgraph.clustering.graph import Edges, canonical_edges
from nymgraph.clustering.identity import (
    cluster_ids,
    cohesion,
    degree_representatives,
    vector_representatives,
)

LABELS = np.array([0, 0, 0, -1, 1, 1], np.int32)
EDGES = canonical_edges(
    6,
    np.array([0, 1, 2, 4, 2]),
    np.array([1, 2, 3, 5, 4]),
    np.array([0.75, 1.0, 0.75, 0.5, 0.75]),
    0.5,
)
MASK = (1 << 64) - 1


def mix(z: int) -> int:
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def test_mix_is_splitmix64() -> None:
    # first output of the published generator for seed 1234567
    assert mix(1234567) == 6457827717110365317


def test_an_id_is_the_fold_of_the_members() -> None:
    keys = np.array([11, 12, 13, 14, 15, 2**64 - 1], np.uint64)
    # id = mix(Σ mix(key ^ mix(0)) + size) mod 2^63
    first = mix((sum(mix(k ^ mix(0)) for k in (11, 12, 13)) + 3) & MASK) % 2**63
    second = mix((sum(mix(k ^ mix(0)) for k in (15, 2**64 - 1)) + 2) & MASK) % 2**63
    ids = cluster_ids(LABELS, keys)
    assert ids.tolist() == [first, second]
    assert ids.dtype == np.int64


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=40), st.integers(0, 99))
@settings(deadline=None)
def test_ids_follow_the_members_not_their_numbers(raw: list[int], seed: int) -> None:
    used, labels = np.unique(np.array([-1, *raw]), return_inverse=True)
    labels = labels[1:] - 1
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, 2**64, len(labels), np.uint64)
    term_order, cluster_order = rng.permutation(len(labels)), rng.permutation(len(used) - 1)
    renumbered = np.append(cluster_order, -1)[labels]
    ids = cluster_ids(labels, keys)
    other = cluster_ids(renumbered[term_order], keys[term_order])
    assert other[cluster_order].tolist() == ids.tolist()
    assert np.all(ids >= 0)
    assert len(set(ids.tolist())) == len(ids)


def test_collisions_are_salted_apart_whatever_the_numbering(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "ID_MASK", np.uint64(2**14 - 1))
    labels = np.repeat(np.arange(500, dtype=np.int32), 2)
    keys = np.arange(1000, dtype=np.uint64)
    plain = identity.raw_ids(labels, keys, np.full(500, 2), np.zeros(500, np.uint64))
    assert len(np.unique(plain)) < 500  # it does collide: about 500² / 2 / 2^14 ≈ 8 times
    ids = cluster_ids(labels, keys)
    assert len(np.unique(ids)) == 500
    assert cluster_ids(labels[::-1], keys[::-1]).tolist() == ids.tolist()
    assert cluster_ids(499 - labels, keys)[::-1].tolist() == ids.tolist()


def test_equal_keys_cannot_be_told_apart() -> None:
    with pytest.raises(ValueError, match="different keys for different terms"):
        cluster_ids(np.array([0, 0, 1, 1]), np.array([1, 2, 2, 1], np.uint64))


def test_degree_then_weight_then_lower_id() -> None:
    # cluster 0: 0-1, 1-2: term 1 has degree 2 (2-3 and 2-4 leave the cluster); cluster 1: a tie
    assert degree_representatives(LABELS, EDGES).tolist() == [1, 4]
    # a square 0-1-2-3: all of degree 2; sums 1.5, 1.25, 1.25, 1.5: terms 0 and 3, so 0
    square = Edges(
        np.array([0, 0, 1, 2], np.int32),
        np.array([3, 1, 2, 3], np.int32),
        np.array([0.875, 0.625, 0.625, 0.625], np.float32),
    )
    assert degree_representatives(np.zeros(4, np.int32), square).tolist() == [0]
    heavier = square._replace(weight=np.array([0.5, 0.75, 1.0, 0.5], np.float32))
    # sums: 0: 1.25, 1: 1.75, 2: 1.5, 3: 1.0
    assert degree_representatives(np.zeros(4, np.int32), heavier).tolist() == [1]


def test_the_most_central_vector_represents() -> None:
    # unit vectors at 0°, 30°, 90°: mean cosines (0.87 + 0)/2, (0.87 + 0.5)/2, (0 + 0.5)/2
    angles = np.deg2rad([0, 30, 90, 45, 10, 10])
    vectors = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float16)
    assert vector_representatives(LABELS, vectors).tolist() == [1, 4]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("chunk", [1, 3, 7, 1000])
def test_parity_with_all_cosines(
    dtype: type[np.floating], chunk: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(identity, "CHUNK", chunk)
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(90, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(dtype)
    labels = np.unique(rng.integers(-1, 11, 90), return_inverse=True)[1] - 1
    np.save(tmp_path / "vectors.npy", vectors)
    expected = []
    for c in range(labels.max() + 1):
        members = np.flatnonzero(labels == c)
        cosines = vectors[members].astype(float) @ vectors[members].astype(float).T
        np.fill_diagonal(cosines, 0)
        expected.append(members[np.argmax(cosines.sum(1))])
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    assert vector_representatives(labels, mapped).tolist() == expected


def test_cohesion_weighs_edges_against_pairs() -> None:
    # cluster 0: (0.75 + 1.0) / 3 pairs; cluster 1: 0.5 / 1 pair
    assert cohesion(LABELS, EDGES).tolist() == pytest.approx([1.75 / 3, 0.5])
    assert cohesion(LABELS, EDGES).dtype == np.float32
    assert cohesion(np.array([0, -1, -1, -1, -1, -1]), EDGES).tolist() == [0.0]


@pytest.mark.parametrize("n_terms", [0, 6])
def test_no_clusters(n_terms: int) -> None:
    labels = np.full(n_terms, -1, np.int32)
    edges = EDGES if n_terms else Edges(*(column[:0] for column in EDGES))
    assert len(cluster_ids(labels, np.zeros(n_terms, np.uint64))) == 0
    assert len(degree_representatives(labels, edges)) == 0
    assert len(vector_representatives(labels, np.zeros((n_terms, 3), np.float16))) == 0
    assert len(cohesion(labels, edges)) == 0


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="shapes"):
        cluster_ids(LABELS, np.zeros(2, np.uint64))
    with pytest.raises(ValueError, match="expected uint64"):
        cluster_ids(LABELS, np.zeros(6, np.int64))
    with pytest.raises(ValueError, match="no term in cluster 0"):
        cluster_ids(np.array([1, 1]), np.zeros(2, np.uint64))
    with pytest.raises(ValueError, match="got label -2"):
        cohesion(np.array([-2, 0, 0, 0, 0, 0]), EDGES)
    with pytest.raises(ValueError, match="expected integers"):
        degree_representatives(np.zeros(6), EDGES)
    with pytest.raises(ValueError, match=r"expected \(6, dim\)"):
        vector_representatives(LABELS, np.zeros((5, 3), np.float32))
    with pytest.raises(ValueError, match=r"a\[0\]"):
        cohesion(np.array([0, 0]), canonical_edges(9, *np.array([[7], [8]]), np.ones(1), 0.5))
