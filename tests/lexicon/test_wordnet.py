import html
import importlib.metadata
import re
from pathlib import Path

import pytest

from nymgraph.pipeline.errors import ArtefactError, DependencyError
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.lexicon.wordnet import Antonym, find_edition, read_synsets
from nymgraph.pipeline.settings.params import WordNetSource
from tests.lexicon.small_wordnet import SMALL, write_wordnet


def test_synsets_by_hand(tmp_path: Path) -> None:
    synsets = {synset.id: synset for synset in read_synsets(write_wordnet(tmp_path / "w.xml"))}
    assert list(synsets) == ["temperature", "hot", "cold", "lukewarm", "twice"]
    hot = synsets["hot"]
    assert hot.terms == ("hot", "warm")
    assert [synset.pos for synset in synsets.values()] == ["noun", "adjective", "adjective", "", ""]
    assert hot.hypernyms == ("temperature",)  # once, though two relations name it
    # TO counts literals from 1 and is 1 when it is left out; a relation of the synset as a whole
    # (hot to lukewarm) is no antonymy between words
    assert hot.antonyms == (
        Antonym(0, "cold", 1),
        Antonym(1, "cold", 0),
        Antonym(1, "nowhere", 0),
    )
    assert synsets["cold"].hypernyms == ("temperature",)  # SIMILAR_TO is none
    assert synsets["temperature"].hypernyms == synsets["temperature"].antonyms == ()


@pytest.mark.parametrize("n", [1, 3, 99])
def test_max_synsets_takes_the_first(tmp_path: Path, n: int) -> None:
    path = write_wordnet(tmp_path / "w.xml")
    assert list(read_synsets(path, n)) == list(read_synsets(path))[:n]


def test_what_comes_after_the_slice_is_not_read(tmp_path: Path) -> None:
    path = write_wordnet(tmp_path / "w.xml", SMALL[: SMALL.index("<SYNSET><ID>cold")])
    assert [synset.id for synset in read_synsets(path, 2)] == ["temperature", "hot"]


@pytest.mark.parametrize("text", ["", "<SYNSETS>", SMALL[:-20], SMALL.replace("</ID>", "", 1)])
def test_malformed_xml(tmp_path: Path, text: str) -> None:
    path = write_wordnet(tmp_path / "w.xml", text)
    with pytest.raises(ArtefactError, match="is not well-formed XML") as caught:
        list(read_synsets(path))
    assert caught.value.cure == "pip install --force-reinstall NlpToolkit-WordNet"


def test_without_the_wheel_the_cure_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(DependencyError, match="needs the package NlpToolkit-WordNet") as caught:
        find_edition("english")
    assert caught.value.cure.startswith("pip install NlpToolkit-WordNet ")


def test_a_wheel_without_the_file_is_to_be_renewed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Distribution:
        def locate_file(self, name: str) -> Path:
            return tmp_path / name

    monkeypatch.setattr(importlib.metadata, "distribution", lambda _name: Distribution())
    with pytest.raises(DependencyError, match="is not there") as caught:
        find_edition("english")
    assert caught.value.cure.startswith("pip install -U NlpToolkit-WordNet ")


@pytest.mark.parametrize(
    ("literal", "term"),
    [
        ("ablaze(p)", "ablaze"),
        ("former(a)", "former"),
        ("galore(ip)", "galore"),
        ("f(x)", "f(x)"),
        ("(a) or (b)", "(a) or (b)"),
    ],
)
def test_the_marker_of_position_is_no_part_of_the_term(
    tmp_path: Path, literal: str, term: str
) -> None:
    xml = f"<S><SYNSET><ID>1</ID><SYNONYM><LITERAL>{literal}</LITERAL></SYNONYM></SYNSET></S>"
    (synset,) = read_synsets(write_wordnet(tmp_path / "w.xml", xml))
    assert synset.terms == (term,)


@pytest.mark.usefixtures("parsed_once")
def test_the_installed_wordnet() -> None:
    source = WordNetSource(kind="wordnet")
    text = find_edition("english").read_text("utf-8")
    literals = {html.unescape(found) for found in re.findall("<LITERAL>([^<]*)", text)}
    assert len(literals) == 149_400
    bare = {re.split(r"\((?:a|p|ip)\)$", literal)[0] for literal in literals}
    terms = read_source(source)["item"]
    assert terms.len() == len(bare) == 148_897
    assert set(terms) == bare
    claims = claims_of_dictionary(source, 20, 0)
    assert claims["pos"].null_count() == 0
    # a pair may be claimed once for each part of speech
    claims = claims.unique(["term_a", "term_b", "relation"])
    counts = dict(claims.group_by("relation").len().iter_rows())
    # 152,876 and 3,566 if `ablaze(p)` and `ablaze` were two terms
    assert (counts["synonym"], counts["antonym"]) == (152_819, 3_558)
