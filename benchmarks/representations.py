"""Ways to hold the terms of an export: `python -m benchmarks.representations --terms 1.5e6`.

The table of terms of the synthetic export of `benchmarks.store`, held as Parquet that polars scans,
as an uncompressed Arrow file mapped into memory and bisected, in DuckDB with an index on the term
(needs the package `duckdb`, no dependency of nymgraph), and as the arrays of the index. For each,
in a fresh process: bytes on disk, seconds to open, milliseconds of processor time of the first and
of further look-ups of a cluster by an exact term, seconds of a batch, and memory at the end.
"""

import json
import random
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil

from benchmarks.machine import describe, options
from benchmarks.store import index, make_export, names
from nymgraph.pipeline.store import ClusterStore
from nymgraph.pipeline.store.export_folder import ExportFolder

Held = tuple[Callable[[str], object], Callable[[list[str]], object]]


def main() -> None:
    """Make the table, hold it in each way, print."""
    parser = options(__doc__)
    parser.add_argument("--terms", type=float, default=1.5e6)
    parser.add_argument("--batch", type=int, default=100_000)
    given = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        n_terms = int(given.terms)
        index(Path(folder), make_export(Path(folder), n_terms))
        for way in WAYS:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                print(pool.submit(measure, way, Path(folder), n_terms, given.batch).result())


def measure(way: str, folder: Path, n_terms: int, batch: int) -> str:
    """Open, look up, and say what it took."""
    prepare, hold = WAYS[way]
    size = prepare(folder)
    drawn = random.Random(1)
    wall = time.perf_counter()
    one, many = hold(folder)
    wall = time.perf_counter() - wall
    taken = []
    for term in names(np.array(drawn.choices(range(n_terms), k=300))).to_list():
        start = time.process_time_ns()
        one(term)
        taken.append((time.process_time_ns() - start) / 1e6)
    asked = names(np.array(drawn.choices(range(n_terms), k=batch))).to_list()
    used = time.process_time()
    many(asked)
    used = time.process_time() - used
    return (
        f"{way}: {size / 1e6:.0f} MB, open {wall:.3f} s, first {taken[0]:.2f} ms, then "
        f"{sum(taken[1:]) / len(taken[1:]):.3f} ms, batch {used:.2f} s of processor, "
        f"{psutil.Process().memory_info().rss / 1e6:,.0f} MB resident"
    )


def scanned(folder: Path) -> Held:
    """Parquet, scanned by polars."""
    terms = pl.scan_parquet(folder / "terms.parquet").select("term", "cluster_id")

    def many(asked: list[str]) -> object:
        return pl.LazyFrame({"term": asked}).join(terms, on="term", how="left").collect()

    return lambda term: terms.filter(pl.col("term") == term).collect(), many


def mapped(folder: Path) -> Held:
    """An Arrow file in memory-mapped chunks, bisected by its scalars."""
    import pyarrow as pa

    reader = pa.ipc.open_file(pa.memory_map(str(folder / "terms.arrow")))
    chunks = [reader.get_batch(number) for number in range(reader.num_record_batches)]
    lasts = [chunk["term"][-1].as_py() for chunk in chunks]

    def one(term: str) -> object:
        chunk = chunks[bisect_left(lasts, term)]
        column: Any = chunk["term"]
        row = bisect_left(range(len(column)), term, key=lambda place: column[place].as_py())
        return chunk["cluster_id"][row].as_py()

    return one, lambda asked: [one(term) for term in asked]


def in_duckdb(folder: Path) -> Held:
    """DuckDB, with an index on the term."""
    import duckdb

    base = duckdb.connect(str(folder / "terms.duckdb"), read_only=True)

    def one(term: str) -> object:
        return base.execute("SELECT cluster_id FROM terms WHERE term = ?", [term]).fetchall()

    def many(asked: list[str]) -> object:
        base.register("asked", pl.DataFrame({"term": asked}).to_arrow())
        return base.execute("SELECT * FROM asked LEFT JOIN terms USING (term)").fetchall()

    return one, many


def indexed(folder: Path) -> Held:
    """The index, by way of the store."""
    store, terms = ClusterStore(folder), ExportFolder(folder).terms
    return lambda term: terms.cluster(terms.resolve(term)), store.cluster_ids


def write_arrow(folder: Path) -> int:
    """The table as an Arrow file; its bytes."""
    file = folder / "terms.arrow"
    frame = pl.read_parquet(folder / "terms.parquet", columns=["term", "cluster_id"])
    frame.write_ipc(file, compression="uncompressed", record_batch_size=1 << 18)
    return file.stat().st_size


def write_duckdb(folder: Path) -> int:
    """The table in DuckDB; its bytes."""
    import duckdb

    file = folder / "terms.duckdb"
    with duckdb.connect(str(file)) as base:
        base.execute(
            f"CREATE TABLE terms AS SELECT term, cluster_id FROM '{folder / 'terms.parquet'}'"
        )
        base.execute("CREATE INDEX by_term ON terms (term)")
    return file.stat().st_size


def bytes_of_index(folder: Path) -> int:
    """The bytes of the arrays of terms and keys."""
    sizes = json.loads((folder / "manifest.json").read_text("utf-8"))["index"]["bytes"]
    return sum(size for name, size in sizes.items() if name.startswith(("terms.", "keys.")))


WAYS: dict[str, tuple[Callable[[Path], int], Callable[[Path], Held]]] = {
    "parquet": (lambda folder: (folder / "terms.parquet").stat().st_size, scanned),
    "arrow": (write_arrow, mapped),
    "duckdb": (write_duckdb, in_duckdb),
    "index": (bytes_of_index, indexed),
}


if __name__ == "__main__":
    main()
