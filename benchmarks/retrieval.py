"""Searches for neighbours side by side: `python -m benchmarks.retrieval --terms 1000000`.

Every term is a query. Each method runs in a process of its own, is tuned on 1,000 sampled terms to
the least effort whose recall@k reaches the floor (the lower end of the 95 % interval; 2,048 where
none reaches it; tuning costs are not counted), and then searches for all terms, or for `--queries`
random ones, from which the seconds of all are extrapolated. `published` is plain FAISS as in the
published code: an inverted file of 16,384 lists for 15 M terms, in proportion, trained on the first
rows, 32 lists probed; `published-tuned` is the same with as many lists probed as the floor needs.
`--shape` prints what the vectors look like. Recall is measured against exact search. Seconds of the
processor (all cores) stand beside those of the clock, since other processes take the clock's.
Memory is what the index adds to the resident memory at its peak; the vectors, read through a memory
map, count where they were touched.
"""

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.clustered import clustered
from benchmarks.machine import describe, options
from nymgraph.pipeline.candidates.audit import mean_recall, recall_against
from nymgraph.pipeline.candidates.tuning import Free, Trial, least_cost, least_effort
from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.indexes.indexes import FaissIndex, NeighbourIndex, PartedIndex, build_index
from nymgraph.pipeline.indexes.neighbours import exact_search, neighbour_lists, unit
from nymgraph.pipeline.indexes.plans import plan_index
from nymgraph.pipeline.indexes.rerank import fixed_cosines, fixed_lengths
from nymgraph.pipeline.settings.params import RetrieveParams

Array = NDArray[Any]
K = 32
_LINKS, _BREADTH_BUILT = 16, 100  # of the graphs
_PUBLISHED_LISTS_PER_TERM = 16_384 / 15e6
_ROWS_AT_ONCE = 32_768
_MOST_EFFORT = 2_048


def main() -> None:
    """Run what the command line asks for."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, help="vectors of a run, .npy; else synthetic ones")
    parser.add_argument("--terms", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--floor", type=float, default=0.95)
    parser.add_argument("--queries", type=int, default=0, help="0: all terms")
    parser.add_argument("--shape", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    path = asked.data or _drawn(asked.terms, asked.dim, asked.out)
    print(describe(), path, np.load(path, mmap_mode="r").shape, flush=True)
    if asked.shape:
        print(shape(np.load(path, mmap_mode="r")))
    context = multiprocessing.get_context("spawn")
    for method in asked.methods.split(","):
        end, far_end = context.Pipe()
        case = (far_end, method, path, asked.floor, asked.queries)
        process = context.Process(target=_measured, args=case)
        process.start()
        far_end.close()
        try:
            print(json.dumps(end.recv()), flush=True)
        except EOFError:
            print(json.dumps({"method": method, "failed": True}), flush=True)
        process.join()


def shape(vectors: Array) -> dict[str, float]:
    """Median cosines to the 1st and the 32nd neighbour, and local intrinsic dimension.

    The dimension is that of Levina and Bickel (2004), from the distances to 100 neighbours.
    """
    rows = np.sort(np.random.default_rng(0).choice(len(vectors), 500, replace=False))
    cosine = exact_search(vectors, rows, 100, -1.0)["cosine"].astype(float)
    distance = np.sqrt(np.maximum(2 - 2 * cosine, 1e-9))
    dimension = -1 / np.log(distance[:, :-1] / distance[:, -1:]).mean(axis=1)
    return {
        "cosine_1": float(np.median(cosine[:, 0])),
        "cosine_32": float(np.median(cosine[:, 31])),
        "dimension": float(np.median(dimension)),
    }


class Graph(Protocol):
    """A peer's index, filled."""

    def nearest(self, queries: Array, width: int, effort: int) -> Array:
        """Ids of the nearest, (n_queries, width)."""


@dataclass(frozen=True)
class Peer:
    """A peer's index behind our interface, so that the same trial tunes it."""

    graph: Graph
    vectors: Array
    length: Array
    effort: int = 0

    def with_effort(self, effort: int) -> "Peer":
        """The same index with another breadth."""
        return replace(self, effort=effort)

    def search(self, rows: Array, k: int, min_cosine: float) -> Array:
        """The k nearest, as the contract wants them."""
        ids = self.graph.nearest(unit(self.vectors[rows]), k + 1, self.effort).astype(np.int32)
        cosine = fixed_cosines(self.vectors, self.length, rows, ids)
        return neighbour_lists(rows, ids, cosine, k, min_cosine)


def _in_random_order(n_terms: int) -> Iterator[NDArray[np.int64]]:
    """All rows, some at once: a graph that is given its terms cluster by cluster finds less."""
    order = np.random.default_rng(2).permutation(n_terms)
    return (order[start : start + _ROWS_AT_ONCE] for start in range(0, n_terms, _ROWS_AT_ONCE))


class Hnswlib:
    """hnswlib, all cores."""

    def __init__(self, vectors: Array) -> None:
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        self.index.init_index(len(vectors), M=_LINKS, ef_construction=_BREADTH_BUILT)
        for rows in _in_random_order(len(vectors)):
            self.index.add_items(unit(vectors[rows]), rows)

    def nearest(self, queries: Array, width: int, effort: int) -> Array:
        """Ids of the nearest."""
        self.index.set_ef(max(effort, width))
        ids: Array = self.index.knn_query(queries, width)[0]
        return ids


class Usearch:
    """usearch, all cores; it keeps the vectors in another precision."""

    def __init__(self, vectors: Array, precision: str) -> None:
        from usearch.index import Index

        self.index = Index(
            ndim=vectors.shape[1],
            metric="ip" if precision != "i8" else "cos",
            dtype=precision,
            connectivity=_LINKS,
            expansion_add=_BREADTH_BUILT,
        )
        for rows in _in_random_order(len(vectors)):
            self.index.add(rows, unit(vectors[rows]))

    def nearest(self, queries: Array, width: int, effort: int) -> Array:
        """Ids of the nearest."""
        self.index.expansion_search = max(effort, width)
        keys = self.index.search(queries, width).keys
        return np.atleast_2d(np.where(keys < 2**31, keys, 0)).astype(np.int64)


def _ours(kind: str, storage: str) -> Callable[[Array], NeighbourIndex]:
    def build(vectors: Array) -> NeighbourIndex:
        settings = RetrieveParams(index=kind, storage=storage)  # type: ignore[arg-type]
        plan = plan_index(len(vectors), vectors.shape[1], settings)
        return PartedIndex([build_index(vectors, plan, 64, 0)])

    return build


def _published(vectors: Array) -> NeighbourIndex:
    """Plain FAISS: trained on the first rows."""
    dim, n_lists = vectors.shape[1], max(1, round(len(vectors) * _PUBLISHED_LISTS_PER_TERM))
    quantizer = faiss.IndexFlatIP(dim)
    index = faiss.IndexIVFFlat(quantizer, dim, n_lists, faiss.METRIC_INNER_PRODUCT)
    index.train(unit(vectors[: 64 * n_lists]))
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        index.add(unit(vectors[start : start + _ROWS_AT_ONCE]))
    return FaissIndex(index, vectors, effort=32)


def _peer(make: Callable[[Array], Graph]) -> Callable[[Array], NeighbourIndex]:
    return lambda vectors: Peer(make(vectors), vectors, fixed_lengths(vectors))


METHODS: dict[str, Callable[[Array], NeighbourIndex]] = {
    "two-step": _ours("two_step", "int8"),
    "ours": _ours("ivf", "int8"),
    "usearch-bf16": _peer(lambda vectors: Usearch(vectors, "bf16")),
    "usearch-i8": _peer(lambda vectors: Usearch(vectors, "i8")),
    "hnswlib": _peer(Hnswlib),
    "published": _published,
    "published-tuned": _published,
    "ours-fp32": _ours("ivf", "fp32"),
    "ours-fp16": _ours("ivf", "fp16"),
    "ours-sq8": _ours("ivf", "sq8"),
    "ours-hnsw": _ours("hnsw", "int8"),
}


def _measured(pipe: Connection, method: str, path: Path, floor: float, n_queries: int) -> None:
    """Build, tune and search; sends a row of figures."""
    vectors = np.load(path, mmap_mode="r")
    few = np.random.default_rng(0).normal(size=(2_000, vectors.shape[1])).astype(np.float16)
    METHODS[method](few).with_effort(2).search(np.arange(100), K, -1.0)  # compiles
    loaded, clock, processor = _memory(), time.perf_counter(), time.process_time()
    index = METHODS[method](vectors)
    build, cpu = time.perf_counter() - clock, time.process_time() - processor
    print(f"{method}: built in {build:.0f} s, {cpu:.0f} of the processor", file=sys.stderr)
    trial = Trial.draw(vectors, 1_000, K, -1.0, 0)
    index, effort = _tuned(index, trial, floor, method)
    rows = np.arange(len(vectors))
    if n_queries:
        rows = np.sort(np.random.default_rng(1).choice(rows, n_queries, replace=False))
    clock, processor = time.perf_counter(), time.process_time()
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        index.search(rows[start : start + _ROWS_AT_ONCE], K, -1.0)
    share = len(rows) / len(vectors)
    search, searched = time.perf_counter() - clock, time.process_time() - processor
    recall, half_width, _ = mean_recall(
        recall_against(index.search(trial.rows, K, -1.0), trial.exact)
    )
    pipe.send(
        {
            "method": method,
            "effort": effort,
            "build_s": round(build, 1),
            "search_s": round(search / share, 1),
            "cpu_build_s": round(cpu, 1),
            "cpu_search_s": round(searched / share, 1),
            "searched": len(rows),
            "recall": round(recall, 4),
            "ci95": round(half_width, 4),
            "memory_mb": round(_memory() - loaded),
            "threads": os.cpu_count(),
        }
    )


def _tuned(
    index: NeighbourIndex, trial: Trial, floor: float, method: str
) -> tuple[NeighbourIndex, str]:
    """The index with the least effort that reaches the floor; the largest where none does."""
    if method in ("two-step", "ours") and isinstance(index, PartedIndex):
        kind = "ivf" if method == "ours" else "two_step"
        settings = RetrieveParams(index=kind)  # type: ignore[arg-type]
        plan = plan_index(*index.parts[0].vectors.shape, settings)  # type: ignore[attr-defined]
        plan, index = least_cost(index, trial, floor, plan, Free())
        lists = f"{plan.nprobe} of {plan.nlist} lists, " if plan.nlist else ""
        return index, f"{lists}{plan.directions} directions, shortlist {plan.shortlist}"
    effort = 32
    if method != "published":
        try:
            effort = least_effort(index, trial, floor, _MOST_EFFORT)
        except ParameterError:
            effort = _MOST_EFFORT
    return index.with_effort(effort), str(effort)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _drawn(n_terms: int, dim: int, out: Path) -> Path:
    path = out / f"clustered-{n_terms}-{dim}.npy"
    if not path.exists():
        np.save(path, clustered(n_terms, dim, 0))
    return path


if __name__ == "__main__":
    main()
