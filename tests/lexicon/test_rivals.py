"""A commoner sense shared with a commoner word counts more than a rarer one."""

import polars as pl
import pytest

from nymgraph.pipeline.lexicon.evidence import RARE, Terms
from nymgraph.pipeline.lexicon.rivals import RIVALRY, weighed_by_rivals
from nymgraph.pipeline.schemas import SENSES


class TestRivals:
    NAMES = ("sick", "ill", "nauseated", "queasy", "get", "become", "acquire")
    USE = (50.0, 40.0, 2.0, 1.0, 700.0, 500.0, 60.0)

    def weighed(
        self, *pairs: tuple[int, int, float, float], senses: pl.DataFrame | None = None
    ) -> list[float]:
        """Certainties from RARE up, of pairs whose certainty was 1: a, b, and their shares."""
        known = pl.DataFrame(
            [(a, b, "synonym", 1.0, 1.0, x, y) for a, b, x, y in pairs],
            {"a": pl.UInt32, "b": pl.UInt32, "known": pl.String, "certainty": pl.Float32,
             "trust": pl.Float32, "dominance_a": pl.Float32, "dominance_b": pl.Float32},
            orient="row",
        )  # fmt: skip
        terms = Terms(pl.Series(self.NAMES), pl.Series(self.USE), "en")
        found = weighed_by_rivals(
            known, senses if senses is not None else SENSES.empty(), terms, 0.7
        )
        assert found.drop("certainty").equals(known.drop("certainty"))
        return [(p - RARE) / (1 - RARE) for p in found["certainty"]]

    def test_a_commoner_sense_shared_with_a_commoner_word_counts_more(self) -> None:
        ill, nauseated, queasy = self.weighed((0, 1, 0.44, 0.6), (0, 2, 0.37, 1), (0, 3, 0.37, 1))
        assert ill == 1
        assert nauseated == pytest.approx((0.37 / 0.44) ** (RIVALRY + 1)) == queasy

    def test_a_rarer_word_is_no_rival(self) -> None:
        assert self.weighed((4, 5, 0.1, 0.8), (4, 6, 0.2, 0.9)) == [1, 1]

    def test_nor_is_a_pair_that_its_other_end_has_better(self) -> None:
        lost, kept, _ = self.weighed((0, 1, 0.44, 0.1), (0, 2, 0.37, 1), (1, 4, 0.8, 0.5))
        assert lost < kept == 1

    def senses(self, *rows: tuple[int, float, str, list[int]]) -> pl.DataFrame:
        """Of each sense the term, its share, its part of speech and its other terms."""
        schema = {"term_id": pl.UInt32, "share": pl.Float32, "pos": pl.String,
                  "synonyms": pl.List(pl.UInt32)}  # fmt: skip
        return pl.DataFrame(rows, schema, orient="row")

    def test_a_word_keeps_to_the_part_of_speech_of_its_commonest_sense(self) -> None:
        senses = self.senses(
            (0, 0.5, "verb", [1]), (0, 0.49, "noun", [2]), (1, 1.0, "verb", [0]),
            (2, 1.0, "noun", [0]),
        )  # fmt: skip
        pairs = ((0, 1, 0.5, 1.0), (0, 2, 0.49, 1.0))
        assert self.weighed(*pairs, senses=senses) == [1, pytest.approx(0, abs=1e-6)]
        alike = senses.with_columns(pos=pl.lit("verb"))
        assert self.weighed(*pairs, senses=alike)[1] > 0.8

    def test_the_commonest_common_sense_counts_more_than_all_of_them(self) -> None:
        senses = self.senses(
            (0, 0.5, "noun", [1, 2]), (0, 0.4, "noun", [1]), (1, 0.6, "noun", [0, 2]),
            (2, 1.0, "noun", [0, 1]),
        )  # fmt: skip
        pairs = ((0, 1, 0.9, 0.6), (0, 2, 0.5, 1.0))
        assert self.weighed(*pairs, senses=senses) == [1, pytest.approx(0.5 / 0.9)]
        assert self.weighed(*pairs)[1] < 0.1

    def test_what_the_gate_refuses_is_no_rival_and_stays(self) -> None:
        known = pl.DataFrame({"a": [0, 0], "b": [1, 2], "known": ["synonym", "antonym"],
                              "certainty": [0.6, 1.0], "trust": [1.0, 1.0],
                              "dominance_a": [0.9, 0.3], "dominance_b": [0.9, 0.3]})  # fmt: skip
        terms = Terms(pl.Series(self.NAMES), pl.Series(self.USE), "en")
        found = weighed_by_rivals(known, SENSES.empty(), terms, 0.7)
        assert found["certainty"].to_list() == pytest.approx([0.6, 1.0])
