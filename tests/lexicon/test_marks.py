"""Which terms and senses are vulgar, offensive or slurs."""

import polars as pl
import pytest

from nymgraph.pipeline.lexicon.dictionaries import Inventory
from nymgraph.pipeline.lexicon.dominance import senses_of
from nymgraph.pipeline.lexicon.marks import mark_of_spelling, marked_senses, marks_table
from nymgraph.pipeline.lexicon.wordnet import Synset


def synset(name: str, terms: str, gloss: str = "", **more: object) -> Synset:
    return Synset(name, tuple(terms.split("|")), (), (), "noun", gloss, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "mark"),
    [
        ("shitty", "vulgar"),
        ("piece of shit", "vulgar"),
        ("fucked-up", "vulgar"),
        ("Fucking", "vulgar"),
        ("pissed off", "vulgar"),
        ("take a shit", "vulgar"),
        ("arseholes", "vulgar"),
        ("wanker", "vulgar"),
        ("diddly-shit", "vulgar"),
        ("crappy", "vulgar"),
        ("bitch", "offensive"),
        ("slut", "offensive"),
        ("Wog", "slur"),
        ("nigger", "slur"),
    ],
)
def test_what_is_listed_is_marked_in_phrases_and_with_endings(term: str, mark: str) -> None:
    assert mark_of_spelling(term, "en-GB") == mark


@pytest.mark.parametrize(
    "term",
    [
        "spicy", "spic-and-span", "doo-wop", "crap game", "craps", "honky-tonk", "arsenal",
        "brood bitch", "cocktail", "Scunthorpe", "shiitake", "pissoir", "assess", "turdus",
        "fag end", "Kaffir lily", "wankel engine", "buggy",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_not(term: str) -> None:
    assert mark_of_spelling(term, "en") == ""


def test_a_language_without_a_list_marks_nothing_by_spelling() -> None:
    assert mark_of_spelling("shit", "tr") == ""


@pytest.mark.parametrize(
    ("gloss", "mark"),
    [
        ("offensive term for a homosexual man", "offensive"),
        ("(ethnic slur) offensive term for a Jew", "slur"),
        ("vulgar slang for anus", "vulgar"),
        ("obscene terms for feces", "vulgar"),
        ("derogatory terms for an American Indian woman", "offensive"),
        ("insulting terms of address for people who are stupid", "offensive"),
        ("(offensive) of or relating to Down syndrome", "offensive"),
        ("a Latin American (disparaging) term for foreigners", "offensive"),
        ("terms of abuse for a masturbator", "offensive"),
        ("a disparaging term for an appointee", "offensive"),
        ("(slang) offensive names for a White man", "offensive"),
        ("humorously vulgar", ""),
        ("a rude or vulgar fool", ""),
        ("mail that expresses hatred (usually in offensive language)", ""),
        ("profane or obscene expression usually of surprise or anger", ""),
        ("a person who edits a text by removing obscene or offensive words or passages", ""),
        ("a common term for the sport", ""),
        ("the offensive players of a team", ""),
    ],
)
def test_a_gloss_marks_what_it_calls_a_term_of_abuse(gloss: str, mark: str) -> None:
    assert marked_senses([synset("a", "x", gloss)]) == ({(0, 0): mark} if mark else {})


def test_domains_of_usage_mark_synsets_and_single_terms() -> None:
    found = marked_senses(
        [
            synset("rude", "obscenity|vulgarism"),
            synset("slur", "ethnic slur"),
            synset("talk", "slang"),
            synset("a", "one|two", domains=((-1, "rude"),)),
            synset("b", "three|four", domains=((1, "slur"),)),
            synset("c", "five", domains=((-1, "talk"), (-1, "gone"))),
        ]
    )
    assert found == {(3, 0): "vulgar", (3, 1): "vulgar", (4, 1): "slur"}


def test_a_term_is_marked_where_most_of_its_use_is() -> None:
    synsets = [
        synset("rude", "obscenity"),
        synset("bull", "bull|horseshit", domains=((-1, "rude"),), counts=(1.0, 3.0)),
        synset("ox", "bull", counts=(99.0,)),
    ]
    inventory = Inventory("wordnet", synsets, senses_of(synsets))
    terms = ["bull", "bullock", "horseshit", "shitty"]
    rows = marks_table([inventory], terms, "en").rows()
    assert rows == [(0, 2, "vulgar"), (2, 0, "vulgar"), (2, 1, "vulgar"), (3, 0, "vulgar")]


def test_nothing_is_marked_where_nothing_is_known() -> None:
    assert marks_table([], ["a", "b"], "en").schema["mark"] == pl.Enum(
        ("slur", "vulgar", "offensive")
    )
    assert marks_table([], ["a", "b"], "en").is_empty()
