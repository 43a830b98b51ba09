import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.lexicon.normalise import (
    REASONS,
    bare_letters,
    clean,
    look_up_key,
    reject_reason,
    repairs_of,
)


@pytest.mark.parametrize(
    ("item", "term"),
    [
        ("  hot \t dog\n", "hot dog"),
        ("e\u0301clair", "éclair"),  # e and an accent become one letter
        ("\u212b", "Å"),  # the sign of the unit and the letter are the same
        ("ice\u00a0cream\u2003cone", "ice cream cone"),
        ("İstanbul", "İstanbul"),
        ("ﬁsh", "fish"),
        ("POLISH", "POLISH"),
        ("a\u200bb", "ab"),  # a space of no width is no white space
        ("\u202ecixot\u202c \u2067x\u2069", "cixot x"),  # overrides and isolates of direction
        ("heart\u2764\ufe0f", "heart\u2764"),  # how a picture is to be drawn
        (" \n ", ""),
    ],
)
def test_clean_by_hand(item: str, term: str) -> None:
    assert clean(item) == term


@pytest.mark.parametrize(
    ("item", "term", "repairs"),
    [
        ("1163 sayılı Kooperatiﬂer Kanunu", "1163 sayılı Kooperatifler Kanunu", ["ligature"]),
        ("ﬁili hizmet", "fiili hizmet", ["ligature"]),  # ﬁ and i: both i stay
        ("- öğretim", "öğretim", ["edge"]),
        ("/ belge", "belge", ["edge"]),
        ("Tapu (", "Tapu", ["edge"]),
        ("sosyo -", "sosyo", ["edge"]),
        ("ADSL2 +", "ADSL2 +", []),
        ("A. A. Milne", "A. A. Milne", []),  # gaps that a writer leaves
        ("Alt Limit ( AL )", "Alt Limit (AL)", ["spacing"]),
        ("Ziraat Portföy Yönetimi A . Ş .", "Ziraat Portföy Yönetimi A.Ş.", ["spacing"]),
        ("TCK ’ nın 314 / 1 maddesi", "TCK'nın 314/1 maddesi", ["typography", "spacing"]),
        ("Ankara’nın", "Ankara'nın", ["typography"]),
        ("mütemmim cüz '", "mütemmim cüz'", ["spacing"]),
        ("1 , 8 - Sineol", "1,8-Sineol", ["spacing"]),
        ("Tarım Bağ - Kur", "Tarım Bağ-Kur", ["spacing"]),
        ("Eğitim - Öğretim", "Eğitim - Öğretim", []),  # a dash between two words stays
        ("Bankaların Đzne Tabi Đşlemleri", "Bankaların İzne Tabi İşlemleri", ["encoding"]),
        ("İ\u015ftihdam\u00ad", "İ\u015ftihdam", ["invisible"]),
        ("hem ... hem ...", "hem ... hem ...", []),
        ("-e gelince", "-e gelince", []),
        ("-", "-", []),  # never emptied
        ("kâr  payı", "kâr payı", ["white_space"]),
    ],
)
def test_repairs_by_hand(item: str, term: str, repairs: list[str]) -> None:
    assert clean(item, "tr") == term
    assert repairs_of(item, "tr") == repairs


def test_what_only_turkish_writes_is_not_mended_elsewhere() -> None:
    assert clean("dogs ' tails", "en") == "dogs ' tails"
    assert clean("Þór", "is") == clean("Þór") == "Þór"


# letters, marks and debris of which the repairs speak, side by side more often than chance has it
ITEMS = st.one_of(
    st.text(), st.text(st.sampled_from("aZ1iİıI ﬁ'’()[]-–/.,;:|#ĐÝý\u0307\u0301\u200b\u00ad"))
)
LANGUAGES = st.sampled_from(["en", "tr", "az", "und", "eu"])


@given(ITEMS, LANGUAGES)
def test_clean_is_idempotent(item: str, language: str) -> None:
    term = clean(item, language)
    assert clean(term, language) == term
    assert repairs_of(term, language) == []


@given(ITEMS, LANGUAGES)
def test_clean_empties_no_item_that_shows_anything(item: str, language: str) -> None:
    invisible = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff"
    shown = re.sub(f"[{invisible}]", "", item).strip()
    assert bool(clean(item, language)) == bool(shown)


@given(ITEMS, LANGUAGES)
def test_what_clean_changes_has_a_name(item: str, language: str) -> None:
    assert bool(repairs_of(item, language)) == (clean(item, language) != item)


@given(ITEMS, LANGUAGES)
def test_clean_loses_no_letter_and_no_digit(item: str, language: str) -> None:
    def letters(text: str) -> int:
        return sum(letter.isalnum() for letter in unicodedata.normalize("NFKC", text))

    if not set(item) & set("\u0307\u0301"):  # a mark may become part of its letter
        assert letters(clean(item, language)) == letters(item)


@given(ITEMS, LANGUAGES)
def test_clean_text_is_composed_and_has_single_inner_spaces(item: str, language: str) -> None:
    term = clean(item, language)
    assert unicodedata.is_normalized("NFC", term)
    assert term == "" or all(term.split(" "))


def test_the_look_up_key_folds_case() -> None:
    assert look_up_key("Straße") == look_up_key("STRASSE") == "strasse"
    assert look_up_key("Éclair") == look_up_key("éclair")
    assert look_up_key("Polish") != look_up_key("polite")


@pytest.mark.parametrize("language", ["tr", "az", "tr-TR"])
def test_turkish_case(language: str) -> None:
    def key(term: str) -> str:
        return look_up_key(term, language)

    assert key("İSTANBUL") == key("istanbul") == key("I\u0307STANBUL") == "istanbul"
    assert key("ISI") == key("ısı") == "ısı"
    assert key("ısı") != key("isi")
    assert key("İYİ") == "iyi"
    assert key("KÂR") == key("kâr") != key("kar")
    assert key("Ankara'nın") == "ankara'nın"
    assert key("\ufb01\u0307") == "fi"  # a dot over a ligature is that of its i
    assert look_up_key("ISI", "en") == "isi"


@given(ITEMS, LANGUAGES)
def test_the_look_up_key_is_composed_and_its_own_key(term: str, language: str) -> None:
    key = look_up_key(term, language)
    assert unicodedata.is_normalized("NFC", key)
    assert look_up_key(key, language) == key


TURKISH = st.text(st.sampled_from("abcçdefgğhıijklmnoöprsştuüvyzâîû' -"), max_size=12)


@given(TURKISH, st.sampled_from(["tr", "az"]))
def test_turkish_capitals_and_small_letters_share_a_key(term: str, language: str) -> None:
    capitals = term.replace("i", "İ").upper()
    assert look_up_key(capitals, language) == look_up_key(term, language) == term


@given(TURKISH, TURKISH)
def test_two_spellings_in_small_letters_have_two_keys(one: str, other: str) -> None:
    assert (look_up_key(one, "tr") == look_up_key(other, "tr")) == (one == other)


def test_bare_letters() -> None:
    assert bare_letters("kâr") == bare_letters("kar") == "kar"
    assert bare_letters("ısı") == bare_letters("isi") == "isi"
    assert bare_letters("\u0301") == "\u0301"


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ("", "empty"),
        ("a\x00b", "control_character"),
        ("a\x9fb", "control_character"),
        ("abcdef", "too_long"),
        ("\x00abcdef", "control_character"),  # the first of the reasons
        ("abcde", None),
        ("(x y)", "placeholder"),
        ("-lrb-", "placeholder"),
        ("(a)(b", None),
        ("[UNK]", "lost_text"),
        ("a\ufffdb", "lost_text"),
        ("...", "no_letter"),
        ("24/7", None),
        ("$", None),
        ("a # b", "debris"),
        ("a & b", None),
        ("a % 1", None),
        ("𝒜𝒜𝒜𝒜𝒜", None),  # five characters, twenty bytes
    ],
)
def test_reasons_by_hand(term: str, reason: str | None) -> None:
    assert reject_reason(term, max_length=5) == reason
    assert reason is None or reason in REASONS
