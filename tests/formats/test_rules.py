import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.formats import elasticsearch, solr
from nymgraph.pipeline.formats.rules import LEFT_OUT, Rule, rule_text
from nymgraph.pipeline.formats.slips import slips_among
from nymgraph.pipeline.lookup.export import Export
from tests.formats.clustered import NASTY, TERMS, export_of, written
from tests.formats.solr_grammar import Parsed, parse


def left_out(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / LEFT_OUT).read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("terms", "form", "text"),
    [
        (("car", "auto", "motor car"), "equivalent", "car, auto, motor car"),
        (("car", "auto", "motor car"), "explicit", "auto, motor car => car"),
        (("a,b", "c=>d"), "equivalent", r"a\,b, c\=>d"),
        (("#tag", "C#"), "equivalent", r"\#tag, C#"),
        (("x\\", "y"), "explicit", r"y => x\\"),
        (("ışık", "İstanbul"), "equivalent", "ışık, İstanbul"),
    ],
)
def test_a_rule_by_hand(terms: tuple[str, ...], form: str, text: str) -> None:
    assert rule_text(Rule(1, terms), form) == text


@given(st.lists(TERMS, min_size=2, max_size=6, unique=True))
def test_what_is_written_is_read_again(terms: list[str]) -> None:
    assert parse(rule_text(Rule(1, tuple(terms)), "equivalent")) == [Parsed(terms, [])]
    assert parse(rule_text(Rule(1, tuple(terms)), "explicit")) == [Parsed(terms[1:], terms[:1])]


def test_a_solr_file_of_nasty_terms(tmp_path: Path) -> None:
    clusters = [NASTY[i : i + 4] for i in range(0, len(NASTY) - 3, 4)]
    export = export_of(tmp_path / "export", clusters)
    written(solr, export, tmp_path / "out")
    text = (tmp_path / "out" / "synonyms-0001.txt").read_text("utf-8")
    assert "# test: licence: unknown" in text
    read = {term for rule in parse(text) for term in rule.left}
    lost = {term for row in left_out(tmp_path / "out") for term in row["terms"]}  # type: ignore[attr-defined]
    assert read | lost == {term for terms in clusters for term in terms}
    assert not read & lost
    assert {"<script>alert(1)</script>", "𝒳", "ışık", "ice cream"} <= read
    assert {",", "=>", "\\", "#", "{}", "C#", "a=>b"} <= lost


def test_terms_that_no_analyser_keeps_are_listed_with_the_reason(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [["car", "auto"], ["!!", "??", "wow"]])
    losses = written(solr, export, tmp_path / "out")
    assert [rule.left for rule in parse((tmp_path / "out/synonyms-0001.txt").read_text())] == [
        ["car", "auto"]
    ]
    rows = left_out(tmp_path / "out")
    assert [(row["cluster_id"], row["terms"]) for row in rows] == [
        ("2", ["!!", "??"]),
        ("2", ["wow"]),
    ]
    assert {loss.number for loss in losses if loss.listed_in == LEFT_OUT} == {2, 1}


@pytest.mark.parametrize(
    ("frequencies", "kept"),
    [
        ({}, {"a-first", "b-first"}),
        ({"d-last": 9.0, "c-first": 3.0}, {"c-first", "d-first"}),
    ],
)
def test_a_limit_keeps_the_most_frequent_then_the_most_cohesive(
    tmp_path: Path, frequencies: dict[str, float], kept: set[str]
) -> None:
    clusters = [[f"{letter}-first", f"{letter}-last"] for letter in "abcd"]
    export = export_of(tmp_path / "export", clusters, frequencies)
    written(solr, export, tmp_path / "out", rules={"max_rules": 2})
    rules = parse((tmp_path / "out" / "synonyms-0001.txt").read_text())
    assert {rule.left[0] for rule in rules} == kept
    assert len(left_out(tmp_path / "out")) == 2


@pytest.mark.parametrize(("rules", "sizes"), [(1, [1, 1, 1, 1]), (3, [3, 1]), (4, [4]), (9, [4])])
def test_files_hold_so_many_rules_at_most(tmp_path: Path, rules: int, sizes: list[int]) -> None:
    clusters = [[f"{letter}-first", f"{letter}-last"] for letter in "abcd"]
    export = export_of(tmp_path / "export", clusters)
    written(elasticsearch, export, tmp_path / "out", rules={"rules_per_file": rules})
    files = sorted((tmp_path / "out").glob("*.json"))
    assert [file.name for file in files] == [
        f"synonyms-{n:04d}.json" for n in range(1, len(sizes) + 1)
    ]
    assert [len(json.loads(file.read_text())["synonyms_set"]) for file in files] == sizes


def test_an_elasticsearch_set(export: Export, tmp_path: Path) -> None:
    written(elasticsearch, export, tmp_path / "out", rules={"form": "explicit"})
    body = json.loads((tmp_path / "out" / "synonyms-0001.json").read_text("utf-8"))
    assert body["synonyms_set"][0] == {"id": "-9", "synonyms": "glad, joyful => happy"}
    assert set(body) == {"synonyms_set"}
    assert all(set(rule) == {"id", "synonyms"} for rule in body["synonyms_set"])


SLIPS = ["wheelbarow", "garden cart", "wheelbarrow"]


def test_a_slip_leads_to_the_right_spelling_and_not_back(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [SLIPS, ["Oil Filter", "Oil Fliter"]])
    written(solr, export, tmp_path / "out")
    assert parse((tmp_path / "out" / "synonyms-0001.txt").read_text()) == [
        Parsed(["garden cart", "wheelbarrow"], []),
        Parsed(["wheelbarow"], ["wheelbarow", "garden cart", "wheelbarrow"]),
        Parsed(["Oil Fliter"], ["Oil Fliter", "Oil Filter"]),
    ]
    written(elasticsearch, export, tmp_path / "set")
    body = json.loads((tmp_path / "set" / "synonyms-0001.json").read_text("utf-8"))
    assert [rule["id"] for rule in body["synonyms_set"]] == ["1", "1-1", "2-1"]


def test_a_slip_is_replaced_and_replaces_nothing(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [SLIPS])  # whose representative it is
    written(solr, export, tmp_path / "out", rules={"form": "explicit"})
    text = (tmp_path / "out" / "synonyms-0001.txt").read_text()
    assert parse(text) == [Parsed(["wheelbarrow", "wheelbarow"], ["garden cart"])]


@pytest.mark.parametrize(
    "terms",
    [
        ["carburettor", "carburetor"],
        ["Immobiliser", "Immobilizer"],  # of which simplemma knows one
        ["converter", "convertor"],
        ["charger", "charter"],
        ["hoover", "hoovers"],
        ["xqzfilters", "xqzfliters"],
        ["red filter", "fliter"],
    ],
)
def test_what_is_no_slip(terms: list[str]) -> None:
    assert slips_among(terms, "en") == []
    assert slips_among(["wheelbarow", "wheelbarrow"], "und") == []


def test_no_clusters(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [["alone", "alone too"]])
    written(elasticsearch, export, tmp_path / "out", rules={"max_rules": 1})
    empty = export_of(tmp_path / "none", [])
    written(elasticsearch, empty, tmp_path / "empty")
    body = json.loads((tmp_path / "empty" / "synonyms-0001.json").read_text())
    assert body == {"synonyms_set": []}


def test_forms_that_were_set_aside_stand_beside_their_lemma(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [["sneaker", "trainer"]], forms={"trainers": "trainer"})
    written(solr, export, tmp_path / "out")
    text = (tmp_path / "out" / "synonyms-0001.txt").read_text("utf-8")
    assert text.splitlines()[-1] == "sneaker, trainer, trainers"
