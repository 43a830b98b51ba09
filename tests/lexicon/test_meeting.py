"""Claims meet a lexicon exactly, by key or by inflection; each way by hand."""

import polars as pl
import pytest

from nymgraph.pipeline.lexicon.meeting import Meeting, meet

CLAIM = ("term_a", "term_b", "relation", "dominance_a", "dominance_b")


def claims(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Oriented claims; the first end has the dominance .25, the second .75."""
    return pl.DataFrame([(*row, 0.25, 0.75) for row in rows], list(CLAIM), orient="row")


def met(lexicon: list[str], *rows: tuple[str, str, str], listed: tuple[str, ...] = ()) -> Meeting:
    return meet(claims(*rows), pl.Series("term", lexicon), listed, "en")


def pairs(meeting: Meeting) -> list[tuple[str, str]]:
    return sorted(meeting.claims.select("term_a", "term_b").rows())


def test_terms_written_alike_need_no_rule() -> None:
    found = met(["cold", "hot"], ("cold", "hot", "antonym"))
    assert found.claims.equals(claims(("cold", "hot", "antonym")))
    assert found.twins.is_empty()
    assert found.pairs == {"exactly": 1, "by key": 0, "by inflection": 0, "not at all": 0}


def test_title_case_meets_by_key() -> None:
    found = met(["Cold", "Hot"], ("cold", "hot", "antonym"), ("hot", "warm", "synonym"))
    assert pairs(found) == [("Cold", "Hot"), ("Hot", "warm")]
    assert sorted(found.twins.rows()) == [("cold", "Cold"), ("hot", "Hot")]
    assert found.pairs == {"exactly": 0, "by key": 1, "by inflection": 0, "not at all": 1}


@pytest.mark.parametrize("form", ["Sofas", "sofas", "SOFAS"])
def test_an_inflected_form_meets_its_lemma(form: str) -> None:
    found = met([form, "couch"], ("couch", "sofa", "synonym"))
    assert pairs(found) == [tuple(sorted((form, "couch")))]
    assert found.pairs["by inflection"] == 1


def test_phrases_are_forms_by_their_last_word() -> None:
    found = met(["Running Shoes"], ("jogging sneaker", "running shoe", "synonym"))
    assert pairs(found) == [("Running Shoes", "jogging sneaker")]


def test_what_is_said_of_an_end_goes_with_it() -> None:
    found = met(["Sofas"], ("couch", "sofa", "synonym"))
    assert found.claims.row(0) == ("Sofas", "couch", "synonym", 0.75, 0.25)


@pytest.mark.parametrize(
    ("listed", "claimed"),
    [("Ping Pong", "Ping-Pong"), ("Push-Ups", "pushup"), ("Light Bulb", "lightbulb"),
     ("Base Layers", "baselayer")],
)  # fmt: skip
def test_spaces_and_hyphens_are_no_difference(listed: str, claimed: str) -> None:
    found = met([listed, "other"], (*sorted((claimed, "other")), "synonym"))
    assert pairs(found) == [tuple(sorted((listed, "other")))]


def test_another_spelling_counts_only_where_nothing_nearer_does() -> None:
    found = met(["re-cover"], ("re-cover", "wrap", "synonym"), ("recover", "regain", "synonym"))
    assert pairs(found) == [("re-cover", "wrap"), ("recover", "regain")]


def test_a_form_that_was_set_aside_speaks_for_its_lemma() -> None:
    forms = pl.DataFrame({"variant": ["Trainers"], "lemma": ["Trainer"]})
    given = claims(("Sneakers", "Trainers", "synonym"))
    found = meet(given, pl.Series("term", ["Sneakers", "Trainer"]), (), "en", forms)
    assert pairs(found) == [("Sneakers", "Trainer")]
    assert found.pairs["by inflection"] == 1


def test_what_neither_the_list_nor_the_model_knows_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = [("Sneakers", other, "synonym") for other in ("Trainer", "Zorbing Ball", "plimsoll")]
    found = met(["Sneakers", "Trainer"], *rows)
    kept = found.within(["Sneakers", "Trainer", "plimsoll"])
    assert pairs(kept) == [("Sneakers", "Trainer"), ("Sneakers", "plimsoll")]
    assert "1 labelled pairs are left out" in caplog.text


def test_a_listed_term_takes_no_claims_of_other_spellings() -> None:
    """Polish, the nation, is in the dictionary: what it says of polish is not about it."""
    rows = ("polish", "shine", "synonym")
    assert pairs(met(["Polish"], rows, listed=("Polish",))) == [("polish", "shine")]
    assert pairs(met(["Polish"], rows)) == [("Polish", "shine")]


def test_several_spellings_of_one_term_all_take_its_claims() -> None:
    found = met(["HOT", "Hot", "hot"], ("cold", "hot", "antonym"), ("Hot", "hot", "synonym"))
    assert ("cold", "hot") in pairs(found)
    assert ("HOT", "cold") in pairs(found)


def test_two_spellings_of_a_claim_are_no_pair_of_one_term() -> None:
    found = met(["HOT"], ("Hot", "hot", "synonym"), ("cold", "hot", "antonym"))
    assert pairs(found) == [("HOT", "cold")]
