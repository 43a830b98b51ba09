"""Wordnets in WN-LMF, the format of the Global WordNet Association.

Contract: versions 1.0 to 1.4 (globalwordnet.github.io/schemas), plain, gzipped or xz. All lexicons
of the file are read. A lexical entry has a lemma, forms of it (`<Form>`) and senses; a sense names
its synset. Antonyms are sense relations between terms, or synset relations between all terms of two
synsets; a hypernym may be given from either end. Read are the relations of `_ANTONYMS` and `_ABOVE`
/ `_BELOW`. Targets that are not in the file are passed over, and so are senses without a synset and
extensions of entries elsewhere (`ExternalLexicalEntry`). The order of the senses of an entry is
their rank, a `<Count>` in a sense how often it was met. The file is streamed; what is kept is its
words.
"""

import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.files import unpacked
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset

__all__ = ["read_forms", "read_wn_lmf"]

_ANTONYMS = {"antonym", "anto_gradable", "anto_simple", "anto_converse"}
_SIMILAR = {"similar", "also"}
_DOMAIN = {"exemplifies"}
_ABOVE = {"hypernym", "instance_hypernym"}
_BELOW = {"hyponym", "instance_hyponym"}
_POS = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective", "r": "adverb"}
_LEXICONS = ("Lexicon", "LexiconExtension")


def read_wn_lmf(path: Path) -> list[Synset]:
    """Read the synsets of a WN-LMF file.

    Args:
        path: The file; .gz and .xz are opened as such.

    Returns:
        The synsets in the order of the file, those without a term too.

    Raises:
        InputError: The file is missing, damaged, not XML, or not WN-LMF.
    """
    content = _content(path)
    if not content.synsets:
        raise InputError(
            f"{path} holds no synset",
            expected="a <LexicalResource> with <Lexicon>, <LexicalEntry> and <Synset>",
            cure="give a WN-LMF file, such as a release of the Open Multilingual Wordnet",
        )
    return list(content.finished())


def read_forms(path: Path) -> dict[str, str]:
    """Read the inflected forms that a WN-LMF file lists.

    Args:
        path: The file; .gz and .xz are opened as such.

    Returns:
        The lemma of each form: of several the first in the file.

    Raises:
        InputError: The file is missing, damaged, not XML, or not WN-LMF.
    """
    return _content(path).forms


class _Content:
    """The entries read so far."""

    def __init__(self) -> None:
        self.synsets: list[Synset] = []
        self.forms: dict[str, str] = {}  # of a form: its lemma
        self._terms: dict[str, list[str]] = defaultdict(list)  # of a synset
        self._ranks: dict[str, list[int]] = defaultdict(list)  # of these terms
        self._counts: dict[str, list[float]] = defaultdict(list)
        self._place: dict[str, tuple[str, int]] = {}  # of a sense: synset, number of the term
        self._pointers: dict[str, list[tuple[int, str]]] = defaultdict(list)  # term, sense
        self._domains: dict[str, list[tuple[int, str]]] = defaultdict(list)  # term, sense
        self._n_links: dict[str, int] = defaultdict(int)  # of a synset and its senses
        self._below: dict[str, list[str]] = defaultdict(list)  # of a synset: what is above

    def add_entry(self, entry: ElementTree.Element) -> None:
        """Take a lexical entry."""
        lemma = entry.find("Lemma")
        term = "" if lemma is None else lemma.get("writtenForm", "")
        for form in entry.findall("Form"):
            written = form.get("writtenForm", "")
            if written not in ("", term):
                self.forms.setdefault(written, term)
        for rank, sense in enumerate(entry.findall("Sense"), 1):
            synset = sense.get("synset", "")
            number = len(self._terms[synset])
            self._terms[synset].append(term)
            self._ranks[synset].append(rank)
            self._counts[synset].append(sum(_count(count) for count in sense.findall("Count")))
            self._n_links[synset] += len(sense.findall("SenseRelation"))
            self._place[sense.get("id", "")] = (synset, number)
            targets = _targets(sense, "SenseRelation", _ANTONYMS)
            self._pointers[synset] += [(number, target) for target in targets]
            domains = _targets(sense, "SenseRelation", _DOMAIN)
            self._domains[synset] += [(number, target) for target in domains]

    def add_synset(self, synset: ElementTree.Element) -> None:
        """Take a synset; its terms come from the entries."""
        name = synset.get("id", "")
        kinds = [relation.get("relType") for relation in synset.findall("SynsetRelation")]
        self._n_links[name] += sum(kind not in _ABOVE | _BELOW for kind in kinds)
        for child in _targets(synset, "SynsetRelation", _BELOW):
            self._below[child].append(name)
        self.synsets.append(
            Synset(
                name,
                (),
                _targets(synset, "SynsetRelation", _ABOVE),
                (),
                _POS.get(synset.get("partOfSpeech", ""), ""),
                (synset.findtext("Definition") or "").strip(),
                _targets(synset, "SynsetRelation", _ANTONYMS),
                _targets(synset, "SynsetRelation", _SIMILAR),
                domains=tuple((-1, x) for x in _targets(synset, "SynsetRelation", _DOMAIN)),
            )
        )

    def finished(self) -> Iterator[Synset]:
        """The synsets with their terms, hypernyms and antonyms."""
        for synset in self.synsets:
            antonyms = [
                Antonym(number, *self._place[target])
                for number, target in self._pointers.get(synset.id, [])
                if target in self._place
            ]
            domains = [
                (number, self._place[target][0])
                for number, target in self._domains.get(synset.id, [])
                if target in self._place
            ]
            above = [*synset.hypernyms, *self._below.get(synset.id, [])]
            yield synset._replace(
                terms=tuple(self._terms.get(synset.id, [])),
                hypernyms=tuple(dict.fromkeys(above)),
                antonyms=tuple(antonyms),
                domains=(*synset.domains, *domains),
                n_links=self._n_links[synset.id],
                ranks=tuple(self._ranks.get(synset.id, [])),
                counts=tuple(self._counts.get(synset.id, [])),
            )


def _content(path: Path) -> _Content:
    content = _Content()
    try:
        with unpacked(path) as stream:
            _read(stream, content, path)
    except ElementTree.ParseError as error:
        raise InputError(
            f"{path} cannot be read as WN-LMF", got=str(error), cure="fetch the file again"
        ) from error
    return content


def _read(stream: IO[bytes], content: _Content, path: Path) -> None:
    lexicon = None
    for event, element in ElementTree.iterparse(stream, ("start", "end")):
        if event == "start":
            if lexicon is None and element.tag not in ("LexicalResource", *_LEXICONS):
                raise InputError(
                    f"{path} is not WN-LMF",
                    got=f"<{element.tag}>",
                    expected="<LexicalResource>",
                    cure="give a WN-LMF file, such as a release of the Open Multilingual Wordnet",
                )
            lexicon = element if element.tag in _LEXICONS else lexicon
        elif element.tag == "LexicalEntry":
            content.add_entry(element)
        elif element.tag == "Synset":
            content.add_synset(element)
        if event == "end" and element.tag in ("LexicalEntry", "Synset") and lexicon is not None:
            lexicon.clear()  # the file does not pile up in memory


def _count(element: ElementTree.Element) -> float:
    text = (element.text or "").strip()
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _targets(element: ElementTree.Element, tag: str, types: set[str]) -> tuple[str, ...]:
    found = element.findall(tag)
    return tuple(
        relation.get("target", "") for relation in found if relation.get("relType") in types
    )
