"""How two phrases differ."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.lexicon.phrases import PHRASE_KINDS, KnownWords, Phrases

KNOWN = KnownWords(
    pl.DataFrame(
        [
            ("Cold", "hot", "antonym", "train"),
            ("allow", "forbid", "antonym", "train"),
            ("far", "near", "antonym", "train"),
            ("new", "old", "antonym", "test"),
            ("big", "large", "synonym", "train"),
            ("baby buggy", "stroller", "synonym", "train"),
            ("red", "white", "co_hyponym", "train"),
            ("manager", "boss", "synonym", "train"),
            ("management", "direction", "synonym", "train"),
            ("accountant", "comptroller", "synonym", "train"),
            ("accounting", "accountancy", "synonym", "train"),
            ("shoe", "footgear", "synonym", "train"),
            ("woman", "lady", "synonym", "train"),
            ("used", "secondhand", "synonym", "train"),
            ("pre-owned", "new", "antonym", "train"),
            ("directions", "instructions", "synonym", "train"),
            ("filter", "strainer", "synonym", "train"),
            ("flit", "dart", "synonym", "train"),
        ],
        ["term_a", "term_b", "relation", "split"],
        orient="row",
    ).filter(split="train")
)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("women's shoes", "shoes for women", "same"),
        ("Women\u2019s shoe", "the shoes of women", "same"),
        ("late check-in", "late checkin", "same"),
        ("womens hat", "women's hat", "same"),
        ("Åland Islands", "aland islands", "same"),
        ("hat stand", "hat stands", "same"),  # *stand* is no word that is known
        ("hot side cold", "cold side hot", "sibling"),
        ("shoe store", "store for shoes", "same"),
        ("flights from rome to paris", "flights from paris to rome", "sibling"),
        ("Cold Drinks", "Hot drinks", "opposite"),
        ("lighting for cold use", "lighting for hot use", "opposite"),
        ("smoking allowed", "smoking forbidden", "opposite"),
        ("breakfast included", "breakfast not included", "opposite"),
        ("wifi", "no wifi", "opposite"),
        ("near the beach", "far from the beach", "opposite"),
        ("new cars", "old cars", "changed"),  # the pair is held out
        ("big cars", "large cars", "synonym"),
        ("red baby buggy", "red stroller", "synonym"),
        ("used cars", "second-hand cars", "synonym"),
        ("pre-owned cars", "new cars", "opposite"),
        ("big red", "red manager", "changed"),
        ("boss red", "red manager", "changed"),  # at another place
        ("red wine", "white wine", "sibling"),
        ("flights to rome", "flights from rome", "opposite"),
        ("trip over rome", "trip to rome", "sibling"),
        ("late check-in", "late check out", "opposite"),
        ("late check-in", "late checkout", "opposite"),
        ("login", "log out", "opposite"),
        ("login", "log in", "same"),
        ("frontend manager", "manager of front end", "same"),
        ("checkout page", "page for check out", "sibling"),  # with prepositions the order counts
        ("login", "logout", None),  # nothing tells that these are two words each
        ("type 1 diabetes", "type 2 diabetes", "number"),
        ("hepatitis a", "hepatitis b", "number"),
        ("hepatitis b", "hepatitis c", "number"),
        ("project manager", "project management", "role"),
        ("management board", "manager board", "changed"),  # not in the head
        ("accountant", "accounting", "role"),
        ("software engineer", "software engineering", "role"),
        ("frontend manager", "front-end management", "role"),
        ("backend developer", "frontend development", "role"),
        ("senior web developer", "web software development", "role"),
        ("free car park", "free parking", "changed"),
        ("jacket", "leather jacket", "narrower"),
        ("single bed", "single room", "changed"),
        ("red", "accountant", "silent"),
        ("shoe", "shoes", "same"),
        ("direction", "directions", None),  # both may be words of their own
        ("single bed", "private beach", None),
        ("umbrella", "raincoat", None),
        ("PTO", "paid time off", "initials"),
        ("TOIL", "time off in lieu", "initials"),
        ("ROI", "Return on Investment", "initials"),
        ("KPIs", "key performance indicators", "initials"),
        ("pto", "paid time off", "initials"),  # no word that is known
        ("HR", "human resources", "initials"),
        ("hr", "human resources", None),  # two letters are too few without capitals
        ("big", "best in germany", None),  # a word that is known
        ("PTO", "part time", None),
        ("ABS", "anti-lock braking system", "initials"),
        ("EGR valve", "exhaust gas recirculation valve", "initials"),
        ("red valve", "round electric door valve", "changed"),  # *red* is known
        ("PTO", "PTOS", None),
        ("accountant", "acountant", "slip"),
        ("senior accountant", "senior accuontant", "slip"),
        ("flexitime", "flextime", "slip"),  # both unknown, but long
        ("flexit", "flixit", None),
        ("oil filter", "oil fliter", "slip"),  # no comparative of *flit*
        ("manager", "managers", "same"),
        ("jacket", "racket", None),  # not the first letter
        ("c", "c++", None),
        ("of", "the", None),
    ],
)
def test_the_kind_is_what_differs(one: str, other: str, kind: str | None) -> None:
    found = Phrases([one, other], KNOWN, "en")
    assert found.kind(0, 1) == found.kind(1, 0) == kind


def test_synonyms_in_a_rare_sense_of_both_do_not_count() -> None:
    pairs = [("bread", "sugar", "synonym", 0.02, 0.01), ("lift", "elevator", "synonym", 0.02, 1.0)]
    columns = ["term_a", "term_b", "relation", "dominance_a", "dominance_b"]
    known = KnownWords(pl.DataFrame(pairs, columns, orient="row"))
    names = ["white bread", "white sugar", "hotel lift", "hotel elevator"]
    found = Phrases(names, known, "en")
    assert [found.kind(0, 1), found.kind(2, 3)] == ["changed", "synonym"]


def test_an_acronym_stands_for_no_phrase_where_several_say_other_things() -> None:
    names = ["CV", "curriculum vitae", "childcare vouchers", "WFH", "work from home"]
    found = Phrases([*names, "working from home"], KNOWN, "en")
    assert [found.kind(0, other) for other in (1, 2)] == [None, None]
    assert [found.kind(3, other) for other in (4, 5)] == ["initials", "initials"]
    alone = found.of(names[:2])  # beside the terms of the lexicon
    assert alone.kind(0, 1) is None
    assert Phrases(names[:2], KNOWN, "en").kind(0, 1) == "initials"


@pytest.mark.parametrize(
    ("beside", "kind"),
    [
        ("Hot Brake Pads", "hypernym"),
        ("Not Cold Brake Pads", "hypernym"),
        ("Cold Brake Pad", "narrower"),  # the same again
        ("Paid Brake Pads", "narrower"),  # of which nothing is known
        ("Hot Brakes", "narrower"),
    ],
)
def test_what_a_term_and_its_opposite_narrow_is_a_hypernym(beside: str, kind: str) -> None:
    found = Phrases(["Brake Pads", "Cold Brake Pads", beside], KNOWN, "en")
    assert found.kind(0, 1) == found.kind(1, 0) == kind
    assert found.of(["Cold Brake Pads", "Brake Pads"]).kind(0, 1) == kind  # as in the list
    assert Phrases(["Brake Pads", "Cold Brake Pads"], KNOWN, "en").kind(0, 1) == "narrower"


def test_what_stands_before_others_is_no_hypernym() -> None:
    names = ["airport", "airport hot", "airport cold"]
    assert Phrases(names, KNOWN, "en").kind(0, 1) == "narrower"


def test_a_very_long_list_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nymgraph.pipeline.lexicon.phrases._LONGEST_LIST", 2)
    assert Phrases(["pool", "hot pool", "cold pool"], KNOWN, "en").kind(0, 1) == "narrower"


def test_a_language_without_lists_has_no_glue_and_no_negation() -> None:
    assert Phrases(["wifi", "no wifi"], KNOWN, "eo").kind(0, 1) == "narrower"
    assert Phrases(["kein wlan", "wlan"], KNOWN, "de").kind(0, 1) == "opposite"


@given(st.lists(st.text(" abco'-.1+\u0130", min_size=1, max_size=12), min_size=2, max_size=2))
def test_any_two_terms_have_one_kind_whatever_their_order(names: list[str]) -> None:
    found = Phrases(names, KNOWN, "en")
    assert found.kind(0, 1) == found.kind(1, 0)
    assert found.kind(0, 1) in {None, *PHRASE_KINDS}
