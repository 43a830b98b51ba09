"""One Parquet file, decoded row group by row group as look-ups need it.

Contract: the file is as its `Table` declares. If `by` names a column, the rows are sorted by it,
strings byte-wise (which is Python's code point order), and it has no nulls. Opening reads the
footer only. A look-up by the sorted column bisects the row groups by their stored bounds, decodes
one column of one group, and bisects that. Bounds of long strings are shortened in the footer: an
upper bound may lie above the true maximum, never below it, and the search allows for that.
"""

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.exceptions
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.artefacts import damaged, missing, read_schema
from pipeline.schemas import Table

__all__ = ["ColumnCache", "ColumnIndex", "StoredTable", "reading", "require", "shortest"]

Side = Literal["left", "right"]
_DAMAGE = (
    pa.ArrowException,
    polars.exceptions.PolarsError,
    AttributeError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
)


class ColumnCache:
    """The decoded columns used last, never more than `max_bytes` of them (but at least one)."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._arrays: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: tuple[Any, ...], decode: Callable[[], Any]) -> Any:  # noqa: ANN401
        """The array kept under `key`, decoded now if it is not there; one thread at a time."""
        with self._lock:
            array = self.get(key)
            if array is None:
                array = decode()
                self.put(key, array)
            return array

    def get(self, key: tuple[Any, ...]) -> Any:  # noqa: ANN401 (pyarrow is untyped)
        """The array kept under `key`, or None."""
        array = self._arrays.get(key)
        if array is not None:
            self._arrays.move_to_end(key)
        return array

    def put(self, key: tuple[Any, ...], array: Any) -> None:  # noqa: ANN401
        """Keep an array; those not used for longest make room for it."""
        self._arrays[key] = array
        self._bytes += array.nbytes
        while self._bytes > self._max_bytes and len(self._arrays) > 1:
            self._bytes -= self._arrays.popitem(last=False)[1].nbytes


class ColumnIndex(NamedTuple):
    """Where the values of an unsorted column stand.

    Attributes:
        values: The values, sorted; a pyarrow array (n,).
        rows: uint32 (n,), the row of each value; ascending among equal values.
    """

    values: Any
    rows: npt.NDArray[np.uint32]

    def first(self, value: str | int) -> int:
        """The place of the first value that is not below `value`."""
        return _search(self.values, value, "left")

    def find(self, value: str | int) -> list[int]:
        """The rows that hold `value`, ascending."""
        start, stop = _search(self.values, value, "left"), _search(self.values, value, "right")
        found: list[int] = self.rows[start:stop].tolist()
        return found


class StoredTable:
    """A declared table in one Parquet file.

    ArtefactError if the file is missing, not as declared, or damaged; damage inside a row group
    shows when it is decoded.

    Args:
        path: The file.
        table: Its declaration.
        cache: Where decoded columns are kept; tables may share one.
        by: The column that the rows are sorted by, if look-ups use it.
    """

    def __init__(self, path: Path, table: Table, cache: ColumnCache, by: str | None = None) -> None:
        require(path, table.stage)
        table.check(read_schema(path, table.stage), str(path))
        self._path, self._table, self._cache, self._by = path, table, cache, by
        with reading(path, table.stage):
            self._file = pq.ParquetFile(path, memory_map=True)
            self._read_footer()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self._starts[-1])

    def find(self, value: str | int) -> range:
        """The rows whose sorted column equals `value`."""
        return range(self.first(value), self._bisect(value, "right"))

    def first(self, value: str | int) -> int:
        """The first row whose sorted column is not below `value`; `rows` if there is none."""
        return self._bisect(value, "left")

    def value(self, column: str, row: int) -> Any:  # noqa: ANN401 (of the column's type)
        """One value; a float32 comes as the shortest decimal that stands for it."""
        return self.values(column, range(row, row + 1))[0]

    def values(self, column: str, rows: range) -> list[Any]:
        """The values of a run of rows; float32 as the shortest decimals that stand for them."""
        found: list[Any] = []
        row = rows.start
        while row < rows.stop:
            group = bisect_right(self._starts, row) - 1
            stop = min(rows.stop, self._starts[group + 1])
            start = self._starts[group]
            found += _plain(self._column(group, column)[row - start : stop - start])
            row = stop
        return found

    def index(self, column: str, where: pl.Expr | None = None) -> ColumnIndex:
        """Read a column once and index it.

        Args:
            column: The column.
            where: Index only the rows for which this holds.

        Returns:
            The index; it takes the bytes of the values and 4 more for each row.
        """
        lazy = pl.scan_parquet(self._path).with_row_index("row")
        lazy = lazy if where is None else lazy.filter(where)
        with reading(self._path, self._table.stage):
            frame = lazy.select("row", column).sort(column, "row").collect()
        return ColumnIndex(frame[column].to_arrow(), frame["row"].to_numpy())

    def _read_footer(self) -> None:
        footer = self._file.metadata
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
        self._starts = np.cumsum([0, *(group.num_rows for group in groups)]).tolist()
        self._maxima: list[Any] = [self._maximum(group) for group in groups] if self._by else []
        if self._maxima != sorted(self._maxima):
            raise ValueError(f"the rows are not sorted by {self._by}")

    def _maximum(self, group: Any) -> Any:  # noqa: ANN401
        statistics = group.column(self._file.schema_arrow.names.index(self._by)).statistics
        if statistics is None or not statistics.has_min_max:
            raise ValueError(f"the row groups have no bounds for {self._by}")
        return statistics.max

    def _bisect(self, value: str | int, side: Side) -> int:
        """The first row not below (left) or above (right) `value`."""
        find = bisect_left if side == "left" else bisect_right
        for group in range(find(self._maxima, value), len(self._maxima)):
            column = self._column(group, str(self._by))
            position = _search(column, value, side)
            if position < len(column):
                return int(self._starts[group]) + position
        return self.rows

    def _column(self, group: int, name: str) -> Any:  # noqa: ANN401
        return self._cache.take((self._path, group, name), lambda: self._decode(group, name))

    def _decode(self, group: int, name: str) -> Any:  # noqa: ANN401
        with reading(self._path, self._table.stage):
            return self._file.read_row_group(group, columns=[name]).column(0).combine_chunks()


def require(path: Path, stage: str) -> None:
    """ArtefactError if a file is not there."""
    if not path.is_file():
        raise missing(path, stage)


@contextmanager
def reading(path: Path, stage: str) -> Iterator[None]:
    """ArtefactError for whatever goes wrong in the block: the file is damaged."""
    try:
        yield
    except _DAMAGE as error:
        raise damaged(path, stage, error) from error


def shortest(value: float) -> float:
    """The shortest decimal that stands for a value in float32: 0.7, not 0.699999988079071."""
    return float(str(np.float32(value)))


def _search(array: Any, value: str | int, side: Side) -> int:  # noqa: ANN401
    """Where `value` would stand in a sorted array; numbers without copying the array."""
    if isinstance(value, str):
        find = bisect_left if side == "left" else bisect_right
        return find(range(len(array)), value, key=lambda place: array[place].as_py())
    numbers = array.to_numpy()
    return int(numbers.searchsorted(numbers.dtype.type(value), side))


def _plain(array: Any) -> list[Any]:  # noqa: ANN401
    values: list[Any] = array.to_pylist()
    return [shortest(value) for value in values] if pa.types.is_float32(array.type) else values
