"""Sorted strings in two mapped arrays, found by bisection.

Contract: the strings are sorted byte-wise in UTF-8 (which is Python's code point order); equal ones
may follow each other.
"""

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lookup.layout import FENCE

__all__ = ["SortedStrings"]


class SortedStrings:
    """Sorted strings on disk; a search reads a handful of them.

    Args:
        content: uint8, the bytes of all strings.
        places: int64 (n + 1,), where each begins, and the end.
        fence: uint8, the bytes of every FENCE-th string.
        fence_places: int64 (n_fence + 1,), where each of these begins, and the end.
    """

    def __init__(
        self, content: memoryview, places: memoryview, fence: memoryview, fence_places: memoryview
    ) -> None:
        self._content, self._places = content, places
        self._fence_content, self._fence_places = fence, fence_places

    def __len__(self) -> int:
        return len(self._places) - 1

    def text(self, row: int) -> str:
        """The string of a row; ArtefactError if the index names a row that is not there."""
        with _decoding():
            return str(self._content[self._places[row] : self._places[row + 1]], "utf-8")

    def texts(self, rows: range) -> list[str]:
        """The strings of a run of rows."""
        places = self._places[rows.start : rows.stop + 1].tolist() if rows else []
        with _decoding():
            whole = self._content[places[0] : places[-1]].tobytes() if rows else b""
            return [whole[a - places[0] : b - places[0]].decode() for a, b in pairwise(places)]

    def place(self, value: str) -> int | None:
        """The first row that holds `value`, or None."""
        sought = _encoded(value)
        row = self._first(sought)
        return row if row < len(self) and self._bytes(row) == sought else None

    def sample(self) -> list[str]:
        """Every FENCE-th string; other pages are not touched."""
        with _decoding():
            return [text.decode() for text in self._fence]

    def first(self, value: str) -> int:
        """The first row that is not below `value`; the number of rows if there is none."""
        return self._first(_encoded(value))

    def find(self, value: str) -> range:
        """The rows that hold `value`."""
        sought = _encoded(value)
        start = stop = self._first(sought)
        while stop < len(self) and self._bytes(stop) == sought:  # few terms share a key
            stop += 1
        return range(start, stop)

    def _first(self, sought: bytes) -> int:
        block = bisect_left(self._fence, sought)
        if not block:
            return 0
        rows = range((block - 1) * FENCE, min(block * FENCE, len(self)))
        return rows.start + bisect_left(rows, sought, key=self._bytes)

    @cached_property
    def _fence(self) -> list[bytes]:
        places, whole = self._fence_places.tolist(), self._fence_content.tobytes()
        return [whole[a:b] for a, b in pairwise(places)]

    def _bytes(self, row: int) -> bytes:
        return self._content[self._places[row] : self._places[row + 1]].tobytes()


@contextmanager
def _decoding() -> Iterator[None]:
    """ArtefactError where a place is none, or its bytes are no text."""
    try:
        yield
    except (IndexError, UnicodeDecodeError) as error:
        cure = "`nymgraph verify --export DIR` names the file; then run `nymgraph export` again"
        raise ArtefactError(
            "the index of the export is damaged", got=str(error), cure=cure
        ) from error


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")  # a lone surrogate is no term's
