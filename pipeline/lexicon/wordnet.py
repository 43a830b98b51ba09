"""WordNet editions, read from the XML files in the NlpToolkit-WordNet wheel (none of its code).

English is WordNet 3.1; Turkish is KeNet. Contract: a file holds `<SYNSET>` elements with an `<ID>`,
a part of speech `<POS>` (n, v, a, b; others count as unknown), a gloss `<DEF>`, literals, and
relations `<SR>` to other synsets: a HYPERNYM is what is above. A relation inside a literal is
lexical; its `<TO>` is the 1-based number of the literal of the target synset. KeNet has no lexical
relations: its antonyms stand between synsets. A synset may name a target that the file (or the
slice read) does not hold: such relations are passed over. An English literal may end in a marker of
an adjective's position, (a), (p) or (ip), as in `ablaze(p)` (wninput(5WN)): it is syntax and no
part of the term, and is cut off.

The English file does not say how often a word is used in each sense (its `<SENSE>` is a
lexicographer's id). `counts/` holds the counts of Princeton's index.sense of WordNet 3.1
(senseidx(5WN)). Its sense numbers follow the counts and are arbitrary where these are 0.
"""

import importlib.metadata
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import as_file, files
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.errors import ArtefactError, DependencyError

__all__ = ["Antonym", "Synset", "find_edition", "opposed", "read_synsets"]

_DISTRIBUTION = "NlpToolkit-WordNet"
_EDITIONS = {
    "english": "WordNet/data/english_wordnet_version_31.xml",
    "turkish": "WordNet/data/turkish_wordnet.xml",
}
_POSITION_MARKER = re.compile(r"\((?:a|p|ip)\)$")
_HYPERNYMS = {"HYPERNYM", "INSTANCE_HYPERNYM"}
_TAXONOMY = _HYPERNYMS | {"HYPONYM", "INSTANCE_HYPONYM"}
# KeNet's r is a pronoun, i an interjection or a proverb, c a conjunction, p a postposition
_POS = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective", "b": "adverb"}


class Antonym(NamedTuple):
    """A lexical pointer from a literal of one synset to a literal of another (both from 0)."""

    literal: int
    target: str
    target_literal: int


class Synset(NamedTuple):
    """One synset of a dictionary.

    Attributes:
        id: Its name in the file.
        terms: Its terms in order.
        hypernyms: The synsets directly above it.
        antonyms: Antonyms of single terms.
        pos: noun, verb, adjective or adverb; empty where the file gives no such.
        gloss: Its definition; empty where the file gives none.
        opposites: Synsets every term of which is an antonym of every term here.
        similar: Synsets of nearly the same meaning (WordNet's satellites: fast, rapid; and what
            it refers to: happy, see also glad).
        n_links: Relations of any kind but hypernymy and hyponymy, those of its terms too.
        ranks: By term, the place of this among the senses of the term and part of speech, from 1;
            0 where the file does not say; empty where it says so of none.
        counts: By term, how often it was met in this sense; empty where nothing is known.
        weight: The dominance of the sense in all its terms, 0 to 1, where the source states it.
        domains: The domains of usage, such as slang: place of the term (-1 for all), and the synset
            that names the domain.
        confidence: How sure the source is of what it says here, 0 to 1.
    """

    id: str
    terms: tuple[str, ...]
    hypernyms: tuple[str, ...]
    antonyms: tuple[Antonym, ...]
    pos: str = ""
    gloss: str = ""
    opposites: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    n_links: int = 0
    ranks: tuple[int, ...] = ()
    counts: tuple[float, ...] = ()
    weight: float | None = None
    domains: tuple[tuple[int, str], ...] = ()
    confidence: float = 1.0


def opposed(synsets: Sequence[Synset]) -> Iterator[tuple[int, int, int, int]]:
    """The opposites of a dictionary: of terms, and of all terms of two synsets.

    A pointer to what is not there is passed over.

    Args:
        synsets: The dictionary.

    Yields:
        Place of a synset, place of a term in it, and the same of its opposite, as they are said: a
        pair that is said from both ends comes twice.
    """
    place = {synset.id: number for number, synset in enumerate(synsets)}
    for one, synset in enumerate(synsets):
        pointers = [(x.literal, x.target, x.target_literal) for x in synset.antonyms]
        for name in synset.opposites:
            size = len(synsets[place[name]].terms) if name in place else 0
            pointers += [(i, name, j) for i, j in product(range(len(synset.terms)), range(size))]
        for i, name, j in pointers:
            other = place.get(name)
            if other is not None and j < len(synsets[other].terms):
                yield one, i, other, j


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


def read_synsets(
    path: Path, max_synsets: int | None = None, edition: str = "english"
) -> Iterator[Synset]:
    """Read synsets one by one, in the order of the file, in bounded memory.

    Args:
        path: The XML file.
        max_synsets: Stop after so many, or None for all.
        edition: english or turkish.

    Returns:
        An iterator over the synsets.
    """
    read = _synset if edition == "english" else _turkish_synset
    return islice(map(read, _elements(path)), max_synsets)


def _elements(path: Path) -> Iterator[ElementTree.Element]:
    try:
        for _, element in ElementTree.iterparse(path):
            if element.tag == "SYNSET":
                yield element
                element.clear()
    except ElementTree.ParseError as error:
        raise ArtefactError(
            f"{path} is not well-formed XML",
            got=str(error),
            cure=f"pip install --force-reinstall {_DISTRIBUTION}",
        ) from error


def _synset(element: ElementTree.Element) -> Synset:
    literals = element.findall("SYNONYM/LITERAL")
    antonyms = [
        Antonym(number, relation.text or "", int(relation.findtext("TO", "1")) - 1)
        for number, literal in enumerate(literals)
        for relation in literal.findall("SR")
        if relation.findtext("TYPE") == "ANTONYM"
    ]
    name = element.findtext("ID", "")
    terms = tuple(_POSITION_MARKER.sub("", literal.text or "") for literal in literals)
    return Synset(
        name,
        terms,
        _targets(element, _HYPERNYMS),
        tuple(antonyms),
        _POS.get(element.findtext("POS", ""), ""),
        element.findtext("DEF", ""),
        similar=_similar(element, name),
        n_links=_n_links(element),
        counts=tuple(_sense_counts().get((name, term.lower()), 0) for term in terms),
        domains=_domains(element, literals),
    )


def _domains(
    element: ElementTree.Element, literals: list[ElementTree.Element]
) -> tuple[tuple[int, str], ...]:
    """The domains of usage, of the synset and of its literals."""
    found = [(-1, target) for target in _targets(element, {"DOMAIN_USAGE"})]
    for number, literal in enumerate(literals):
        found += [(number, target) for target in _targets(literal, {"DOMAIN_USAGE"})]
    return tuple(found)


def _similar(element: ElementTree.Element, name: str) -> tuple[str, ...]:
    """The satellites of a head, or the head of a satellite, and the heads that it refers to.

    The file calls satellites ...-s where they stand and ...-a where a head points to them.
    """
    found = _targets(element, {"SIMILAR_TO"})
    if name.endswith("-a"):
        found = tuple(f"{x[:-1]}s" for x in found) + _targets(element, {"ALSO_SEE"})
    return found


@cache
def _sense_counts() -> dict[tuple[str, str], int]:
    """Synset and lemma to the count, where it is not 0, of the lemmas of two senses and more."""
    with as_file(files("nymgraph.pipeline.lexicon") / "counts/wordnet31.parquet") as path:
        rows = pl.read_parquet(path).filter(pl.col("count") > 0).select("synset", "lemma", "count")
    return {(synset, lemma): count for synset, lemma, count in rows.iter_rows()}


def _turkish_synset(element: ElementTree.Element) -> Synset:
    literals = element.findall("SYNONYM/LITERAL")
    return Synset(
        element.findtext("ID", ""),
        tuple(literal.text or "" for literal in literals),
        _targets(element, _HYPERNYMS),
        (),
        _POS.get(element.findtext("POS", ""), ""),
        element.findtext("DEF", ""),
        _targets(element, {"ANTONYM"}),
        n_links=_n_links(element),
        ranks=tuple(_rank(literal) for literal in literals),
    )


def _rank(literal: ElementTree.Element) -> int:
    """KeNet's number of a sense: its place in the dictionary."""
    text = literal.findtext("SENSE", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _n_links(element: ElementTree.Element) -> int:
    kinds = [relation.findtext("TYPE") for relation in element.iter("SR")]
    return sum(kind not in _TAXONOMY for kind in kinds)


def _targets(element: ElementTree.Element, types: set[str]) -> tuple[str, ...]:
    """The synsets to which a synset as a whole, or a literal, has such a relation, each once."""
    found = (
        relation.text or ""
        for relation in element.findall("SR")
        if relation.findtext("TYPE") in types
    )
    return tuple(dict.fromkeys(found))
