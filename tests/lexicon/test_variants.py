import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.lexicon.variants import KINDS, negations, variant

TERMS = st.text(st.sampled_from("aBiIİıüß- 'ysfz"), max_size=12)


@pytest.mark.parametrize(
    ("term", "language", "expected"),
    [
        ("hot", "en", "Hot"),
        ("New York", "en", "new york"),
        ("NATO", "en", "nato"),
        ("ısı", "tr", "Isı"),
        ("iyi", "tr", "İyi"),
        ("İYİ", "tr", "iyi"),
        ("Irmak", "tr", "ırmak"),
        ("24", "en", None),
        ("", "en", None),
    ],
)
def test_case(term: str, language: str, expected: str | None) -> None:
    assert (variant(term, "case", language) if term else None) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [("ice cream", "ice-cream"), ("well-known", "well known"), ("ice-cream cone", "ice cream cone"),
     ("hot", None), ("-", None), ("-ness", "ness")],
)  # fmt: skip
def test_hyphen(term: str, expected: str | None) -> None:
    assert variant(term, "hyphen", "en") == expected


@pytest.mark.parametrize(
    ("term", "pos", "expected"),
    [
        ("car", "noun", "cars"),
        ("fire engine", "noun", "fire engines"),
        ("box", "noun", "boxes"),
        ("glass", "noun", "glasses"),
        ("city", "noun", "cities"),
        ("day", "noun", "days"),
        ("tooth", "noun", "teeth"),
        ("physics", "noun", None),  # rules would guess
        ("leaf", "noun", None),
        ("potato", "noun", None),
        ("state of mind", "noun", None),
        ("Paris", "noun", None),
        ("AC", "noun", None),
        ("buy", "verb", "buys"),
        ("watch", "verb", "watches"),
        ("child", "verb", "childs"),  # irregular as a noun only
        ("give up", "verb", None),
        ("hot", "adjective", None),
        ("car", None, None),
    ],
)
def test_inflection(term: str, pos: str | None, expected: str | None) -> None:
    assert variant(term, "inflection", "en", pos) == expected
    assert variant(term, "inflection", "en-GB", pos) == expected
    assert variant(term, "inflection", "tr", pos) is None


@settings(deadline=None)
@given(TERMS, st.sampled_from(KINDS), st.sampled_from(["en", "tr", "de"]))
def test_a_variant_is_another_clean_term(term: str, kind: str, language: str) -> None:
    if not term.strip():
        return
    made = variant(term, kind, language, "noun")
    assert made is None or (made != term and made == " ".join(made.split()) != "")


@settings(deadline=None)
@given(TERMS, st.sampled_from(["en", "tr", "de"]))
def test_negations_are_other_words_and_come_once(term: str, language: str) -> None:
    found = list(negations(term, language))
    assert len(found) == len(set(found))
    assert term not in found


@pytest.mark.parametrize(
    ("term", "language", "some"),
    [
        ("happy", "en", {"unhappy", "inhappy", "nonhappy", "non-happy", "dishappy", "happyless"}),
        ("possible", "en", {"impossible"}),
        ("legal", "en", {"illegal"}),
        ("regular", "en", {"irregular"}),
        ("useful", "en", {"useless", "unuseful"}),
        ("tuz", "tr", {"tuzsuz"}),
        ("tuzlu", "tr", {"tuzsuz"}),
        ("görgülü", "tr", {"görgüsüz"}),
        ("akıl", "tr", {"akılsız"}),
        ("evli", "tr", {"evsiz"}),
    ],
)
def test_negations(term: str, language: str, some: set[str]) -> None:
    assert some <= set(negations(term, language))


@pytest.mark.parametrize(
    ("term", "language"), [("ice cream", "en"), ("", "en"), ("glücklich", "de"), ("brr", "tr")]
)
def test_nothing_is_negated_without_a_rule(term: str, language: str) -> None:
    assert list(negations(term, language)) == []
