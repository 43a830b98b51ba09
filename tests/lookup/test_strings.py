"""Sorted strings against Python's bisect."""

import random
from bisect import bisect_left
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.lookup import SortedStrings, strings_of
from nymgraph.pipeline.lookup.arrays import save_strings


def strings(folder: Path, words: list[str], batch: int) -> SortedStrings:
    """The words as a list of the index, written in batches."""
    folder.mkdir(exist_ok=True)
    series = pl.Series(words, dtype=pl.String)
    batches = [series.slice(start, batch) for start in range(0, len(words), batch)]
    save_strings(folder, "terms", lambda: iter(batches))
    arrays = (np.load(folder / f"{name}.npy") for name in strings_of("terms"))
    return SortedStrings(*(memoryview(array) for array in arrays))


@pytest.mark.parametrize("fence", [1, 2, 7, 300])
def test_strings_are_found_as_bisect_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fence: int
) -> None:
    for module in ("arrays", "strings"):
        monkeypatch.setattr(f"nymgraph.pipeline.lookup.{module}.FENCE", fence)
    rng = random.Random(fence)
    starts = ["é" * 31 + "x", "a" * 80, "", "\U0001f600", "z" * 63 + "\U0010ffff"]
    drawn = {rng.choice(starts) + "".join(rng.choices("aéz雪", k=3)) for _ in range(240)}
    chosen = rng.sample(sorted(drawn), 100)
    words = sorted(chosen + rng.choices(chosen, k=80))  # some of them several times
    found = strings(tmp_path / "strings", words, 11)
    assert len(found) == len(words)
    assert found.texts(range(len(words))) == words
    assert found.texts(range(5, 5)) == []
    for word in [*sorted(drawn), "", "\U0010ffff", "\ud800"]:
        assert found.first(word) == bisect_left(words, word), word
        assert [found.text(row) for row in found.find(word)] == [word] * words.count(word)


def test_no_strings(tmp_path: Path) -> None:
    empty = strings(tmp_path / "strings", [], 3)
    assert (len(empty), empty.first("a"), list(empty.find("a"))) == (0, 0, [])
