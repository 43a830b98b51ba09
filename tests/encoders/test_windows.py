import pickle
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.encoders import windows
from nymgraph.pipeline.encoders.windows import TermWindows


def written(folder: Path, terms: list[str]) -> Path:
    path = folder / "terms.parquet"
    pl.DataFrame({"term": terms}, {"term": pl.String}).write_parquet(path, row_group_size=3)
    return path


def test_one_window_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path, ["a", "abc", "ğğ", "ab", "abcd"])
    shards = TermWindows(path, 5, shard_terms=2)
    assert [rows.tolist() for rows in shards] == [[4, 1], [2, 3], [0]]  # ğğ is two letters long
    assert [shards.terms(shard) for shard in range(3)] == [["abcd", "abc"], ["ğğ", "ab"], ["a"]]


def test_two_windows_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path, ["a", "abc", "ab", "abcd", "b"])
    shards = TermWindows(path, 5, shard_terms=2, window_terms=3)
    assert [rows.tolist() for rows in shards] == [[1, 2], [0], [3, 4]]
    assert shards.terms(2) == ["abcd", "b"]
    assert [rows.tolist() for rows in shards[1:]] == [[0], [3, 4]]


@settings(max_examples=25, deadline=None)
@given(
    terms=st.lists(st.text("abğ 😀", min_size=1, max_size=5), min_size=1, max_size=30),
    shard=st.integers(1, 9),
    window=st.integers(1, 40),
)
def test_every_term_stands_in_one_shard_whatever_the_cut(
    tmp_path_factory: pytest.TempPathFactory, terms: list[str], shard: int, window: int
) -> None:
    path = written(tmp_path_factory.mktemp("windows"), terms)
    shards = TermWindows(path, len(terms), shard, window)
    ids = [int(i) for rows in shards for i in rows]
    assert sorted(ids) == list(range(len(terms)))
    read = [term for place in range(len(shards)) for term in shards.terms(place)]
    assert read == [terms[i] for i in ids]
    for start in range(0, len(terms), window):  # windows keep their place, longest first in each
        within = ids[start : start + window]
        assert set(within) == set(range(start, min(start + window, len(terms))))
        assert within == sorted(within, key=lambda i: (-len(terms[i]), i))


def test_a_window_is_read_once_and_does_not_travel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, ["x" * (i % 7 + 1) for i in range(100)])
    shards = TermWindows(path, 100, shard_terms=10, window_terms=20)
    read: list[int] = []
    original = windows.read_window

    def counted(path: Path, first: int, n_window: int) -> Any:  # noqa: ANN401
        read.append(first)
        return original(path, first, n_window)

    monkeypatch.setattr(windows, "read_window", counted)
    every = np.concatenate(list(shards))
    assert read == [0, 20, 40, 60, 80]
    assert len(pickle.dumps(shards)) < 1_000
    assert (np.concatenate(list(pickle.loads(pickle.dumps(shards)))) == every).all()
