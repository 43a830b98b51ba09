"""`nymgraph.cluster`: what it takes, what it says of mistakes; the same bytes as the command."""

import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

import nymgraph
from nymgraph.pipeline.cli import STAGES
from nymgraph.pipeline.lexicon.wordnet import find_edition, read_synsets
from nymgraph.pipeline.own_list import in_python
from nymgraph.pipeline.own_list.beginning import Beginning, begin
from tests.stages.small_run import ROOT, file_bytes, offline
from tests.store.small_export import small_frames, write_export

QUICK: dict[str, Any] = {
    "label": {"dictionaries": [{"kind": "wordnet", "max_synsets": 1_500}]},
    "adapt": {"steps": 2, "batch_size": 32},
    "train": {"epochs": 1, "contradicted": 0, "consistency_pairs": 0},
    "report": {"base_pairs": 0},
}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Runs that leave a finished export at once; the data folders of the calls."""
    seen: list[Path] = []

    def run_all(params: nymgraph.pipeline.settings.params.Params, data: Path) -> None:
        (source,) = params.ingest.sources
        assert source.path.is_file()
        seen.append(data)
        write_export(data / "export", small_frames(), None)

    monkeypatch.setattr(in_python, "run_all", run_all)
    return seen


def lines(data: Path) -> list[str]:
    return (data.parent / "terms.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    "terms",
    [
        ["hot", "ice  cream\n", None],
        ("hot", "ice cream", float("nan")),
        pl.Series(["hot", "ice cream", None]),
        np.array(["hot", "ice cream", ""]),
        (term for term in ("hot", "ice cream", "")),
    ],
)
def test_whatever_is_a_list_of_text(runs: list[Path], tmp_path: Path, terms: object) -> None:
    store = nymgraph.cluster(terms, out=tmp_path / "out")
    assert "hot" in store
    assert lines(runs[0]) == ["hot", "ice cream", ""]


def test_a_column_of_pandas(runs: list[Path], tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"name": ["hot", None]})
    nymgraph.cluster(frame["name"], out=tmp_path)
    assert lines(runs[0]) == ["hot", ""]
    with pytest.raises(nymgraph.InputError, match="no list and no file") as caught:
        nymgraph.cluster(frame, out=tmp_path)
    assert 'frame["name"]' in caught.value.cure


@pytest.mark.parametrize("as_text", [True, False])
def test_a_file(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_text: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("meine Liste.csv")
    path.write_text("a,b\nhot,cold\n", "utf-8")
    nymgraph.cluster(str(path) if as_text else path, column="b", out="out")
    source = yaml.safe_load(Path("out/params.yaml").read_text("utf-8"))["ingest"]["sources"][0]
    assert source == {"kind": "table", "path": str(tmp_path / path), "column": "b"}
    assert runs == [Path("out/data")]


@pytest.mark.parametrize(
    ("terms", "options", "message"),
    [
        (["hot", 3], {}, "term 2 is no text"),
        (3, {}, "no list and no file"),
        ({"hot": 1}, {}, "no list and no file"),
        ("nowhere.txt", {}, "nowhere.txt is not there"),
        (["hot"], {"language": "de"}, "an English dictionary says nothing"),
        (["hot"], {"language": "de", "dictionary": None}, "no dictionary comes with"),
        (["hot"], {"model": "nowhere"}, "no folder of a model"),
        (["hot"], {"params": {"cluster": {"gat": 1}}}, "unknown parameter 'cluster.gat'"),
    ],
)
def test_mistakes(
    runs: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    terms: object,
    options: dict[str, Any],
    message: str,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(nymgraph.NymgraphError, match=message) as caught:
        nymgraph.cluster(terms, **options)
    assert caught.value.exit_code == 2
    assert not list(tmp_path.iterdir())
    assert runs == []


def test_a_temporary_folder_goes_with_the_store(
    runs: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = nymgraph.cluster(["hot"])
    assert runs[0].is_dir()
    assert store.synonyms("hot")
    del store
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_a_folder_is_for_one_list(runs: list[Path], tmp_path: Path) -> None:
    nymgraph.cluster(["hot"], out=tmp_path)
    before = (tmp_path / "terms.txt").stat().st_mtime_ns
    nymgraph.cluster(["hot"], out=tmp_path)
    assert (tmp_path / "terms.txt").stat().st_mtime_ns == before
    with pytest.raises(nymgraph.InputError, match="parameters of another list"):
        nymgraph.cluster(["ice"], out=tmp_path, params={"cluster": {"gate": 0.9}})
    assert lines(runs[0]) == ["hot"]  # the refused list has not taken its place
    assert len(runs) == 2


def test_two_calls_at_once_for_one_folder(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = in_python.run_all

    def run_all(params: nymgraph.pipeline.settings.params.Params, data: Path) -> None:
        with pytest.raises(nymgraph.ArtefactError, match="another process is working on"):
            nymgraph.cluster(["ice"], out=tmp_path)
        first(params, data)

    monkeypatch.setattr(in_python, "run_all", run_all)
    nymgraph.cluster(["hot"], out=tmp_path)
    assert lines(runs[0]) == ["hot"]
    assert not list(tmp_path.glob(".*.lock"))


@pytest.mark.slow
def test_the_same_bytes_as_the_command(tmp_path: Path) -> None:
    synsets = list(read_synsets(find_edition("english"), 400))
    terms = sorted({term for synset in synsets for term in synset.terms})
    folder = tmp_path / "by command"
    folder.mkdir()
    (folder / "terms.txt").write_text("".join(f"{term}\n" for term in terms), "utf-8")
    # each in a process of its own: how many threads torch takes decides last bits, and tests set it
    call = (
        "import json, sys, nymgraph; terms, out, params = json.load(sys.stdin); "
        "print(len(nymgraph.cluster(terms, out=out, params=params)))"
    )
    given = json.dumps([terms, str(tmp_path / "in Python"), QUICK])
    called = python(folder, given, "-c", call)
    assert called.returncode == 0, called.stderr
    assert called.stdout.split()[-1] == str(len(terms))
    begin(Beginning(folder, folder / "terms.txt"), QUICK)
    done = python(folder, "", "-m", "nymgraph", "run")
    assert done.returncode == 0, done.stderr
    n_stages = len(STAGES) - 1  # augment has nothing to do
    assert f"{n_stages} stages in" in done.stdout
    assert done.stdout.count("\n  nymgraph ") == 3
    assert f"{n_stages} of {n_stages}: " in done.stderr
    exports = [file_bytes(path / "data" / "export") for path in (tmp_path / "in Python", folder)]
    assert exports[0].keys() == exports[1].keys()
    assert [name for name in exports[0] if exports[0][name] != exports[1][name]] == []


def python(folder: Path, given: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder on this code."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=offline({"PYTHONPATH": str(ROOT / "src")}),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
