"""JSONL, CSV, and what all formats have in common."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.formats.write import FORMATS, write_format
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.progress import default_progress
from nymgraph.pipeline.settings.params import ExportParams
from tests.store.small_export import CLUSTERS, EDGES, INJECTION, SINGLETONS

N_TERMS = len(SINGLETONS) + sum(len(terms) for _, terms, _ in CLUSTERS.values())


def write(export: Export, name: str, folder: Path) -> Path:
    write_format(export, name, ExportParams(), folder, default_progress())
    return folder


def test_jsonl_holds_all(export: Export, tmp_path: Path) -> None:
    folder = write(export, "jsonl", tmp_path / "out")
    rows = {
        path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in folder.glob("*.jsonl")
    }
    assert len(rows["terms"]) == N_TERMS
    assert {row["remark"] for row in rows["terms"]} == {"of the user"}
    assert {(row["term_a"], row["term_b"]) for row in rows["pairs"]} == set(EDGES)
    members = {row["cluster_id"]: row["members"] for row in rows["clusters"]}
    assert members == {str(number): terms for number, (_, terms, _) in CLUSTERS.items()}


def test_csv_can_be_read_back(export: Export, tmp_path: Path) -> None:
    folder = write(export, "csv", tmp_path / "out")
    with (folder / "terms.csv").open(encoding="utf-8", newline="") as stream:
        terms = list(csv.DictReader(stream))
    own = {row["term"]: row["cluster_id"] for row in terms}
    assert own[INJECTION] == "6"
    assert own["lonely"] == ""
    assert len(own) == N_TERMS


def test_elasticsearch_sets_are_as_the_interface_takes_them(export: Export, tmp_path: Path) -> None:
    folder = write(export, "elasticsearch", tmp_path / "out")
    body = json.loads((folder / "synonyms-0001.json").read_text("utf-8"))
    rules = {rule["id"]: rule["synonyms"] for rule in body["synonyms_set"]}
    assert "glad, happy, joyful" in {", ".join(sorted(r.split(", "))) for r in rules.values()}
    assert len(rules) == len(body["synonyms_set"]) == len(CLUSTERS) - 1  # polish, Polish


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_the_same_bytes_again_and_its_manifest_tells_them(
    export: Export, tmp_path: Path, name: str
) -> None:
    one, two = write(export, name, tmp_path / "one"), write(export, name, tmp_path / "two")
    files = {path.name: path.read_bytes() for path in one.iterdir()}
    assert files == {path.name: path.read_bytes() for path in two.iterdir()}
    manifest = json.loads(files["manifest.json"])
    assert manifest["licences"]
    for file in manifest["files"]:
        content = files[file["name"]]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            file["bytes"],
            file["sha256"],
        )


def test_only_its_own_earlier_folder_is_replaced(export: Export, tmp_path: Path) -> None:
    folder = write(export, "csv", tmp_path / "out")
    write(export, "csv", folder)
    with pytest.raises(InputError, match="not empty"):
        write(export, "jsonl", folder)
    assert (folder / "terms.csv").is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not empty"):
        write(export, "csv", tmp_path / "mine")


def test_an_unknown_format_is_refused(export: Export, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="pdf"):
        write(export, "pdf", tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))
