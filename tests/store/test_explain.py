"""Why two terms are together or apart, by hand."""

from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.store import CannotLink, ClusterStore, Edge, UnknownTermError, Vote
from tests.store.small_export import senses_frame, small_frames, terms_frame, write_export


def test_together_by_an_edge(store: ClusterStore) -> None:
    why = store.explain("glad", "happy")
    assert why.together
    assert why.reason == (
        "both are members of the cluster 'happy'; judged synonyms (p_synonym 0.90, model)"
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
        "judged antonyms (p_antonym 0.98, dictionary); 'hot' is in the cluster 'hot'; "
        "'cold' is in the cluster 'cold'; the two clusters are opposites"
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
    assert "'hot' could also belong to the cluster 'spicy' (support 0.50)" in why.reason
    assert why.path == ("hot", "spicy")


def test_a_sense_in_the_other_cluster_is_told_by_its_share(tmp_path: Path) -> None:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[schemas.EXPORTED_TERMS]["term"])}
    senses = [
        ("hot", 1, 0.82, 8.0, "counts", "adjective", "", ["warm"], [], [], 4),
        ("hot", 2, 0.18, 2.0, "counts", "adjective", "", ["spicy"], [], [], 8),
    ]
    frames[schemas.EXPORTED_SENSES] = senses_frame(ids, senses)
    why = ClusterStore(write_export(tmp_path / "export", frames)).explain("hot", "spicy")
    assert "'hot' could also belong to the cluster 'spicy' (18 % of its use)" in why.reason


def test_a_path_of_three_edges(store: ClusterStore) -> None:
    # warm - hot 0.80, hot - spicy 0.75, spicy - fiery 0.85
    assert store.explain("warm", "fiery").path == ("warm", "hot", "spicy", "fiery")


def test_the_antonyms_between_two_clusters_are_cannot_links(store: ClusterStore) -> None:
    # (glad, unhappy) stands at 0.69, below the gate
    found = store.explain("joyful", "unhappy").cannot_links
    assert found == (
        CannotLink("happy", "unhappy", 1.0, "dictionary"),
        CannotLink("happy", "sad", 0.9, "model"),
    )
    assert found == store.explain("sad", "glad").cannot_links
    assert store.explain("happy", "glad").cannot_links == ()


def paths_over(folder: Path, edges: list[tuple[int, int, float]]) -> ClusterStore:
    """Six terms, a to f, in no cluster, with these synonym judgements."""
    frames = {table: table.empty() for table in small_frames()}
    frames[schemas.EXPORTED_TERMS] = terms_frame(list("abcdef"), [None] * 6)
    rows = [(a, b, 0.5, "vector", p, 0.0, 1 - p, "model", None, None) for a, b, p in sorted(edges)]
    schema = schemas.EXPORTED_EDGES.schema
    frames[schemas.EXPORTED_EDGES] = pl.DataFrame(rows, schema=schema, orient="row")
    return ClusterStore(write_export(folder, frames))


def test_a_long_path_and_the_more_probable_of_two(tmp_path: Path) -> None:
    chain = [(x, x + 1, 0.9) for x in range(5)]
    assert paths_over(tmp_path / "1", chain).explain("a", "f").path == tuple("abcdef")
    # a-b-d: 2 - ln .7 - ln .8 = 2.58; a-c-d: 2 - 2 ln .9 = 2.21
    forked = [(0, 1, 0.7), (1, 3, 0.8), (0, 2, 0.9), (2, 3, 0.9)]
    assert paths_over(tmp_path / "2", forked).explain("a", "d").path == ("a", "c", "d")
    assert paths_over(tmp_path / "2", forked).explain("a", "e").path == ()


def test_the_search_for_a_path_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = paths_over(tmp_path, [(x, x + 1, 0.9) for x in range(5)])
    monkeypatch.setattr("nymgraph.pipeline.store.paths.MOST_TERMS", 3)
    assert store.explain("a", "c").path == tuple("abc")
    assert store.explain("a", "f").path == ()


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
