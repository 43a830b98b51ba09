from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon import dictionaries, relations
from nymgraph.pipeline.lexicon.dictionaries import Inventory
from nymgraph.pipeline.lexicon.dominance import senses_of
from nymgraph.pipeline.lexicon.relations import (
    claims_of_dictionary,
    claims_of_inventory,
    claims_of_table,
)
from nymgraph.pipeline.lexicon.wordnet import Synset
from nymgraph.pipeline.schemas import RELATION_NAMES
from nymgraph.pipeline.settings.params import PairTable, WordNetSource
from tests.lexicon.small_wordnet import write_wordnet

TERMS = pl.Series("term", ["cold", "cool", "hot", "warm"])
DOMINANCE = ("dominance_a", "dominance_b", "shared_use")
# ends, relation, source, confidence, rank, part of speech
Claim = tuple[str, str, str, str, float, int, str | None]


def claims(*rows: Claim) -> pl.DataFrame:
    schema = {
        "term_a": pl.String,
        "term_b": pl.String,
        "relation": pl.String,
        "source": pl.String,
        "confidence": pl.Float32,
        "rank": pl.UInt8,
        "pos": pl.String,
    }
    certain = {name: pl.lit(1.0, pl.Float32) for name in DOMINANCE}
    rows_of = pl.DataFrame(list(rows), schema=schema, orient="row")
    return rows_of.with_columns(**certain, place=pl.lit(0, pl.UInt32))


def resolve(found: pl.DataFrame, terms: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Without the dominance, which `test_dominance` is about."""
    kept, conflicts = relations.resolve(found, terms)
    return kept.drop(DOMINANCE), conflicts


def dictionary(
    relation: str, a: str = "cold", b: str = "hot", source: str = "wn", pos: str | None = None
) -> Claim:
    return a, b, relation, source, 1.0, 1, pos


def table(
    relation: str, confidence: float = 0.5, source: str = "mine", pos: str | None = None
) -> Claim:
    return "cold", "hot", relation, source, confidence, 2, pos


def language_model(relation: str, confidence: float = 0.75) -> Claim:
    return "cold", "hot", relation, "llm:m", confidence, 0, None


class TestResolve:
    def test_an_undisputed_claim_is_kept_and_no_conflict(self) -> None:
        kept, conflicts = resolve(claims(dictionary("antonym"), table("antonym", 0.25)), TERMS)
        # both say so; the confidence is the user's
        assert kept.rows() == [("cold", "hot", "antonym", ["mine", "wn"], 0.25, None)]
        assert conflicts.is_empty()

    def test_rule_1_a_term_with_itself(self) -> None:
        kept, conflicts = resolve(claims(dictionary("synonym", "hot", "hot")), TERMS)
        assert kept.is_empty()
        assert conflicts.rows() == [("hot", "hot", ["synonym"], ["wn"], None, "same_term")]

    @pytest.mark.parametrize(("a", "b"), [("cold", "zzz"), ("aaa", "hot"), ("aaa", "zzz")])
    def test_rule_2_a_term_that_the_lexicon_does_not_hold(self, a: str, b: str) -> None:
        kept, conflicts = resolve(claims(dictionary("synonym", a, b)), TERMS)
        assert kept.is_empty()
        assert conflicts["reason"].to_list() == ["not_in_lexicon"]

    def test_rule_3_a_table_silences_the_dictionaries(self) -> None:
        kept, conflicts = resolve(claims(dictionary("synonym"), table("antonym", 0.5)), TERMS)
        # the dictionary does not say so and is no source of the label
        assert kept.rows() == [("cold", "hot", "antonym", ["mine"], 0.5, None)]
        assert conflicts.rows() == [
            (
                "cold",
                "hot",
                ["antonym", "synonym"],
                ["mine", "wn"],
                "antonym",
                "table_over_dictionary",
            )
        ]

    def test_rule_4_synonym_and_antonym(self) -> None:
        both = claims(dictionary("synonym"), dictionary("antonym", source="other"))
        kept, conflicts = resolve(both, TERMS)
        assert kept.is_empty()
        assert conflicts.select("kept", "reason").rows() == [(None, "synonym_and_antonym")]

    @pytest.mark.parametrize(
        ("alike", "opposed", "kept"), [(0.05, 0.9, "antonym"), (0.4, 0.9, None), (0.9, 0.1, None)]
    )
    def test_rule_4_antonyms_in_much_commoner_senses(
        self, alike: float, opposed: float, kept: str | None
    ) -> None:
        both = claims(dictionary("synonym"), dictionary("antonym")).with_columns(
            shared_use=pl.when(pl.col("relation") == "synonym").then(alike).otherwise(opposed)
        )
        pairs, conflicts = resolve(both, TERMS)
        assert pairs["relation"].to_list() == ([kept] if kept else [])
        reason = "commoner_sense" if kept else "synonym_and_antonym"
        assert conflicts.select("kept", "reason").rows() == [(kept, reason)]

    def test_rule_4_among_tables_whatever_the_dictionary_says(self) -> None:
        rows = claims(table("synonym"), table("antonym", source="his"), dictionary("synonym"))
        kept, conflicts = resolve(rows, TERMS)
        assert kept.is_empty()
        assert conflicts["reason"].to_list() == ["synonym_and_antonym"]

    @pytest.mark.parametrize("closer", ["synonym", "antonym"])
    def test_rule_5_the_closer_relation(self, closer: str) -> None:
        rows = claims(table(closer, 0.5), table("co_hyponym", 0.75, source="his"))
        kept, conflicts = resolve(rows, TERMS)
        # the confidence and the source are those of the relation kept
        assert kept.rows() == [("cold", "hot", closer, ["mine"], 0.5, None)]
        assert conflicts.select("kept", "reason").rows() == [(closer, "closer_relation")]

    def test_the_highest_of_several_confidences(self) -> None:
        rows = claims(table("synonym", 0.5), table("synonym", 0.75, source="his"))
        kept, _ = resolve(rows, TERMS)
        assert kept.rows() == [("cold", "hot", "synonym", ["his", "mine"], 0.75, None)]

    @pytest.mark.parametrize(
        ("named", "expected"),
        [
            (["noun", "noun"], "noun"),
            (["noun", None], "noun"),
            (["noun", "verb"], None),
            ([None, None], None),
        ],
    )
    def test_the_part_of_speech_on_which_the_sources_agree(
        self, named: list[str | None], expected: str | None
    ) -> None:
        rows = [
            dictionary("synonym", source=source, pos=pos)
            for source, pos in zip("xy", named, strict=True)
        ]
        assert resolve(claims(*rows), TERMS)[0]["pos"].to_list() == [expected]

    def test_a_table_overrides_the_part_of_speech_and_may_leave_it_to_the_dictionary(self) -> None:
        spoken = claims(dictionary("synonym", pos="noun"), table("synonym", pos="verb"))
        assert resolve(spoken, TERMS)[0]["pos"].to_list() == ["verb"]
        silent = claims(dictionary("synonym", pos="noun"), table("synonym"))
        assert resolve(silent, TERMS)[0]["pos"].to_list() == ["noun"]
        # what was claimed of another relation says nothing about the one kept
        other = claims(dictionary("antonym", pos="noun"), table("synonym"))
        assert resolve(other, TERMS)[0]["pos"].to_list() == [None]

    @pytest.mark.parametrize("known", [dictionary("antonym"), table("antonym", 1.0)])
    def test_rule_6_whoever_speaks_silences_a_language_model(self, known: Claim) -> None:
        kept, conflicts = resolve(claims(language_model("synonym"), known), TERMS)
        assert kept.rows() == [("cold", "hot", "antonym", [known[3]], 1.0, None)]
        assert conflicts.rows() == [
            (
                "cold",
                "hot",
                ["antonym", "synonym"],
                ["llm:m", known[3]],
                "antonym",
                "over_language_model",
            )
        ]

    def test_a_language_model_alone_is_heard_with_its_confidence(self) -> None:
        kept, conflicts = resolve(claims(language_model("antonym", 0.25)), TERMS)
        assert kept.rows() == [("cold", "hot", "antonym", ["llm:m"], 0.25, None)]
        assert conflicts.is_empty()

    def test_a_language_model_that_agrees_is_a_source_but_lends_no_confidence(self) -> None:
        kept, conflicts = resolve(claims(language_model("antonym"), table("antonym", 0.5)), TERMS)
        assert kept.rows() == [("cold", "hot", "antonym", ["llm:m", "mine"], 0.5, None)]
        assert conflicts.is_empty()

    def test_a_table_over_a_dictionary_whatever_a_language_model_says(self) -> None:
        rows = claims(language_model("co_hyponym"), dictionary("antonym"), table("antonym"))
        assert resolve(rows, TERMS)[1]["reason"].to_list() == ["over_language_model"]
        rows = claims(language_model("antonym"), dictionary("antonym"), table("synonym"))
        assert resolve(rows, TERMS)[1]["reason"].to_list() == ["table_over_dictionary"]

    def test_no_claims(self) -> None:
        kept, conflicts = resolve(claims(), TERMS)
        assert kept.is_empty()
        assert conflicts.is_empty()


def by_hand(rows: list[Claim]) -> dict[tuple[str, str], str | None]:
    """What is kept of each pair, by the six rules in order."""
    out: dict[tuple[str, str], str | None] = {}
    for pair in {row[:2] for row in rows}:
        mine = [row for row in rows if row[:2] == pair]
        mine = [row for row in mine if row[5] == max(row[5] for row in mine)]
        said = {row[2] for row in mine}
        out[pair] = next((name for name in ("antonym", "synonym") if name in said), "co_hyponym")
        sure = {name: max(row[4] for row in mine if row[2] == name) for name in said}
        if {"synonym", "antonym"} <= said and sure["synonym"] > sure["antonym"]:
            out[pair] = "synonym"
        ambiguous = {"synonym", "antonym"} <= said and sure["synonym"] == sure["antonym"]
        if pair[0] == pair[1] or not set(pair) <= set(TERMS) or ambiguous:
            out[pair] = None
    return out


CLAIM = st.tuples(
    st.sampled_from(["cold", "cool"]),
    st.sampled_from(["cool", "hot", "zzz"]),
    st.sampled_from(RELATION_NAMES),
    st.sampled_from(["one", "two"]),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.integers(0, 2),
    st.sampled_from(["noun", "verb", None]),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(CLAIM, max_size=12), data=st.data())
def test_resolve_follows_the_rules_whatever_the_order(
    rows: list[Claim], data: st.DataObject
) -> None:
    kept, conflicts = resolve(claims(*rows), TERMS)
    expected = by_hand(rows)
    labels = {(a, b): relation for a, b, relation, *_ in kept.iter_rows()}
    assert labels == {pair: relation for pair, relation in expected.items() if relation}
    dropped = conflicts.filter(pl.col("kept").is_null())
    assert set(dropped.select("term_a", "term_b").rows()) == {
        p for p, r in expected.items() if not r
    }
    for a, b, relation, sources, *_ in kept.iter_rows():
        assert sources == sorted({row[3] for row in rows if row[:3] == (a, b, relation)})
    again, conflicts_again = resolve(claims(*data.draw(st.permutations(rows))), TERMS)
    assert again.equals(kept)
    assert conflicts_again.equals(conflicts)


class TestTables:
    def write(self, tmp_path: Path, text: str) -> PairTable:
        (tmp_path / "pairs.csv").write_text(text, "utf-8")
        return PairTable(path=tmp_path / "pairs.csv")

    def test_pairs_are_oriented_and_cleaned(self, tmp_path: Path) -> None:
        text = "term_a,term_b,relation,confidence\nhot, cold ,antonym,0.25\nZ,a,synonym,1\n"
        assert claims_of_table(self.write(tmp_path, text)).drop(*DOMINANCE, "place").rows() == [
            ("cold", "hot", "antonym", "pairs.csv", 0.25, 2, None),
            ("Z", "a", "synonym", "pairs.csv", 1.0, 2, None),  # byte-wise: Z before a
        ]

    def test_without_a_confidence_it_is_1(self, tmp_path: Path) -> None:
        text = "relation,term_a,term_b,note\nsynonym,a,b,x\n"
        assert claims_of_table(self.write(tmp_path, text))["confidence"].to_list() == [1.0]

    @pytest.mark.parametrize(
        ("row", "column", "got"),
        [
            ("hot,cold,opposite,1", "relation", "'opposite'"),
            (",cold,antonym,1", "term_a", "None"),
            ('hot,"  ",antonym,1', "term_b", "''"),
            ("hot,cold,antonym,1.5", "confidence", "'1.5'"),
            ("hot,cold,antonym,-0.1", "confidence", "'-0.1'"),
            ("hot,cold,antonym,nan", "confidence", "'nan'"),
            ("hot,cold,antonym,sure", "confidence", "'sure'"),
            ("hot,cold,antonym,", "confidence", "None"),
        ],
    )
    def test_a_bad_row_is_named(self, tmp_path: Path, row: str, column: str, got: str) -> None:
        text = f"term_a,term_b,relation,confidence\na,b,synonym,1\n{row}\n"
        with pytest.raises(InputError, match=f"row 2 has no valid {column}") as caught:
            claims_of_table(self.write(tmp_path, text))
        assert caught.value.got == got

    def test_rows_without_a_relation_are_counted_and_claim_nothing(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        text = 'term_a,term_b,relation,pos\na,b,,\nhot,cold, Antonym ,Adjective\na,c,"  ",\n'
        text += "a,d,co-hyponym,\n"
        with caplog.at_level("INFO", "nymgraph"):
            found = claims_of_table(self.write(tmp_path, text))
        assert found.select("term_a", "term_b", "relation", "pos").rows() == [
            ("cold", "hot", "antonym", "adjective"),
            ("a", "d", "co_hyponym", None),
        ]
        assert "2 of 4 rows have no relation yet" in caplog.text

    def test_a_wrong_word_after_empty_rows_is_named_by_its_row_in_the_file(
        self, tmp_path: Path
    ) -> None:
        text = "term_a,term_b,relation\na,b,\na,c,\nhot,cold,opposite\n"
        with pytest.raises(InputError, match="row 3 has no valid relation") as caught:
            claims_of_table(self.write(tmp_path, text))
        assert caught.value.got == "'opposite'"

    def test_a_missing_column(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="has no column 'relation'"):
            claims_of_table(self.write(tmp_path, "term_a,term_b\na,b\n"))

    def test_a_header_alone_claims_nothing(self, tmp_path: Path) -> None:
        assert claims_of_table(self.write(tmp_path, "term_a,term_b,relation\n")).is_empty()


class TestWordNet:
    @pytest.fixture
    def source(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WordNetSource:
        path = write_wordnet(tmp_path / "w.xml")
        monkeypatch.setattr(dictionaries, "find_edition", lambda _edition: path)
        return WordNetSource(kind="wordnet")

    def pairs(self, found: pl.DataFrame, relation: str) -> list[tuple[str, str]]:
        return found.filter(pl.col("relation") == relation).select("term_a", "term_b").rows()

    def test_synonyms_and_antonyms_by_hand(self, source: WordNetSource) -> None:
        found = claims_of_dictionary(source, 20, 0)
        # "bi annual" is twice in its synset, once with a wider space: a term with itself is no pair
        assert self.pairs(found, "synonym") == [("chilly", "cold"), ("hot", "warm")]
        # warm points to the first literal of cold; the pointers to a ninth literal and to a synset
        # that is not there are passed over; hot and cold point to each other
        assert self.pairs(found, "antonym") == [("chilly", "warm"), ("cold", "hot")]
        antonyms = found.filter(pl.col("relation") == "antonym")
        assert antonyms["pos"].to_list() == ["adjective", "adjective"]
        assert found["source"].unique().to_list() == ["wordnet-english"]
        assert found["confidence"].unique().to_list() == [1.0]
        assert found["rank"].unique().to_list() == [1]

    def test_co_hyponyms_are_terms_of_two_children_of_a_hypernym(
        self, source: WordNetSource
    ) -> None:
        found = set(self.pairs(claims_of_dictionary(source, 500, 0), "co_hyponym"))
        families = [("hot", "warm"), ("chilly", "cold"), ("lukewarm",)]
        every = {
            (min(a, b), max(a, b))
            for one in families
            for other in families
            if one != other
            for a in one
            for b in other
        }
        assert found == every  # 2 * 2 + 2 + 2 = 8 pairs; 500 draws miss one once in 10^20 runs

    def test_a_slice_without_antonyms(self, source: WordNetSource) -> None:
        small = source.model_copy(update={"max_synsets": 2})
        found = claims_of_dictionary(small, 20, 0)
        assert self.pairs(found, "synonym") == [("hot", "warm")]
        assert found.height == 1


def family(hypernym: str, n: int) -> list[Synset]:
    names = [f"{hypernym}-{i}" for i in range(n)]
    return [Synset(name, (name,), (hypernym,), (), "noun") for name in names]


def draw(synsets: list[Synset], limit: int, seed: int) -> list[tuple[str, str]]:
    found = claims_of_inventory(Inventory("birds", synsets, senses_of(synsets)), limit, seed)
    assert set(found["pos"]) <= {"noun"}
    return found.select("term_a", "term_b").rows()


def test_what_one_claim_says_alone_is_what_the_rule_says() -> None:
    found = claims(
        ("cold", "hot", "antonym", "wn", 0.4, 1, "adjective"),
        ("cool", "warm", "co_hyponym", "wn", 0.9, 0, None),
        ("hot", "hot", "synonym", "wn", 1.0, 1, "adjective"),
        ("hot", "spicy", "synonym", "mine", 1.0, 2, None),
    )
    alone, by_rule = (relations.resolve(x, TERMS) for x in (found, pl.concat([found, found])))
    for one, other in zip(alone, by_rule, strict=True):
        assert one.equals(other)
        assert one.schema == other.schema
    assert [table.height for table in alone] == [2, 2]


def test_the_draw_of_co_hyponyms_is_seeded_and_bounded() -> None:
    birds = family("bird", 30)
    assert draw(birds, 10, 0) == draw(birds, 10, 0)
    assert draw(birds, 10, 0) != draw(birds, 10, 1)
    assert len(draw(birds, 10, 0)) <= 10
    assert draw(family("bird", 1), 10, 0) == []
    assert all(a < b for a, b in draw(birds, 10, 0))


def test_one_hypernym_does_not_shift_the_draw_of_another() -> None:
    birds = draw(family("bird", 30), 10, 0)
    both = draw([*family("fish", 7), *family("bird", 30)], 10, 0)
    assert [pair for pair in both if pair[0].startswith("bird")] == birds
