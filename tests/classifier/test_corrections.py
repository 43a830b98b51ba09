"""What comes behind the classifier is the same for the terms of a lexicon and for words."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from nymgraph.pipeline.classifier.corrections import Corrections, Shifts
from nymgraph.pipeline.classifier.kinds import PRIOR, Spelled, listed_terms
from nymgraph.pipeline.classifier.nearest_senses import TermSenses
from nymgraph.pipeline.classifier.phrase_kinds import DEFINED, corrected_phrases
from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.lexicon.phrases import KnownWords, Phrases

# in byte order, as the terms of a lexicon are
TERMS = [
    "Be", "CD", "Cold Drinks", "Hot Drinks", "Te", "Tunney", "be", "cheap", "cheap money", "dear",
    "hot", "tent", "tunny",
]  # fmt: skip
KNOWN = KnownWords(
    pl.DataFrame(
        {"term_a": ["cold"], "term_b": ["hot"], "relation": ["antonym"], "split": ["train"]}
    )
)
SENSES = {"be": "verb", "Be": "noun", "cheap": "adjective", "cheap money": "noun", "hot": "noun"}
GLOSSED = [(2, 3), (7, 11)]
VECTORS = np.eye(len(TERMS), 4, dtype=np.float16) + np.float16(0.25)
PROBABILITIES = ["p_synonym", "p_antonym", "p_co_hyponym"]


class Alike:
    """Judges by the names of terms, every pair of other ones otherwise."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def judge(
        self, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.float32]:
        sums = [sum(map(ord, self.names[x] + self.names[y])) for x, y in zip(a, b, strict=True)]
        p = 0.5 + (np.array(sums) % 47) / 100
        return np.column_stack([p, (1 - p) / 3, (1 - p) * 2 / 3]).astype(np.float32)


def of_lexicon(shift: float) -> Corrections:
    keys = pl.Series([look_up_key(term, "en") for term in TERMS])
    rows = [(TERMS.index(term), pos) for term, pos in SENSES.items()]
    senses = pl.DataFrame(rows, {"term_id": pl.UInt32, "pos": pl.String}, orient="row")
    known = {
        "a": [TERMS.index("cheap"), TERMS.index("Be"), TERMS.index("be")],
        "b": [TERMS.index("dear"), TERMS.index("hot"), TERMS.index("dear")],
        "known": ["antonym", "synonym", "co_hyponym"],
        "certainty": [1.0, 0.6, 1.0],
        "trust": [1.0, 0.5, 1.0],
        "dominance_a": [0.5, 0.5, None],
        "dominance_b": [0.5, 0.5, None],
    }
    types = {"a": pl.UInt32, "b": pl.UInt32, "certainty": pl.Float32, "trust": pl.Float32}
    evidence = pl.DataFrame(known, schema_overrides=types)
    spelled = Spelled.of(TERMS, keys, senses)
    return Corrections(
        spelled,
        listed_terms(evidence, len(TERMS)),
        evidence,
        Shifts(shift, PRIOR),
        Phrases(TERMS, KNOWN, "en"),
        every=False,
        glossed=pl.DataFrame(GLOSSED, {"a": pl.UInt32, "b": pl.UInt32}, orient="row"),
    )


def every_pair(names: list[str]) -> pl.DataFrame:
    a, b = np.triu_indices(len(names), 1)
    pairs = pl.DataFrame({"a": a, "b": b}, {"a": pl.UInt32, "b": pl.UInt32})
    routes = np.where((a + b) % 3 == 0, "surface", "vector").tolist()
    return pairs.with_columns(route=pl.Series(routes))


@pytest.mark.parametrize("shift", [0.0, -0.7])
@pytest.mark.parametrize("senses", [None, TermSenses(VECTORS, np.array([2, 2, 9]), VECTORS[:3])])
def test_words_are_judged_as_the_terms_they_are(shift: float, senses: TermSenses | None) -> None:
    lexicon, pairs = of_lexicon(shift)._replace(senses=senses), every_pair(TERMS)
    expected = lexicon.judge(pairs, Alike(TERMS)).select(PROBABILITIES)
    for few in ([0, 6], [1, 2, 3], [4, 11], [5, 12], [7, 8, 9], [0, 10], list(range(len(TERMS)))):
        names = [TERMS[row] for row in few]
        words = lexicon.of_words(names, np.array(few), VECTORS[few], "en")
        mine = pairs.filter(pl.col("a").is_in(few) & pl.col("b").is_in(few))
        place = dict(zip(few, range(len(few)), strict=True))
        asked = mine.with_columns(pl.col("a", "b").replace_strict(place, return_dtype=pl.UInt32))
        found = words.judge(asked, Alike(names)).select(PROBABILITIES)
        rows = pl.Series(pairs.select("a", "b").rows()).is_in(mine.select("a", "b").rows())
        assert found.equals(expected.filter(rows)), names


def test_each_correction_is_among_them() -> None:
    pairs = every_pair(TERMS).with_columns(route=pl.lit("vector"))
    judge = Alike(TERMS)
    said = judge.judge(*(pairs[end].to_numpy() for end in ("a", "b")))[:, 0].tolist()
    found = of_lexicon(0.0).judge(pairs, judge)["p_synonym"].to_list()
    rows = zip(pairs.select("a", "b").rows(), said, found, strict=True)
    p = {(TERMS[a], TERMS[b]): (before, after) for (a, b), before, after in rows}
    assert p["Be", "be"][1] == 0  # a dictionary lists both
    assert p["cheap", "cheap money"][1] == 0  # no common part of speech
    assert p["cheap", "dear"][1] == 0  # a known antonym
    before, after = p["Tunney", "tunny"]
    assert after / (1 - after) == pytest.approx(before / (1 - before) * np.exp(PRIOR[2]), rel=1e-4)
    assert p["Cold Drinks", "Hot Drinks"][1] == 0
    before, after = p["cheap", "tent"]  # one is near a definition of the other
    assert 1 / after - 1 == pytest.approx((1 / before - 1) * np.exp(-DEFINED), rel=1e-3)
    before, after = p["dear", "tent"]  # of no kind
    assert after == pytest.approx(before)


def test_a_definition_speaks_for_a_pair_but_not_against_its_words() -> None:
    names = ["tinnitus", "ringing in the ears", "cat food", "wet cat food", "cold tea", "hot tea"]
    judged = pl.DataFrame({"a": [0, 2, 4], "b": [1, 3, 5]}).with_columns(
        p_synonym=pl.lit(0.02, pl.Float32),
        p_antonym=pl.lit(0.08, pl.Float32),
        p_co_hyponym=pl.lit(0.9, pl.Float32),
    )
    every = np.ones(3, np.bool_)
    phrases = Phrases(names, KNOWN, "en")
    alone, defined = (
        corrected_phrases(judged, phrases, every, glossed, 1.0)["p_synonym"].to_list()
        for glossed in (~every, every)
    )
    assert alone[0] == pytest.approx(0.02)
    assert defined[0] == pytest.approx(0.8, abs=0.01)
    assert defined[0] >= 0.7  # the gate
    assert defined[1:] == alone[1:]  # narrower, opposite


def test_a_word_that_is_no_term() -> None:
    """It may be of a kind; what a dictionary keeps apart is not known of it."""
    words = ["BE", "be", "cheaply"]
    found = of_lexicon(0.0).of_words(words, np.array([-1, 6, 99]), VECTORS[:3], "en")
    pairs = every_pair(words).with_columns(route=pl.lit("vector"))
    assert found.spelled.kinds(pairs)[:, 0].tolist() == [True, False, False]  # by case alone
    assert found.listed.tolist() == [False, True, False]
    assert found.spelled.speech.tolist() == [0, 2, 0]
    assert found.evidence.is_empty()


def test_a_term_beside_itself_is_of_no_kind() -> None:
    same = pl.DataFrame({"a": [1, 6], "b": [1, 6]}, {"a": pl.UInt32, "b": pl.UInt32})
    same = same.with_columns(route=pl.lit("vector"))
    lexicon = of_lexicon(0.0)
    assert not lexicon.spelled.kinds(same).any()
    assert (lexicon.judge(same, Alike(TERMS))["p_synonym"] >= 0.5).all()
