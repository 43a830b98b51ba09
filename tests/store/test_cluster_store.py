"""Hand-checked answers on the small export."""

import pickle
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.store import (
    Antonym,
    Cluster,
    ClusterStore,
    UnknownClusterError,
    UnknownTermError,
)
from tests.store.small_export import (
    CLUSTERS,
    INJECTION,
    SINGLETONS,
    senses_frame,
    small_frames,
    terms_frame,
    with_a_lone_synonym,
    write_export,
)


def test_a_term_gives_its_cluster(store: ClusterStore) -> None:
    assert store["happy"] == Cluster(-9, "happy", ("glad", "happy", "joyful"), 0.62)
    assert store["śnieg"].representative == INJECTION
    assert store["happy"].size == 3
    assert "glad" in store["happy"]


def test_every_term_is_found_in_its_cluster(store: ClusterStore) -> None:
    for number, (_, members, _) in CLUSTERS.items():
        assert [store[member].id for member in members] == [number] * len(members)


def test_a_singleton_is_a_cluster_of_one(store: ClusterStore) -> None:
    assert store["lonely"] == Cluster(None, "lonely", ("lonely",), None)
    assert store.synonyms("lonely") == []


def test_the_exact_form_comes_before_the_key(store: ClusterStore) -> None:
    assert store["Polish"].id is None
    assert store["polish"].id == 5
    assert store["éclair"].members == ("éclair",)


def test_of_several_terms_with_a_key_the_first_with_a_cluster(store: ClusterStore) -> None:
    assert store["POLISH"].id == 5  # Polish comes first but has no cluster
    assert store["ÉCLAIR"].members == ("Éclair",)  # none has one: the first
    assert store["STRASSE"].members == ("Straße",)
    assert store["HAPPY"].id == -9


def test_white_space_and_composition_do_not_matter(store: ClusterStore) -> None:
    assert store[" s\u0301nieg "].id == 6


def test_membership_length_and_order(store: ClusterStore) -> None:
    terms = sorted([*SINGLETONS, *(m for _, members, _ in CLUSTERS.values() for m in members)])
    assert len(store) == len(terms) == 21
    assert list(store) == terms
    assert "Happy" in store
    assert "happier" not in store
    assert "" not in store
    assert 3 not in store


def test_an_unknown_term_names_near_spellings(store: ClusterStore) -> None:
    with pytest.raises(UnknownTermError) as caught:
        store["hapyp"]
    assert isinstance(caught.value, InputError)
    assert isinstance(caught.value, KeyError)
    assert caught.value.near[0] == "happy"
    assert str(caught.value).startswith("'hapyp' is not a term of this lexicon\n  cure: did you")


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("jappy", "happy"), ("appy", "happy"), ("nhappy", "unhappy"), ("Jappy", "happy")],
)
def test_a_typo_in_the_first_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typo: str, meant: str
) -> None:
    monkeypatch.setattr("nymgraph.pipeline.store.terms.WINDOW", 0)  # as if many lay around
    store = ClusterStore(write_export(tmp_path / "export", small_frames()))
    with pytest.raises(UnknownTermError) as caught:
        store[typo]
    assert caught.value.near[0] == meant


def test_errors_survive_pickling() -> None:
    for error in (UnknownTermError("x", ("y",)), UnknownClusterError(3)):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_unlike_term_has_no_near_spellings(store: ClusterStore) -> None:
    with pytest.raises(UnknownTermError, match="check the spelling") as caught:
        store.antonyms("qqqqqqq")
    assert caught.value.near == ()


def test_synonyms_are_closest_first(store: ClusterStore) -> None:
    assert store.synonyms("happy") == ["joyful", "glad"]  # 0.95, 0.90
    assert store.synonyms("glad") == ["happy", "joyful"]  # 0.90, never judged
    assert store.synonyms("frosty") == ["cold", "freezing"]  # 0.70, 0.60


def test_antonyms_are_direct_first_then_of_the_opposite_cluster(store: ClusterStore) -> None:
    assert store.antonyms("happy") == [
        Antonym("unhappy", 1.0, "direct", 1.0),
        Antonym("sad", 0.8, "cluster", 0.8),  # of the model alone: as a synonym of unhappy
    ]
    # the pair (glad, unhappy) was judged at 0.69, below the gate: the clusters are opposite
    assert store.antonyms("glad") == [
        Antonym("sad", 0.95, "cluster", pytest.approx(0.95 * 2 / 3)),
        Antonym("unhappy", 0.95, "cluster", pytest.approx(0.95 * 2 / 3)),
    ]
    assert store.antonyms("hot") == [
        Antonym("cold", 0.98, "direct", 0.98),
        Antonym("freezing", 0.9, "cluster", pytest.approx(0.9 * 0.98)),
        Antonym("frosty", 0.7, "cluster", pytest.approx(0.7 * 0.98)),
    ]
    assert store.antonyms("lonely") == []


def test_senses_are_the_soft_memberships(store: ClusterStore) -> None:
    assert [(sense.cluster.id, sense.support) for sense in store.senses("hot")] == [
        (4, 1.0),
        (8, 0.5),
    ]
    assert store.senses("lonely") == []


def test_a_term_in_no_cluster_is_shown_at_its_synonyms(tmp_path: Path) -> None:
    store = ClusterStore(write_export(tmp_path / "export", with_a_lone_synonym()))
    assert store.entry("sad").alone == ("lonely",)
    assert store.entry("lonely").alone == ()
    assert store.entry("frosty").alone == ()


def test_links_are_read_from_both_ends(store: ClusterStore) -> None:
    assert [(x.cluster.id, x.votes, x.probability) for x in store.opposites(-2)] == [(-9, 2, 0.95)]
    assert [x.cluster.id for x in store.opposites(-9)] == [-2]
    assert [x.cluster.id for x in store.related(4)] == [8, -9]  # 3 votes, 1 vote
    assert store.related(5) == []


def test_clusters_by_id(store: ClusterStore) -> None:
    assert store.cluster(8).members == ("fiery", "spicy")
    for ask in (store.cluster, store.opposites, store.related):
        with pytest.raises(UnknownClusterError, match="no cluster has the id 7"):
            ask(7)


def test_an_empty_export_opens(tmp_path: Path) -> None:
    frames = {table: frame.clear() for table, frame in small_frames().items()}
    store = ClusterStore(write_export(tmp_path / "empty", frames))
    assert len(store) == store.n_clusters == 0
    with pytest.raises(UnknownTermError):
        store["happy"]


def test_the_store_shows_itself(store: ClusterStore, folder: Path) -> None:
    assert repr(store).splitlines() == [
        f"ClusterStore {str(folder)!r}",
        "  language: en",
        "  terms: 21",
        "  clusters: 7",
        "  gate: 0.70",
    ]
    assert "<th>clusters</th>" in store._repr_html_()


def test_a_turkish_export_is_asked_in_any_case(tmp_path: Path) -> None:
    terms = ["Ankara", "güzel", "ısı", "isi", "iyi", "kâr"]
    frames = {table: table.empty() for table in small_frames()}
    frame = terms_frame(terms, [None] * len(terms)).sort("term")
    keys = [look_up_key(term, "tr") for term in frame["term"]]
    frame = frame.drop("term_id").with_row_index("term_id").with_columns(key=pl.Series(keys))
    frames[schemas.EXPORTED_TERMS] = frame
    store = ClusterStore(write_export(tmp_path / "export", frames, language="tr"))
    assert store["İYİ"].members == ("iyi",)
    assert store["ISI"].members == ("ısı",)
    assert store["İSİ"].members == ("isi",)
    assert store["KÂR"].members == ("kâr",)
    assert "kar" not in store
    assert store.variants("iyi") == []
    asked = ["İYİ", "ISI", "İSİ"]
    assert store.cluster_ids(asked)["term"].to_list() == ["iyi", "ısı", "isi"]
    assert store.suggest("İY") == ["iyi"]
    assert store.suggest("IS") == ["ısı"]
    assert store.expand("KÂR", skip=()).phrases[0].term == "kâr"


def test_a_variant_means_its_lemma(tmp_path: Path) -> None:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[schemas.EXPORTED_TERMS]["term"])}
    forms = [("Spices", "spices", ids["spicy"], "spicy", 8), ("hots", "hots", ids["hot"], "hot", 4)]
    frames[schemas.EXPORTED_VARIANTS] = pl.DataFrame(
        forms, schema=schemas.EXPORTED_VARIANTS.schema, orient="row"
    )
    store = ClusterStore(write_export(tmp_path / "export", frames))
    assert store["hots"] == store["HOTS"] == store["hot"]
    assert store["spices"] == store["spicy"]
    assert "hots" not in store["hot"].members  # terms stay what is listed
    assert store.variants("hot") == store.variants("hots") == ["hots"]
    assert store.variants("cold") == []
    with pytest.raises(UnknownTermError):
        store.variants("hotness")


def test_suggestions_begin_with_the_prefix(store: ClusterStore) -> None:
    assert store.suggest("s") == ["sad", "shine", "spicy", "Straße"]  # by length, without "śnieg"
    assert store.suggest("POL") == ["polish", "Polish"]  # the one with a cluster first
    assert store.suggest("é") == ["Éclair", "éclair"]
    assert store.suggest("strass") == ["Straße"]
    assert store.suggest("fr", 0) == store.suggest("") == store.suggest("zz") == []


def with_senses() -> dict[schemas.Table, pl.DataFrame]:
    """The small export with a dictionary: hot has two senses, fast none that is rare and judged."""
    frames = small_frames()
    terms = frames[schemas.EXPORTED_TERMS]["term"].to_list()
    ids = {term: row for row, term in enumerate(terms)}
    rows = [
        ("cold", 1, 1.0, 9.0, "counts", "adjective", "of low heat", [], ["hot"], [], 3),
        ("hot", 1, 0.9, 9.0, "counts", "adjective", "of much heat", ["warm"], ["cold"], [], 4),
        ("hot", 2, 0.1, 1.0, "counts", "adjective", "of the tongue", ["spicy"], [], ["fiery"], 8),
    ]
    return frames | {schemas.EXPORTED_SENSES: senses_frame(ids, rows)}


def test_senses_are_those_of_the_dictionary_the_commonest_first(tmp_path: Path) -> None:
    store = ClusterStore(write_export(tmp_path / "export", with_senses()))
    first, second = store.senses("hot")
    assert (first.share, first.pos, first.gloss) == (0.9, "adjective", "of much heat")
    assert (first.synonyms, first.antonyms, first.cluster.id) == (("warm",), ("cold",), 4)
    assert (second.share, second.synonyms, second.similar) == (0.1, ("spicy",), ("fiery",))
    assert second.cluster.id == 8
    assert str(second) == "10 % adjective: of the tongue = spicy ≈ fiery"
    # both ends mean it first: the whole probability
    assert store.antonyms("hot")[0] == Antonym("cold", 0.98, "direct", 0.98)


def test_what_opposes_a_rare_sense_of_a_synonym_opposes_no_other_word(tmp_path: Path) -> None:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[schemas.EXPORTED_TERMS]["term"])}

    def opposites_of_warm(place: int, opposed: list[str]) -> list[str]:
        how = (0.9 if place == 1 else 0.1, 9.0, "counts", "adjective", "")
        rest = (0.1 if place == 1 else 0.9, 9.0, "counts", "adjective", "")
        rows = [
            ("cold", 1, 1.0, *how[1:], [], ["hot"], [], 3),
            ("hot", place, *how, [], opposed, [], 4),
            ("hot", 3 - place, *rest, [], [], [], 4),
            ("warm", 1, 1.0, *how[1:], [], [], [], 4),
        ]
        frames[schemas.EXPORTED_SENSES] = senses_frame(ids, rows)
        store = ClusterStore(write_export(tmp_path / str(place), frames))
        return [antonym.term for antonym in store.antonyms("warm")]

    assert "cold" in opposites_of_warm(1, ["cold"])
    assert opposites_of_warm(2, ["cold"]) == []  # hot is its opposite in a rare sense


def test_opposites_by_synonyms_come_by_use_and_not_of_a_rare_sense(tmp_path: Path) -> None:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[schemas.EXPORTED_TERMS]["term"])}
    rows = [
        # sense 2 opposes hot, too, but cold is hardly ever meant so
        ("cold", 1, 0.97, 90.0, "counts", "adjective", "", [], ["hot"], ["freezing", "frosty"], 3),
        ("cold", 2, 0.03, 3.0, "counts", "adjective", "of music", [], ["hot"], ["lonely"], 3),
        ("freezing", 1, 1.0, 1.0, "counts", "adjective", "", [], [], ["cold"], 3),
        ("frosty", 1, 1.0, 50.0, "counts", "adjective", "", [], [], ["cold"], 3),
        ("hot", 1, 1.0, 90.0, "counts", "adjective", "", [], ["cold"], [], 4),
    ]
    frames[schemas.EXPORTED_SENSES] = senses_frame(ids, rows)
    store = ClusterStore(write_export(tmp_path / "export", frames))
    assert [antonym.term for antonym in store.antonyms("hot")] == ["cold", "frosty", "freezing"]
