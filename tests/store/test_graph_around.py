"""The graph around a term, worked by hand on the edges of the small export."""

import pytest

from nymgraph.pipeline.store import ClusterStore, UnknownTermError
from tests.store.small_export import EDGES


def test_the_neighbours_of_hot_and_the_pairs_among_them(store: ClusterStore) -> None:
    graph = store.graph("hot")
    # exported pairs of hot: cold, spicy, warm; no pair joins two of these
    assert set(graph) == {"hot", "cold", "spicy", "warm"}
    assert {frozenset(edge) for edge in graph.edges} == {
        frozenset(("hot", other)) for other in ("cold", "spicy", "warm")
    }
    assert graph.nodes["hot"] == {"hop": 0, "cluster": 4, "representative": "hot"}
    assert graph.nodes["spicy"]["hop"] == 1
    relations = {other: graph.edges["hot", other]["relation"] for other in ("cold", "spicy")}
    assert relations == {"cold": "antonym", "spicy": "synonym"}
    assert graph.edges["hot", "cold"] == {
        "relation": "antonym",
        "probability": 0.98,
        "cosine": 0.8,
        "evidence": "dictionary",
    }


def test_below_the_gate_a_pair_is_a_co_hyponym_and_is_not_gone_beyond(store: ClusterStore) -> None:
    graph = store.graph("glad", hops=2)
    assert graph.edges["glad", "warm"]["relation"] == "co_hyponym"
    assert "hot" not in graph  # only warm leads there
    assert graph.nodes["sad"]["hop"] == 2


@pytest.mark.parametrize("hops", [0, 1, 2, 3])
def test_all_pairs_among_the_terms_are_there(store: ClusterStore, hops: int) -> None:
    graph = store.graph("happy", hops=hops)
    expected = {frozenset(pair) for pair in EDGES if set(pair) <= set(graph)}
    assert {frozenset(edge) for edge in graph.edges} == expected
    assert max(data["hop"] for _, data in graph.nodes(data=True)) <= hops


def test_the_closest_are_followed(store: ClusterStore) -> None:
    assert set(store.graph("happy", per_term=1)) == {"happy", "joyful"}


def test_a_term_on_its_own_and_an_unknown_one(store: ClusterStore) -> None:
    assert list(store.graph("Polish")) == ["Polish"]
    with pytest.raises(UnknownTermError):
        store.graph("nowhere")
