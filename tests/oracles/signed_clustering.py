"""The signed clustering with dicts, sets and fractions, for the fast one to be held to.

Clusters are frozen lists of members; weights are whole grains of 2^-16, so that all is exact.
"""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

GRAIN = 2**16
SAMPLE = 32
GRANTED = 2.5
GROWTH = 0.65

Pair = tuple[int, int]


class OracleSigned(NamedTuple):
    """What the fast version must agree with."""

    clusters: list[set[int]]  # of two and more, by lowest term
    support: dict[tuple[int, int], float]  # (term, number of the cluster) -> mean weight
    tensions: dict[Pair, tuple[float, float]]  # cannot-link -> (p_synonym, pull)


def oracle_expected(rows: Iterable[tuple[int, int, float]], n_terms: int) -> list[float]:
    """m(x): the synonyms to expect."""
    expected = [0.0] * n_terms
    for a, b, p in rows:
        if a != b:
            expected[a] += p
            expected[b] += p
    return expected


def oracle_weights(
    edges: list[tuple[int, int, float]], expected: list[float], labelled: set[Pair], theta: int
) -> dict[Pair, int]:
    """Weights in grains."""
    rows: dict[int, dict[int, float]] = {}
    for a, b, p in edges:
        rows.setdefault(a, {})[b] = p
        rows.setdefault(b, {})[a] = p
    weights = {}
    for a, b, p in edges:
        small, large = sorted((a, b), key=lambda x: (len(rows[x]), x))
        step = math.ceil(len(rows[small]) / SAMPLE)
        looked_at = sorted(rows[small])[::step]
        common = [y for y in looked_at if y in rows[large]]
        shared = step * sum(min(rows[a][y], rows[b][y]) for y in common)
        rest = max(0.0, expected[a] + expected[b] - 2.0 * p)
        competition = max(1.0 + min(rest, GRANTED) / 10.0, (rest - GRANTED) / (1.0 + shared))
        w = p / (p + (1.0 - p) * competition)
        if all(min(rows[x], key=lambda y: (-rows[x][y], y)) == z for x, z in ((a, b), (b, a))):
            w = max(w, min(p, (theta + 1) / GRAIN))
        weights[a, b] = round((max(0.0, 2 * p - 1) if (a, b) in labelled else w) * GRAIN)
    return weights


class Signed:
    """One run: a partition as a list of cluster names, and the moves on it."""

    def __init__(
        self,
        n_terms: int,
        edges: list[tuple[int, int, float]],
        antonyms: Iterable[Pair],
        expected: list[float],
        theta: float,
        max_size: int,
        absence: float,
        labelled: set[Pair] | None = None,
    ) -> None:
        self.absence = round(absence * GRAIN)
        labelled = {(a, b) for a, b, p in edges if p == 1} if labelled is None else labelled
        self.known = {x for pair in labelled for x in pair}
        self.weights = {
            pair: w + self.absence * ({*pair} <= self.known)
            for pair, w in oracle_weights(edges, expected, labelled, round(theta * GRAIN)).items()
        }
        self.neighbours: dict[int, dict[int, int]] = {x: {} for x in range(n_terms)}
        for (a, b), w in sorted(self.weights.items()):
            self.neighbours[a][b] = self.neighbours[b][a] = w
        self.foes: dict[int, set[int]] = {x: set() for x in range(n_terms)}
        for a, b in antonyms:
            self.foes[a].add(b)
            self.foes[b].add(a)
        self.theta, self.max_size = round(theta * GRAIN), max_size
        self.clusters: list[set[int]] = [{x} for x in range(n_terms)]  # by term, shared sets

    def between(self, one: Iterable[int], other: set[int]) -> int:
        return sum(w for x in one for y, w in self.neighbours[x].items() if y in other)

    def plain(self, one: Iterable[int], other: set[int]) -> int:
        """Σ w without what known terms have besides."""
        ends = [(x, y) for x in one for y in self.neighbours[x] if y in other]
        besides = self.absence * sum({x, y} <= self.known for x, y in ends)
        return sum(self.neighbours[x][y] for x, y in ends) - besides

    def claims(self, one: Iterable[int], other: set[int]) -> int:
        """Σ w - d over the pairs between the two."""
        one, cost = list(one), 0
        for x in one:
            for y in other:
                cost += self.absence * ({x, y} <= self.known)
        return self.between(one, other) - cost

    def worth(self, one: Iterable[int], other: set[int]) -> int:
        """What F gains by joining the two."""
        one = list(one)
        n, m = len(one), len(other)
        return self.claims(one, other) - (self.toll(n + m) - self.toll(n) - self.toll(m))

    def toll(self, n: int) -> int:
        """What a cluster of n terms costs."""
        return round(self.theta * math.fsum(k**GROWTH for k in range(1, n)))

    def allowed(self, one: set[int], other: set[int]) -> bool:
        return len(one) + len(other) <= self.max_size and not any(self.foes[x] & other for x in one)

    def objective(self) -> int:
        clusters = [c for x, c in enumerate(self.clusters) if x == min(c)]
        pairs = [(a, b) for c in clusters for a in c for b in c if a < b]
        claimed = sum(self.claims([a], {b}) for a, b in pairs)
        return claimed - sum(self.toll(len(c)) for c in clusters)

    def expand(self) -> bool:
        moved = False
        for a, b in sorted(self.weights, key=lambda pair: (-self.weights[pair], pair)):
            one, other = self.clusters[a], self.clusters[b]
            if one is other or not self.allowed(one, other):
                continue
            if self.worth(one, other) > 0:
                self.assign(one | other)
                moved = True
        return moved

    def assign(self, members: set[int]) -> None:
        for x in members:
            self.clusters[x] = members

    def vote(self) -> bool:
        moved = False
        for x, own in enumerate(list(self.clusters)):
            own = self.clusters[x]
            rest = own - {x}
            options = [(self.worth([x], rest), rest), (0, set())]
            for y in self.neighbours[x]:
                c = self.clusters[y]
                if c is not own and self.allowed({x}, c):
                    options.append((self.worth([x], c), c))
            gain, target = max(options, key=lambda option: option[0])  # the first of equals
            if target is not rest and gain > options[0][0]:
                self.assign(rest)
                self.assign(target | {x})
                moved = True
        return moved

    def split(self) -> None:
        todo = set(range(len(self.clusters)))
        while todo:
            part = {min(todo)}
            border = list(part)
            while border:
                x = border.pop()
                more = (set(self.neighbours[x]) & self.clusters[x]) - part
                part |= more
                border += more
            todo -= part
            for x in part:
                self.clusters[x] = part

    def climb(self) -> None:
        before = self.objective()
        while True:
            moved = self.expand()
            moved |= self.vote()
            self.split()
            after = self.objective()
            assert after > before or not moved
            if not moved:
                return
            before = after

    def adopt(self, orphan_support: float) -> None:
        for x, own in enumerate(list(self.clusters)):
            if len(own) > 1 or len(self.clusters[x]) > 1:
                continue
            best, best_support = None, 0.0
            for y in self.neighbours[x]:
                c = self.clusters[y]
                if len(c) > 1 and self.allowed({x}, c):
                    wanted = self.claims([x], c) / GRAIN / math.sqrt(len(c))
                    if wanted >= orphan_support and wanted > best_support:
                        best, best_support = c, wanted
            if best is not None:
                self.assign(best | {x})


def oracle_signed(
    n_terms: int,
    edges: list[tuple[int, int, float]],
    antonyms: list[Pair],
    expected: list[float],
    settings: tuple[float, float, int, float],
    labelled: set[Pair] | None = None,
) -> OracleSigned:
    """Cluster edges that `oracle_edges` has ordered."""
    theta, orphan_support, max_size, absence = settings
    run = Signed(n_terms, edges, antonyms, expected, theta, max_size, absence, labelled)
    run.climb()
    run.adopt(orphan_support)
    assert not any(run.foes[x] & c for x, c in enumerate(run.clusters))
    clusters = [c for x, c in enumerate(run.clusters) if len(c) > 1 and x == min(c)]
    support = {}
    for x in range(n_terms):
        for number, c in enumerate(clusters):
            others = c - {x}
            total = run.plain([x], others)
            if x in c or (run.worth([x], c) > 0 and not run.foes[x] & c):
                support[x, number] = total / GRAIN / len(others)
    return OracleSigned(clusters, support, _tensions(run, edges, antonyms))


def _tensions(
    run: Signed, edges: list[tuple[int, int, float]], antonyms: list[Pair]
) -> dict[Pair, tuple[float, float]]:
    p_synonym = {(a, b): p for a, b, p in edges}
    tensions = {}
    for a, b in antonyms:
        one, other = run.clusters[a], run.clusters[b]
        pull = max(
            Fraction(run.plain([a], other), len(other)),
            Fraction(run.plain([b], one), len(one)),
            Fraction(run.plain(one, other), len(one) * len(other)),
        )
        if (a, b) in p_synonym or pull > run.theta:
            tensions[a, b] = (p_synonym.get((a, b), 0.0), float(pull) / GRAIN)
    return tensions
