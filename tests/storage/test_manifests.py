"""What a finished stage left: listed last, checked by every reader."""

import random
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.schemas import CANDIDATES, HELD_BACK, HELD_OUT
from nymgraph.pipeline.storage.artefacts import Workspace, blamed, write_atomic
from nymgraph.pipeline.storage.manifests import LIST, list_folder, read_list
from nymgraph.pipeline.storage.runlog import RunRecord


def candidates(a: int, rows: int = 1) -> pl.DataFrame:
    columns = {"a": [a] * rows, "b": range(a + 1, a + 1 + rows), "cosine": 0.5, "route": "vector"}
    return CANDIDATES.conform(pl.DataFrame(columns))


def held_out(*terms: str) -> pl.DataFrame:
    rows = {"term_id": range(len(terms)), "term": terms, "split": "test"}
    return pl.DataFrame(rows, schema_overrides={"term": pl.String})


def at_work(root: Path, stage: str) -> Workspace:
    return Workspace(root, record=RunRecord(stage, {}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of `retrieve`, finished, with three parts of candidates."""
    with at_work(tmp_path, "retrieve").stage():
        for part in range(3):
            file = tmp_path / CANDIDATES.path / f"part-{part:05d}.parquet"
            write_atomic(file, candidates(part, part + 1).write_parquet)
    return tmp_path


def test_files_are_listed_with_bytes_hash_and_rows(root: Path) -> None:
    (root / "retrieve" / ".hidden").write_text("no part of it", "utf-8")
    listed = read_list("retrieve", root / "retrieve")
    assert listed == list_folder("retrieve", root / "retrieve", {})
    assert list(listed.files) == [f"candidates/part-0000{part}.parquet" for part in range(3)]
    assert [entry.rows for entry in listed.files.values()] == [1, 2, 3]
    file = root / "retrieve" / "candidates" / "part-00000.parquet"
    assert listed.files["candidates/part-00000.parquet"].bytes == file.stat().st_size


@pytest.mark.parametrize("damage", ["missing", "shorter", "flipped", "swapped"])
def test_a_part_that_is_not_the_one_left_is_named(root: Path, damage: str) -> None:
    part = root / CANDIDATES.path / "part-00001.parquet"
    content = part.read_bytes()
    if damage == "missing":
        part.unlink()
    elif damage == "shorter":
        part.write_bytes(content[:-1])
    elif damage == "flipped":
        part.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        part.write_bytes((part.parent / "part-00002.parquet").read_bytes())
    with pytest.raises(ArtefactError, match=r"part-00001\.parquet"):
        list(Workspace(root).parts(CANDIDATES))
    assert [fault.problem for fault in read_list("retrieve", root / "retrieve").faults(whole=True)]


def test_a_part_that_is_not_listed_is_not_read(root: Path) -> None:
    candidates(9).write_parquet(root / CANDIDATES.path / "part-00009.parquet")
    assert Workspace(root).read(CANDIDATES).height == 6


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"files": {"a": 1}, "inputs": {}}'])
def test_a_stage_without_its_list_is_refused(root: Path, content: str | None) -> None:
    file = root / "retrieve" / LIST
    if content is None:
        file.unlink()
    else:
        file.write_text(content, "utf-8")
    with pytest.raises(ArtefactError, match="run `nymgraph retrieve` again"):
        Workspace(root).scan(CANDIDATES)


def test_no_bit_of_a_list_is_believed_that_was_not_written(root: Path) -> None:
    folder, chance = root / "retrieve", random.Random(0)
    listed, content = read_list("retrieve", folder), (folder / LIST).read_bytes()
    refused = 0
    for place in chance.sample(range(len(content)), 300):
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        (folder / LIST).write_bytes(changed)
        try:
            found = read_list("retrieve", folder)
        except ArtefactError:
            refused += 1
        else:
            assert found == listed  # a blank between words, or the word "hash"
    assert refused > 200


def test_a_killed_rerun_leaves_nothing_to_be_taken(root: Path) -> None:
    interrupted = at_work(root, "retrieve").stage()
    interrupted.__enter__()
    write_atomic(root / CANDIDATES.path / "part-00000.parquet", candidates(5).write_parquet)
    with pytest.raises(ArtefactError, match="not finished"):
        Workspace(root).scan(CANDIDATES)
    assert not interrupted.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    with pytest.raises(ArtefactError, match="not finished"):
        Workspace(root).scan(CANDIDATES)


def test_a_mistake_found_before_the_first_write_costs_nothing(root: Path) -> None:
    before = (root / "retrieve" / LIST).read_bytes()

    def fail() -> None:
        with at_work(root, "retrieve").stage():
            assert not (root / "retrieve" / LIST).exists()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (root / "retrieve" / LIST).read_bytes() == before


def test_two_at_once_one_works_and_one_says_why_not(root: Path) -> None:
    with at_work(root, "cluster").stage():
        with pytest.raises(ArtefactError, match="another process is working on"):
            at_work(root, "cluster").stage().__enter__()
        with at_work(root, "label").stage():  # another stage
            pass
    with at_work(root, "cluster").stage():
        pass


def test_what_is_written_while_it_is_read_is_told(root: Path) -> None:
    def train() -> None:
        workspace = at_work(root, "train")
        with workspace.stage():
            workspace.read(CANDIDATES)
            Workspace(root).write_json("retrieve", "metrics.json", {})

    with pytest.raises(ArtefactError, match="was written while it was read"):
        train()
    assert not (root / "train" / LIST).exists()


def test_what_was_made_from_another_run_is_refused(root: Path) -> None:
    Workspace(root).write(HELD_OUT, held_out("hot"))
    adapt = at_work(root, "adapt")
    with adapt.stage():
        assert adapt.read(HELD_OUT).height == 1
        adapt.write(HELD_BACK, HELD_BACK.empty())
    assert list(read_list("adapt", root / "adapt").inputs) == ["label/held_out.parquet"]
    both = Workspace(root)
    both.read(HELD_BACK)
    both.read(HELD_OUT)
    Workspace(root).write_json("label", "further.json", {})  # nothing that `adapt` read
    both = Workspace(root)
    both.read(HELD_BACK)
    both.read(HELD_OUT)
    Workspace(root).write(HELD_OUT, held_out("cold", "hot"))
    Workspace(root).read(HELD_BACK)  # by itself it is whole
    for first, second in ((HELD_BACK, HELD_OUT), (HELD_OUT, HELD_BACK)):
        both = Workspace(root)
        both.read(first)
        with pytest.raises(ArtefactError, match="adapt was made from another") as caught:
            both.read(second)
        assert caught.value.cure == "run `nymgraph adapt` again"


def test_whatever_a_damaged_file_makes_a_library_throw_names_the_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nymgraph.pipeline.storage.manifests.SMALL_BYTES", 0)  # as if it were large
    part = root / CANDIDATES.path / "part-00001.parquet"
    content = bytearray(part.read_bytes())
    content[20] ^= 255
    part.write_bytes(content)

    def read(*stages: str) -> None:
        workspace = at_work(root, "train")
        with blamed(workspace):
            for stage in stages:
                workspace.file(stage, "candidates")
            raise IndexError("from the depths of a library")

    with pytest.raises(ArtefactError, match=r"part-00001\.parquet is damaged"):
        read("retrieve")
    with pytest.raises(IndexError, match="depths"):  # our own fault
        read()


def test_a_stage_clears_what_a_killed_writer_left(root: Path) -> None:
    left = root / "retrieve" / "candidates" / ".part-00000.parquet.0123456789ab.tmp"
    left.write_bytes(b"half")
    (root / "retrieve" / ".candidates.0123456789ab.tmp").mkdir()
    with at_work(root, "retrieve").stage():
        pass
    assert not left.exists()
    assert sorted(path.name for path in (root / "retrieve").iterdir()) == ["candidates", LIST]
