"""Hand-checked expansions on the small export."""

from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.lookup.stop_words import stop_words
from nymgraph.pipeline.store import ClusterStore, Phrase
from tests.store.small_export import small_frames, terms_frame, write_export


def test_each_phrase_gets_its_synonyms(store: ClusterStore) -> None:
    expansion = store.expand("a Happy child in the  cold, today")
    assert expansion.query == "a Happy child in the cold, today"
    assert expansion.phrases == (
        Phrase("Happy", "happy", ("joyful", "glad"), weights=(0.95, 0.9)),
        Phrase("cold", "cold", ("freezing", "frosty"), weights=(0.9, 0.7)),
    )
    assert expansion.to_text() == "a Happy child in the cold, today joyful glad freezing frosty"
    assert expansion.alternatives[0] == ["a"]
    assert expansion.alternatives[1] == ["Happy", "joyful", "glad"]


def test_antonyms_are_never_added(store: ClusterStore) -> None:
    for term in store:
        opposite = {antonym.term for antonym in store.antonyms(term)}
        assert not opposite & set(store.expand(term, senses=True).added), term


def test_a_member_judged_an_antonym_is_withheld(tmp_path: Path) -> None:
    frames = small_frames()
    clusters = frames[schemas.EXPORTED_TERMS]["cluster_id"].to_list()
    terms = frames[schemas.EXPORTED_TERMS]["term"].to_list()
    clusters[terms.index("unhappy")] = -9  # as the published algorithm may do
    frames[schemas.EXPORTED_TERMS] = terms_frame(terms, clusters)
    rows = frames[schemas.EXPORTED_CLUSTERS].to_dicts()
    rows[0] |= {"members": [*rows[0]["members"], "unhappy"], "size": 4}
    rows[1] |= {"members": ["sad"], "size": 1}
    schema = schemas.EXPORTED_CLUSTERS.schema
    frames[schemas.EXPORTED_CLUSTERS] = pl.DataFrame(rows, schema=schema)
    store = ClusterStore(write_export(tmp_path / "export", frames))
    (phrase,) = store.expand("happy").phrases
    assert phrase == Phrase("happy", "happy", ("joyful", "glad"), ("unhappy",), (0.95, 0.9))


def test_other_senses_are_added_on_demand(store: ClusterStore) -> None:
    assert store.expand("hot").added == ("warm", "spicy")  # 0.80; 0.75, of another cluster
    more = store.expand("hot", senses=True).phrases[0]
    assert more.added == ("warm", "spicy", "fiery")
    assert more.weights == (0.8, 0.75, 0.35)  # the support of the other sense, 0.5, is capped


def test_members_that_were_not_judged_come_last(store: ClusterStore) -> None:
    glad = store.expand("glad").phrases[0]
    assert glad.added == ("happy", "joyful")
    assert glad.weights == (0.9, 0.35)  # 0.90 x 0.95 by way of happy, capped at half the gate


def test_judgements_below_the_gate_count_on_demand(store: ClusterStore) -> None:
    assert store.expand("lonely").added == store.expand("lonely", least=store.gate).added == ()
    assert store.expand("lonely", least=0.6).added == ("sad",)
    assert store.expand("lonely", least=0.61).added == ()


def test_the_longest_match_wins(tmp_path: Path) -> None:
    frames = small_frames()
    frames[schemas.EXPORTED_TERMS] = terms_frame(
        ["US", "dog", "hot", "hot dog", "in truth"], [None] * 5
    )
    for table in (schemas.EXPORTED_EDGES, schemas.EXPORTED_CLUSTERS, schemas.EXPORTED_MEMBERSHIPS):
        frames[table] = table.empty()
    frames[schemas.EXPORTED_LINKS] = schemas.EXPORTED_LINKS.empty()
    store = ClusterStore(write_export(tmp_path / "export", frames))

    def phrases(query: str) -> list[str]:
        return [str(phrase.term) for phrase in store.expand(query).phrases]

    assert phrases("a hot dog, (hot)") == ["hot dog", "hot"]
    assert phrases("In truth: in us, US") == ["in truth", "US"]
    assert phrases("dog hot") == ["dog", "hot"]


def test_limit_skip_and_nothing(store: ClusterStore) -> None:
    assert store.expand("happy", limit=1).added == ("joyful",)
    assert store.expand("happy cold", skip=["Happy"]).phrases[0].term == "cold"
    assert store.expand("").parts == ()
    assert store.expand("?!").to_text() == "?!"


@pytest.mark.parametrize("word", ["in", "who", "not"])
def test_stop_words_of_english(word: str) -> None:
    assert word in stop_words("en")
    assert stop_words("xx") == frozenset()


def test_what_is_shown(store: ClusterStore) -> None:
    lines = repr(store.expand("HOT weather")).splitlines()
    assert lines == ["'HOT weather': 2 terms added", "  HOT (hot): warm, spicy"]
