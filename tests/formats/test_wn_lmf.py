"""The library `wn` loads the lexicon and finds synonyms and antonyms."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import wn
import wn.validate
from wn import lmf

from nymgraph.pipeline.formats import wn_lmf
from nymgraph.pipeline.formats.write import write_format
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.progress import default_progress
from nymgraph.pipeline.settings.params import ExportParams
from tests.formats.clustered import NASTY, export_of, written
from tests.store.small_export import INJECTION


@pytest.fixture
def loaded(export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> wn.Wordnet:
    """The small export as a lexicon in a database of its own."""
    folder = tmp_path / "lexicon"
    write_format(export, "wn-lmf", ExportParams(contact="a@b.org"), folder, default_progress())
    monkeypatch.setattr(wn.config, "data_directory", str(tmp_path / "wn"))
    wn.add(folder / wn_lmf.FILE, progress_handler=None)
    return wn.Wordnet("nymgraph-en")


def others(words: list[wn.Word]) -> set[str]:
    """The lemmas of all synsets of some words."""
    return {lemma for word in words for synset in word.synsets() for lemma in synset.lemmas()}


def test_synonyms_are_found(loaded: wn.Wordnet) -> None:
    assert others(loaded.words("glad")) == {"glad", "happy", "joyful"}
    assert others(loaded.words("lonely")) == {"lonely"}
    assert others(loaded.words(INJECTION)) == {INJECTION, "śnieg"}


def test_antonyms_are_found_between_senses_and_between_synsets(loaded: wn.Wordnet) -> None:
    (hot,) = loaded.senses("hot")
    assert [sense.word().lemma() for sense in hot.get_related("antonym")] == ["cold"]
    (happy,) = loaded.synsets("happy")
    assert [set(s.lemmas()) for s in happy.get_related("antonym")] == [{"sad", "unhappy"}]


def test_senses_stand_in_the_order_of_their_share(
    with_senses: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(wn_lmf, with_senses, tmp_path / "out")
    monkeypatch.setattr(wn.config, "data_directory", str(tmp_path / "wn"))
    wn.add(tmp_path / "out" / wn_lmf.FILE, progress_handler=None)
    lexicon = wn.Wordnet("nymgraph-en")
    hot = [set(sense.synset().lemmas()) - {"hot"} for sense in lexicon.senses("hot")]
    assert hot == [{"spicy", "fiery"}, {"warm"}, {"cold", "freezing", "frosty"}]
    lonely = [set(sense.synset().lemmas()) - {"lonely"} for sense in lexicon.senses("lonely")]
    assert lonely == [set(), {"sad", "unhappy"}]
    polish = [set(sense.synset().lemmas()) - {"Polish"} for sense in lexicon.senses("Polish")]
    assert polish == [{"polish", "shine"}, set()]
    cold = [len(sense.synset().lemmas()) for sense in lexicon.senses("cold")]
    assert cold[0] > cold[1]  # .6 are left for its own cluster, of which no sense tells
    (warm,) = lexicon.senses("warm")  # no sense of a dictionary is known
    opposed = [sense for sense in lexicon.senses("hot") if sense.get_related("antonym")]
    assert [sense.synset().id for sense in opposed] == [warm.synset().id]
    assert with_senses.further_senses() == 5


def test_confidence_and_licence_travel(loaded: wn.Wordnet) -> None:
    (hot,) = loaded.synsets("hot")
    assert hot.confidence() == pytest.approx(0.8)
    (lexicon,) = loaded.lexicons()
    assert lexicon.license
    assert lexicon.email == "a@b.org"


def test_the_validator_of_wn_finds_no_error(export: Export, tmp_path: Path) -> None:
    written(wn_lmf, export, tmp_path)
    (lexicon,) = lmf.load(tmp_path / wn_lmf.FILE, progress_handler=None)["lexicons"]
    report = wn.validate.validate(lexicon, select=["E"], progress_handler=None)
    assert {code: found["items"] for code, found in report.items() if found["items"]} == {}


def test_any_term_can_be_written(tmp_path: Path) -> None:
    clusters = [[term, f"word {number}"] for number, term in enumerate(NASTY)]
    written(wn_lmf, export_of(tmp_path / "export", clusters), tmp_path / "out")
    lemmas = ET.parse(tmp_path / "out" / wn_lmf.FILE).getroot().iter("Lemma")
    assert {lemma.get("writtenForm") for lemma in lemmas} >= set(NASTY)


def test_what_is_not_carried_is_counted(export: Export, tmp_path: Path) -> None:
    write_format(export, "wn-lmf", ExportParams(), tmp_path / "out", default_progress())
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    lost = {row["what"]: row["number"] for row in manifest["not_carried"]}
    assert lost["links between related clusters"] == 2
    assert lost["the column 'remark'"] == 21
    (file,) = manifest["files"]
    assert (file["name"], file["rows"]) == (wn_lmf.FILE, 21)
