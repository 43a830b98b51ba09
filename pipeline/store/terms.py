"""From a spelling to a term; what to say when there is none.

The exact form comes first. Then every term with the same case-folded key is a candidate. A term
that is its own key is found by its exact form; only the others need an index, which is built when
the first exact look-up fails.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Self

import polars as pl
from rapidfuzz import fuzz, process

from pipeline.errors import InputError
from pipeline.lexicon.normalise import clean, look_up_key
from pipeline.store.stored_table import ColumnIndex, StoredTable

__all__ = ["Terms", "UnknownTermError"]

_WINDOW = 5_000
_CHUNK = 10_000
_MIN_SIMILARITY = 60
_N_NEAR = 5
_LAST = "\U0010ffff"


class UnknownTermError(InputError, KeyError):
    """A spelling that no term has; also a KeyError.

    Args:
        term: The spelling.
        near: Terms spelled like it, nearest first.

    Attributes:
        term: The spelling.
        near: Terms spelled like it, nearest first.
    """

    term: str
    near: tuple[str, ...]

    def __init__(self, term: str, near: tuple[str, ...]) -> None:
        self.term, self.near = term, near
        close = ", ".join(repr(name) for name in near)
        cure = f"did you mean {close}?" if near else "check the spelling and the language"
        super().__init__(f"{term!r} is not a term of this lexicon", cure=cure)

    def __reduce__(self) -> tuple[type[Self], tuple[str, tuple[str, ...]]]:
        return type(self), (self.term, self.near)

    def __str__(self) -> str:  # a KeyError would show the quoted representation
        return str(self.args[0])


class Terms:
    """The terms of an export, found by spelling.

    Args:
        table: EXPORTED_TERMS, sorted by term; term_id is the row.
        variants: EXPORTED_VARIANTS, sorted by variant; None in an export without.
        language: Language code of the lexicon: it decides what is the small letter of I.
    """

    def __init__(self, table: StoredTable, variants: StoredTable | None, language: str) -> None:
        self._table, self._variants, self._language = table, variants, language

    def __len__(self) -> int:
        return self._table.rows

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), _CHUNK):
            yield from self._table.values("term", range(start, min(start + _CHUNK, len(self))))

    def name(self, term_id: int) -> str:
        """The term with this number."""
        return str(self._table.value("term", term_id))

    def cluster_id(self, term_id: int) -> int | None:
        """The cluster of a term, None for a singleton."""
        cluster_id: int | None = self._table.value("cluster_id", term_id)
        return cluster_id

    def exact(self, term: str) -> int | None:
        """The number of the term spelled exactly so, or None."""
        row = self._table.first(term)
        return row if row < len(self) and self.name(row) == term else None

    def find(self, term: str) -> int | None:
        """The term that a spelling means, or None.

        The exact form (after white space and composition are cleaned), else of the terms with the
        same case-folded key the first in byte-wise order that has a cluster, else the first. An
        inflected form that was set aside means its lemma.

        Args:
            term: The spelling.

        Returns:
            Its term_id, or None if no term has it.
        """
        spelling = clean(term, self._language)
        row = self.exact(spelling)
        if row is not None:
            return row
        key = look_up_key(spelling, self._language)
        rows = self._with_key(key) or self._lemmas(spelling, key)
        clustered = (row for row in rows if self.cluster_id(row) is not None)
        return next(clustered, rows[0] if rows else None)

    def variants(self, term_id: int) -> list[str]:
        """The inflected forms of a term, in byte-wise order."""
        if self._variants is None:
            return []
        return [self._variants.value("variant", row) for row in self._forms.find(term_id)]

    def resolve(self, term: str) -> int:
        """The term that a spelling means, as `find`.

        Args:
            term: The spelling.

        Returns:
            Its term_id.

        Raises:
            UnknownTermError: No term has this spelling or its key.
        """
        row = self.find(term)
        if row is None:
            raise UnknownTermError(term, self.near(term))
        return row

    def near(self, term: str) -> tuple[str, ...]:
        """Terms spelled like this one, nearest first.

        They are sought around the places in byte-wise order where the spelling, its key, and the
        spelling with its first letter dropped or its first two swapped would stand, and among the
        spellings whose first letter is another or missing, so that a miss costs the same in a
        lexicon of any size.

        Args:
            term: A spelling that no term has.

        Returns:
            At most five terms.
        """
        spelling = clean(term, self._language)
        key = look_up_key(spelling, self._language)
        swapped = spelling[1:2] + spelling[:1] + spelling[2:]
        starts = [start for start in (spelling, key, spelling[1:], swapped) if start]
        around = {name for start in starts for name in self._around(start)}
        begun = (first + rest for first in self._first_letters for rest in (key, key[1:]))
        names = sorted(around | {name for name in begun if self.exact(name) is not None})
        found = process.extract(
            key, names, scorer=fuzz.ratio, limit=_N_NEAR, score_cutoff=_MIN_SIMILARITY
        )
        return tuple(name for name, _, _ in found)

    def suggest(self, prefix: str, n: int) -> list[str]:
        """Terms whose case-folded key begins with a prefix, for a search box.

        Of a prefix that very many terms share only the first few thousand in byte-wise order are
        looked at, so that an answer costs the same in a lexicon of any size.

        Args:
            prefix: The beginning of a term; case does not matter.
            n: How many, 0 or more.

        Returns:
            At most `n` terms: those with a cluster first, then the shorter, then byte-wise.
        """
        key = look_up_key(
            " ".join(clean(prefix + "|", self._language).split())[:-1], self._language
        )
        if not key:
            return []
        start = self._table.first(key)
        own = range(start, min(start + _WINDOW, self._table.first(key + _LAST)))
        named = zip(self._table.values("term", own), own, strict=True)
        found = dict(named) | {self.name(row): row for row in self._folded_beginning(key)}
        ranked = sorted((self.cluster_id(row) is None, len(x), x) for x, row in found.items())
        return [term for _, _, term in ranked[:n]]

    def _folded_beginning(self, key: str) -> list[int]:
        index = self._folded
        start, stop = index.first(key), index.first(key + _LAST)
        found: list[int] = index.rows[start : min(start + _WINDOW, stop)].tolist()
        return found

    @cached_property
    def _folded(self) -> ColumnIndex:
        return self._table.index("key", where=pl.col("key") != pl.col("term"))

    @cached_property
    def _first_letters(self) -> list[str]:
        """The first letters of all terms, found by leaps over those that share one."""
        letters, row = [], 0
        while row < len(self):
            letters.append(self.name(row)[0])
            row = max(row + 1, self._table.first(letters[-1] + _LAST))
        return letters

    def _with_key(self, key: str) -> list[int]:
        """The terms with this key, in byte-wise order."""
        own = self.exact(key)  # a term that is a key is its own key: folding it changes nothing
        return sorted({*self._folded.find(key), *([] if own is None else [own])})

    @cached_property
    def _forms(self) -> ColumnIndex:
        assert self._variants is not None
        return self._variants.index("lemma_id")

    @cached_property
    def _form_keys(self) -> ColumnIndex:
        assert self._variants is not None
        return self._variants.index("key")

    def _lemmas(self, spelling: str, key: str) -> list[int]:
        """The lemma of the form spelled exactly so, else those of the forms with this key."""
        if self._variants is None:
            return []
        rows = list(self._variants.find(spelling)) or self._form_keys.find(key)
        return [self._variants.value("lemma_id", row) for row in rows]

    def _around(self, start: str) -> list[str]:
        row = self._table.first(start)
        rows = range(max(0, row - _WINDOW), min(len(self), row + _WINDOW))
        return self._table.values("term", rows)
