"""`nymgraph init`: the files of a folder, whatever the list is."""

import gzip
import re
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from nymgraph.pipeline.cli import main
from nymgraph.pipeline.errors import ArtefactError, InputError, ParameterError
from nymgraph.pipeline.own_list.beginning import Beginning, begin, refresh
from nymgraph.pipeline.own_list.stage_graph import template
from nymgraph.pipeline.settings.params import Params, load_params
from nymgraph.pipeline.storage.artefacts import locked
from tests.lexicon.small_lmf import write_lmf

HARD = "Möbel & Co, 'Liste' #1: neu"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose path has blanks, marks and letters outside ASCII."""
    path = tmp_path / HARD
    path.mkdir()
    return path


def write(folder: Path, name: str, text: str = "name,frequency,n\nsofa,3,1\ncouch,,2\n") -> Path:
    path = folder / name
    path.write_bytes(
        gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode()
    )
    return path


def deps(folder: Path, stage: str) -> list[str]:
    graph: dict[str, Any] = yaml.safe_load((folder / "dvc.yaml").read_text("utf-8"))
    return [dep for dep in graph["stages"][stage].get("deps", []) if not dep.startswith("data/")]


def test_three_files_for_a_table(folder: Path) -> None:
    terms = write(folder, "die Güter.csv")
    written = begin(Beginning(folder, terms))
    assert [path.name for path in written] == ["params.yaml", "dvc.yaml", ".gitignore"]
    params = load_params(folder / "params.yaml")
    (source,) = params.model_dump(mode="json")["ingest"]["sources"]
    assert source == {
        "kind": "table",
        "path": "die Güter.csv",
        "column": "name",
        "frequency_column": "frequency",
    }
    assert deps(folder, "ingest") == ["die Güter.csv"]
    assert deps(folder, "embed") == []


def test_what_is_not_set_is_the_default(folder: Path) -> None:
    begin(Beginning(folder, write(folder, "terms.txt", "sofa\ncouch\n")))
    params = load_params(folder / "params.yaml").model_dump()
    default = Params().model_dump()["ingest"]
    params["ingest"] |= {key: default[key] for key in ("sources", "variants")}
    assert params == Params().model_dump()


def test_the_comments_taken_away_are_the_template(folder: Path) -> None:
    """Every key of the template is there, commented with its default, or set on top."""
    begin(Beginning(folder, write(folder, "terms.txt", "sofa\n")))
    text = (folder / "params.yaml").read_text("utf-8")
    top, _, rest = text.partition("# All other keys")
    sections: dict[str, Any] = {}
    for block in rest.split("\n\n")[1:]:
        head, *lines = [line for line in block.splitlines() if not re.match("# (?!of )", line)]
        name = head.removeprefix("# of ").split(":")[0].split(",")[0]
        kept = [line.replace("#", "", 1) for line in lines if line.lstrip()[:2].strip() != "#"]
        sections[name] = yaml.safe_load("\n".join(kept)) or {}
    chosen = yaml.safe_load(top)
    whole = yaml.safe_load(template("params.yaml"))
    alone = {name for name, value in whole.items() if not isinstance(value, dict)}
    assert alone <= set(chosen)
    assert set(sections) == set(whole) - alone
    for name in sections:
        section = whole[name]
        own = chosen.get(name, {})
        assert sections[name].keys() | own.keys() == section.keys()
        assert not sections[name].keys() & own.keys()
        assert sections[name] == {key: section[key] for key in sections[name]}


def test_a_file_elsewhere_is_named_in_full(tmp_path: Path, folder: Path) -> None:
    terms = write(tmp_path, "terms.txt", "sofa\ncouch\n")
    begin(Beginning(folder / "deep", terms))
    assert deps(folder / "deep", "ingest") == [terms.resolve().as_posix()]


@pytest.mark.parametrize(
    ("name", "text", "column", "expected"),
    [
        ("a.csv", "word\nsofa\n", None, "word"),
        ("a.csv", "id,Title,name\n1,sofa,x\n", None, "name"),
        ("a.csv", "id;ding\n1;sofa\n", None, "ding"),
        ("a.csv", "a,b\nsofa,x\n", "b", "b"),
        ("a.jsonl.gz", '{"n": 1, "ding": "sofa"}\n', None, "ding"),
    ],
)
def test_the_column_of_the_terms(
    folder: Path, name: str, text: str, column: str | None, expected: str
) -> None:
    begin(Beginning(folder, write(folder, name, text), column))
    (source,) = load_params(folder / "params.yaml").model_dump()["ingest"]["sources"]
    assert source["column"] == expected


@pytest.mark.parametrize("name", ["1e5", "007", "-x", ".5", "null", "yes", "a: b", "# c", "é 'x'"])
def test_any_name_is_text(folder: Path, name: str) -> None:
    pl.DataFrame({name: ["sofa"]}).write_parquet(folder / f"{name}.parquet")
    begin(Beginning(folder, folder / f"{name}.parquet"))
    (source,) = load_params(folder / "params.yaml").model_dump(mode="json")["ingest"]["sources"]
    assert (source["path"], source["column"]) == (f"{name}.parquet", name)


def test_a_column_that_cannot_be_told(folder: Path) -> None:
    with pytest.raises(InputError, match="several columns") as caught:
        begin(Beginning(folder, write(folder, "a.csv", "a,b\nsofa,x\n")))
    assert caught.value.cure == "name it: --column a"
    assert not (folder / "params.yaml").exists()


def test_numbers_alone_are_terms_where_they_are_the_only_column(folder: Path) -> None:
    pl.DataFrame({"size": [1, 2]}).write_parquet(folder / "a.parquet")
    begin(Beginning(folder, folder / "a.parquet"))
    (source,) = load_params(folder / "params.yaml").model_dump()["ingest"]["sources"]
    assert source["column"] == "size"


@pytest.mark.parametrize(
    ("dictionary", "language", "expected"),
    [
        (None, None, ("en", {"kind": "wordnet", "edition": "english", "max_synsets": None})),
        (None, "en-GB", ("en-GB", {"kind": "wordnet", "edition": "english", "max_synsets": None})),
        ("turkish", None, ("tr", {"kind": "wordnet", "edition": "turkish", "max_synsets": None})),
        ("eu.xml.gz", "eu", ("eu", {"kind": "wn_lmf", "path": "eu.xml.gz"})),
        ("s.txt", None, ("en", {"kind": "solr", "path": "s.txt"})),
        ("th.dat", None, ("en", {"kind": "mythes", "path": "th.dat", "relations": None})),
    ],
)
def test_language_and_dictionary(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    dictionary: str | None,
    language: str | None,
    expected: tuple[str, dict[str, Any]],
) -> None:
    monkeypatch.chdir(folder)
    write_lmf(folder / "eu.xml.gz")
    for name in ("s.txt", "th.dat"):
        write(folder, name, "a, b\n")
    terms = write(folder, "terms.txt", "sofa\n")
    begin(Beginning(folder, terms, language=language, dictionary=dictionary))
    params = load_params(folder / "params.yaml")
    (found,) = params.model_dump(mode="json")["label"]["dictionaries"]
    assert found.pop("trust") == (1.0 if found["kind"] in ("wordnet", "wn_lmf") else 0.9)
    assert (params.ingest.language, found) == expected
    assert params.adapt.method == ("light" if params.ingest.language[:2] == "en" else "static")
    own = [] if "edition" in found else [found["path"]]
    assert deps(folder, "label") == own
    assert deps(folder, "adapt") == (own if params.adapt.method == "static" else [])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"language": "de"}, ParameterError, "no dictionary comes with nymgraph"),
        ({"dictionary": "klingon"}, ParameterError, "there is no dictionary 'klingon'"),
        ({"language": "English"}, ParameterError, "no dictionary comes with nymgraph"),
        ({"column": "name"}, ParameterError, "has no columns"),
        ({"model": Path("nowhere")}, InputError, "no folder of a model"),
        ({"terms": Path("nowhere.txt")}, InputError, "nowhere.txt is not there"),
    ],
)
def test_nothing_is_written_for_what_cannot_be(
    folder: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    asked = {"terms": write(folder, "terms.txt", "sofa\n")} | options
    with pytest.raises(error, match=message):
        begin(Beginning(folder, **asked))
    assert [path.name for path in folder.iterdir()] == ["terms.txt"]


def test_a_folder_is_begun_once_and_its_graph_renewed(folder: Path) -> None:
    terms = write(folder, "terms.txt", "sofa\n")
    begin(Beginning(folder, terms))
    with pytest.raises(InputError, match="is there already"):
        begin(Beginning(folder, terms))
    params = folder / "params.yaml"
    params.write_text(params.read_text("utf-8").replace("[]", "[{path: my pairs.csv}]", 1))
    assert [path.name for path in refresh(folder)] == ["dvc.yaml"]
    assert deps(folder, "label") == ["my pairs.csv"]


def test_two_who_begin_one_folder_at_once(folder: Path) -> None:
    terms = write(folder, "terms.txt", "sofa\n")
    with locked(folder / ".init.lock", folder), pytest.raises(ArtefactError, match="another pro"):
        begin(Beginning(folder, terms))
    begin(Beginning(folder, terms))
    assert not list(folder.glob(".*.lock"))


def test_the_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    write(folder, "terms.txt", "sofa\n")

    def nymgraph(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["nymgraph", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return int(exit_.value.code or 0)

    assert nymgraph("init", "a b", "--terms", "terms.txt") == 0
    assert "cd 'a b' && nymgraph run" in capsys.readouterr().out
    assert nymgraph("init", "a b") == 0
    assert nymgraph("init", "a b", "--language", "en") == 2
    assert nymgraph("init", "empty") == 2
    assert "params.yaml is not there" in capsys.readouterr().err


def test_an_empty_list_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        begin(Beginning(folder, write(folder, "terms.txt", "")))
    assert not (folder / "params.yaml").exists()
