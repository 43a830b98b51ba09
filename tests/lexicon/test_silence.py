"""What a dictionary leaves out: mostly no synonyms, sometimes a gap."""

import math
from typing import Any

import polars as pl
import pytest

from nymgraph.pipeline.lexicon.evidence import Terms
from nymgraph.pipeline.lexicon.silence import (
    WITH_SENSES,
    WITHOUT_SENSES,
    Silence,
    look_alike,
)
from nymgraph.pipeline.schemas import SENSES, SIMILAR

USED = 50.0
GLOSSES = {
    "gun": "a weapon that discharges a missile",
    "weapon": "an instrument used in fighting",
    "issue": "an important question",
    "inroad": "an encroachment or intrusion",
    "inexact": "not exact",
    "problem": 'a state of difficulty "they had an issue"',
}


def judged(*rows: tuple[int, int, float], evidence: str = "model") -> pl.DataFrame:
    """Pairs of cosine .9: (a, b, p_synonym)."""
    table = pl.DataFrame(
        rows, {"a": pl.UInt32, "b": pl.UInt32, "p_synonym": pl.Float32}, orient="row"
    )
    return table.with_columns(
        cosine=pl.lit(0.9, pl.Float32),
        p_antonym=pl.lit(0.04, pl.Float32),
        p_co_hyponym=0.96 - pl.col("p_synonym"),
        near=pl.lit(None, pl.Float32),
        route=pl.lit("vector"),
        evidence=pl.lit(evidence),
    )


def silence(
    names: list[str],
    pos: str = "noun",
    use: float = USED,
    listed: int | None = None,
    similar: pl.DataFrame | None = None,
) -> Silence:
    rows: list[dict[str, Any]] = [
        {
            "term_id": place, "sense": 1, "share": 1.0, "count": use, "known_by": "counts",
            "pos": pos, "gloss": GLOSSES.get(name, ""), "synonyms": [], "antonyms": [],
            "similar": [],
        }
        for place, name in enumerate(names[:listed])
    ]  # fmt: skip
    terms = Terms(pl.Series(names), pl.Series([use] * len(names)), "en")
    alike = SIMILAR.empty() if similar is None else similar
    return Silence.of(terms, SENSES.conform(pl.DataFrame(rows)), alike)


def heard(pairs: pl.DataFrame, dictionary: Silence) -> pl.DataFrame:
    return dictionary.heard(pairs, dictionary.gaps([pairs]))


class TestGaps:
    def test_the_certainty_by_hand(self) -> None:
        found = heard(judged((0, 1, 0.6)), silence(["issue", "problem"]))
        logit = WITHOUT_SENSES.base + WITHOUT_SENSES.cosine * 0.9
        logit += WITHOUT_SENSES.judged * math.log(0.6 / 0.4) + WITHOUT_SENSES.use * math.log(
            USED**2
        )
        assert found["p_synonym"].item() == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)

    def test_near_senses_speak_for_a_gap(self) -> None:
        words = silence(["choose", "pick"], "verb")
        pairs = judged((0, 1, 0.2)).with_columns(cosine=pl.lit(0.6, pl.Float32))
        far, near = (pairs.with_columns(near=pl.lit(x, pl.Float32)) for x in (0.4, 0.75))
        assert heard(far, words)["p_synonym"].item() == 0
        logit = WITH_SENSES.base + WITH_SENSES.near * 0.75 + WITH_SENSES.cosine * 0.6
        logit += WITH_SENSES.judged * math.log(0.2 / 0.8) + WITH_SENSES.use * math.log(USED**2)
        found = heard(near, words)["p_synonym"].item()
        assert found == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)

    def test_what_may_be_an_opposite_is_none(self) -> None:
        pairs = judged((0, 1, 0.8)).with_columns(p_antonym=pl.lit(0.06, pl.Float32))
        assert heard(pairs, silence(["earlier", "later"], "adverb"))["p_synonym"].item() == 0

    def test_nor_are_words_of_the_grammar(self) -> None:
        words = silence(["enough", "much"], "adverb")
        told = Silence.of(words.terms, words.senses, SIMILAR.empty(), {"much"})
        assert heard(judged((0, 1, 0.8)), words)["p_synonym"].item() > 0.7
        assert heard(judged((0, 1, 0.8)), told)["p_synonym"].item() == 0

    def test_nor_are_numbers(self) -> None:
        names = ["7", "8", "eight", "seven"]
        numbers = silence(names, "adjective")
        synonyms = pl.Series([[3], [2], [1], [0]], dtype=pl.List(pl.UInt32))
        senses = numbers.senses.with_columns(synonyms=synonyms)
        told = Silence.of(numbers.terms, senses, SIMILAR.empty())
        assert heard(judged((2, 3, 0.8)), numbers)["p_synonym"].item() > 0.7
        assert heard(judged((2, 3, 0.8)), told)["p_synonym"].item() == 0

    @pytest.mark.parametrize(
        ("one", "other"),
        [("company", "company man"), ("play", "playing"), ("Assyria", "Illyria"),
         ("New York", "capital of New York"), ("gun", "weapon"), ("fall", "fell"), ("13", "14"),
         ("amorous", "amorphous"), ("egoism", "egotism"), ("now", "now now"), ("cost", "costs"),
         ("odometer", "pedometer"), ("well", "well out")],
    )  # fmt: skip
    def test_what_is_none(self, one: str, other: str) -> None:
        found = heard(judged((0, 1, 0.95)), silence([one, other, "issue", "problem"]))
        assert found["p_synonym"].item() == 0

    def test_a_rare_term_has_none(self) -> None:
        found = heard(judged((0, 1, 0.95)), silence(["issue", "problem"], use=1.0))
        assert found["p_synonym"].item() == 0

    def test_nor_have_terms_of_no_common_part_of_speech(self) -> None:
        nouns = silence(["issue", "problem"])
        verb = nouns.senses.with_columns(
            pos=pl.when(pl.col("term_id") == 1).then(pl.lit("verb")).otherwise("pos")
        )
        found = heard(judged((0, 1, 0.95)), nouns._replace(senses=verb))
        assert found["p_synonym"].item() == 0

    @pytest.mark.parametrize(("share", "gap"), [(0.04, False), (0.5, True)])
    def test_alike_in_a_rare_sense_alone_is_none(self, share: float, *, gap: bool) -> None:
        alike = pl.DataFrame(
            {"a": [0, 0], "b": [1, 1], "senses": [1, 2], "dominance_a": [0.6, 0.01],
             "dominance_b": [share, 0.9], "shared_use": [0.7, 0.1], "alone_a": [True, True],
             "alone_b": [False, False]}
        )  # fmt: skip
        dictionary = silence(["good", "great"], "adjective", similar=SIMILAR.conform(alike))
        assert (heard(judged((0, 1, 0.9)), dictionary)["p_synonym"].item() > 0.7) == gap

    def test_more_is_asked_of_nouns(self) -> None:
        pairs = judged((0, 1, 0.08))
        assert heard(pairs, silence(["book", "novel"]))["p_synonym"].item() == 0
        assert 0.7 < heard(pairs, silence(["odd", "strange"], "adjective"))["p_synonym"][0] < 0.74

    def test_a_verb_may_explain_another(self) -> None:
        assert heard(judged((0, 1, 0.9)), silence(["gun", "weapon"], "verb"))["p_synonym"][0] > 0.7

    def test_of_each_term_the_nearest_counts_in_whatever_parts_they_come(self) -> None:
        dictionary = silence(["issue", "problem", "matter"])
        pairs = judged((0, 1, 0.95), (0, 2, 0.01))
        whole = dictionary.gaps([pairs])
        assert whole.select("a", "b").rows() == [(0, 1)]
        assert dictionary.gaps([pairs[:1], pairs[1:]]).equals(whole)


class TestHeard:
    def test_spellings_of_one_term_stay_as_judged(self) -> None:
        pairs = judged((0, 1, 0.8))
        assert heard(pairs, silence(["arm band", "armband"], use=0.1)).equals(pairs)

    def test_what_is_known_or_not_listed_stays_as_it_is(self) -> None:
        known = judged((0, 1, 0.8), evidence="dictionary")
        assert heard(known, silence(["cost", "costs"])).equals(known)
        unlisted = judged((0, 1, 0.8))
        assert heard(unlisted, silence(["cost", "costs"], listed=1)).equals(unlisted)

    def test_probabilities_sum_to_one_and_an_antonym_stays_one(self) -> None:
        pairs = judged((0, 1, 0.9), (0, 2, 0.9))
        found = heard(pairs, silence(["cost", "costs", "price"]))
        sums = found.select(pl.sum_horizontal("p_synonym", "p_antonym", "p_co_hyponym"))
        assert sums.to_series().to_list() == pytest.approx([1, 1])
        assert found["p_antonym"][0] == pytest.approx(0.04)

    def test_titles_are_no_names(self) -> None:
        pairs, names = judged((0, 1, 0.9)), ["Issue", "Problem"]
        assert heard(pairs, silence(names))["p_synonym"][0] > 0.7


@pytest.mark.parametrize(
    ("one", "other"), [("choose", "pick"), ("often", "regularly"), ("mostly", "primarily")]
)
def test_other_words_do_not_look_alike(one: str, other: str) -> None:
    assert not look_alike(one, other, "en")


@pytest.mark.parametrize(
    ("one", "other", "route", "stays"),
    [("mild", "wild", "surface", False), ("mild", "wild", "vector", True),
     ("load", "unload", "affix", True), ("road", "inroad", "affix", False),
     ("exact", "inexact", "affix", True), ("throw in", "throw out", "surface", True),
     ("child", "girl child", "vector", False), ("child", "children", "vector", False)],
)  # fmt: skip
def test_letters_alone_make_no_opposites(one: str, other: str, route: str, *, stays: bool) -> None:
    columns = {"p_synonym": 0.05, "p_antonym": 0.8, "p_co_hyponym": 0.15}
    pairs = judged((0, 1, 0.05)).with_columns(
        route=pl.lit(route), **{name: pl.lit(p, pl.Float32) for name, p in columns.items()}
    )
    found = heard(pairs, silence([one, other], "adjective")).row(0, named=True)
    assert found["p_antonym"] == pytest.approx(0.8 if stays else 0)
    assert sum(found[name] for name in columns) == pytest.approx(1)
