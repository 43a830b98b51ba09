"""The shortest path between two terms over the judged synonyms."""

from heapq import heappop, heappush
from math import inf, log

from nymgraph.pipeline.store.pairs import JudgedPairs

__all__ = ["shortest_path"]

MOST_TERMS = 1_000


def shortest_path(pairs: JudgedPairs, a: int, b: int) -> list[int]:
    """The shortest path over synonym edges at the gate.

    An edge is 1 - ln p_synonym long: a certain one 1, one at .7 1.36. Best first from both ends at
    once (Dijkstra 1959; Pohl 1971), until no path through what is left can be shorter; after 1,000
    terms with what was found by then.

    Args:
        pairs: The judged pairs.
        a: term_id of the first term.
        b: term_id of the second term.

    Returns:
        The terms on the path, both ends included; empty if none is found.
    """
    if a == b:
        return [a]
    sides = (_Side(a), _Side(b))
    shortest, joint = inf, None
    for _ in range(MOST_TERMS):
        one, other = sides if sides[0].least() <= sides[1].least() else sides[::-1]
        if one.least() + other.least() >= shortest:
            break
        term = one.settle()
        for neighbour, p in pairs.synonyms(term).items():
            length = one.length[term] + 1 - log(p)
            one.reach(neighbour, length, term)
            whole = length + other.length.get(neighbour, inf)
            if whole < shortest:
                ends = (term, neighbour) if one is sides[0] else (neighbour, term)
                shortest, joint = whole, ends
    if joint is None:
        return []
    return sides[0].way_to(joint[0]) + sides[1].way_to(joint[1])[::-1]


class _Side:
    """The terms that one end has reached."""

    def __init__(self, end: int) -> None:
        self.length: dict[int, float] = {}
        self._before: dict[int, int] = {}
        self._front = [(0.0, end, end)]

    def least(self) -> float:
        """The length of the way to the next term; infinite where none is left."""
        while self._front and self._front[0][1] in self.length:
            heappop(self._front)
        return self._front[0][0] if self._front else inf

    def settle(self) -> int:
        """Go to the next term: among equals to the first id."""
        length, term, before = heappop(self._front)
        self.length[term], self._before[term] = length, before
        return term

    def reach(self, term: int, length: float, before: int) -> None:
        """Note a way to a term."""
        if term not in self.length:
            heappush(self._front, (length, term, before))

    def way_to(self, term: int) -> list[int]:
        """The terms from the end to a settled one."""
        way = [term]
        while self._before[way[-1]] != way[-1]:
            way.append(self._before[way[-1]])
        return way[::-1]
