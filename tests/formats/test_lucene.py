"""Lucene's own parser reads our files; it needs Java and Lucene's jars."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nymgraph.pipeline.formats import solr
from tests.formats.clustered import NASTY, export_of, written
from tests.formats.solr_grammar import parse
from tests.formats.test_ambiguity import NAMES_AND_SYMBOLS

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


def lucene(*arguments: str, queries: str = "") -> str:
    program = str(Path(__file__).with_name("SolrRules.java"))
    command = ["java", "-cp", os.pathsep.join(map(str, NEEDED)), program, *arguments]
    done = subprocess.run(
        command, input=queries, capture_output=True, text=True, check=False, encoding="utf-8"
    )
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
    clusters = [[term, f"word {number}", f"thing {number}"] for number, term in enumerate(NASTY)]
    written(solr, export_of(tmp_path / "export", clusters), tmp_path / "out")
    assert int(lucene("standard", str(tmp_path / "out" / "synonyms-0001.txt"))) > 60


WIDENED = {
    "made in italy": "",
    "or else": "",
    "us open in may": "",
    "who will be at home": "",
    "hearing aids": "",
    "can it be": "",
    "no sugar": "",
    "march on rome": "",
    "maple sap": "juice",
    "Iodine for me": "53 atomic number",
    "beaver state": "oregon",
    "used cars": "",
    "used car": "auto",
}


def test_no_query_is_widened_by_what_it_does_not_say(tmp_path: Path) -> None:
    clusters = [
        *NAMES_AND_SYMBOLS,
        ["march", "walk"],
        ["March", "third month"],
        ["sap", "juice"],
        ["SAP", "software house"],
        ["AIDS", "immune deficiency"],
        ["aid", "helping hand"],
        ["car", "auto"],
    ]
    written(solr, export_of(tmp_path / "export", clusters), tmp_path / "out")
    file = str(tmp_path / "out" / "synonyms-0001.txt")
    added = lucene("widen", file, queries="\n".join(WIDENED)).splitlines()
    assert dict(zip(WIDENED, added, strict=True)) == WIDENED
