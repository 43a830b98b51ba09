"""What a terminal and a notebook show."""

from nymgraph.pipeline.store import Antonym, Cluster, ClusterStore, Entry, Sense
from tests.store.small_export import INJECTION


def test_a_cluster_in_a_terminal(store: ClusterStore) -> None:
    assert repr(store["glad"]) == (
        "Cluster('happy', cluster -9, 3 terms, cohesion 0.62: glad, happy, joyful)"
    )
    assert repr(store["lonely"]) == "Cluster('lonely', no cluster)"


def test_a_long_cluster_is_cut_in_a_terminal_only() -> None:
    cluster = Cluster(1, "t00", tuple(f"t{i:02}" for i in range(20)), 1.0)
    assert "t11, …" in repr(cluster)
    assert "t12" not in repr(cluster)
    assert "t19" in cluster._repr_html_()


def test_an_explanation_in_a_terminal(store: ClusterStore) -> None:
    lines = repr(store.explain("joyful", "glad")).splitlines()
    assert lines[0] == "'joyful' and 'glad': together"
    assert lines[1].startswith("  why: Either they were never compared")
    assert "They stand together through happy." in lines[1]
    assert lines[3] == "  judgement: none in the export"
    assert lines[4] == "  votes: 'joyful' has 1 of 2 in 'happy'; 'glad' has 1 of 2 in 'happy'"
    assert lines[-1] == "  path: joyful → happy → glad"


def test_html_is_text_and_never_markup(store: ClusterStore) -> None:
    other = store.explain(INJECTION, "hot")
    for view in (store["śnieg"], store.explain(INJECTION, "śnieg"), other):
        html = view._repr_html_()
        assert "<script" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_an_entry_tells_direct_antonyms_from_those_of_opposite_clusters() -> None:
    hot, warm = Cluster(1, "hot", ("heated", "hot"), 0.9), Cluster(2, "warm", ("hot", "warm"), 0.8)
    antonyms = (Antonym("cold", 0.98, "direct"), Antonym("cool", 0.9, "cluster"))
    entry = Entry("hot", hot, ("heated",), antonyms, (Sense(warm, 0.5),), ("torrid",))
    assert repr(entry).splitlines() == [
        "hot",
        "  synonyms: heated",
        "  antonyms: cold (0.98)",
        "  by their synonyms: cool (0.90)",
        "  sense 1: hot, warm",
        "  in no cluster, but close: torrid",
    ]
    alone = Entry("<hot>", Cluster(None, "<hot>", ("<hot>",), None), (), (), ())
    assert repr(alone) == "<hot> (no cluster)"
    assert "&lt;hot&gt;" in alone._repr_html_()
