"""A store at scale: `python -m benchmarks.store --terms 15e6`.

Writes a seeded synthetic export in blocks (3 of 5 terms in clusters of four, all pairs inside
judged synonyms, two more judged pairs a term, links between clusters) into a temporary folder, and
prints, from a fresh process: seconds to open; milliseconds of the first look-ups (which decode row
groups) and of random look-ups after as many as warm the cache; seconds of a batch; resident memory
after each. Look-ups are in processor time. The page cache is warm: the files were just written.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil
import pyarrow.parquet as pq

from benchmarks.machine import describe
from pipeline import schemas
from pipeline.artefacts import ROW_GROUP_ROWS
from pipeline.schemas import Table
from pipeline.store import ClusterStore

SIZE = 4


def main() -> None:
    """Make the export, measure it, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--terms", type=float, default=15e6)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--folder", help="where the temporary folder is made")
    asked = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        n_terms = int(asked.terms)
        start = time.perf_counter()
        make_export(Path(folder), n_terms)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"made: {n_terms:,} terms, {size / 1e9:.2f} GB, {time.perf_counter() - start:.0f} s")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            for line in pool.submit(measure, Path(folder), n_terms, asked.batch).result():
                print(line)


def measure(folder: Path, n_terms: int, batch: int) -> list[str]:
    """Open, look up, and say what it took."""
    process, drawn = psutil.Process(), random.Random(1)

    def resident() -> str:
        return f"{process.memory_info().rss / 1e6:,.0f} MB resident"

    def sample(n: int) -> list[str]:
        return names(np.array(drawn.choices(range(n_terms), k=n))).to_list()

    def each(ask: Any, terms: list[str]) -> float:  # noqa: ANN401
        start = time.process_time()
        for term in terms:
            ask(term)
        return (time.process_time() - start) / len(terms) * 1e3

    lines = [f"imported: {resident()}"]
    start = time.perf_counter()
    store = ClusterStore(folder)
    lines.append(f"open: {time.perf_counter() - start:.3f} s, {resident()}")
    lines.append(f"first 100 look-ups: {each(store.__getitem__, sample(100)):.3f} ms a term")
    each(store.__getitem__, sample(3_000))
    warm = each(store.__getitem__, sample(10_000))
    lines.append(f"warm look-up of a cluster: {warm:.3f} ms a term, {resident()}")
    upper = each(store.__getitem__, [sample(1)[0].upper()])
    lines.append(f"first look-up by key: {upper / 1e3:.2f} s, {resident()}")
    keys = each(store.__getitem__, [term.upper() for term in sample(2_000)])
    lines.append(f"warm look-up by key: {keys:.3f} ms a term")
    terms = sample(batch)
    start, used = time.perf_counter(), time.process_time()
    store.cluster_ids(terms)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    lines.append(f"batch of {batch:,}: {seconds:.2f} s, {used:.2f} s of processor, {resident()}")
    return lines


def make_export(folder: Path, n_terms: int) -> None:
    """Write the tables block by block, and the manifest."""
    random = np.random.default_rng(0)
    clustered = random.permutation(n_terms)[: n_terms * 3 // 5 // SIZE * SIZE]
    members = np.sort(clustered.reshape(-1, SIZE), axis=1)
    ids = np.sort(random.choice(1 << 62, len(members)))
    own = np.full(n_terms, -1, np.int64)
    own[members.ravel()] = np.repeat(ids, SIZE)
    rows = {
        schemas.EXPORTED_TERMS: terms_blocks(own),
        schemas.EXPORTED_CLUSTERS: clusters_blocks(ids, members),
        schemas.EXPORTED_LINKS: links_blocks(ids, random),
        schemas.EXPORTED_MEMBERSHIPS: memberships_blocks(own),
        schemas.EXPORTED_EDGES: edges_blocks(n_terms, members, random),
    }
    heights = {table.name: {"rows": write(folder, table, blocks)} for table, blocks in rows.items()}
    manifest = {
        "schema_version": schemas.EXPORT_VERSION,
        "language": "en",
        "gate": 0.7,
        "min_probability": 0.3,
        "tables": heights,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def write(folder: Path, table: Table, blocks: Iterator[pl.DataFrame]) -> int:
    """Write blocks as row groups; the number of rows."""
    height, writer = 0, None
    for block in blocks:
        rows = table.conform(block).to_arrow()
        writer = writer or pq.ParquetWriter(
            folder / table.path.name, rows.schema, compression="zstd"
        )
        writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)
        height += block.height
    if writer is not None:
        writer.close()
    return height


def cuts(n: int) -> Iterator[slice]:
    """Blocks of a row group each."""
    return (slice(start, min(start + ROW_GROUP_ROWS, n)) for start in range(0, n, ROW_GROUP_ROWS))


def names(ids: np.ndarray[Any, Any]) -> pl.Series:
    """Spellings in the order of the numbers; a fifth have a capital."""
    letters = np.empty((len(ids), 14), np.uint8)
    for place in range(6):
        letters[:, place] = ids // 26 ** (5 - place) % 26 + ord("a")
    letters[:, 6] = ord(" ")
    for place in range(7):
        letters[:, 7 + place] = ids * (2 * place + 3) // 7 % 26 + ord("a")
    letters[:, 7] -= np.where(ids % 5 == 0, 32, 0).astype(np.uint8)
    return pl.Series(letters.view("S14").ravel().astype(str))


def terms_blocks(own: np.ndarray[Any, Any]) -> Iterator[pl.DataFrame]:
    """EXPORTED_TERMS."""
    for cut in cuts(len(own)):
        term = names(np.arange(cut.start, cut.stop))
        frame = pl.DataFrame({"term": term, "key": term.str.to_lowercase(), "own": own[cut]})
        yield frame.select(
            "term",
            "key",
            term_id=pl.int_range(cut.start, cut.stop, dtype=pl.UInt32),
            sources=pl.lit(["made"], pl.List(pl.String)),
            language=pl.lit("en"),
            frequency=pl.lit(None, pl.Float64),
            cluster_id=pl.when(pl.col("own") >= 0).then("own"),
        )


def clusters_blocks(
    ids: np.ndarray[Any, Any], members: np.ndarray[Any, Any]
) -> Iterator[pl.DataFrame]:
    """EXPORTED_CLUSTERS."""
    for cut in cuts(len(ids)):
        terms = names(members[cut].ravel()).reshape((-1, SIZE)).arr.to_list()
        frame = pl.DataFrame({"cluster_id": ids[cut], "members": terms})
        yield frame.with_columns(
            representative=pl.col("members").list.first(), size=SIZE, cohesion=0.8
        )


def links_blocks(ids: np.ndarray[Any, Any], random: np.random.Generator) -> Iterator[pl.DataFrame]:
    """EXPORTED_LINKS: two links a cluster, a tenth of them opposite."""
    places = np.sort(random.integers(0, len(ids) - 1, 2 * len(ids)))
    others = random.integers(places + 1, len(ids))
    for cut in cuts(len(places)):
        ends = {"cluster_a": ids[places[cut]], "cluster_b": ids[others[cut]]}
        relation = np.where(others[cut] % 10 == 0, "opposite", "related")
        yield pl.DataFrame({**ends, "relation": relation}).with_columns(
            votes=1, mean_probability=0.8
        )


def memberships_blocks(own: np.ndarray[Any, Any]) -> Iterator[pl.DataFrame]:
    """EXPORTED_MEMBERSHIPS: each term in its own cluster."""
    for cut in cuts(len(own)):
        frame = pl.DataFrame({"cluster_id": own[cut]}).with_row_index("term_id", cut.start)
        yield frame.filter(pl.col("cluster_id") >= 0).with_columns(support=1.0)


def edges_blocks(
    n_terms: int, members: np.ndarray[Any, Any], random: np.random.Generator
) -> Iterator[pl.DataFrame]:
    """EXPORTED_EDGES: all pairs inside clusters, and two random ones a term."""
    first, second = np.triu_indices(SIZE, 1)
    inside = (members[:, first].ravel() << 32) | members[:, second].ravel()
    ends = np.sort(random.integers(0, n_terms, (2 * n_terms, 2)), axis=1)
    outside = ((ends[:, 0] << 32) | ends[:, 1])[ends[:, 0] < ends[:, 1]]
    keys = np.concatenate([inside << 1, (outside << 1) | 1])  # the last bit: outside
    keys.sort()
    for cut in cuts(len(keys)):
        pair, apart = keys[cut] >> 1, (keys[cut] & 1).astype(np.float32)
        opposite = apart * (pair % 20 == 0)
        yield pl.DataFrame(
            {
                "a": pair >> 32,
                "b": pair & 0xFFFFFFFF,
                "cosine": 0.7 - 0.2 * apart,
                "p_synonym": 0.9 * (1 - apart),
                "p_antonym": 0.9 * opposite,
                "p_co_hyponym": 1 - 0.9 * (1 - apart) - 0.9 * opposite,
            }
        ).with_columns(route=pl.lit("vector"), evidence=pl.lit("model"))


if __name__ == "__main__":
    main()
