"""Lucene's own parser reads our files; it needs Java and Lucene's jars."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nymgraph.pipeline.formats import solr
from tests.formats.clustered import NASTY, export_of, written
from tests.formats.solr_grammar import parse

JARS = Path(os.environ.get("LUCENE_JARS", "/usr/share/java"))
NEEDED = [
    jar
    for pattern in ("*lucene-core*.jar", "*lucene-analyzers-common*.jar")
    for jar in sorted(JARS.glob(pattern))[:1]
]
pytestmark = pytest.mark.skipif(
    shutil.which("java") is None or len(NEEDED) < 2,
    reason="no Java, or no Lucene jars: apt-get install liblucene8-java, or set LUCENE_JARS",
)


def lucene(*arguments: str) -> str:
    program = str(Path(__file__).with_name("SolrRules.java"))
    command = ["java", "-cp", os.pathsep.join(map(str, NEEDED)), program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("form", ["equivalent", "explicit"])
def test_lucene_reads_what_our_grammar_reads(tmp_path: Path, form: str) -> None:
    clusters = [NASTY[i : i + 4] for i in range(0, len(NASTY) - 3, 4)]
    written(solr, export_of(tmp_path / "export", clusters), tmp_path / "out", rules={"form": form})
    file = tmp_path / "out" / "synonyms-0001.txt"
    found = {tuple(line.split("\x1f")) for line in lucene("keyword", str(file)).splitlines()}
    expected = {
        (term, other)
        for rule in parse(file.read_text("utf-8"))
        for term in rule.left
        for other in (rule.right or rule.left)
        if term != other or rule.right
    }
    assert {pair for pair in found if pair[0] != pair[1]} == expected


def test_no_term_stops_the_standard_analyser(tmp_path: Path) -> None:
    clusters = [[term, f"word {number}"] for number, term in enumerate(NASTY)]
    written(solr, export_of(tmp_path / "export", clusters), tmp_path / "out")
    assert int(lucene("standard", str(tmp_path / "out" / "synonyms-0001.txt"))) > 20
