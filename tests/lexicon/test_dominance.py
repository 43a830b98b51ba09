"""How common the senses of a word are, and what that makes of a dictionary's pairs as evidence."""

import math
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.dictionaries import Inventory, read_inventory
from nymgraph.pipeline.lexicon.dominance import senses_of
from nymgraph.pipeline.lexicon.evidence import LIFT, RARE, evidence_of, overridden, similar_evidence
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary, claims_of_inventory
from nymgraph.pipeline.lexicon.senses import senses_table, similar_pairs, term_uses
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset, find_edition, read_synsets
from nymgraph.pipeline.params import ThesaurusSource, WordNetSource

QUICK = Synset("1", ("fast", "quick"), (), (Antonym(0, "3", 0),), "adjective", "not slow",
               counts=(30, 12))  # fmt: skip
LOOSE = Synset("2", ("debauched", "fast"), (), (), "adjective", "given to vice", counts=(0, 1))
SLOW = Synset("3", ("slow",), (), (), "adjective", "not fast", similar=("1",))
SYNSETS = [QUICK, LOOSE, SLOW]
TERMS = ["debauched", "fast", "quick", "slow"]


def shares(term: str, synsets: list[Synset]) -> list[float]:
    return [sense.share for sense in senses_of(synsets)[term]]


class TestShares:
    def test_counts_by_hand(self) -> None:
        first, second = senses_of(SYNSETS)["fast"]
        # of the one occurrence that the guess counts for, place and links decide the parts
        guess = [3**0.23, 3**0.23 * 2**-0.53]
        part = guess[0] / sum(guess)
        assert first.share == pytest.approx((30 + part) / 32)
        assert second.share == pytest.approx((1 + 1 - part) / 32)
        assert (first.synset, second.synset) == (0, 1)
        assert first.source == "counts"

    def test_shares_add_up_and_are_positive(self) -> None:
        for own in senses_of(SYNSETS).values():
            assert sum(sense.share for sense in own) == pytest.approx(1)
            assert all(sense.share > 0 for sense in own)

    def test_the_order_of_a_dictionary_decides_where_nothing_is_counted(self) -> None:
        synsets = [Synset(str(n), ("x", f"y{n}"), (), (), ranks=(n, 1)) for n in (3, 1, 2)]
        found = senses_of(synsets)["x"]
        assert [synsets[sense.synset].id for sense in found] == ["1", "2", "3"]
        weights = [n**-1.52 for n in (1, 2, 3)]
        assert [s.share for s in found] == pytest.approx([w / sum(weights) for w in weights])
        assert {sense.source for sense in found} == {"order"}

    def test_without_either_a_sense_that_is_tied_to_much_is_the_common_one(self) -> None:
        above = Synset("1", ("x", "y"), (), (), n_links=3)
        below = [Synset(f"b{n}", (f"b{n}",), ("1",), ()) for n in range(5)]
        first, second = senses_of([Synset("0", ("x", "z"), (), ()), above, *below])["x"]
        assert (first.synset, first.source) == (1, "estimate")
        assert first.share / second.share == pytest.approx(6**0.56 * 4**0.67)

    def test_withheld_counts_are_not_looked_at(self) -> None:
        blind = senses_of(SYNSETS, withheld={"fast"})["fast"]
        assert {sense.source for sense in blind} == {"estimate"}
        assert blind[0].share < 0.7

    def test_wordnet_has_its_counts(self) -> None:
        source = WordNetSource(kind="wordnet")
        inventory = read_inventory(source, "en")
        top = {
            word: {inventory.synsets[inventory.senses[word][0].synset].terms}
            for word in ("cheap", "dog", "father", "phone")
        }
        assert {"inexpensive"} < set(*top["cheap"])
        assert {"domestic dog"} < set(*top["dog"])
        assert {"male parent"} < set(*top["father"])
        assert {"telephone"} < set(*top["phone"])


class TestThesaurus:
    def source(self, tmp_path: Path, text: str) -> ThesaurusSource:
        (tmp_path / "t.csv").write_text(text, "utf-8")
        return ThesaurusSource(kind="thesaurus", path=tmp_path / "t.csv")

    def test_a_weight_is_the_dominance_of_both_ends(self, tmp_path: Path) -> None:
        text = "term,synonym,weight\nbig,large,\nbig,boastful,0.1\n"
        found = claims_of_dictionary(self.source(tmp_path, text), 1, 0)
        assert found.select("term_b", "dominance_a", "dominance_b").rows() == [
            ("boastful", pytest.approx(0.1), pytest.approx(0.1)),
            ("large", 1.0, 1.0),
        ]

    @pytest.mark.parametrize("weight", ["0", "1.5", "-1", "much", "nan"])
    def test_a_weight_that_is_none_is_refused(self, tmp_path: Path, weight: str) -> None:
        source = self.source(tmp_path, f"term,synonym,weight\nbig,large,{weight}\n")
        with pytest.raises(InputError, match="row 1 has no valid weight"):
            claims_of_dictionary(source, 1, 0)


class TestClaims:
    def test_the_dominance_of_a_pair_is_that_of_the_senses_it_holds_in(self) -> None:
        also = Synset("4", ("fast", "quick"), (), (), counts=(9, 0))
        inventory = Inventory("d", [*SYNSETS, also], senses_of([*SYNSETS, also]))
        found = claims_of_inventory(inventory, 1, 0)
        a, b = (
            found.filter(term_a="fast", term_b="quick", pos="adjective")
            .select("dominance_a", "dominance_b")
            .row(0)
        )
        of = {sense.synset: sense.share for sense in inventory.senses["fast"]}
        assert a == pytest.approx(of[0])
        assert b < 1
        rare = found.filter(term_a="debauched")
        assert rare["dominance_a"].item() == 1.0
        assert rare["dominance_b"].item() == pytest.approx(of[1])


class TestEvidence:
    def pairs(self, *rows: tuple[int, int, str, float, float]) -> pl.DataFrame:
        return pl.DataFrame(
            [(a, b, relation, ["d"], 1.0, x, y) for a, b, relation, x, y in rows],
            schema=("a", "b", "relation", "sources", "confidence", "dominance_a", "dominance_b"),
            orient="row",
        )

    def test_the_share_of_all_use_by_hand(self) -> None:
        uses = pl.DataFrame({"use": [100.0, 1.0, 50.0], "top": [0.5, 1.0, 0.8]})
        rows = self.pairs((0, 1, "synonym", 0.01, 1.0), (0, 2, "synonym", 0.5, 0.4),
                          (1, 2, "antonym", 0.01, 0.01))  # fmt: skip
        rare, common, opposite = evidence_of(rows, uses)["certainty"].to_list()
        assert rare == pytest.approx(RARE + (1 - RARE) * (100 * 0.02 + 1) / 101)
        assert common == pytest.approx(RARE + (1 - RARE) * (100 * 1 + 50 * 0.5) / 150)
        assert opposite == 1.0
        assert rare < 0.5 < 0.7 < common

    def test_it_overrides_and_says_so(self) -> None:
        uses = pl.DataFrame({"use": [1.0, 1.0], "top": [1.0, 1.0]})
        judged = pl.DataFrame({"a": [0, 0], "b": [1, 2], "cosine": [0.5, 0.5],
                               "p_synonym": [0.1, 0.2], "p_antonym": [0.1, 0.2],
                               "p_co_hyponym": [0.8, 0.6]})  # fmt: skip
        found = overridden(judged, evidence_of(self.pairs((0, 1, "synonym", 1.0, 1.0)), uses))
        names = ("p_synonym", "p_antonym", "p_co_hyponym", "evidence", "dominance_a")
        assert found.select(names).rows() == [
            (1.0, 0.0, 0.0, "dictionary", 1.0),
            (0.2, 0.2, 0.6, "model", None),
        ]


class TestTable:
    def test_senses_by_hand(self) -> None:
        inventory = Inventory("d", SYNSETS, senses_of(SYNSETS))
        table = senses_table([inventory], TERMS, "en")
        fast = table.filter(term_id=1).select("sense", "gloss", "count", "synonyms", "antonyms")
        assert fast.rows() == [
            (1, "not slow", 30.0, [2], [3]),
            (2, "given to vice", 1.0, [0], []),
        ]
        slow = table.filter(term_id=3).row(0, named=True)
        assert slow["antonyms"] == [1]
        assert slow["similar"] == [1, 2]  # fast has the larger share in that sense

    def test_the_first_dictionary_that_holds_a_term_gives_its_senses(self) -> None:
        other = [Synset("9", ("fast", "swift"), (), (), "adverb", "at speed")]
        both = [
            Inventory("d", SYNSETS, senses_of(SYNSETS)),
            Inventory("e", other, senses_of(other)),
        ]
        table = senses_table(both, [*TERMS, "swift"], "en")
        assert "at speed" not in table.filter(term_id=1)["gloss"].to_list()
        assert table.filter(term_id=4)["gloss"].to_list() == ["at speed"]

    def test_use_grows_with_counts_and_senses(self) -> None:
        table = senses_table([Inventory("d", SYNSETS, senses_of(SYNSETS))], TERMS, "en")
        uses = term_uses(table, 5)
        assert uses["use"].to_list() == pytest.approx([0.1, 31.4, 12.1, 0.1, 0.1])
        assert uses["top"][4] == 1.0


class TestSimilar:
    FAST = Synset("f", ("fast",), (), (), "adjective", counts=(9,), similar=("r", "l"))
    RAPID = Synset("r", ("rapid", "speedy"), (), (), "adjective", counts=(2, 1), similar=("f",))
    LONG = Synset("l", ("fast-paced",), (), (), "adjective", similar=("f",))
    NAMES = ("fast", "fast-paced", "rapid", "speedy")

    def similar(self) -> pl.DataFrame:
        synsets = [self.FAST, self.RAPID, self.LONG]
        return similar_pairs([Inventory("d", synsets, senses_of(synsets))], self.NAMES)

    def test_every_pair_of_two_similar_senses_once(self) -> None:
        found = self.similar().select("a", "b", "dominance_a").rows()
        assert found == [(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)]

    def test_where_the_judge_agrees_it_is_evidence(self) -> None:
        uses = pl.DataFrame({"use": [1.0] * 4, "top": [1.0] * 4})
        judged = pl.DataFrame(
            {"a": [0, 0], "b": [1, 2], "p_synonym": [0.9, 0.6]},
            schema_overrides={"a": pl.UInt32, "b": pl.UInt32, "p_synonym": pl.Float32},
        )
        terms = pl.Series(self.NAMES)
        found = similar_evidence(self.similar(), judged, uses, terms, 0.7)
        # fast-paced holds the word fast; speedy was no candidate: a third of rapid's judgement
        lifted = [p / (p + (1 - p) * math.exp(-LIFT)) for p in (0.6, 0.2)]
        assert found.select("a", "b").rows() == [(0, 2), (0, 3)]
        assert found["certainty"].to_list() == pytest.approx(lifted)

    def test_where_it_does_not_it_is_none(self) -> None:
        uses = pl.DataFrame({"use": [1.0] * 4, "top": [1.0] * 4})
        judged = pl.DataFrame(
            {"a": [0], "b": [2], "p_synonym": [0.05]},
            schema_overrides={"a": pl.UInt32, "b": pl.UInt32, "p_synonym": pl.Float32},
        )
        assert similar_evidence(self.similar(), judged, uses, pl.Series(self.NAMES), 0.7).is_empty()

    def test_the_satellites_of_wordnet_are_found_from_their_head(self) -> None:
        synsets = {x.id: x for x in read_synsets(find_edition("english"), edition="english")}
        head = next(
            x for x in synsets.values() if x.gloss.startswith("acting or moving or capable")
        )
        near = {term for name in head.similar for term in synsets[name].terms}
        assert {"rapid", "quick", "swift"} <= near
