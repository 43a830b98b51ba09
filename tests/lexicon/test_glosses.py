import polars as pl

from nymgraph.pipeline.lexicon.glosses import MOST, met_glosses, short_glosses
from nymgraph.pipeline.schemas import SENSES


def senses(*rows: tuple[int, int, str]) -> pl.DataFrame:
    """Senses of which only term, place and gloss are read."""
    return pl.DataFrame(rows, ["term_id", "sense", "gloss"], orient="row").cast(
        {name: SENSES.schema[name] for name in ("term_id", "sense")}
    )


def test_a_gloss_ends_at_its_first_semicolon() -> None:
    table = senses((1, 1, "painful urination ; a symptom"), (0, 2, "b"), (0, 1, "a"), (1, 2, ""))
    found = short_glosses(table, pl.Series(["hot", "dysuria"]))
    assert found.rows() == [("hot", "a"), ("hot", "b"), ("dysuria", "painful urination")]


def test_rare_senses_are_left_out() -> None:
    table = senses(*((0, sense, str(sense)) for sense in range(1, MOST + 3)))
    assert short_glosses(table, pl.Series(["run"]))["gloss"].to_list() == list("123456")
    assert short_glosses(table.clear(), pl.Series(["run"])).is_empty()


def test_glosses_are_met_exactly_by_key_and_by_inflection() -> None:
    known = [("Hoover", "a name"), ("hoover", "vacuum"), ("lamp", "light"), ("tin", "metal")]
    glosses = pl.DataFrame(known, ["term", "gloss"], orient="row")
    terms = pl.Series(["HOOVER", "Lamps", "hoover", "zinc"])
    found = met_glosses(glosses, terms, "en").sort("term_id", "gloss")
    of_all = [(0, "a name"), (0, "vacuum"), (1, "light"), (2, "vacuum")]
    assert found.rows() == of_all
    assert met_glosses(glosses.clear(), terms, "en").is_empty()
