"""A store at scale: `python -m benchmarks.store --terms 15e6`.

Writes a seeded synthetic export in blocks (3 of 5 terms in clusters of four, all pairs inside
judged synonyms, two more judged pairs a term, links between clusters) into a temporary folder, with
its index (seconds, bytes and peak memory are printed), and prints, from a fresh process: seconds to
open; milliseconds of the first look-ups, of random ones after them, of synonyms, antonyms, links,
near spellings and suggestions, each with its first and its slowest; seconds of a batch; memory
after each: resident, and the part of it that no file stands behind (the rest are pages of the index
and of libraries, which all processes share and the system takes back when it needs them). Look-ups
are in processor time. The page cache is warm: the files were just written.
"""

import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil

from benchmarks.machine import describe, options
from nymgraph.pipeline import schemas
from nymgraph.pipeline.lookup import FOLDER
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.lookup.writing import write_index
from nymgraph.pipeline.schemas import Table
from nymgraph.pipeline.storage.artefacts import ROW_GROUP_ROWS, save_blocks
from nymgraph.pipeline.store import ClusterStore
from nymgraph.pipeline.store.export_folder import ExportFolder

SIZE = 4


def main() -> None:
    """Make the export, measure it, print."""
    parser = options(__doc__)
    parser.add_argument("--terms", type=float, default=15e6)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--folder", help="where the temporary folder is made")
    asked = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        n_terms = int(asked.terms)
        start = time.perf_counter()
        manifest = make_export(Path(folder), n_terms)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"made: {n_terms:,} terms, {size / 1e9:.2f} GB, {time.perf_counter() - start:.0f} s")
        for work in (
            partial(index, Path(folder), manifest),
            partial(measure, Path(folder), n_terms, asked.batch),
        ):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                for line in pool.submit(work).result():
                    print(line)


def index(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Write the index, and say what it took; the manifest comes last."""
    process, wall, used = psutil.Process(), time.perf_counter(), time.process_time()
    before = process.memory_info().rss
    (folder / FOLDER).mkdir()
    sizes = write_index(Export(folder, manifest), folder / FOLDER)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    manifest["index"] = {"hash": "0", "bytes": sizes}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [
        f"index: {sum(sizes.values()) / 1e9:.2f} GB, {wall:.0f} s, {used:.0f} s of processor, "
        f"{before / 1e6:,.0f} MB before, {peak / 1e6:,.0f} MB at its peak"
    ]


def measure(folder: Path, n_terms: int, batch: int) -> list[str]:
    """Open, look up, and say what it took."""
    process, drawn = psutil.Process(), random.Random(1)

    def memory() -> str:
        kept = process.memory_info()
        own = kept.rss - kept.shared
        return f"{kept.rss / 1e6:,.0f} MB resident, {own / 1e6:,.0f} MB without a file behind it"

    def sample(n: int) -> list[str]:
        return names(np.array(drawn.choices(range(n_terms), k=n))).to_list()

    def each(what: str, ask: Callable[[str], object], terms: list[str]) -> str:
        taken = []
        for term in terms:
            start = time.process_time_ns()
            ask(term)
            taken.append((time.process_time_ns() - start) / 1e6)
        mean = sum(taken) / len(taken)
        return f"{what}: {mean:.4f} ms (the first {taken[0]:.3f}, the slowest {max(taken):.3f})"

    lines = [f"imported: {memory()}"]
    start = time.perf_counter()
    store = ClusterStore(folder)
    lines.append(f"open: {time.perf_counter() - start:.3f} s, {memory()}")
    lines.append(each("first 100 look-ups of a cluster", store.__getitem__, sample(100)))
    lines.append(each("look-up of a cluster", store.__getitem__, sample(20_000)))
    capitals = [term.upper() for term in sample(5_000)]
    lines.append(each("look-up by key", store.__getitem__, capitals))
    lines.append(memory())
    lines.append(each("synonyms", store.synonyms, sample(2_000)))
    lines.append(each("antonyms", store.antonyms, sample(2_000)))
    lines.append(each("entry", store.entry, sample(1_000)))
    ids = [store[term].id for term in sample(1_000)]
    lines.append(each("links", store.related, [x for x in ids if x is not None]))
    wrong = [term[:3] + term[4:] for term in sample(100)]
    lines.append(each("near spellings of an unknown term", ExportFolder(folder).terms.near, wrong))
    lines.append(each("suggestions, three letters", store.suggest, [x[:3] for x in sample(200)]))
    lines.append(each("suggestions, one letter", store.suggest, [x[:1] for x in sample(20)]))
    lines.append(memory())
    for what, terms in (("", sample(batch)), (" by key", [x.upper() for x in sample(batch)])):
        start, used = time.perf_counter(), time.process_time()
        store.cluster_ids(terms)
        seconds, used = time.perf_counter() - start, time.process_time() - used
        lines.append(f"batch of {batch:,}{what}: {seconds:.2f} s, {used:.2f} s of processor")
    return [*lines, memory()]


def make_export(folder: Path, n_terms: int) -> dict[str, Any]:
    """Write the tables block by block; gives back the manifest, without the index."""
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
    rows[schemas.EXPORTED_VARIANTS] = iter([schemas.EXPORTED_VARIANTS.empty()])
    return {
        "schema_version": schemas.EXPORT_VERSION,
        "language": "en",
        "gate": 0.7,
        "antonym_gate": 0.7,
        "min_probability": 0.3,
        "tables": {table.name: write(folder, table, blocks) for table, blocks in rows.items()},
    }


def write(folder: Path, table: Table, blocks: Iterator[pl.DataFrame]) -> dict[str, int]:
    """Write blocks as row groups; the number of rows and bytes."""
    path, conformed = folder / table.path.name, (table.conform(block) for block in blocks)
    return {"rows": save_blocks(path, conformed, table.empty()), "bytes": path.stat().st_size}


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


def made_terms(cut: slice) -> pl.DataFrame:
    """The rows of TERMS with these ids."""
    term = names(np.arange(cut.start, cut.stop))
    return pl.DataFrame({"term": term, "key": term.str.to_lowercase()}).with_columns(
        term_id=pl.int_range(cut.start, cut.stop, dtype=pl.UInt32),
        sources=pl.lit(["made"], pl.List(pl.String)),
        language=pl.lit("en"),
        frequency=pl.lit(None, pl.Float64),
    )


def random_pairs(n_terms: int, random: np.random.Generator) -> np.ndarray[Any, Any]:
    """Two pairs a term, as a << 32 | b with a < b; some of them twice."""
    ends = np.sort(random.integers(0, n_terms, (2 * n_terms, 2)), axis=1)
    keys: np.ndarray[Any, Any] = ((ends[:, 0] << 32) | ends[:, 1])[ends[:, 0] < ends[:, 1]]
    return keys


def terms_blocks(own: np.ndarray[Any, Any]) -> Iterator[pl.DataFrame]:
    """EXPORTED_TERMS."""
    for cut in cuts(len(own)):
        clusters = pl.Series(own[cut])
        yield made_terms(cut).with_columns(cluster_id=pl.when(clusters >= 0).then(clusters))


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
    outside = random_pairs(n_terms, random)
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
