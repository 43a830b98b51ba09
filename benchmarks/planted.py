"""Seeded graphs whose true clusters are known: what a judge would say of them, errors included.

Sizes are heavy-tailed. Within a cluster a share of the pairs is judged synonymous; elsewhere the
judge errs in the ways that it errs on words: noise (random pairs), chains (one wrong edge from
each cluster to the next, hot - spicy - pain - depression), hubs (terms that resemble everything),
bridges (terms of two senses, with edges into half of a second cluster) and opposites (pairs of
clusters with antonym judgements between them, and some antonyms judged synonymous).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """What is planted; counts are per term, shares in [0, 1]."""

    n_terms: int = 30_000
    edge_share: float = 0.7
    noise: float = 0.15
    chains: float = 0.0
    hubs: float = 0.0
    bridges: float = 0.0
    opposites: float = 0.2
    weak_pairs: float = 4.0
    seed: int = 0


RECIPES = {
    "plain": Recipe(),
    "noise": Recipe(noise=0.6),
    "sparse": Recipe(edge_share=0.4),
    "chains": Recipe(chains=1.0),
    "hubs": Recipe(hubs=0.005),
    "bridges": Recipe(bridges=0.1),
    "opposites": Recipe(opposites=0.6),
    "all": Recipe(noise=0.3, chains=0.5, hubs=0.003, bridges=0.05, opposites=0.4),
}


@dataclass(frozen=True)
class Planted:
    """Judged pairs, each once, with the truth behind them."""

    truth: Array
    a: Array
    b: Array
    p_synonym: Array
    p_antonym: Array
    opposite_a: Array
    opposite_b: Array


def plant(recipe: Recipe) -> Planted:
    """Draw a graph."""
    rng = np.random.default_rng(recipe.seed)
    n = recipe.n_terms
    sizes = np.minimum(1 + rng.zipf(2.0, n), 60)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), n) + 1]
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes)[:n])
    rows = [_within(truth, recipe.edge_share, rng)]
    for count, low, high in ((recipe.noise, 0.5, 0.95), (recipe.weak_pairs, 0.0, 0.6)):
        rows.append(_random_pairs(n, int(count * n), low, high, rng))
    members = np.argsort(truth, kind="stable")
    start = np.searchsorted(truth[members], np.arange(len(sizes) + 1))
    rows.append(_chains(members, start, recipe.chains, rng))
    rows.append(_hubs(n, recipe.hubs, rng))
    rows.append(_bridges(members, start, n, recipe.bridges, rng))
    opposite, antonyms, confused = _opposites(members, start, recipe.opposites, rng)
    rows.append(confused)
    a, b, p = (np.concatenate(column) for column in zip(*rows, strict=True))
    x, y, q = antonyms
    judged = _once(
        n,
        np.concatenate([x, a]),
        np.concatenate([y, b]),
        np.concatenate([1 - q, p]).astype(np.float32),
        np.concatenate([q, (1 - p) * 0.2]).astype(np.float32),
    )
    return Planted(truth, *judged, *opposite)


def _once(n: int, a: Array, b: Array, p_synonym: Array, p_antonym: Array) -> tuple[Array, ...]:
    """Each pair once, the first row of it."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    _, first = np.unique(low.astype(np.int64) * n + high, return_index=True)
    first = first[low[first] != high[first]]
    return low[first], high[first], p_synonym[first], p_antonym[first]


def _within(truth: Array, share: float, rng: np.random.Generator) -> tuple[Array, ...]:
    order = np.argsort(truth, kind="stable")
    a, b = [], []
    for step in range(1, 60):  # pairs at each distance within the sorted runs
        same = np.flatnonzero(truth[order[step:]] == truth[order[:-step]])
        if not len(same):
            break
        same = same[rng.random(len(same)) < share]
        a.append(order[same])
        b.append(order[same + step])
    ends = np.concatenate(a), np.concatenate(b)
    return (*ends, 0.5 + 0.5 * rng.beta(3, 1.2, len(ends[0])))


def _random_pairs(
    n: int, count: int, low: float, high: float, rng: np.random.Generator
) -> tuple[Array, ...]:
    return rng.integers(0, n, count), rng.integers(0, n, count), rng.uniform(low, high, count)


def _pick(members: Array, start: Array, clusters: Array, rng: np.random.Generator) -> Array:
    """A random term of each cluster."""
    size = start[clusters + 1] - start[clusters]
    return np.asarray(
        members[start[clusters] + (rng.random(len(clusters)) * size).astype(np.int64)]
    )


def _chains(
    members: Array, start: Array, share: float, rng: np.random.Generator
) -> tuple[Array, ...]:
    one = np.flatnonzero(rng.random(len(start) - 2) < share)
    ends = _pick(members, start, one, rng), _pick(members, start, one + 1, rng)
    return (*ends, rng.uniform(0.7, 0.98, len(one)))


def _hubs(n: int, share: float, rng: np.random.Generator) -> tuple[Array, ...]:
    hubs = np.repeat(rng.choice(n, int(share * n), replace=False), 60)
    return hubs, rng.integers(0, n, len(hubs)), rng.uniform(0.5, 0.95, len(hubs))


def _bridges(
    members: Array, start: Array, n: int, share: float, rng: np.random.Generator
) -> tuple[Array, ...]:
    terms = rng.choice(n, int(share * n), replace=False)
    second = rng.integers(0, len(start) - 1, len(terms))
    size = start[second + 1] - start[second]
    a = np.repeat(terms, size)
    at = np.arange(len(a)) - np.repeat(np.cumsum(size) - size, size)
    b = members[np.repeat(start[second], size) + at]
    kept = rng.random(len(a)) < 0.5
    return a[kept], b[kept], 0.5 + 0.5 * rng.beta(3, 1.2, int(kept.sum()))


def _opposites(
    members: Array, start: Array, share: float, rng: np.random.Generator
) -> tuple[tuple[Array, ...], tuple[Array, ...], tuple[Array, ...]]:
    """True opposites (all pairs drawn), those judged so, and those judged synonymous."""
    clusters = rng.permutation(len(start) - 1)
    pairs = clusters[: int(share * len(clusters)) // 2 * 2].reshape(2, -1).repeat(3, axis=1)
    a, b = (_pick(members, start, side, rng) for side in pairs)
    seen = rng.random(len(a)) < 0.5
    antonyms = a[seen], b[seen], rng.uniform(0.7, 1.0, int(seen.sum()))
    wrong = ~seen & (rng.random(len(a)) < 0.6)
    confused = a[wrong], b[wrong], rng.uniform(0.6, 0.98, int(wrong.sum()))
    return (a, b), antonyms, confused
