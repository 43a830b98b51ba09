"""The senses of a term as its dictionary has them, read from the index of an export."""

from typing import NamedTuple

import numpy as np

from nymgraph.pipeline.lexicon.use import use_of
from nymgraph.pipeline.lookup import LookupIndex
from nymgraph.pipeline.lookup.layout import KNOWN_BY, NONE, POS, RELATIVES
from nymgraph.pipeline.store.numbers import shortest

__all__ = ["DictionarySense", "DictionarySenses"]


class DictionarySense(NamedTuple):
    """One sense, in the numbers of the index.

    Attributes:
        share: Share of the term's use, 0 to 1.
        known_by: How the share is known.
        pos: Part of speech.
        gloss: Definition.
        cluster: Place of its cluster; None for none.
        synonyms: Terms that share it.
        antonyms: Its opposites.
        similar: Terms of nearly this meaning.
    """

    share: float
    known_by: str
    pos: str
    gloss: str
    cluster: int | None
    synonyms: list[int]
    antonyms: list[int]
    similar: list[int]


class DictionarySenses:
    """The senses of every term, commonest first.

    Args:
        index: The index of the export.
    """

    def __init__(self, index: LookupIndex) -> None:
        names = ("at", "share", "count", "known_by", "pos", "cluster", *RELATIVES)
        self._array = {name: index.view(f"senses.{name}") for name in names}
        self._at = {name: index.view(f"senses.{name}_at") for name in RELATIVES}
        self._gloss = index.strings("senses.gloss")

    def of(self, term_id: int) -> list[DictionarySense]:
        """The senses of a term; none where no dictionary holds it."""
        return [self._sense(row) for row in self._rows(term_id)]

    def closeness(self, term_id: int, other: int, relation: str) -> float | None:
        """How common the senses of a term are in which another is its relative.

        Args:
            term_id: The term.
            other: The other.
            relation: synonyms, antonyms or similar.

        Returns:
            Their share beside that of the commonest sense, at most 1; None where there is none.
        """
        rows = self._rows(term_id)
        found = [row for row in rows if other in self._relatives(relation, row)]
        if not found:
            return None
        share = self._array["share"]
        return float(min(1.0, sum(share[row] for row in found) / share[rows[0]]))

    def use(self, term_id: int) -> float:
        """How much a term is used, as `lexicon.shared_use` estimates it."""
        rows = self._rows(term_id)
        counted = np.nansum(self._array["count"][rows.start : rows.stop])
        return use_of(float(counted), len(rows))

    def _rows(self, term_id: int) -> range:
        return range(self._array["at"][term_id], self._array["at"][term_id + 1])

    def _relatives(self, name: str, row: int) -> list[int]:
        at = self._at[name]
        found: list[int] = self._array[name][at[row] : at[row + 1]].tolist()
        return found

    def _sense(self, row: int) -> DictionarySense:
        cluster = self._array["cluster"][row]
        return DictionarySense(
            shortest(self._array["share"][row]),
            KNOWN_BY[self._array["known_by"][row]],
            POS[self._array["pos"][row]],
            self._gloss.text(row),
            None if cluster == NONE else cluster,
            *(self._relatives(name, row) for name in RELATIVES),
        )
