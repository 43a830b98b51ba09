import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import ArtefactError, StorageError
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.storage import runlog, shards
from nymgraph.pipeline.storage.shards import open_work

INPUTS = {"terms": "abc", "k": 4}


def frame(shard: int) -> pl.DataFrame:
    return pl.DataFrame({"a": [shard] * (shard + 1)})


def pending(folder: Path, inputs: dict[str, object] = INPUTS, n_shards: int = 4) -> list[int]:
    """What a further run would have to do."""
    with open_work(folder, inputs, n_shards) as work:
        return work.pending


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Work of four shards, of which 0, 1 and 2 are done: 1 + 2 + 3 = 6 rows."""
    with open_work(tmp_path / "work", INPUTS, 4) as work:
        assert work.pending == [0, 1, 2, 3]
        for shard in range(3):
            work.commit(shard, frame(shard))
    return tmp_path / "work"


def test_a_resumed_run_makes_the_pending_shards_only(folder: Path) -> None:
    with open_work(folder, INPUTS, 4) as work:
        assert work.rows == 6
        assert work.pending == [3]
        work.take(((shard, frame(shard)) for shard in work.pending), SilentProgress(), "test")
        assert work.rows == 10
        assert work.pending == []


def test_a_torn_last_line_costs_one_shard(folder: Path) -> None:
    manifest = folder / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    assert pending(folder) == [2, 3]
    with open_work(folder, INPUTS, 4) as work:  # what comes next does not run into the torn line
        work.commit(2, frame(2))
    assert pending(folder) == [3]


@pytest.mark.parametrize("key", ["shard", "rows", "bytes", "hash"])
def test_a_line_that_lacks_a_key_costs_its_shard(folder: Path, key: str) -> None:
    manifest = folder / "manifest.jsonl"
    *others, last = manifest.read_text("utf-8").splitlines()
    manifest.write_text("\n".join([*others, last.replace(key, "x")]) + "\n", "utf-8")
    assert pending(folder) == [2, 3]


def test_every_cut_of_the_manifest_resumes(folder: Path, tmp_path: Path) -> None:
    text = (folder / "manifest.jsonl").read_bytes()
    assert text.count(b"\n") == 4
    for length in range(0, len(text), 37):
        copy = tmp_path / str(length)
        shutil.copytree(folder, copy)
        (copy / "manifest.jsonl").write_bytes(text[:length])
        # the first line is the fingerprint; a line that lacks only its line end is whole
        n_done = max(0, text[: length + 1].count(b"\n") - 1)
        assert pending(copy) == list(range(n_done, 4))


def test_a_file_without_a_line_is_not_trusted(folder: Path) -> None:
    frame(3).write_parquet(folder / "parts" / "part-00003.parquet")
    assert pending(folder) == [3]


@pytest.mark.parametrize("damage", ["same size", "shorter", "gone"])
def test_a_file_whose_bytes_changed_is_made_again(folder: Path, damage: str) -> None:
    file = folder / "parts" / "part-00001.parquet"
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-1] + (b"" if damage == "shorter" else b"!"))
    assert pending(folder) == [1, 3]


@pytest.mark.parametrize(
    ("inputs", "n_shards"), [({**INPUTS, "k": 5}, 4), (INPUTS, 5), (INPUTS, 3)]
)
def test_other_inputs_or_another_cut_discard_the_shards(
    folder: Path, inputs: dict[str, object], n_shards: int
) -> None:
    assert pending(folder, inputs, n_shards) == list(range(n_shards))
    assert not (folder / "parts").exists()


def test_another_library_version_discards_the_shards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {**runlog.library_versions(), "polars": "0"}
    monkeypatch.setattr(shards, "library_versions", lambda: versions)
    assert pending(folder) == [0, 1, 2, 3]


def test_the_order_of_the_inputs_does_not_matter(folder: Path) -> None:
    assert pending(folder, dict(reversed(INPUTS.items()))) == [3]


def test_a_write_that_raises_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _data: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    before = sorted(os.listdir(folder / "parts")), (folder / "manifest.jsonl").read_bytes()
    with open_work(folder, INPUTS, 4) as work:
        monkeypatch.setattr(shards, "save", full)
        with pytest.raises(StorageError, match="No space left on device"):
            work.commit(3, frame(3))
        assert work.pending == [3]
    after = sorted(os.listdir(folder / "parts")), (folder / "manifest.jsonl").read_bytes()
    assert after == before


class TestPublish:
    def test_the_new_folder_takes_the_place_of_the_old(self, folder: Path, tmp_path: Path) -> None:
        place = tmp_path / "data" / "table"
        place.mkdir(parents=True)
        (place / "part-00009.parquet").write_bytes(b"of the run before")
        with open_work(folder, INPUTS, 4) as work:
            work.commit(3, frame(3))
            work.publish(place)
        assert sorted(os.listdir(place)) == [f"part-{shard:05d}.parquet" for shard in range(4)]
        assert os.listdir(tmp_path / "data") == ["table"]
        assert pl.read_parquet(place)["a"].to_list() == [0, 1, 1, 2, 2, 2, 3, 3, 3, 3]
        assert pending(folder) == [0, 1, 2, 3]

    def test_unfinished_work_is_not_published(self, folder: Path, tmp_path: Path) -> None:
        with (
            open_work(folder, INPUTS, 4) as work,
            pytest.raises(ArtefactError, match="1 shards are not done"),
        ):
            work.publish(tmp_path / "table")
        assert not (tmp_path / "table").exists()

    def test_work_of_no_shards_publishes_an_empty_folder(self, tmp_path: Path) -> None:
        with open_work(tmp_path / "work", INPUTS, 0) as work:
            work.publish(tmp_path / "table")
        assert os.listdir(tmp_path / "table") == []


def test_assemble_puts_rows_in_their_places_by_hand(tmp_path: Path) -> None:
    with open_work(tmp_path / "work", INPUTS, 2, ".npy") as work:
        work.commit(0, np.array([[0.0, 1.0], [2.0, 3.0]], np.float16))
        work.commit(1, np.array([[4.0, 5.0]], np.float16))
        work.assemble(tmp_path / "whole.npy", [np.array([2, 0]), np.array([1])])
    whole = np.load(tmp_path / "whole.npy")
    assert whole.dtype == np.float16
    assert whole.tolist() == [[2.0, 3.0], [4.0, 5.0], [0.0, 1.0]]


def test_the_rate_counts_what_this_run_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 102.0, 200.0, 200.5])
    # of this module alone: other threads look at the clock, too
    monkeypatch.setattr(shards, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with open_work(tmp_path / "work", INPUTS, 2, ".npy") as work:
        work.commit(0, np.zeros(10))
        assert work.rows_per_second == 5  # 10 rows in 2 s
    with open_work(tmp_path / "work", INPUTS, 2, ".npy") as work:
        work.commit(1, np.zeros(3))
        assert work.rows_per_second == 6  # 3 rows in half a second; the first 10 were there


@settings(max_examples=10, deadline=None)
@given(n_rows=st.integers(1, 40), n_shards=st.integers(1, 6), seed=st.integers(0, 99))
def test_assembled_shards_are_the_array_for_any_cut(
    tmp_path_factory: pytest.TempPathFactory, n_rows: int, n_shards: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("assemble")
    random = np.random.default_rng(seed)
    whole = random.integers(0, 1000, (n_rows, 3))
    places = np.array_split(random.permutation(n_rows), n_shards)
    with open_work(folder / "work", {}, n_shards, ".npy") as work:
        for shard, rows in enumerate(places):
            work.commit(shard, whole[rows])
        work.assemble(folder / "whole.npy", places)
    np.testing.assert_array_equal(np.load(folder / "whole.npy"), whole)


def test_the_manifest_is_the_fingerprint_and_a_line_for_each_shard(folder: Path) -> None:
    text = (folder / "manifest.jsonl").read_text("utf-8")
    first, *lines = [json.loads(line) for line in text.splitlines()]
    assert first["n_shards"] == 4
    assert [(line["shard"], line["rows"]) for line in lines] == [(0, 1), (1, 2), (2, 3)]
