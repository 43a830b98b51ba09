"""Why two terms are together or apart, by hand."""

import pytest

from pipeline.store import ClusterStore, Edge, UnknownTermError, Vote


def test_together_by_an_edge(store: ClusterStore) -> None:
    why = store.explain("glad", "happy")
    assert why.together
    assert why.reason == (
        "both are members of cluster -9 ('happy'); judged synonyms (p_synonym 0.90, model)"
    )
    assert why.edge == Edge(0.8, 0.9, 0.05, 0.05, "model")
    assert why.votes == (Vote("glad", -9, 1, 2), Vote("happy", -9, 2, 2))
    assert why.common == ()
    assert why.path == ("glad", "happy")


def test_together_through_a_common_neighbour(store: ClusterStore) -> None:
    why = store.explain("joyful", "glad")
    assert why.together
    assert why.edge is None
    assert "not by a synonym edge of their own" in why.reason
    assert why.common == ("happy",)
    assert why.path == ("joyful", "happy", "glad")


def test_a_judgement_at_the_gate_counts_from_both_ends(store: ClusterStore) -> None:
    # (cold, frosty) stands at 0.70 in float32, the gate; (freezing, frosty) at 0.60 is below
    assert store.explain("cold", "frosty").path == ("cold", "frosty")
    assert store.explain("frosty", "cold").path == ("frosty", "cold")
    assert store.explain("frosty", "freezing").path == ("frosty", "cold", "freezing")


def test_apart_as_antonyms(store: ClusterStore) -> None:
    why = store.explain("hot", "cold")
    assert not why.together
    assert why.reason == (
        "judged antonyms (p_antonym 0.98, dictionary); 'hot' is in cluster 4 ('hot'); "
        "'cold' is in cluster 3 ('cold'); the two clusters are opposites"
    )
    assert why.votes == (
        Vote("hot", 4, 1, 1),
        Vote("hot", 3, 0, 3),
        Vote("cold", 3, 2, 2),
        Vote("cold", 4, 0, 2),
    )
    assert why.path == ()


def test_apart_although_synonyms(store: ClusterStore) -> None:
    why = store.explain("hot", "spicy")
    assert why.reason.startswith("judged synonyms (p_synonym 0.75, model), but outvoted")
    assert "'hot' could also belong to cluster 8 (support 0.50)" in why.reason
    assert why.path == ("hot", "spicy")


def test_a_path_of_three_edges(store: ClusterStore) -> None:
    # warm - hot 0.80, hot - spicy 0.75, spicy - fiery 0.85
    assert store.explain("warm", "fiery").path == ("warm", "hot", "spicy", "fiery")


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("glad", "warm", "judged related, not synonyms (p_co_hyponym 0.60, model)"),
        ("lonely", "sad", "judged, but below the gate (p_synonym 0.60, model, gate 0.70)"),
        ("lonely", "sad", "'lonely' is in no cluster"),
        ("lonely", "Polish", "never judged, or judged below the floor of the export (0.50)"),
    ],
)
def test_the_reason_is_chosen_from_the_data(
    store: ClusterStore, a: str, b: str, words: str
) -> None:
    assert words in store.explain(a, b).reason
    assert words in store.explain(b, a).reason


def test_a_term_and_itself(store: ClusterStore) -> None:
    why = store.explain("lonely", "LONELY")
    assert why.together
    assert why.reason == "they are the same term"
    assert (why.edge, why.votes, why.path) == (None, (), ("lonely",))


def test_an_unknown_term(store: ClusterStore) -> None:
    with pytest.raises(UnknownTermError, match="'hapy'"):
        store.explain("glad", "hapy")
