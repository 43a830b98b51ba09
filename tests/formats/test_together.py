"""A rule holds terms that are synonyms two by two, as a dictionary and the judge know them."""

import json
from pathlib import Path

import pytest

from nymgraph.pipeline.formats import solr
from nymgraph.pipeline.formats.rules import LEFT_OUT
from nymgraph.pipeline.formats.together import Together
from tests.formats.clustered import export_of, written
from tests.formats.solr_grammar import parse

NOUN = ("counts", "noun")
# the members of a cluster, those that a dictionary calls synonyms two by two, and what is kept
CLUSTERS = [
    (["pizza", "pizza pie", "piazza"], [("pizza", "pizza pie")], ["pizza", "pizza pie"]),
    (["chair", "armchair"], [], []),  # the judge alone, and alike in letters
    (["sofa", "couch"], [], ["sofa", "couch"]),  # the judge alone, not alike
    (["colour", "color"], [("colour", "color")], ["colour", "color"]),
    (
        ["printer", "pressman", "printing machine"],
        [("printer", "pressman")],
        ["printer", "pressman"],
    ),
    (["lag", "fall behind"], [], []),  # held together by others
    (["git", "lowlife"], [("git", "lowlife")], []),  # far from each other
    (["dog", "Canis familiaris"], [("dog", "Canis familiaris")], ["dog", "Canis familiaris"]),
]
JUDGED = {
    ("armchair", "chair"): (0.9, 0.9, "model"),
    ("couch", "sofa"): (0.9, 0.9, "model"),
    ("piazza", "pizza"): (0.9, 0.9, "model"),
    ("printer", "printing machine"): (0.9, 0.6, "model"),
    ("fall behind", "lag"): (0.9, 0.6, "model"),
    ("git", "lowlife"): (0.1, 1.0, "dictionary"),
    ("Canis familiaris", "dog"): (0.1, 1.0, "dictionary"),
    ("color", "colour"): (0.9, 1.0, "dictionary"),
    ("pizza", "pizza pie"): (0.9, 1.0, "dictionary"),
    ("pressman", "printer"): (0.9, 1.0, "dictionary"),
    ("a", "b"): (0.9, 1.0, "dictionary"),
    ("c", "d"): (0.9, 1.0, "dictionary"),
    ("e", "f"): (0.9, 1.0, "dictionary"),
}
MORE = [["a", "b"], ["c", "d"], ["e", "f"]]  # so that two in eight synonyms are far


@pytest.fixture
def together(tmp_path: Path) -> Together:
    shared: dict[str, list[str]] = {x: [] for members, _, _ in CLUSTERS for x in members}
    for _, pairs, _ in CLUSTERS:
        for a, b in pairs:
            shared[a].append(b)
            shared[b].append(a)
    senses = {term: (*NOUN, *others) for term, others in shared.items()}
    clusters = [*(members for members, _, _ in CLUSTERS), *MORE]
    return Together(export_of(tmp_path / "export", clusters, senses=senses, judged=JUDGED))


@pytest.mark.parametrize(("members", "pairs", "kept"), CLUSTERS, ids=lambda x: str(x[:1]))
def test_what_fits_together(
    together: Together, members: list[str], pairs: list[tuple[str, str]], kept: list[str]
) -> None:
    del pairs
    assert together.fit(members) == kept


def test_what_no_dictionary_knows_fits_to_all(tmp_path: Path) -> None:
    found = Together(export_of(tmp_path / "export", [["cosy", "cozy", "snug"]]))
    assert found.fit(["cosy", "cozy", "snug"]) == ["cosy", "cozy", "snug"]


def test_what_is_left_out_is_listed(tmp_path: Path) -> None:
    senses = {"chair": NOUN, "armchair": NOUN, "sofa": (*NOUN, "couch"), "couch": (*NOUN, "sofa")}
    clusters = [["chair", "armchair"], ["sofa", "couch"]]
    written(solr, export_of(tmp_path / "export", clusters, senses=senses), tmp_path / "out")
    rules = parse((tmp_path / "out" / "synonyms-0001.txt").read_text("utf-8"))
    assert [set(rule.left) for rule in rules] == [{"sofa", "couch"}]
    rows = [json.loads(x) for x in (tmp_path / "out" / LEFT_OUT).read_text("utf-8").splitlines()]
    assert [sorted(row["terms"]) for row in rows] == [["armchair", "chair"]]
    assert "every other term of its rule" in rows[0]["reason"]
