"""Indexes of neighbours behind one interface: built from vectors, searched by rows.

All keep the contract of `neighbours`. An index may hold a span of the terms only, such as one of
several machines does: it is searched for any rows, finds among its span, and `merged` puts the
lists of several spans together. The exact index (FAISS, on the processor) and the search by codes
give the same bytes with any number of threads; a graph (hnsw) is built by one thread, since the
order in which threads add to it would change it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import faiss as typed_faiss
import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.indexes.blockwise import build_blockwise
from nymgraph.pipeline.indexes.inverted import build_inverted
from nymgraph.pipeline.indexes.neighbours import Span, neighbour_lists, one_thread, spare, unit
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.indexes.rerank import fixed_cosines, fixed_lengths

__all__ = ["FaissIndex", "NeighbourIndex", "PartedIndex", "build_index", "build_parts", "merged"]

Ints = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.floating[Any]]
faiss: Any = typed_faiss  # its types leave out much, all of the GPU among it
_ADD_ROWS = 65_536
_DEGREE = 32  # of the graphs: links of a term
_EF_CONSTRUCTION = 80


class NeighbourIndex(Protocol):
    """Finds neighbours."""

    def search(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        """The k nearest neighbours of some terms.

        Args:
            rows: int64 (n_queries,), the terms to search for.
            k: Neighbours wanted; fewer exist in a small lexicon.
            min_cosine: Neighbours further away than this are left out.

        Returns:
            NEIGHBOUR (n_queries, k).
        """

    def with_effort(self, effort: int) -> Self:
        """The same index, which trades time for recall: lists probed, or breadth in a graph."""


@dataclass(frozen=True)
class FaissIndex:
    """An index of FAISS.

    Attributes:
        index: FAISS's; its ids are the rows from `first` on.
        vectors: (n_terms, dim) of the whole lexicon.
        first: First term of the span.
        length: float32 (n_terms,), lengths of the vectors for ranking again by exact cosines; None
            where the index's own are exact.
        effort: nprobe or ef; 0 where there is none.
    """

    index: Any
    vectors: Vectors
    first: int = 0
    length: npt.NDArray[np.float32] | None = None
    effort: int = 0

    def with_effort(self, effort: int) -> "FaissIndex":
        """The same index with another nprobe or ef."""
        return replace(self, effort=effort)

    def search(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        """The k nearest neighbours of some terms, as `NeighbourIndex.search` says."""
        queries = unit(self.vectors[rows])
        width = k + 1 if self.length is None else k + 1 + spare(k)
        cosine, ids = self._nearest(queries, min(width, self.index.ntotal))
        ids = np.where((ids < 0) | (queries == 0).all(axis=1, keepdims=True), -1, ids + self.first)
        if self.length is not None:
            cosine = fixed_cosines(self.vectors, self.length, rows, ids.astype(np.int32))
        return neighbour_lists(rows, ids, cosine, k, min_cosine)

    def _nearest(self, queries: npt.NDArray[np.float32], width: int) -> tuple[Any, Any]:
        """FAISS's search; the effort travels with the query where the index lets it."""
        if not self.effort:
            with one_thread():
                found: tuple[Any, Any] = self.index.search(queries, width)
        elif isinstance(self.index, faiss.IndexIVF):
            params = faiss.SearchParametersIVF(nprobe=self.effort)
            found = self.index.search(queries, width, params=params)
        elif isinstance(self.index, faiss.IndexHNSW):
            params = faiss.SearchParametersHNSW(efSearch=max(self.effort, width))
            found = self.index.search(queries, width, params=params)
        else:
            found = _search_gpu(self.index, queries, width, self.effort)
        return found


@dataclass(frozen=True)
class PartedIndex:
    """Indexes of spans that do not overlap, searched as one.

    Attributes:
        parts: The indexes, at least one.
    """

    parts: Sequence[NeighbourIndex]

    def with_effort(self, effort: int) -> "PartedIndex":
        """The same index, each part with another effort."""
        return PartedIndex([part.with_effort(effort) for part in self.parts])

    def search(self, rows: Ints, k: int, min_cosine: float) -> npt.NDArray[np.void]:
        """The k nearest neighbours of some terms, as `NeighbourIndex.search` says."""
        return merged([part.search(rows, k, min_cosine) for part in self.parts], rows)


def build_parts(
    vectors: Vectors, plan: IndexPlan, sample_per_list: int, seed: int, spans: Sequence[Span]
) -> PartedIndex:
    """Build the indexes of several spans.

    Args:
        vectors: (n_terms, dim); may be a memory map.
        plan: Which index.
        sample_per_list: Training vectors per list of an inverted file, a seeded random sample.
        seed: Seed of the sample and of the training.
        spans: First term of each part, and the one after its last.

    Returns:
        The index of all of them.
    """
    length = None if plan == IndexPlan("exact") else fixed_lengths(vectors)
    parts = [build_index(vectors, plan, sample_per_list, seed, span, length) for span in spans]
    return PartedIndex(parts)


def build_index(
    vectors: Vectors,
    plan: IndexPlan,
    sample_per_list: int,
    seed: int,
    span: Span | None = None,
    length: npt.NDArray[np.float32] | None = None,
) -> NeighbourIndex:
    """Build the index over all terms or a span of them.

    Args:
        vectors: (n_terms, dim); may be a memory map.
        plan: Which index.
        sample_per_list: Training vectors per list of an inverted file, a seeded random sample.
        seed: Seed of the sample and of the training.
        span: First term and the one after the last; None: all.
        length: float32 (n_terms,), as of `fixed_lengths`, if they are known.

    Returns:
        The index.
    """
    span = span or (0, len(vectors))
    if plan.kind == "exact" and plan.device != "cpu":
        return build_blockwise(vectors, plan.device, span, length=length)
    if plan.is_coded:
        return build_inverted(vectors, plan, sample_per_list, seed, span, length)
    if plan.kind == "ivf":
        index = _lists(vectors, plan, sample_per_list, seed, span)
    else:
        index = {"exact": _flat, "hnsw": _graph, "cagra": _cagra}[plan.kind](vectors, span)
    if length is None and plan.kind != "exact":
        length = fixed_lengths(vectors)
    return FaissIndex(index, vectors, span[0], length, plan.effort)


def merged(lists: Sequence[npt.NDArray[np.void]], rows: Ints) -> npt.NDArray[np.void]:
    """The lists of several spans as one.

    Args:
        lists: NEIGHBOUR (n_queries, k) of each span; the spans do not overlap.
        rows: int64 (n_queries,), the terms searched for.

    Returns:
        NEIGHBOUR (n_queries, k).
    """
    whole = np.concatenate(lists, axis=1)
    return neighbour_lists(rows, whole["id"], whole["cosine"], lists[0].shape[1], -1.0)


def _flat(vectors: Vectors, span: Span) -> Any:  # noqa: ANN401
    return _filled(faiss.IndexFlatIP(vectors.shape[1]), vectors, span)


def _lists(vectors: Vectors, plan: IndexPlan, sample_per_list: int, seed: int, span: Span) -> Any:  # noqa: ANN401
    """An inverted file of FAISS, with whole vectors or codes of what the centres leave over."""
    dim, size = vectors.shape[1], span[1] - span[0]
    quantizer = faiss.IndexFlatIP(dim)
    n_lists = min(plan.nlist, size)
    if plan.storage == "fp32":
        index: Any = faiss.IndexIVFFlat(quantizer, dim, n_lists, faiss.METRIC_INNER_PRODUCT)
    else:
        coder = faiss.ScalarQuantizer
        code = coder.QT_fp16 if plan.storage == "fp16" else coder.QT_8bit
        metric = faiss.METRIC_INNER_PRODUCT
        index = faiss.IndexIVFScalarQuantizer(quantizer, dim, n_lists, code, metric, True)
    index.cp.seed = seed
    n_sample = min(size, n_lists * sample_per_list)
    sample = np.random.default_rng(seed).choice(size, n_sample, replace=False)
    index.train(unit(vectors[span[0] + np.sort(sample)]))
    return _on_device(_filled(index, vectors, span), plan)


def _graph(vectors: Vectors, span: Span) -> Any:  # noqa: ANN401
    """A navigable small world; one thread, so that it is the same each time."""
    index = faiss.IndexHNSWFlat(vectors.shape[1], _DEGREE // 2, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _EF_CONSTRUCTION
    with one_thread():
        return _filled(index, vectors, span)


def _cagra(vectors: Vectors, span: Span) -> Any:  # noqa: ANN401
    """A graph built and searched on a GPU by cuVS; on unit vectors L2 ranks as cosine does."""
    config = faiss.GpuIndexCagraConfig()
    config.graph_degree = _DEGREE
    config.intermediate_graph_degree = 2 * _DEGREE
    resources = faiss.StandardGpuResources()
    index = faiss.GpuIndexCagra(resources, vectors.shape[1], faiss.METRIC_L2, config)
    index.train(unit(vectors[span[0] : span[1]]))
    return index


def _filled(index: Any, vectors: Vectors, span: Span) -> Any:  # noqa: ANN401
    for start in range(*span, _ADD_ROWS):
        index.add(unit(vectors[start : min(start + _ADD_ROWS, span[1])]))
    return index


def _on_device(index: Any, plan: IndexPlan) -> Any:  # noqa: ANN401
    """The index moved to the GPUs, its terms shared out among them."""
    if plan.device == "cpu":
        return index
    options = faiss.GpuMultipleClonerOptions()
    options.shard = True
    options.useFloat16CoarseQuantizer = False
    return faiss.index_cpu_to_all_gpus(index, co=options)


def _search_gpu(index: Any, queries: npt.NDArray[np.float32], width: int, effort: int) -> Any:  # noqa: ANN401
    if hasattr(faiss, "GpuIndexCagra") and isinstance(index, faiss.GpuIndexCagra):
        params = faiss.SearchParametersCagra()
        params.itopk_size = max(effort, width)
        return index.search(queries, width, params=params)
    faiss.GpuParameterSpace().set_index_parameter(index, "nprobe", effort)
    return index.search(queries, width)
