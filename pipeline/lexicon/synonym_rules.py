"""Synonym rules of search engines, read as synsets: files of Solr, Elasticsearch and Lucene.

Contract: text as `files` takes it, one rule on each line, or, in a .json file, the body of an
Elasticsearch synonym set. The grammar is that of Lucene's SolrSynonymParser: terms stand between
commas; a line that begins with # is a comment; a backslash takes the next character as it is. A
rule without an arrow is a synset. `a, b => c` puts c in the place of a and b, so all three are one
synset; `a, b => c, d` says that a and b are each c and d, but not that c is d. Empty terms are
passed over; a rule of two arrows is refused, as the engines refuse it.
"""

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.files import plain_name, read_lines
from nymgraph.pipeline.lexicon.wordnet import Synset

__all__ = ["read_synonym_rules"]

_PIECE = re.compile(r"\\.|=>|,|[^\\,=]+|.", re.DOTALL)


def read_synonym_rules(path: Path) -> Iterator[Synset]:
    """Read a synonym file.

    Args:
        path: The file.

    Yields:
        The synsets, named by the number of their rule.

    Raises:
        InputError: The file is missing or no text, its JSON is not that of a synonym set, or a rule
            has two arrows; the message names the line.
    """
    for number, rule in _rules(path):
        sides = _sides(rule)
        if len(sides) > 2:
            raise InputError(
                f"{path}: rule {number} has more than one arrow",
                got=rule.strip(),
                expected="a, b => c",
                cure="make it two rules, or write an arrow that belongs to a term as \\=>",
            )
        yield from _synsets(str(number), *sides)


def _synsets(name: str, left: list[str], right: list[str] | None = None) -> Iterator[Synset]:
    if right is None or len(right) == 1:
        terms = tuple(dict.fromkeys([*(right or ()), *left]))
        if terms:
            yield Synset(name, terms, (), (), weight=1.0)
        return
    for place, pair in enumerate(product(left, right)):
        yield Synset(f"{name}.{place}", tuple(dict.fromkeys(pair)), (), (), weight=1.0)


def _rules(path: Path) -> Iterator[tuple[int, str]]:
    """The rules with their numbers: lines of text, or entries of a synonym set."""
    lines = read_lines(path)
    if plain_name(path).suffix.lower() != ".json":
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                yield number, line
        return
    try:
        entries = json.loads("\n".join(lines))["synonyms_set"]
        rules = [str(entry["synonyms"]) for entry in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is no synonym set of Elasticsearch",
            got=str(error),
            expected='{"synonyms_set": [{"synonyms": "a, b => c"}]}',
            cure="give the body of PUT _synonyms/NAME, or a text file of rules",
        ) from error
    yield from enumerate(rules, 1)


def _sides(rule: str) -> list[list[str]]:
    """The terms on each side of each arrow, escapes taken away."""
    sides, term = [[""]], ""
    for piece in _PIECE.findall(rule):
        if piece in (",", "=>"):
            sides[-1][-1] = term
            term = ""
            if piece == ",":
                sides[-1].append("")
            else:
                sides.append([""])
        else:
            term += piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece
    sides[-1][-1] = term
    return [[stripped for term in side if (stripped := term.strip())] for side in sides]
