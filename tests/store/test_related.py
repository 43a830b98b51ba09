"""Related terms: near in meaning, not in letters; the common senses first."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.store import ClusterStore
from tests.store.small_export import senses_frame, terms_frame, write_export

# a pair that the model judged related, and its cosine
IN_LETTERS_ALONE = [
    ("hot", "Hoth"),
    ("hot", "hot up"),
    ("hot", "Hottentot fig"),
    ("happy", "snappy"),
    ("break", "breakaxe"),
    ("break", "break of day"),
    ("cheap", "cheapen"),
    ("run", "run on"),
    ("doctor", "doctoral"),
    ("bank", "bankroll"),
    ("house", "Houston"),
    ("fast", "fastener"),
]
IN_MEANING = [
    ("car", "vehicle"),
    ("dog", "canine"),
    ("dog", "animal"),
    ("hospital", "health facility"),
    ("doctor", "medical specialist"),
    ("house", "residence"),
    ("love", "affection"),
    ("break", "flee"),
    ("good", "excellent"),
    ("car", "motor vehicle"),
    ("house", "living room"),
]


def store_of(
    folder: Path,
    pairs: dict[tuple[str, str], tuple[float, float, float, str]],
    rows: list[tuple[Any, ...]],
) -> ClusterStore:
    """A store without clusters: cosine, p_synonym, p_antonym and evidence of each pair; senses."""
    named = {term for pair in pairs for term in pair} | {row[0] for row in rows}
    for row in rows:
        named.update(*row[7:10])
    terms = sorted(named)
    ids = {term: number for number, term in enumerate(terms)}
    edges = sorted(
        (*sorted((ids[a], ids[b])), cosine, "vector", p, q, 1 - p - q, evidence, None, None)
        for (a, b), (cosine, p, q, evidence) in pairs.items()
    )
    frames = {
        schemas.EXPORTED_TERMS: terms_frame(terms, [None] * len(terms)),
        schemas.EXPORTED_EDGES: pl.DataFrame(
            edges, schema=schemas.EXPORTED_EDGES.schema, orient="row"
        ),
        schemas.EXPORTED_SENSES: senses_frame(ids, rows),
        **{
            table: table.empty()
            for table in (
                schemas.EXPORTED_CLUSTERS,
                schemas.EXPORTED_LINKS,
                schemas.EXPORTED_MEMBERSHIPS,
            )
        },
    }
    return ClusterStore(write_export(folder, frames))


def related(store: ClusterStore, term: str) -> list[str]:
    return [found.term for found in store.related_terms(term)]


@pytest.mark.parametrize(("term", "other"), IN_LETTERS_ALONE)
def test_likeness_of_letters_is_no_relation(tmp_path: Path, term: str, other: str) -> None:
    store = store_of(tmp_path / "export", {(term, other): (0.72, 0.3, 0.0, "model")}, [])
    assert related(store, term) == []


@pytest.mark.parametrize(("term", "other"), IN_MEANING)
def test_likeness_of_meaning_is_one(tmp_path: Path, term: str, other: str) -> None:
    store = store_of(tmp_path / "export", {(term, other): (0.7, 0.3, 0.0, "model")}, [])
    assert related(store, term) == [other]
    assert related(store, other) == [term]


def test_what_is_far_in_meaning_is_none(tmp_path: Path) -> None:
    pairs = {("happy", "plaza"): (0.2, 0.3, 0.0, "model"), ("hot", "red man"): (0.1, 0, 0, "model")}
    store = store_of(tmp_path / "export", pairs, [])
    assert related(store, "happy") == related(store, "hot") == []


def test_similar_terms_of_common_senses_come_first_those_of_rare_ones_not_at_all(
    tmp_path: Path,
) -> None:
    near = ["heated", "fiery"]
    rows: list[tuple[Any, ...]] = [
        ("hot", 1, 0.9, 9.0, "counts", "adjective", "of much heat", [], [], near, None),
        ("hot", 2, 0.1, 1.0, "counts", "adjective", "stolen", [], [], ["illegal"], None),
        *((x, 1, 1.0, 1.0, "counts", "adjective", "", [], [], ["hot"], None) for x in near),
        ("illegal", 1, 1.0, 1.0, "counts", "adjective", "", [], [], ["hot"], None),
    ]
    store = store_of(tmp_path / "export", {("hot", "warmth"): (0.6, 0.2, 0.0, "model")}, rows)
    found = store.related_terms("hot")
    assert [(x.term, x.via) for x in found] == [
        ("heated", "dictionary"),
        ("fiery", "dictionary"),
        ("warmth", "model"),
    ]
    assert store.related_terms("hot", 1) == found[:1]


def test_co_hyponyms_of_the_dictionary_are_related_synonyms_of_rare_senses_are_not(
    tmp_path: Path,
) -> None:
    pairs = {
        ("clinic", "hospital"): (0.6, 0.0, 0.0, "dictionary"),
        ("hospital", "infirmary"): (0.6, 0.4, 0.2, "dictionary"),
    }
    assert related(store_of(tmp_path / "export", pairs, []), "hospital") == ["clinic"]


# a word, the share of its use in a sense, what shares that sense, how common it is there; widened?
WIDENED = [
    ("car", 0.99, "automobile", 1.0, True),
    ("buy", 0.98, "purchase", 0.9, True),
    ("cheap", 0.77, "inexpensive", 1.0, True),
    ("hotel", 0.0, "hotel plan", 1.0, False),
    ("break", 0.12, "come apart", 1.0, False),
    ("train", 0.03, "educate", 1.0, False),
    ("tear", 0.3, "snap", 0.9, False),
    ("plant", 0.6, "industrial plant", 1.0, False),
    ("mint", 0.5, "good deal", 1.0, False),
    ("bad", 0.9, "bushel", 0.1, False),
    ("job", 0.8, "problem", 0.05, False),
    ("mountain", 0.9, "lot", 0.02, False),
    ("movie", 1.0, "film", 0.8, True),
]


@pytest.mark.parametrize(("word", "share", "other", "back", "widened"), WIDENED)
def test_a_query_is_widened_by_what_the_word_mostly_means(
    tmp_path: Path, word: str, share: float, other: str, back: float, widened: bool
) -> None:
    def senses(term: str, at: float, shared: str) -> list[tuple[Any, ...]]:
        rows = sorted([(at, [shared]), (1 - at, [])], reverse=True)
        return [
            (term, n, part, 1.0, "counts", "noun", "", synonyms, [], [], None)
            for n, (part, synonyms) in enumerate(rows, 1)
        ]

    rows = senses(word, share, other) + senses(other, back, word)
    store = store_of(tmp_path / "export", {(word, other): (0.7, 0.9, 0.0, "dictionary")}, rows)
    assert store.expand(f"{word} please").added == ((other,) if widened else ())
    assert store.expand(f"{word} please", senses=True).added == (other,)  # who asks for more


def test_a_phrase_of_grammar_alone_is_none(tmp_path: Path) -> None:
    pairs = {("do it", "get laid"): (0.7, 0.9, 0.0, "model")}
    assert store_of(tmp_path / "export", pairs, []).expand("do it yourself").added == ()
