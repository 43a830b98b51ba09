"""Thesauri of LibreOffice and OpenOffice (MyThes, `th_*.dat`), read as synsets.

Contract: the first line names the encoding. A word follows as `word|n`, then n lines, each a
meaning: its part of speech, or -, and its synonyms, with bars between. A meaning that stands under
each of its words is one synset. Where a meaning lists its word in other letters (German files have
their words in small ones: auto, with the synonym Auto), those are how it is written. A note in
brackets at the end of a synonym says what it is: an antonym, or a generic term, which is above;
words that are merely similar, related or below are passed over, and other notes, such as
(colloquial), are cut off. What the notes of a file mean can be said by `relations`. The .idx file
is not needed.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.files import unpacked
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset
from nymgraph.pipeline.settings.params import MyThesSource

__all__ = ["read_mythes"]

_NOTE = re.compile(r"(.*\S)\s*\(([^()]*)\)")
_POS = {"noun": "noun", "verb": "verb", "adj": "adjective", "adv": "adverb"}
_ANTONYM, _ABOVE, _PASSED, _SYNONYM = "antonym", "above", "passed", "synonym"
# English, German, French, Spanish, Portuguese, Italian
_MEANINGS = {
    **dict.fromkeys(("antonym", "antonyme", "antónimo", "antônimo", "contrario"), _ANTONYM),
    **dict.fromkeys(("generic term", "oberbegriff", "hyperonyme", "hiperónimo"), _ABOVE),
    **dict.fromkeys(("similar term", "related term", "unterbegriff", "hyponyme"), _PASSED),
    **dict.fromkeys(("assoziation", "vergleiche", "termine simile", "termine correlato"), _PASSED),
}


class _Meaning(NamedTuple):
    """What a meaning says, by the kind of its words."""

    pos: str
    synonyms: list[str]
    antonyms: list[str]
    above: list[str]
    beside: list[str]


def read_mythes(source: MyThesSource) -> Iterator[Synset]:
    """Read a thesaurus.

    Args:
        source: Where it is, and what its notes mean.

    Yields:
        A synset for each meaning, and one for each antonym and co-hyponym; named by their lines.

    Raises:
        InputError: The file is missing, its encoding is not known or not kept, or an entry is not
            as it should be; the message names the line.
    """
    own = {note.casefold(): kind for note, kind in (source.relations or {}).items()}
    meanings = {**_MEANINGS, **own}
    lines = _lines(source)
    seen: set[tuple[frozenset[str], ...]] = set()
    number = 1
    while number < len(lines):
        head = lines[number]
        number += 1
        word, bar, count = head.rpartition("|")
        entry = bar and count.strip().isdigit()
        if not head.strip() or (head.startswith("#") and not entry):  # # is a word, too
            continue
        if not entry or number + int(count) > len(lines):
            raise InputError(
                f"{source.path}: line {number} begins no entry",
                got=head,
                expected="a word, a bar and the number of the lines of its meanings",
                cure="give the .dat file of a thesaurus for LibreOffice, or mend the line",
            )
        for place in range(number, number + int(count)):
            meaning = _of_word(word.strip(), _meaning(lines[place], meanings))
            content = (frozenset(meaning.synonyms), *map(frozenset, meaning[2:]))
            if content not in seen:
                seen.add(content)
                yield from _synsets(meaning, str(place + 1))
        number += int(count)


def _of_word(word: str, meaning: _Meaning) -> _Meaning:
    """A meaning with its word, which may be empty, among the synonyms, as they write it."""
    written = {synonym.casefold() for synonym in meaning.synonyms}
    own = [] if not word or word.casefold() in written else [word]
    return meaning._replace(synonyms=list(dict.fromkeys([*own, *meaning.synonyms])))


def _synsets(meaning: _Meaning, name: str) -> Iterator[Synset]:
    # the generic terms of a meaning are one synset: who names the same ones has it in common
    above = ["|".join(sorted(meaning.above))] if meaning.above else []
    above += [f"{name}^"] if meaning.beside else []
    terms = tuple(meaning.synonyms)
    antonyms = tuple(Antonym(0, f"{name}-{place}", 0) for place in range(len(meaning.antonyms)))
    yield Synset(name, terms, tuple(above), antonyms, meaning.pos, weight=1.0)
    for place, antonym in enumerate(meaning.antonyms):
        yield Synset(f"{name}-{place}", (antonym,), (), (), weight=1.0)
    for place, other in enumerate(meaning.beside):
        yield Synset(f"{name}+{place}", (other,), (f"{name}^",), (), weight=1.0)


def _meaning(line: str, meanings: dict[str, str]) -> _Meaning:
    pos, *words = [field.strip() for field in line.split("|")]
    found = _Meaning(_POS.get(pos.strip("()").casefold(), ""), [], [], [], [])
    by_kind = {
        _SYNONYM: found.synonyms,
        _ANTONYM: found.antonyms,
        _ABOVE: found.above,
        "co_hyponym": found.beside,
        _PASSED: [],
    }
    for written in words:
        word, kind = written, _SYNONYM
        while noted := _NOTE.fullmatch(word):
            word, note = noted.groups()
            kind = meanings.get(note.strip().casefold(), kind)
        if word:
            by_kind[kind].append(word)
    return found


def _lines(source: MyThesSource) -> list[str]:
    """The lines of the file, the first of which names the encoding."""
    with unpacked(source.path) as stream:
        content = stream.read().removeprefix(codecs.BOM_UTF8)
    name = content.partition(b"\n")[0].decode("ascii", "replace").strip()
    try:
        text = content.decode(codecs.lookup(name.removeprefix("microsoft-")).name)
    except (LookupError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{source.path} is no thesaurus of LibreOffice in an encoding that is known",
            got=f"the first line {name[:40]!r}: {error}",
            expected="the name of the encoding in the first line, such as UTF-8 or ISO8859-1",
            cure="give the .dat file, not the .idx, and name its encoding in the first line",
        ) from error
    return text.splitlines()
