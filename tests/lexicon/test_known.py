from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.lexicon import dictionaries, relations
from nymgraph.pipeline.lexicon.known import KnownRelations, read_known_relations
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset
from nymgraph.pipeline.settings.params import WordNetSource
from tests.lexicon.small_wordnet import write_wordnet

SOURCE = WordNetSource(kind="wordnet")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownRelations:
    path = write_wordnet(tmp_path / "w.xml")
    monkeypatch.setattr(dictionaries, "find_edition", lambda _edition: path)
    return read_known_relations([SOURCE], "en")


def test_it_says_of_every_pair_what_the_label_stage_would(small: KnownRelations) -> None:
    claims = relations.claims_of_dictionary(
        SOURCE, 500, 0
    )  # so many draws that no co-hyponym is missed
    terms = pl.concat([claims["term_a"], claims["term_b"]]).unique().sort()
    labels, _ = relations.resolve(claims, terms)
    expected = {(a, b): relation for a, b, relation in labels.select(labels.columns[:3]).rows()}
    assert set(expected.values()) == {"synonym", "antonym", "co_hyponym"}
    for a, b in combinations(terms.to_list(), 2):
        assert small.relation(a, b) == small.relation(b, a) == expected.get((a, b))


def test_a_term_that_no_dictionary_holds(small: KnownRelations) -> None:
    assert small.relation("hot", "zzz") is None


def test_synonym_here_and_antonym_there_is_no_yardstick() -> None:
    one = [Synset("s", ("hot", "cold"), (), ())]
    other = [
        Synset("h", ("hot",), (), (Antonym(0, "c", 0),)),
        Synset("c", ("cold",), (), ()),
    ]
    assert KnownRelations([one]).relation("hot", "cold") == "synonym"
    assert KnownRelations([other]).relation("hot", "cold") == "antonym"
    assert KnownRelations([one, other]).relation("hot", "cold") is None


def test_equal_names_in_two_dictionaries_are_two_synsets() -> None:
    one, other = ([Synset("1", (term,), ("top",), ())] for term in ("hot", "cold"))
    assert KnownRelations([one, other]).relation("hot", "cold") is None
