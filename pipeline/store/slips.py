"""Slips of the keyboard: which spellings a hasty hand may have meant.

One slip: two letters swapped (*teh*), a letter dropped (*hapy*), doubled (*happpy*), hit beside its
own (*hspp*), or hit with its own (*hasppy*). The first letter is nearly always right (Yannakoudakis
and Fawthrop, The rules of spelling errors, 1983), and is taken as it stands.
"""

from collections.abc import Iterable

__all__ = ["slips"]

_LONGEST = 40
_SHORTEST = 3
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside() -> dict[str, str]:
    """The letters beside each on the keyboard that most scripts in Latin letters use."""
    beside: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, letter in enumerate(row):
            around = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            if number > 0:  # the row above stands half a key to the left
                around += _ROWS[number - 1][place : place + 2]
            if number + 1 < len(_ROWS):
                around += _ROWS[number + 1][max(0, place - 1) : place + 1]
            beside[letter] = around
    return beside


BESIDE = _beside()


def slips(key: str, letters: Iterable[str]) -> set[str]:
    """The spellings that one slip may have turned into this one.

    Args:
        key: The key of a word as it was written.
        letters: Letters that may have been dropped.

    Returns:
        Keys; none for words too short or too long to tell.
    """
    if not _SHORTEST <= len(key) <= _LONGEST:
        return set()
    found = set()
    for place in range(1, len(key) + 1):
        head, tail = key[:place], key[place:]
        found |= {head + letter + tail for letter in letters}
        if not tail:
            continue
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
        found |= {head + letter + tail[1:] for letter in BESIDE.get(tail[0], "")}
        around = head[-1] + tail[1:2]
        if any(tail[0] == letter or tail[0] in BESIDE.get(letter, "") for letter in around):
            found.add(head + tail[1:])
    return found - {key}
