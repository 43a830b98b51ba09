"""What `nymgraph query` prints, and what every command's help holds."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import nymgraph
from nymgraph.pipeline.cli import app
from tests.store.small_export import small_frames, write_export

COMMANDS = [str(c.name or c.callback.__name__) for c in app.registered_commands]  # type: ignore[union-attr]


@pytest.fixture
def export(tmp_path: Path) -> str:
    return str(write_export(tmp_path / "export", small_frames()))


def output(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def test_json_is_one_object_a_line(export: str) -> None:
    lines = output("query", "hot", "śnieg", "--json", "--export", export).splitlines()
    hot, snow = map(json.loads, lines)
    assert hot["synonyms"] == ["warm"]
    assert hot["antonyms"][0]["term"] == "cold"
    assert (hot["antonyms"][0]["probability"], hot["antonyms"][0]["via"]) == (0.98, "direct")
    assert hot["cluster"]["members"] == ["hot", "warm"]
    assert [sense["cluster"]["id"] for sense in hot["senses"]] == [4, 8]
    assert "śnieg" in lines[1]
    assert snow["cluster"]["id"] == 6


def test_queries_are_widened(export: str) -> None:
    assert "  hot: warm" in output("query", "--expand", "a hot day", "--export", export)
    answer = json.loads(output("query", "--expand", "a hot day", "--json", "--export", export))
    assert [part["added"] for part in answer["parts"]] == [[], ["warm", "spicy"], []]


def test_a_known_word_is_placed_without_a_model(export: str) -> None:
    shown = output("query", "--nearest", "HOT", "--export", export)
    assert "it is the term 'hot' of the lexicon" in shown


def test_expand_and_nearest_exclude_each_other(export: str) -> None:
    several = output("query", "hots", "xyzzy", "cold", "--export", export, code=1)
    assert "hots, a form of hot" in several  # what comes after an unknown term is answered too
    assert "'xyzzy' is not a term of this lexicon" in several
    assert "antonyms: hot (0.98)" in several
    rows = output("query", "xyzzy", "hot", "--json", "--export", export, code=1).splitlines()
    assert json.loads(next(row for row in rows if "near" in row)) == {"asked": "xyzzy", "near": []}
    assert "not both" in output("query", "x", "--expand", "--nearest", "--export", export, code=2)


def test_it_tells_its_version() -> None:
    assert output("--version") == f"nymgraph {nymgraph.__version__}\n"
    assert importlib.metadata.version("nymgraph") == nymgraph.__version__


def test_it_is_a_module_too() -> None:
    command = [sys.executable, "-m", "nymgraph", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"nymgraph {nymgraph.__version__}\n"


def test_no_line_about_a_command_is_cut_short() -> None:
    lines = output("--help").split("Commands:")[1].splitlines()
    assert [line for line in lines if line.endswith("...")] == []
    assert len([line for line in lines if line.strip()]) > len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example(command: str) -> None:
    example = " ".join(output(command, "--help").split()).split("example: ")[1]
    assert example.startswith(f"`nymgraph {command}")


def test_the_shell_completes_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_NYMGRAPH_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "nymgraph qu")
    monkeypatch.setenv("COMP_CWORD", "1")
    done = CliRunner().invoke(app, [], prog_name="nymgraph")
    assert done.output.split() == ["query"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_usage_names_its_words_in_capitals(command: str) -> None:
    usage = output(command, "--help").split("\n\n")[0]
    assert not set("{}<") & set(usage), usage


def test_a_cure_fits_what_was_asked(export: str, tmp_path: Path) -> None:
    def refused(*arguments: str) -> str:
        command = [sys.executable, "-m", "nymgraph", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    nowhere = refused("query", "hot", "--export", str(tmp_path / "nope"))
    assert "holds no finished export" in nowhere
    assert "nothing there" in nowhere
    assert "nymgraph export" not in nowhere
    inside = refused("query", "hot", "--export", str(Path(export).parent))
    assert f"name the export in it: {export}" in inside
    table = refused("cluster", "--edges", "nofile.csv", "--out", str(tmp_path / "out"))
    assert f"a relative one begins in {Path.cwd()}" in table
    assert "params.yaml" not in table
