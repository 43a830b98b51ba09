import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.errors import ArtefactError, StorageError
from nymgraph.pipeline.schemas import CANDIDATES, HELD_OUT, RELEASED_RELATIONS
from nymgraph.pipeline.settings.params import ExportParams
from nymgraph.pipeline.stages import export
from nymgraph.pipeline.storage.artefacts import (
    Workspace,
    content_hash,
    digest,
    reading,
    replace_folder,
    save,
    write_atomic,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "data")


def held_out() -> pl.DataFrame:
    return pl.DataFrame({"term_id": [0, 1], "term": ["cold", "hot"], "split": ["test", "test"]})


def candidates(a: list[int]) -> pl.DataFrame:
    columns = {"a": a, "b": [n + 1 for n in a], "cosine": [0.5] * len(a), "route": "vector"}
    return CANDIDATES.conform(pl.DataFrame(columns))


class TestWriteAtomic:
    def test_a_writer_that_raises_leaves_the_old_file_and_no_other(self, tmp_path: Path) -> None:
        file = tmp_path / "it.txt"
        file.write_text("old", "utf-8")

        def write(path: Path) -> None:
            path.write_text("half of the n", "utf-8")
            raise OSError(28, "No space left on device")

        with pytest.raises(StorageError, match="No space left"):
            write_atomic(file, write)
        assert file.read_text("utf-8") == "old"
        assert os.listdir(tmp_path) == ["it.txt"]

    def test_the_folder_is_made_and_the_new_file_takes_the_place_of_the_old(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "new" / "folder" / "it.txt"
        for text in ("old", "new"):
            write_atomic(file, lambda path, text=text: path.write_text(text, "utf-8"))  # type: ignore[misc]
        assert file.read_text("utf-8") == "new"
        assert os.listdir(file.parent) == ["it.txt"]

    def test_a_rename_that_fails_leaves_no_half_file(self, tmp_path: Path) -> None:
        (tmp_path / "it").mkdir()  # a folder where the file should go
        with pytest.raises(IsADirectoryError):
            write_atomic(tmp_path / "it", lambda path: path.write_text("x", "utf-8"))
        assert os.listdir(tmp_path) == ["it"]

    def test_a_file_where_the_folder_should_be_is_an_os_error(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("a file", "utf-8")
        with pytest.raises(OSError, match="data"):
            Workspace(tmp_path / "data").write(HELD_OUT, held_out())
        assert (tmp_path / "data").read_text("utf-8") == "a file"


class TestTables:
    def test_what_is_written_is_read_and_counted(self, workspace: Workspace) -> None:
        assert not workspace.exists(HELD_OUT)
        workspace.write(HELD_OUT, held_out())
        assert workspace.exists(HELD_OUT)
        assert workspace.read(HELD_OUT).equals(HELD_OUT.conform(held_out()))
        assert workspace.read(HELD_OUT, ["term"]).columns == ["term"]
        summary = workspace.record.summary("done")
        assert summary["rows_out"] == {"label/held_out": 2}
        assert summary["rows_in"] == {"label/held_out": 2}

    def test_a_missing_table_names_the_stage_to_run(self, workspace: Workspace) -> None:
        for table, stage in ((HELD_OUT, "label"), (CANDIDATES, "retrieve")):
            with pytest.raises(ArtefactError, match=f"run `nymgraph {stage}` first"):
                workspace.scan(table)

    def test_a_folder_without_parts_is_a_missing_table(self, workspace: Workspace) -> None:
        (workspace.root / CANDIDATES.path).mkdir(parents=True)
        workspace.finish("retrieve")
        with pytest.raises(ArtefactError, match="run `nymgraph retrieve` first"):
            list(workspace.parts(CANDIDATES))

    @pytest.mark.parametrize("content", [b"", b"PAR1 no table PAR1", "cut"])
    def test_a_damaged_table_names_the_stage_to_run(
        self, workspace: Workspace, content: bytes | str
    ) -> None:
        workspace.write(HELD_OUT, held_out())
        path = workspace.root / HELD_OUT.path
        path.write_bytes(path.read_bytes()[:-9] if isinstance(content, str) else content)
        with pytest.raises(ArtefactError, match="damaged") as caught:
            workspace.read(HELD_OUT)
        assert caught.value.cure == "run `nymgraph label` again"

    def test_a_table_of_another_schema_names_the_stage_to_run(self, workspace: Workspace) -> None:
        path = workspace.root / HELD_OUT.path
        path.parent.mkdir(parents=True)
        held_out().write_parquet(path)  # term_id is int64, split is text
        workspace.finish("label")
        with pytest.raises(ArtefactError, match="run `nymgraph label` again") as caught:
            workspace.read(HELD_OUT)
        assert caught.value.got == "Int64"

    def test_a_frame_that_does_not_conform_is_not_written(self, workspace: Workspace) -> None:
        with pytest.raises(ArtefactError):
            workspace.write(HELD_OUT, held_out().drop("split"))
        assert not workspace.exists(HELD_OUT)

    def test_parts_come_one_by_one_in_order(self, workspace: Workspace) -> None:
        folder = workspace.root / CANDIDATES.path
        folder.mkdir(parents=True)
        for part, a in ((1, [5, 6]), (0, [1])):
            candidates(a).write_parquet(folder / f"part-{part:05d}.parquet")
        (folder / ".part-00002.parquet.tmp").write_bytes(b"left by a kill")
        workspace.finish("retrieve")
        assert [part["a"].to_list() for part in workspace.parts(CANDIDATES)] == [[1], [5, 6]]
        assert workspace.read(CANDIDATES)["a"].to_list() == [1, 5, 6]
        assert workspace.record.summary("done")["rows_in"] == {"retrieve/candidates": 3}


class TestOtherFiles:
    def test_json_keeps_its_keys_in_order_and_its_letters(self, workspace: Workspace) -> None:
        workspace.write_json("cluster", "settings.json", {"b": 1, "a": "śnieg"})
        assert "śnieg" in workspace.path("cluster", "settings.json").read_text("utf-8")
        assert list(workspace.read_json("cluster", "settings.json").items()) == [
            ("b", 1),
            ("a", "śnieg"),
        ]

    def test_missing_and_damaged_json(self, workspace: Workspace) -> None:
        with pytest.raises(ArtefactError, match="run `nymgraph embed` first"):
            workspace.read_json("embed", "manifest.json")
        workspace.write_json("embed", "manifest.json", {"rows": 2})
        workspace.path("embed", "manifest.json").write_text('{"rows": ', "utf-8")
        with pytest.raises(ArtefactError, match="run `nymgraph embed` again"):
            workspace.read_json("embed", "manifest.json")

    def test_an_array_is_a_read_only_map(self, workspace: Workspace) -> None:
        path = workspace.path("embed", "vectors.npy")
        array = np.arange(6, dtype=np.float16).reshape(3, 2)
        write_atomic(path, lambda temporary: save(temporary, array))
        workspace.finish("embed")
        read = workspace.read_array("embed", "vectors.npy")
        assert isinstance(read, np.memmap)
        assert not read.flags.writeable
        np.testing.assert_array_equal(read, array)

    @pytest.mark.parametrize("kept", [0, 10, 129])
    def test_missing_and_damaged_arrays(self, workspace: Workspace, kept: int) -> None:
        with pytest.raises(ArtefactError, match="run `nymgraph embed` first"):
            workspace.read_array("embed", "vectors.npy")
        path = workspace.path("embed", "vectors.npy")
        write_atomic(path, lambda temporary: save(temporary, np.ones((4, 4))))
        workspace.finish("embed")
        path.write_bytes(path.read_bytes()[:kept])
        with pytest.raises(ArtefactError, match="run `nymgraph embed` again"):
            workspace.read_array("embed", "vectors.npy")

    def test_a_pickle_is_not_opened(self, workspace: Workspace) -> None:
        path = workspace.path("embed", "vectors.npy")
        path.parent.mkdir(parents=True)
        np.save(path, np.array([{"any": "object"}]), allow_pickle=True)
        workspace.finish("embed")
        with pytest.raises(ArtefactError, match="damaged"):
            workspace.read_array("embed", "vectors.npy")

    def test_csv(self, workspace: Workspace) -> None:
        workspace.write_csv("evaluate", "sizes.csv", pl.DataFrame({"size": [2], "clusters": [9]}))
        text = workspace.path("evaluate", "sizes.csv").read_text("utf-8")
        assert text == "size,clusters\n2,9\n"


class TestHashes:
    def test_a_file_is_told_by_its_bytes_and_not_by_its_name(self, tmp_path: Path) -> None:
        for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
            (tmp_path / name).write_text(text, "utf-8")
        a, b, c = (content_hash(tmp_path / name) for name in "abc")
        assert a == b
        assert a != c

    def test_a_folder_is_told_by_names_and_bytes(self, tmp_path: Path) -> None:
        def folder(name: str, files: dict[str, bytes]) -> str:
            for file, content in files.items():
                path = tmp_path / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            return content_hash(tmp_path / name)

        whole = folder("whole", {"a": b"1", "in/b": b"2"})
        assert folder("again", {"in/b": b"2", "a": b"1"}) == whole
        others = {
            folder("renamed", {"a": b"1", "in/c": b"2"}),
            folder("moved", {"a": b"1", "b": b"2"}),
            folder("changed", {"a": b"1", "in/b": b"3"}),
            folder("less", {"a": b"1"}),
            folder("empty_file_between", {"a": b"1", "aa": b"", "in/b": b"2"}),
        }
        assert len(others) == 5
        assert whole not in others

    def test_bytes_cannot_pass_for_the_next_file(self, tmp_path: Path) -> None:
        for name, files in (("one", {"a": b"b\0X"}), ("two", {"a": b"", "b": b"X"})):
            (tmp_path / name).mkdir()
            for file, content in files.items():
                (tmp_path / name / file).write_bytes(content)
        assert content_hash(tmp_path / "one") != content_hash(tmp_path / "two")

    def test_digest_does_not_see_the_order_of_keys_but_all_else(self) -> None:
        assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
        assert len({digest({"a": x}) for x in (1, "1", 1.5, None, [1])}) == 5


def test_replace_folder_leaves_only_the_new_one(tmp_path: Path) -> None:
    for name in ("new", "place"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(name, "utf-8")
    replace_folder(tmp_path / "new", tmp_path / "place")
    assert os.listdir(tmp_path) == ["place"]
    assert os.listdir(tmp_path / "place") == ["new.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is full")
def test_a_write_that_polars_cannot_finish_is_an_operating_system_error() -> None:
    with pytest.raises(OSError, match="full"):
        save(Path("/dev/full"), pl.DataFrame({"a": range(1_000)}))


class TestWriteBlocks:
    def test_blocks_make_the_table_that_they_are(self, workspace: Workspace) -> None:
        blocks = [held_out().head(1), held_out().tail(1)]
        workspace.write_blocks(HELD_OUT, iter(blocks))
        assert workspace.read(HELD_OUT).equals(HELD_OUT.conform(held_out()))

    def test_no_blocks_make_an_empty_table(self, workspace: Workspace) -> None:
        workspace.write_blocks(HELD_OUT, iter([]))
        assert workspace.read(HELD_OUT).height == 0

    def test_a_block_that_does_not_conform_leaves_the_old_table(self, workspace: Workspace) -> None:
        workspace.write(HELD_OUT, held_out())
        bad = held_out().with_columns(term=pl.lit(None, pl.String))
        with pytest.raises(ArtefactError, match="missing values"):
            workspace.write_blocks(HELD_OUT, iter([held_out(), bad]))
        assert workspace.read(HELD_OUT).height == 2
        assert sorted(os.listdir(workspace.root / "label")) == ["files.json", "held_out.parquet"]


@pytest.mark.parametrize("held", [1, 7, 1_000])
def test_strong_edges_are_sorted_however_few_are_held(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(export, "EDGES_HELD", held)
    chance = np.random.default_rng(held)
    a, p = chance.integers(0, 30, 90), chance.random(90)
    rows = pl.DataFrame({"a": a, "b": a + 1 + np.arange(90), "cosine": 0.5, "p_synonym": p})
    known = pl.Series(np.where(np.arange(90) % 9 == 0, "dictionary", "model"))
    rows = rows.with_columns(route=pl.lit("vector"), p_antonym=0.0, p_co_hyponym=0.0)
    rows = rows.with_columns(evidence=known, dominance_a=None, dominance_b=None)
    rows = RELEASED_RELATIONS.conform(rows)
    folder = workspace.root / RELEASED_RELATIONS.path
    folder.mkdir(parents=True)
    for number in range(3):
        rows[number * 30 : number * 30 + 30].write_parquet(folder / f"part-{number:05}.parquet")
    workspace.finish("release")
    blocks = list(export.strong_edges(ExportParams(min_probability=0.5), workspace))
    strong = rows.filter((pl.col("p_synonym") >= 0.5) | (pl.col("evidence") == "dictionary"))
    assert pl.concat(blocks).equals(strong.sort("a", "b"))


def test_a_panic_of_polars_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError), reading(tmp_path / "pairs.parquet", "label"):
        raise pl.exceptions.PanicException("unwrap")
