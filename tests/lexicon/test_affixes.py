"""Affixes that make opposites, and beginnings of words that only look like them."""

import pytest

from nymgraph.pipeline.lexicon.affixes import affix_families, is_pseudo_affix


@pytest.mark.parametrize(
    ("stem", "derived", "gloss", "pseudo"),
    [
        ("deduct", "induct", "place ceremoniously or formally in an office", True),
        ("inflate", "deflate", "release contained air; reverse of inflate", False),
        ("duct", "induct", "place ceremoniously or formally in an office", True),
        ("span", "inspan", "attach a yoke or harness to", True),
        ("post", "impost", "money collected under a tariff", True),
        ("part", "impart", "transmit knowledge or skills", True),
        ("motion", "demotion", "act of lowering in rank or position", True),
        ("exact", "inexact", "not exact", False),
        ("trust", "mistrust", "doubt about someone's honesty", True),
        ("honest", "dishonest", "deceptive or fraudulent; not honest", False),
        ("activate", "deactivate", "make inactive; remove from active status", False),
        ("unit", "disunity", "lack of unity", False),
        ("happy", "unhappy", "experiencing sorrow", False),
        ("load", "unload", "take cargo off a ship", False),
        ("road", "inroad", "", False),
    ],
)
def test_the_definition_decides(stem: str, derived: str, gloss: str, *, pseudo: bool) -> None:
    assert is_pseudo_affix(stem, derived, gloss, "en") == pseudo


def test_opposites_of_the_same_family_decide() -> None:
    known = affix_families([("independent", "dependent"), ("hot", "cold")], "en")
    assert known == {("in", "depen")}
    gloss = "the successful ending of the American Revolution"
    assert is_pseudo_affix("dependence", "independence", gloss, "en")
    assert not is_pseudo_affix("dependence", "independence", gloss, "en", known)
    assert is_pseudo_affix("road", "inroad", "an encroachment", "en", known)


def test_a_language_without_a_list_has_no_doubts() -> None:
    assert not is_pseudo_affix("port", "import", "Einfuhr", "de")
