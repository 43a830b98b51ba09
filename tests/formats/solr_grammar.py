"""The grammar of Lucene's SolrSynonymParser, read off its documentation character by character."""

from typing import NamedTuple


class Parsed(NamedTuple):
    """One rule: the terms left of the arrow (or all of them), and those right of it."""

    left: list[str]
    right: list[str]


def parse(text: str) -> list[Parsed]:
    """The rules of a file."""
    rules = []
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            sides = split(line, "=>")
            assert len(sides) <= 2, f"more than one explicit mapping: {line!r}"
            left, *rest = [[plain(term) for term in split(side, ",")] for side in sides]
            rules.append(Parsed(left, rest[0] if rest else []))
    return rules


def split(text: str, separator: str) -> list[str]:
    """Cut at separators that no backslash protects; backslashes stay."""
    parts, current, place = [], "", 0
    while place < len(text):
        if text.startswith(separator, place):
            parts.append(current)
            current, place = "", place + len(separator)
        elif text[place] == "\\":
            current, place = current + text[place : place + 2], place + 2
        else:
            current, place = current + text[place], place + 1
    return [*parts, current]


def plain(text: str) -> str:
    """Each backslash taken away, what follows it kept; then trimmed as Java does."""
    found, place = "", 0
    while place < len(text):
        place += text[place] == "\\" and place + 1 < len(text)
        found, place = found + text[place], place + 1
    return found.strip("".join(map(chr, range(33))))
