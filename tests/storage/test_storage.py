"""Full and read-only folders: an error with the cure, and nothing half written."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.errors import StorageError
from nymgraph.pipeline.storage.artefacts import save, write_atomic, writing
from nymgraph.pipeline.storage.shards import open_work
from tests.storage.small_disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", megabytes=1) as mounted:
        yield mounted


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", pl.DataFrame({"a": np.random.default_rng(0).random(400_000)})),
        ("a.npy", np.zeros(400_000)),
    ],
)
def test_a_full_disk_is_told_with_its_cure(
    disk: SmallDisk, name: str, data: pl.DataFrame | np.ndarray
) -> None:
    path = disk.path / "folder" / name
    with pytest.raises(StorageError) as caught:
        write_atomic(path, lambda temporary: save(temporary, data))
    assert caught.value.problem == f"{path} cannot be written: No space left on device"
    assert caught.value.got == f"1.0 MB free in {disk.path / 'folder'}"  # what was begun is gone
    assert "make space" in caught.value.cure
    assert caught.value.exit_code == 1
    assert os.listdir(disk.path / "folder") == []
    disk.grow(8)
    write_atomic(path, lambda temporary: save(temporary, data))
    assert path.is_file()


def test_work_goes_on_after_space_is_made(disk: SmallDisk) -> None:
    rows = np.zeros(50_000)  # 0.4 MB: two shards fit
    with open_work(disk.path / "work", {}, 4, ".npy") as work:
        work.commit(0, rows)
        work.commit(1, rows)
        with pytest.raises(StorageError, match="No space left on device"):
            work.commit(2, rows)
    disk.grow(8)
    with open_work(disk.path / "work", {}, 4, ".npy") as work:
        assert work.pending == [2, 3]


def test_the_map_that_shards_are_put_into_is_no_bus_error(disk: SmallDisk) -> None:
    with open_work(disk.path / "work", {}, 2, ".npy") as work:
        for shard in range(2):
            work.commit(shard, np.zeros(35_000))
        with pytest.raises(StorageError, match="No space left on device"):
            work.assemble(disk.path / "whole.npy", [np.arange(35_000), np.arange(35_000, 70_000)])


def test_a_read_only_folder_is_told_with_its_cure(disk: SmallDisk) -> None:
    with open_work(disk.path / "work", {}, 2, ".npy") as work:
        work.commit(0, np.zeros(10))
    disk.freeze()
    with pytest.raises(StorageError) as caught, open_work(disk.path / "work", {}, 2, ".npy"):
        pass
    file = disk.path / "work" / "manifest.jsonl"
    assert caught.value.problem == f"{file} cannot be written: Read-only file system"
    assert "mounted for writing" in caught.value.expected
    with pytest.raises(StorageError, match="Read-only file system"):
        write_atomic(disk.path / "a.json", lambda temporary: temporary.write_text("{}"))
    disk.thaw()
    with open_work(disk.path / "work", {}, 2, ".npy") as work:
        assert work.pending == [1]


def test_what_else_the_system_refuses_comes_through(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output error") as caught, writing(tmp_path / "a"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    assert not isinstance(caught.value, StorageError)


def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, writing(tmp_path / "a"):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    assert caught.value.got == f"a folder that user {os.getuid()} may not write"
