import polars as pl
import pytest

from nymgraph.pipeline.evaluation.agreement import agreement

TERMS = pl.Series([f"term {number}" for number in range(12)])


def relations(cosine: list[float], p_synonym: list[float]) -> pl.LazyFrame:
    return pl.LazyFrame(
        {
            "a": range(len(cosine)),
            "b": range(1, len(cosine) + 1),
            "cosine": pl.Series(cosine, dtype=pl.Float32),
            "p_synonym": pl.Series(p_synonym, dtype=pl.Float32),
            "p_antonym": pl.Series([0.0] * len(cosine), dtype=pl.Float32),
            "evidence": ["model"] * len(cosine),
        },
        schema_overrides={"a": pl.UInt32, "b": pl.UInt32},
    )


def test_a_judge_that_follows_the_cosine_surprises_nobody() -> None:
    rising = [step / 10 for step in range(11)]
    figures, listed = agreement(relations(rising, rising), TERMS, 0.7)
    assert figures["rank_correlation"] == pytest.approx(1)
    assert figures["far_synonyms"] == {"edges": 4, "surprising": 0, "share": 0}
    assert figures["near_strangers"] == {"nearest": 1, "surprising": 0, "share": 0}
    assert listed.height == 0


def test_far_synonyms_and_near_strangers_are_listed() -> None:
    cosine = [0.3, 0.35, 0.4, 0.8, 0.9]  # 0.4 is in the middle, 0.9 the nearest hundredth
    figures, listed = agreement(relations(cosine, [0.75, 0.9, 0.8, 0.8, 0.01]), TERMS, 0.7)
    assert figures["far_synonyms"] == {"edges": 4, "surprising": 2, "share": 0.5}
    assert figures["near_strangers"] == {"nearest": 1, "surprising": 1, "share": 1}
    assert listed["kind"].to_list() == ["far synonyms", "far synonyms", "near strangers"]
    assert listed["term_a"].to_list() == ["term 1", "term 0", "term 4"]


def test_what_a_dictionary_says_does_not_count() -> None:
    known = relations([0.5], [1.0]).with_columns(evidence=pl.lit("dictionary"))
    figures, listed = agreement(known, TERMS, 0.7)
    assert figures == {"pairs": 0}
    assert listed.height == 0
