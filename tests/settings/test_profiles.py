from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from nymgraph.pipeline.cli import app
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.settings.params import load_params
from nymgraph.pipeline.settings.profiles import locate_profile, profile_graph
from tests.project.imports import ROOT

NAMES = sorted(path.parent.name for path in (ROOT / "profiles").glob("*/params.yaml"))


def keys(value: object, prefix: str = "") -> set[str]:
    if not isinstance(value, dict):
        return set()
    return {f"{prefix}{name}" for name in value} | {
        key for name, inner in value.items() for key in keys(inner, f"{prefix}{name}.")
    }


def test_the_profiles_are_there() -> None:
    assert NAMES == ["turkish", "turkish-15m"]
    files = [ROOT / "profiles" / name / "params.yaml" for name in NAMES]
    assert [load_params(file).ingest.language for file in files] == ["tr", "tr"]


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_names_every_key_and_no_other(name: str) -> None:
    file = ROOT / "profiles" / name / "params.yaml"
    root = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    assert keys(yaml.safe_load(file.read_text("utf-8"))) == keys(root)


@pytest.mark.parametrize("name", NAMES)
def test_the_comments_are_those_of_the_root(name: str) -> None:
    def comments(path: Path) -> list[str]:
        return [line for line in path.read_text("utf-8").splitlines() if line.startswith("  #")]

    ours = comments(ROOT / "profiles" / name / "params.yaml")
    assert ours == comments(ROOT / "params.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_of_a_profile_is_that_of_the_root(name: str) -> None:
    """When this is meant: `nymgraph profile NAME`."""
    text = (ROOT / "profiles" / name / "dvc.yaml").read_text("utf-8")
    root = (ROOT / "dvc.yaml").read_text("utf-8")
    assert text == profile_graph(root, name)
    ours, theirs = yaml.safe_load(text)["stages"], yaml.safe_load(root)["stages"]
    assert list(ours) == list(theirs)
    for stage in theirs:
        assert ours[stage]["cmd"] == f"cd ../.. && nymgraph --profile {name} {stage}"
        assert ours[stage]["outs"] == theirs[stage]["outs"]
        deps = [dep.removeprefix("../../") for dep in ours[stage]["deps"]]
        assert deps == theirs[stage]["deps"]
        folder = ROOT / "profiles" / name
        code = [dep for dep in ours[stage]["deps"] if not dep.startswith("data/")]
        assert all((folder / dep).exists() for dep in code)


def test_english_is_the_root() -> None:
    assert locate_profile("english") == (Path("params.yaml"), Path("data"))


def test_no_such_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles" / "dutch").mkdir(parents=True)
    (tmp_path / "profiles" / "dutch" / "params.yaml").write_text("{}", "utf-8")
    with pytest.raises(ParameterError, match="no profile 'frisian'") as caught:
        locate_profile("frisian")
    assert "english, dutch" in caught.value.expected


@pytest.mark.parametrize("content", [b"", b"params: []\n", b"\xff\xfe\xfd", None])
def test_a_profile_of_a_folder_without_stages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles" / "dutch").mkdir(parents=True)
    (tmp_path / "profiles" / "dutch" / "params.yaml").write_text("{}", "utf-8")
    if content is not None:
        (tmp_path / "dvc.yaml").write_bytes(content)
    ended = CliRunner().invoke(app, ["profile", "dutch"]).exception
    assert isinstance(ended, InputError)
    assert ended.cure


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_command_reads_and_writes_in_its_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "profiles" / "dutch"
    folder.mkdir(parents=True)
    (tmp_path / "woorden.txt").write_text("fiets\nrijwiel\n", "utf-8")
    sources = [{"kind": "text", "path": "woorden.txt"}]
    content = yaml.safe_dump({"ingest": {"language": "nl", "sources": sources}})
    (folder / "params.yaml").write_text(content, "utf-8")
    if by_variable:
        done = CliRunner().invoke(app, ["ingest"], env={"NYMGRAPH_PROFILE": "dutch"})
    else:
        done = CliRunner().invoke(app, ["--profile", "dutch", "ingest"])
    assert done.exit_code == 0, done.output
    assert (folder / "data" / "ingest" / "terms.parquet").is_file()
    assert not (tmp_path / "data").exists()
