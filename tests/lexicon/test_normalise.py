import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon.normalise import REASONS, clean, look_up_key, reject_reason


@pytest.mark.parametrize(
    ("item", "term"),
    [
        ("  hot \t dog\n", "hot dog"),
        ("e\u0301clair", "éclair"),  # e and an accent become one letter
        ("\u212b", "Å"),  # the sign of the unit and the letter are the same
        ("ice\u00a0cream\u2003cone", "ice cream cone"),
        ("İstanbul", "İstanbul"),
        ("ﬁsh", "ﬁsh"),  # a ligature is a letter of its own
        ("POLISH", "POLISH"),
        ("a\u200bb", "a\u200bb"),  # a space of no width is no white space
        (" \n ", ""),
    ],
)
def test_clean_by_hand(item: str, term: str) -> None:
    assert clean(item) == term


@given(st.text())
def test_clean_is_idempotent(item: str) -> None:
    assert clean(clean(item)) == clean(item)


@given(st.text())
def test_clean_changes_composition_and_white_space_only(item: str) -> None:
    def letters(text: str) -> str:
        return "".join(unicodedata.normalize("NFC", text).split())

    assert letters(clean(item)) == letters(item)
    assert unicodedata.is_normalized("NFC", clean(item))


@given(st.text())
def test_clean_text_has_single_inner_spaces(item: str) -> None:
    pieces = clean(item).split(" ")
    assert pieces == [""] or all(pieces)


def test_the_look_up_key_folds_case() -> None:
    assert look_up_key("Straße") == look_up_key("STRASSE") == "strasse"
    assert look_up_key("Éclair") == look_up_key("éclair")
    assert look_up_key("Polish") != look_up_key("polite")


@given(st.text())
def test_the_look_up_key_is_composed(term: str) -> None:
    assert unicodedata.is_normalized("NFC", look_up_key(term))


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ("", "empty"),
        ("a\x00b", "control_character"),
        ("a\x9fb", "control_character"),
        ("abcdef", "too_long"),
        ("\x00abcdef", "control_character"),  # the first of the reasons
        ("abcde", None),
        ("𝒜𝒜𝒜𝒜𝒜", None),  # five characters, twenty bytes
    ],
)
def test_reasons_by_hand(term: str, reason: str | None) -> None:
    assert reject_reason(term, max_length=5) == reason
    assert reason is None or reason in REASONS
