"""The published clustering with dicts and sets, for the fast one to be held to."""

from collections.abc import Iterable
from typing import NamedTuple


class OracleClustering(NamedTuple):
    """What the fast version must agree with."""

    clusters: list[set[int]]  # after voting and dissolving, in order of creation
    support: dict[tuple[int, int], float]  # (term, number of the surviving cluster) -> share
    n_dissolved: int  # soft memberships in dissolved clusters


def oracle_edges(
    rows: Iterable[tuple[int, int, float]], gate: float
) -> list[tuple[int, int, float]]:
    """Gate, orient, deduplicate with the highest probability, order by (-p, a, b)."""
    best: dict[tuple[int, int], float] = {}
    for a, b, p in rows:
        if a != b and p >= gate:
            pair = (min(a, b), max(a, b))
            best[pair] = max(p, best.get(pair, 0.0))
    return sorted(((a, b, p) for (a, b), p in best.items()), key=lambda e: (-e[2], e[0], e[1]))


def oracle_clustering(
    edges: list[tuple[int, int, float]], overlap_ratio: float
) -> OracleClustering:
    """Cluster edges that `oracle_edges` has ordered."""
    neighbours: dict[int, set[int]] = {}
    for a, b, _ in edges:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)

    soft = expand_sets(edges, neighbours, overlap_ratio)
    shared = {
        (x, c): len(neighbours[x] & members) for c, members in enumerate(soft) for x in members
    }

    hard: list[set[int]] = [set() for _ in soft]
    for x in neighbours:
        mine = [c for c, members in enumerate(soft) if x in members]
        if mine:
            hard[min(mine, key=lambda c: (-shared[x, c], len(soft[c]), c))].add(x)

    alive = [c for c, members in enumerate(hard) if len(members) >= 2]
    support = {
        (x, number): shared[x, c] / len(soft[c]) for number, c in enumerate(alive) for x in soft[c]
    }
    return OracleClustering([hard[c] for c in alive], support, len(shared) - len(support))


def expand_sets(
    edges: list[tuple[int, int, float]], neighbours: dict[int, set[int]], overlap_ratio: float
) -> list[set[int]]:
    """Grow the soft clusters, in order of creation."""
    clusters: list[set[int]] = []
    for a, b, _ in edges:
        holds_a = [c for c, members in enumerate(clusters) if a in members]
        holds_b = [c for c, members in enumerate(clusters) if b in members]
        if not holds_a and not holds_b:
            clusters.append({a, b})
            continue
        for x, c in [(a, c) for c in holds_b] + [(b, c) for c in holds_a]:
            members = clusters[c]
            if x not in members and len(neighbours[x] & members) / len(members) > overlap_ratio:
                members.add(x)
    return clusters
