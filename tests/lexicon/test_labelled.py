import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.discriminator import UNLABELLED, LabelledPairs
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lexicon.labelled import CandidateSample, pairs_within, rows_within

# terms 0 to 3 train, 4 to 6 validate, 7 to 9 test
SPLIT = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], dtype=np.int8)
LABELLED = [
    (0, 1, "synonym", 0.5, "train"),
    (1, 2, "antonym", 1.0, "train"),
    (0, 4, "synonym", 1.0, "validation"),  # across splits: used by nobody
    (4, 5, "antonym", 1.0, "validation"),
    (5, 8, "synonym", 1.0, "test"),  # across splits
    (7, 9, "co_hyponym", 0.75, "test"),
]


def pairs(rows: list[tuple[int, int, str, float, str]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["a", "b", "relation", "confidence", "split"], orient="row")
    return frame.with_columns(sources=pl.lit(["wn"]))


def as_rows(labelled: LabelledPairs) -> list[tuple[float, ...]]:
    return list(zip(*(column.tolist() for column in labelled), strict=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train", [(0, 1, 0, 0.5), (1, 2, 1, 1.0)]),
        ("validation", [(4, 5, 1, 1.0)]),
        ("test", [(7, 9, 2, 0.75)]),
    ],
)
def test_pairs_within_a_split_and_none_across(name: str, expected: list[tuple[float, ...]]) -> None:
    assert as_rows(pairs_within(pairs(LABELLED), SPLIT, name)) == expected


@pytest.mark.parametrize("leak", [(0, 7), (4, 5), (6, 1)])
def test_a_training_pair_that_touches_a_held_out_term_stops_the_run(leak: tuple[int, int]) -> None:
    rows = [*LABELLED, (*leak, "synonym", 1.0, "train")]
    for name in ("train", "validation", "test"):
        with pytest.raises(ArtefactError, match="touches a held-out term"):
            pairs_within(pairs(rows), SPLIT, name)


def test_rows_keep_their_columns() -> None:
    rows = rows_within(pairs(LABELLED).with_columns(note=pl.lit("x")), SPLIT, "test")
    assert rows.rows() == [(7, 9, "co_hyponym", 0.75, "test", ["wn"], "x")]


def sample(parts: list[pl.DataFrame], n_negatives: int = 3, seed: int = 0) -> CandidateSample:
    collected = CandidateSample(pairs(LABELLED), SPLIT, n_negatives, 0.25, seed)
    for part in parts:
        collected.add(part)
    return collected


def candidates(rows: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row")


def test_the_sample_by_hand() -> None:
    rows = [(0, 1), (0, 2), (0, 3), (0, 4), (2, 7), (4, 5), (4, 6), (7, 9)]
    found = sample([candidates(rows)])
    # (0, 1) is labelled, (0, 4) and (2, 7) touch held-out terms
    expected = [(0, 2, UNLABELLED, 0.25), (0, 3, UNLABELLED, 0.25)]
    assert as_rows(found.negatives) == expected
    # validation: both ends held out for it, with the label where there is one
    assert as_rows(found.validation) == [(4, 5, 1, 1.0), (4, 6, UNLABELLED, 1.0)]


def test_what_a_language_model_alone_says_trains_and_neither_validates_nor_tests() -> None:
    said = pairs([(0, 2, "synonym", 0.5, "train"), (4, 6, "synonym", 0.5, "validation")])
    rows = pl.concat([pairs(LABELLED), said.with_columns(sources=pl.lit(["llm:m"]))])
    assert as_rows(pairs_within(rows, SPLIT, "train"))[-1] == (0, 2, 0, 0.5)
    assert as_rows(pairs_within(rows, SPLIT, "validation")) == [(4, 5, 1, 1.0)]
    found = CandidateSample(rows, SPLIT, 3, 0.25, 0)
    found.add(candidates([(0, 2), (0, 3), (4, 5), (4, 6)]))
    # (0, 2) is labelled and no negative; to validation (4, 6) is a pair that nobody labels
    assert as_rows(found.negatives) == [(0, 3, UNLABELLED, 0.25)]
    assert as_rows(found.validation) == [(4, 5, 1, 1.0), (4, 6, UNLABELLED, 1.0)]


def test_no_parts_and_empty_parts() -> None:
    for parts in ([], [candidates([])]):
        found = sample(parts)
        assert as_rows(found.negatives) == as_rows(found.validation) == []


ALL = [(a, b) for a in range(10) for b in range(a + 1, 10)]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.sampled_from(ALL), max_size=45, unique=True),
    cuts=st.lists(st.integers(0, 45), max_size=4),
    n_negatives=st.integers(0, 8),
    seed=st.integers(0, 5),
)
def test_the_sample_is_the_same_for_any_cut_into_parts(
    rows: list[tuple[int, int]], cuts: list[int], n_negatives: int, seed: int
) -> None:
    whole = sample([candidates(rows)], n_negatives, seed)
    bounds = [0, *sorted(cuts), 45]
    parts = [candidates(rows[i:j]) for i, j in itertools.pairwise(bounds)]
    in_parts = sample(parts, n_negatives, seed)
    assert as_rows(in_parts.negatives) == as_rows(whole.negatives)
    assert as_rows(in_parts.validation) == as_rows(whole.validation)
    known = {row[:2] for row in LABELLED}
    usable = {(a, b) for a, b in rows if b <= 3 and (a, b) not in known}
    drawn = [(a, b) for a, b, *_ in as_rows(whole.negatives)]
    assert set(drawn) <= usable
    assert len(drawn) == len(set(drawn)) == min(n_negatives, len(usable))
