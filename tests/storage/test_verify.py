"""Every hash of a run or an export, by command and by store."""

import sys
from pathlib import Path

import pytest

from nymgraph.pipeline.cli import main
from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.planner.doctor import last_verification
from nymgraph.pipeline.schemas import AUGMENTED, HELD_OUT
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.storage.manifests import LIST
from nymgraph.pipeline.storage.verify import MANIFEST, one_export, verify_export, verify_run
from nymgraph.pipeline.store import ClusterStore
from tests.store.small_export import small_frames, write_export

STAGES = ("ingest", "augment", "label")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace = Workspace(tmp_path / "data")
    for table in (AUGMENTED, HELD_OUT):
        workspace.write(table, table.empty())
    return workspace.root


def test_what_is_whole_is_so_and_the_doctor_knows(root: Path) -> None:
    assert "never" in last_verification(root).found
    found = verify_run(root, STAGES)
    assert [(stage.stage, stage.files, stage.faults) for stage in found] == [
        ("augment", 1, ()),
        ("label", 1, ()),
    ]
    assert last_verification(root).ok
    assert "0 faults" in last_verification(root).found


def test_every_fault_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "augment" / LIST).unlink()
    (root / HELD_OUT.path).unlink()
    sys.argv = ["nymgraph", "verify", "--data", str(root)]
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr().out
    assert ended.value.code == 1
    assert "augment is not finished" in shown
    assert "held_out.parquet is not there" in shown
    assert "cure: run `nymgraph label` again" in shown
    assert not last_verification(root).ok


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        verify_run(tmp_path, STAGES)
    with pytest.raises(InputError, match="is not there"):
        verify_export(tmp_path / "nowhere")


def test_a_store_verifies_its_export(tmp_path: Path) -> None:
    export = write_export(tmp_path / "clusters", small_frames())
    store = ClusterStore(export)
    store.verify()
    file = export / "index" / "clusters.members.npy"
    content = bytearray(file.read_bytes())
    content[-4] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"clusters\.members\.npy is damaged") as caught:
        ClusterStore(export).verify()
    assert caught.value.cure == "run `nymgraph export` again"


def test_whatever_a_damaged_export_throws_names_the_file(tmp_path: Path) -> None:
    export = write_export(tmp_path / "clusters", small_frames())
    file = export / "index" / "clusters.members.npy"
    content = file.read_bytes()
    file.write_bytes(content[:128] + b"\xfe" * (len(content) - 128))  # terms that are not there
    store = ClusterStore(export)
    with pytest.raises(ArtefactError, match="damaged"):
        store.entry("happy")


def rewrite(folder: Path) -> None:
    """Export again, the same."""
    content = (folder / MANIFEST).read_bytes()
    (folder / "new").write_bytes(content)
    (folder / "new").replace(folder / MANIFEST)


@pytest.mark.parametrize("thrown", [None, ValueError("bytes of two exports")])
def test_an_export_that_is_written_while_it_is_read_is_told(
    tmp_path: Path, thrown: ValueError | None
) -> None:
    folder = write_export(tmp_path / "export", small_frames(), None)

    def read() -> None:
        with one_export(folder):
            rewrite(folder)
            if thrown is not None:
                raise thrown

    with pytest.raises(ArtefactError, match="was written while it was read"):
        read()


def test_an_open_store_answers_of_its_export_alone(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames(), None)
    store = ClusterStore(folder)
    assert store.to_polars("terms").height
    rewrite(folder)
    assert store["happy"].size == 3  # its index is that of before
    with pytest.raises(ArtefactError, match="was written while it was read"):
        store.to_polars("terms")


def test_a_list_that_counts_otherwise_is_told(root: Path) -> None:
    listed = root / "label" / LIST
    listed.write_text(listed.read_text("utf-8").replace('"rows": 0', '"rows": 1'), "utf-8")
    (fault,) = verify_run(root, STAGES)[1].faults
    assert "files.json is damaged" in fault.problem
