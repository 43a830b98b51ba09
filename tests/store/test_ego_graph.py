"""The neighbourhood of a term on the small export."""

import networkx as nx

from nymgraph.pipeline.store import ClusterStore


def test_edges_say_what_they_are(store: ClusterStore) -> None:
    graph = store.graph("happy")
    relations = nx.get_edge_attributes(graph, "relation")
    found = {frozenset(pair): relation for pair, relation in relations.items()}
    assert found == {
        frozenset(("happy", "glad")): "synonym",
        frozenset(("happy", "joyful")): "synonym",
        frozenset(("happy", "sad")): "antonym",
        frozenset(("happy", "unhappy")): "antonym",
        frozenset(("glad", "unhappy")): "co_hyponym",  # p_antonym 0.69, below the gate
        frozenset(("sad", "unhappy")): "synonym",
    }
    assert graph.edges["happy", "unhappy"] == {
        "relation": "antonym",
        "probability": 1.0,
        "cosine": 0.7,
        "evidence": "dictionary",
    }
    assert graph.nodes["joyful"] == {"hop": 1, "cluster": -9, "representative": "happy"}


def test_hops_go_on_from_synonyms_and_antonyms_only(store: ClusterStore) -> None:
    assert set(store.graph("lonely", hops=3)) == {"lonely", "sad"}  # 0.60: no synonym at the gate
    assert store.graph("cold", hops=2).nodes["warm"]["hop"] == 2
    assert set(store.graph("happy", hops=0)) == {"happy"}


def test_neighbours_are_limited_synonyms_first(store: ClusterStore) -> None:
    assert set(store.graph("happy", per_term=3)) == {"happy", "joyful", "glad", "unhappy"}
