"""The lexicon against a DTD; WN_LMF_DTD names another file, such as the official WN-LMF-1.4.dtd."""

import os
from pathlib import Path

import pytest
from lxml import etree

from nymgraph.pipeline.formats import wn_lmf
from nymgraph.pipeline.lookup.export import Export
from tests.formats.clustered import NASTY, export_of, written

FILE = Path(os.environ.get("WN_LMF_DTD", Path(__file__).with_name("wn_lmf.dtd")))


def faults(lexicon: Path) -> list[str]:
    dtd = etree.DTD(str(FILE))
    dtd.validate(etree.parse(lexicon))
    return [str(fault) for fault in dtd.error_log]


def test_it_is_valid(export: Export, tmp_path: Path) -> None:
    written(wn_lmf, export, tmp_path, url="https://words.example/")
    assert faults(tmp_path / wn_lmf.FILE) == []


def test_it_is_valid_with_senses(with_senses: Export, tmp_path: Path) -> None:
    written(wn_lmf, with_senses, tmp_path)
    assert faults(tmp_path / wn_lmf.FILE) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [(' email="unknown"', ""), ('relType="antonym"', 'relType="foe"'), ('ili=""', 'ily=""')],
)
def test_a_fault_would_be_found(export: Export, tmp_path: Path, old: str, new: str) -> None:
    written(wn_lmf, export, tmp_path)
    file = tmp_path / wn_lmf.FILE
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    assert faults(file)


def test_nasty_terms_and_characters_that_xml_forbids(tmp_path: Path) -> None:
    export = export_of(tmp_path / "export", [NASTY, ["fine", "bad\ufffe"]])
    losses = written(wn_lmf, export, tmp_path / "out")
    file = tmp_path / "out" / wn_lmf.FILE
    assert faults(file) == []
    forms = set(etree.parse(file).xpath("//Lemma/@writtenForm"))
    assert forms == {*NASTY, "fine", "bad\ufffd"}
    assert losses[0].number == 1
