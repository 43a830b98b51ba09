"""Seconds, memory and scaling of the clusterings: `python -m benchmarks.scale`.

Default: 0.15, 1.5 and 15 million terms with 2.8 edges a term, `reference` and `signed`, each in a
process of its own, after a run on a tiny graph that compiles it. `--dense` asks for ten
edges a term. Clusters of 2 to 12 terms (dense: 2 to 30), most of their pairs judged,
0.4 random wrong edges a term (dense: 1.5), which join nearly all clusters into one component; ids
say nothing about clusters. Peak memory is that of the whole process, the edges included.
"""

import math
import multiprocessing
import resource
import time
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np

from benchmarks.machine import describe, options
from nymgraph.clustering import (
    Edges,
    canonical_edges,
    cluster_reference,
    cluster_signed,
    expected_synonyms,
)


class Shape(NamedTuple):
    """What a graph looks like: the largest cluster, the share of its pairs, wrong edges a term."""

    largest: int
    share: float
    noise: float


SPARSE = Shape(12, 0.665, 0.4)
DENSE = Shape(30, 0.81, 1.5)


class Figures(NamedTuple):
    """What one run took."""

    n_edges: int
    seconds: float
    processor_seconds: float
    peak_gb: float


def main() -> None:
    """Print a line for each run and the exponents."""
    parser = options(__doc__)
    parser.add_argument("--sizes", default="150000,1500000,15000000")
    parser.add_argument("--algorithms", default="reference,signed")
    parser.add_argument("--dense", action="store_true")
    asked = parser.parse_args()
    print(describe())
    sizes = [int(size) for size in asked.sizes.split(",")]
    for algorithm in asked.algorithms.split(","):
        runs = [_isolated(algorithm, size, DENSE if asked.dense else SPARSE) for size in sizes]
        if len(runs) > 1:
            exponent = math.log(runs[-1].processor_seconds / runs[0].processor_seconds)
            exponent /= math.log(runs[-1].n_edges / runs[0].n_edges)
            print(f"{algorithm}: processor seconds grow as edges^{exponent:.2f}")


def draw(n_terms: int, shape: Shape) -> Edges:
    """Draw a graph.

    Args:
        n_terms: number of terms.
        shape: what it looks like.

    Returns:
        Its edges, in canonical order.
    """
    random = np.random.default_rng(0)
    sizes = random.integers(2, shape.largest + 1, n_terms)
    cluster = np.repeat(np.arange(n_terms, dtype=np.int32), sizes)[:n_terms]
    term = random.permutation(n_terms).astype(np.int32)
    ends = [random.integers(0, n_terms, (2, int(shape.noise * n_terms)), dtype=np.int32)]
    for step in range(1, shape.largest):
        place = np.flatnonzero(cluster[step:] == cluster[:-step])
        place = place[random.random(len(place), dtype=np.float32) < shape.share]
        ends.append(np.stack([term[place], term[place + step]]))
    a, b = np.concatenate(ends, axis=1)
    del ends, term, cluster, sizes
    weight = (0.7 + 0.3 * random.random(len(a), dtype=np.float32)).clip(0.7, 1)
    return canonical_edges(n_terms, a, b, weight, 0.7)


def _isolated(algorithm: str, n_terms: int, shape: Shape) -> Figures:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(algorithm, n_terms, shape, sender))
    child.start()
    sender.close()
    figures = Figures(*receiver.recv())
    child.join()
    n_edges, seconds, processor, peak = figures
    print(
        f"{algorithm}: {n_terms:,} terms, {n_edges:,} edges: {seconds:.1f} s, "
        f"{processor:.1f} processor seconds, peak {peak:.2f} GB",
        flush=True,
    )
    return figures


def _work(algorithm: str, n_terms: int, shape: Shape, pipe: Connection) -> None:
    _cluster(algorithm, 1_000, draw(1_000, shape))
    edges = draw(n_terms, shape)
    drawn = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter(), time.process_time()
    _cluster(algorithm, n_terms, edges)
    took = time.perf_counter() - start[0], time.process_time() - start[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak == drawn:
        print("drawing the graph took more memory than clustering it: peak is an upper bound")
    pipe.send((len(edges.a), *took, peak / 1e6))


def _cluster(algorithm: str, n_terms: int, edges: Edges) -> None:
    if algorithm == "reference":
        cluster_reference(n_terms, edges, 0.51)
        return
    none = Edges(edges.a[:0], edges.b[:0], edges.weight[:0])
    expected = expected_synonyms(n_terms, *edges)
    cluster_signed(n_terms, edges, none, expected)


if __name__ == "__main__":
    main()
