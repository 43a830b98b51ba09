"""A user's mistake gives a message with its cure and exit code 2, and leaves nothing behind."""

import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from nymgraph.pipeline.cli import main


class Project:
    """A folder with a parameter file and the user's files."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(root)

    def params(self, **sections: Any) -> None:  # noqa: ANN401
        Path("params.yaml").write_text(yaml.safe_dump(sections))

    def run(self, *arguments: str) -> int:
        self._monkeypatch.setattr(sys, "argv", ["nymgraph", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        return int(exit_.value.code or 0)

    def artefacts(self) -> list[str]:
        """Files in the data folder but the run records."""
        files = (file for file in Path("data").rglob("*") if file.is_file())
        return [str(file) for file in files if ".runs" not in file.parts]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


def text_source(content: bytes) -> dict[str, Any]:
    Path("terms.txt").write_bytes(content)
    return {"sources": [{"kind": "text", "path": "terms.txt"}]}


BAD_LEXICONS = {
    "empty": (b"", "too few terms"),
    "only white space": (b"\n  \n\t\n", "empty 3"),
    "one term": (b"hot\n", "1 distinct terms"),
    "all terms identical": (b"hot\nhot\n hot \n", "duplicate 2"),
    "invalid UTF-8": (b"hot\ncold\n\xff\xfe\n", "line 3"),
}


@pytest.mark.parametrize("name", BAD_LEXICONS)
def test_bad_lexicon(project: Project, capsys: pytest.CaptureFixture[str], name: str) -> None:
    content, expected = BAD_LEXICONS[name]
    project.params(ingest=text_source(content))
    assert project.run("ingest") == 2
    message = capsys.readouterr().err
    assert expected in message
    assert "cure:" in message
    assert "Traceback" not in message
    assert project.artefacts() == []


def test_missing_file(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.params(ingest={"sources": [{"kind": "text", "path": "nowhere.txt"}]})
    assert project.run("ingest") == 2
    assert "nowhere.txt is not there" in capsys.readouterr().err
    assert project.artefacts() == []


def test_wrong_column(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    Path("terms.csv").write_text("word,count\nhot,3\ncold,2\n")
    project.params(ingest={"sources": [{"kind": "table", "path": "terms.csv", "column": "term"}]})
    assert project.run("ingest") == 2
    message = capsys.readouterr().err
    assert "no column 'term'" in message
    assert "got: word, count" in message
    assert project.artefacts() == []


def test_unknown_parameter(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.params(cluster={"overlap": 0.5})
    assert project.run("cluster") == 2
    message = capsys.readouterr().err
    assert "unknown parameter 'cluster.overlap'" in message
    assert "did you mean cluster.overlap_ratio" in message
    assert project.artefacts() == []


def test_relation_that_does_not_exist(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pairs.csv").write_text("term_a,term_b,relation\nhot,warm,synonym\nhot,cold,opposite\n")
    project.params(
        ingest=text_source(b"hot\ncold\nwarm\n"),
        label={"dictionaries": [], "tables": [{"path": "pairs.csv"}]},
    )
    main_ok(project, "ingest")
    before = project.artefacts()
    assert project.run("label") == 2
    message = capsys.readouterr().err
    assert "row 2 has no valid relation" in message
    assert "expected: one of synonym, antonym, co_hyponym, or nothing" in message
    assert project.artefacts() == before


def test_an_earlier_stage_is_missing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.params()
    assert project.run("embed") == 1
    assert "run `nymgraph ingest` first" in capsys.readouterr().err


def test_too_few_pairs_to_train_on_name_the_cure(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pairs.csv").write_text("term_a,term_b,relation\nhot,warm,synonym\n")
    project.params(
        ingest=text_source(b"hot\ncold\nwarm\ncool\n"),
        label={"dictionaries": [], "tables": [{"path": "pairs.csv"}]},
        adapt={"method": "none"},
    )
    for stage in ("ingest", "label", "adapt", "embed", "retrieve"):
        main_ok(project, stage)
    assert project.run("train") == 2
    assert "label more pairs" in capsys.readouterr().err
    assert not Path("data/train/model").exists()


BAD_EDGES = {
    "term_a,term_b,p\nhot,warm,0.9\n": "no column 'p_synonym'",
    "term_a,term_b,p_synonym\nhot,warm,0.9\nhot,cold,high\n": "row 2 has no valid p_synonym",
    "term_a,term_b,p_synonym\nhot,warm,1.5\n": "row 1 has no valid p_synonym",
    "term_a,term_b,p_synonym\nhot,warm,nan\n": "row 1 has no valid p_synonym",
    "term_a,term_b,p_synonym\nhot,,0.9\n": "row 1 has no valid term_b",
    "term_a,term_b,p_synonym\n": "holds no edges",
    "": "no column",
}


@pytest.mark.parametrize("content", BAD_EDGES)
def test_bad_edge_table(project: Project, capsys: pytest.CaptureFixture[str], content: str) -> None:
    Path("edges.csv").write_text(content)
    assert project.run("cluster", "--edges", "edges.csv", "--out", "out") == 2
    message = capsys.readouterr().err
    assert BAD_EDGES[content] in message
    assert "Traceback" not in message
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [("--gate", "1.5", "--gate"), ("--algorithm", "magic", "'reference'")],
)
def test_bad_options_of_the_edge_table(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    option: str,
    value: str,
    expected: str,
) -> None:
    Path("edges.csv").write_text("term_a,term_b,p_synonym\nhot,warm,0.9\n")
    assert project.run("cluster", "--edges", "edges.csv", "--out", "out", option, value) == 2
    assert expected in capsys.readouterr().err


def test_options_of_the_edge_table_alone_are_refused(project: Project) -> None:
    project.params()
    assert project.run("cluster", "--gate", "0.5") == 2
    assert project.run("cluster", "--edges", "edges.csv") == 2


def test_unknown_term_offers_near_spellings(
    project: Project, capsys: pytest.CaptureFixture[str], small_export: Path
) -> None:
    assert project.run("query", "hapy", "happy", "--export", str(small_export)) == 1
    shown = capsys.readouterr()
    assert "'hapy' is not a term" in shown.err
    assert "happy" in shown.err
    assert "happy" in shown.out  # those that are known are answered all the same


def test_a_lexicon_of_a_users_own(project: Project) -> None:
    """A table with ids and extra columns goes in whole and comes out joined."""
    Path("terms.csv").write_text("id,word,count,topic\n007,hot,12,heat\n008,cold,,heat\n")
    source = {"kind": "table", "path": "terms.csv", "column": "word", "frequency_column": "count"}
    project.params(ingest={"sources": [source]})
    main_ok(project, "ingest")
    terms = pl.read_parquet("data/ingest/terms.parquet")
    assert terms.select("term", "id", "topic", "frequency").rows() == [
        ("cold", "008", "heat", None),
        ("hot", "007", "heat", 12.0),
    ]


def main_ok(project: Project, *arguments: str) -> None:
    assert project.run(*arguments) == 0
