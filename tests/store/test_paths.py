"""The path from both ends against networkx."""

import itertools
from math import log

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.store.paths import shortest_path

Judged = dict[tuple[int, int], float]
GRAPHS = st.dictionaries(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda ends: ends[0] < ends[1]),
    st.sampled_from([0.5, 0.75, 0.9, 1.0]),
    max_size=40,
)


class Pairs:
    """Judged pairs in a dictionary, and how many terms were asked for."""

    def __init__(self, judged: Judged) -> None:
        self.asked = 0
        self._near: dict[int, dict[int, float]] = {}
        for (x, y), p in judged.items():
            self._near.setdefault(x, {})[y] = self._near.setdefault(y, {})[x] = p

    def synonyms(self, x: int) -> dict[int, float]:
        self.asked += 1
        return self._near.get(x, {})


def length(judged: Judged, path: list[int]) -> float:
    steps = itertools.pairwise(path)
    return sum(1 - log(judged[min(step), max(step)]) for step in steps)


@given(judged=GRAPHS, a=st.integers(0, 11), b=st.integers(0, 11))
def test_as_long_as_that_of_networkx(judged: Judged, a: int, b: int) -> None:
    graph = nx.Graph()
    graph.add_nodes_from(range(12))
    graph.add_weighted_edges_from((x, y, 1 - log(p)) for (x, y), p in judged.items())
    path = shortest_path(Pairs(judged), a, b)  # type: ignore[arg-type]
    if not nx.has_path(graph, a, b):
        assert path == []
        return
    assert (path[0], path[-1]) == (a, b)
    assert length(judged, path) == pytest.approx(nx.dijkstra_path_length(graph, a, b))


def test_a_large_graph_asks_for_few_terms() -> None:
    rng = np.random.default_rng(0)
    ends = np.sort(rng.integers(0, 20_000, (50_000, 2)), axis=1)
    judged = {(int(x), int(y)): 0.9 for x, y in ends if x < y}
    asked = []
    for a, b in rng.integers(0, 20_000, (20, 2)).tolist():
        pairs = Pairs(judged)
        assert shortest_path(pairs, a, b)[-1:] in ([b], [])  # type: ignore[arg-type]
        asked.append(pairs.asked)
    assert np.mean(asked) < 400
    assert max(asked) <= 1_000
