"""How common the senses of a word are, and what that makes of a dictionary's pairs as evidence."""

import math
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.dictionaries import Inventory, read_inventory
from nymgraph.pipeline.lexicon.dominance import senses_of
from nymgraph.pipeline.lexicon.evidence import (
    BASE,
    COSINE,
    RARE,
    Terms,
    evidence_of,
    overridden,
    similar_evidence,
)
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary, claims_of_inventory
from nymgraph.pipeline.lexicon.senses import senses_table, similar_pairs
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset
from nymgraph.pipeline.settings.params import ThesaurusSource, WordNetSource

QUICK = Synset("1", ("fast", "quick"), (), (Antonym(0, "3", 0),), "adjective", "not slow",
               counts=(30, 12))  # fmt: skip
LOOSE = Synset("2", ("debauched", "fast"), (), (), "adjective", "given to vice", counts=(0, 1))
SLOW = Synset("3", ("slow",), (), (), "adjective", "not fast", similar=("1",))
SYNSETS = [QUICK, LOOSE, SLOW]
TERMS = ["debauched", "fast", "quick", "slow"]
NOTHING = pl.DataFrame(
    schema={"a": pl.UInt32, "b": pl.UInt32, "known": pl.String, "certainty": pl.Float64}
)


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

    @pytest.mark.usefixtures("parsed_once")
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
        # fast has three senses and is met 40 times, debauched one and is never met
        use, rest = 40 + 0.9, 0.1
        share = of[1] / max(of.values())
        assert rare["shared_use"].item() == pytest.approx((use * share + rest) / (use + rest))


class TestEvidence:
    def pairs(self, *rows: tuple[int, int, str, float]) -> pl.DataFrame:
        return pl.DataFrame(
            [(a, b, relation, ["d"], 1.0, 0.5, 0.5, m) for a, b, relation, m in rows],
            schema=("a", "b", "relation", "sources", "confidence", "dominance_a", "dominance_b",
                    "shared_use"),
            orient="row",
        )  # fmt: skip

    def test_rare_senses_are_weak_evidence_and_opposites_count_in_full(self) -> None:
        rows = self.pairs((0, 1, "synonym", 0.03), (0, 2, "synonym", 0.83), (1, 2, "antonym", 0.01))
        rare, common, opposite = evidence_of(rows)["certainty"].to_list()
        assert rare == pytest.approx(RARE + (1 - RARE) * 0.03)
        assert common == pytest.approx(RARE + (1 - RARE) * 0.83)
        assert opposite == 1.0
        assert rare < 0.5 < 0.7 < common

    def test_it_overrides_and_says_so(self) -> None:
        judged = pl.DataFrame({"a": [0, 0], "b": [1, 2], "cosine": [0.5, 0.5],
                               "p_synonym": [0.1, 0.2], "p_antonym": [0.1, 0.2],
                               "p_co_hyponym": [0.8, 0.6]})  # fmt: skip
        found = overridden(judged, evidence_of(self.pairs((0, 1, "synonym", 1.0))))
        names = ("p_synonym", "p_antonym", "p_co_hyponym", "evidence", "dominance_a")
        assert found.select(names).rows() == [
            (1.0, 0.0, 0.0, "dictionary", 0.5),
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

    def evidence(
        self, cosines: dict[str, float], *known: tuple[int, int]
    ) -> dict[tuple[str, str], float]:
        """Of the pairs of fast with others the certainty, where there is one."""
        similar = self.similar()
        cosine = [cosines[self.NAMES[b]] for b in similar["b"]]
        pairs = pl.DataFrame(known, {"a": pl.UInt32, "b": pl.UInt32}, orient="row")
        found = similar_evidence(
            similar.with_columns(cosine=pl.Series(cosine, dtype=pl.Float32)),
            pairs.with_columns(known=pl.lit("synonym"), certainty=pl.lit(0.9)),
            Terms(pl.Series(self.NAMES), pl.Series([9.1, 0.1, 2.1, 1.1]), "en"),
            0.7,
        )
        rows = found.select("a", "b", "certainty").iter_rows()
        return {(self.NAMES[a], self.NAMES[b]): certainty for a, b, certainty in rows}

    def test_where_the_vectors_agree_it_is_evidence(self) -> None:
        found = self.evidence({"rapid": 0.6, "speedy": 0.2, "fast-paced": 0.9})
        # fast-paced holds the word fast
        certainty = 1 / (1 + math.exp(-(BASE + COSINE * 0.6)))
        assert found == {("fast", "rapid"): pytest.approx(certainty, abs=0.01)}

    def test_a_sure_synonym_of_the_nearest_is_no_stranger(self) -> None:
        near = {"rapid": 0.6, "speedy": 0.2, "fast-paced": 0.1}
        found = self.evidence(near, (self.NAMES.index("rapid"), self.NAMES.index("speedy")))
        assert found["fast", "speedy"] == pytest.approx(0.7)

    def test_more_is_asked_where_a_word_meets_a_phrase(self) -> None:
        one = Synset("1", ("good",), (), (), "adjective", counts=(9,), similar=("2",))
        certain = []
        for other in ("behaved", "well behaved"):
            two = Synset("2", (other,), (), (), "adjective", counts=(2,))
            similar = similar_pairs([Inventory("d", [one, two], senses_of([one, two]))],
                                    sorted((other, "good")))  # fmt: skip
            terms = Terms(pl.Series(sorted((other, "good"))), pl.Series([9.0, 9.0]), "en")
            cosine = similar.with_columns(cosine=pl.lit(0.6, pl.Float32))
            certain.append(similar_evidence(cosine, NOTHING, terms, 0.7)["certainty"].item())
        assert certain[1] < certain[0]

    def test_a_satellite_far_behind_the_nearest_is_none(self) -> None:
        near = Synset("n", ("brisk",), (), (), "adjective", counts=(3,), similar=("f",))
        names = ("brisk", "fast", "quickened")
        far = Synset("q", ("quickened",), (), (), "adjective", similar=("f",))
        fast = self.FAST._replace(similar=("n", "q"))
        similar = similar_pairs([Inventory("d", [fast, near, far], senses_of([fast, near, far]))],
                                names)  # fmt: skip
        cosine = similar.with_columns(cosine=pl.lit(0.6, pl.Float32))
        terms = Terms(pl.Series(names), pl.Series([3.1, 9.1, 0.1]), "en")
        found = similar_evidence(cosine, NOTHING, terms, 0.7)
        assert found.select("a", "b").rows() == [(0, 1)]  # as near, but hardly used

    def test_a_word_with_a_synonym_of_its_own_needs_none(self) -> None:
        quick = self.FAST._replace(terms=("fast", "quick"), counts=(9, 5))
        synsets, names = [quick, self.RAPID], ("fast", "quick", "rapid", "speedy")
        similar = similar_pairs([Inventory("d", synsets, senses_of(synsets))], names)
        cosine = similar.with_columns(cosine=pl.lit(0.9, pl.Float32))
        terms = Terms(pl.Series(names), pl.Series([9.1, 5.1, 2.1, 1.1]), "en")
        assert similar_evidence(cosine, NOTHING, terms, 0.7).is_empty()

    @pytest.mark.parametrize(
        ("commoner", "other", "known"),
        [("big", "bigger", ()), ("bad", "worse", ()), ("large", "larger-than-life", ()),
         ("big", "larger", ("big", "large"))],
    )  # fmt: skip
    def test_a_form_of_the_word_is_none(
        self, commoner: str, other: str, known: tuple[str, ...]
    ) -> None:
        one = Synset("1", (commoner,), (), (), "adjective", counts=(9,), similar=("2",))
        two = Synset("2", (other,), (), (), "adjective", counts=(2,), similar=("1",))
        names = sorted({commoner, other, *known})
        similar = similar_pairs([Inventory("d", [one, two], senses_of([one, two]))], names)
        ends = [sorted(names.index(name) for name in known)] if known else []
        pairs = pl.DataFrame(ends, {"a": pl.UInt32, "b": pl.UInt32}, orient="row")
        found = similar_evidence(
            similar.with_columns(cosine=pl.lit(0.8, pl.Float32)),
            pairs.with_columns(known=pl.lit("synonym"), certainty=pl.lit(0.9)),
            Terms(pl.Series(names), pl.Series([1.0] * len(names)), "en"),
            0.7,
        )
        assert found.is_empty()

    def test_where_they_do_not_it_is_none(self) -> None:
        assert self.evidence({"rapid": 0.2, "speedy": 0.1, "fast-paced": 0.1}) == {}

    def test_wordnet_refers_from_happy_to_glad(self, wordnet: dict[str, Synset]) -> None:
        happy = next(x for x in wordnet.values() if x.gloss.startswith("enjoying or showing or"))
        assert "glad" in {term for name in happy.similar for term in wordnet[name].terms}

    def test_the_satellites_of_wordnet_are_found_from_their_head(
        self, wordnet: dict[str, Synset]
    ) -> None:
        head = next(
            x for x in wordnet.values() if x.gloss.startswith("acting or moving or capable")
        )
        near = {term for name in head.similar for term in wordnet[name].terms}
        assert {"rapid", "quick", "swift"} <= near
