"""Which index, chosen by rule and checked against its limits before any work."""

from typing import Any, Literal, NamedTuple

import faiss
import numpy as np

from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.errors import DependencyError, ParameterError
from nymgraph.pipeline.limits import GPU_CODES_MOST, GPU_MOST
from nymgraph.pipeline.settings.params import RetrieveParams

__all__ = ["LOOKED_AT", "IndexPlan", "checked_plan", "plan_index"]

Storage = Literal["int8", "fp32", "fp16", "sq8"]
# Multiply-adds up to which a GPU searches exactly: 15 M terms of 1,024 dimensions.
_GPU_EXACT_WORK = 2.5e17
_MOST_BREADTH = 4_096  # in a graph
# Of a search by codes, where nothing is tuned.
_DIRECTIONS, _SHORTLIST = 128, 128
LOOKED_AT = 128
"""Multiply-adds that take as long as to look at one product of codes."""
_RANKED = 128_000  # the same to rank one of a shortlist, of 384 dimensions
_UNEVEN = 1.45  # queries look into the fuller lists


class IndexPlan(NamedTuple):
    """Which index; what does not apply is 0 or empty.

    Attributes:
        kind: "exact", "two_step", "ivf", "hnsw" or "cagra".
        nlist: Number of lists of an inverted file.
        nprobe: Number of lists probed.
        storage: How an inverted file keeps the vectors.
        ef: Breadth of the search in a graph.
        device: Where it runs, as torch names it.
        directions: Length of the codes.
        shortlist: How many of each query are ranked by their cosines.
    """

    kind: str
    nlist: int = 0
    nprobe: int = 0
    storage: str = ""
    ef: int = 0
    device: str = "cpu"
    directions: int = 0
    shortlist: int = 0

    @property
    def is_coded(self) -> bool:
        """Whether it searches by our codes: in two steps, in lists or not."""
        return self.kind == "two_step" or (self.kind == "ivf" and self.storage == "int8")

    @property
    def recall_floor(self) -> float:
        """Which recall is wanted where the parameters do not say."""
        return 0.99 if self.kind == "two_step" else 0.95

    @property
    def effort(self) -> int:
        """The setting that buys recall with time: nprobe or ef; 0 for exact search."""
        return self.nprobe or self.ef

    def work(self, n_terms: int, dim: int) -> float:
        """The cost of a query in a search by codes.

        The constants are those of one core of a Xeon with AVX-512 VNNI: not measured anew on each
        machine, for then a search would now be tuned to one setting, now to another.

        Args:
            n_terms: Number of terms.
            dim: Number of dimensions of their vectors.

        Returns:
            Multiply-adds of 8 bits.
        """
        compared = float(n_terms)
        if self.nlist:
            compared = compared * min(1.0, _UNEVEN * self.nprobe / self.nlist) + self.nlist
        return compared * (self.directions + LOOKED_AT) + self.shortlist * _RANKED * dim / 384

    def with_effort(self, effort: int) -> "IndexPlan":
        """The same plan with another effort."""
        return self._replace(nprobe=effort) if self.kind == "ivf" else self._replace(ef=effort)

    def most_effort(self, n_terms: int) -> int:
        """The largest effort that makes sense."""
        if self.kind == "ivf":
            return self.nlist if self.device == "cpu" else min(self.nlist, GPU_MOST)
        return min(n_terms, _MOST_BREADTH)

    def described(self) -> dict[str, Any]:
        """Kind, nlist and nprobe, and what else applies."""
        plain: dict[str, Any] = {"kind": self.kind, "nlist": self.nlist, "nprobe": self.nprobe}
        others: dict[str, Any] = {
            "directions": self.directions,
            "shortlist": self.shortlist,
            "storage": self.storage,
            "ef": self.ef,
        }
        if self.device != "cpu":
            others["device"] = self.device
        return plain | {name: value for name, value in others.items() if value}


def plan_index(
    n_terms: int, dim: int, params: RetrieveParams, device: str | None = None
) -> IndexPlan:
    """Choose the index.

    Exact below `exact_below` terms, in two steps below `two_step_below`, both on the processor: the
    same on every machine. On a GPU exact as long as n_terms^2 dim multiply-adds take it minutes;
    else an inverted file. Its nlist is the power of two nearest to 4 sqrt(n_terms), its
    nprobe, where nothing is tuned, an eighth of that; ef begins at 64.

    Args:
        n_terms: Number of terms.
        dim: Number of dimensions.
        params: The section `retrieve`.
        device: Where the search will run, as torch names it; None: what the parameters mean here.

    Returns:
        The plan.
    """
    kind, device = params.index, device or resolve_device(params.device)
    coded: dict[str, Any] = {
        "directions": min(params.directions or _DIRECTIONS, dim),
        "shortlist": params.shortlist or _SHORTLIST,
    }
    if kind == "auto" and n_terms < params.exact_below:
        return IndexPlan("exact")
    if kind == "two_step" or (kind == "auto" and n_terms < params.two_step_below):
        return IndexPlan("two_step", **coded)
    if kind == "auto":
        gpu_exact = device != "cpu" and float(n_terms) ** 2 * dim <= _GPU_EXACT_WORK
        kind = "exact" if gpu_exact else "ivf"
    if kind == "exact":
        return IndexPlan("exact", device=device)
    if kind == "ivf":
        lists = min(params.nlist or 2 ** round(np.log2(4 * np.sqrt(n_terms))), n_terms)
        probed = min(params.nprobe or max(1, lists // 8), lists)
        if params.storage == "int8":
            return IndexPlan("ivf", lists, probed, "int8", **coded)
        return IndexPlan("ivf", lists, probed, params.storage, device=device)
    on = "cpu" if kind == "hnsw" else device
    return IndexPlan(kind, ef=params.ef or 64, device=on)


def checked_plan(plan: IndexPlan, k: int) -> IndexPlan:
    """Refuse a plan that its index cannot carry out.

    Args:
        plan: Of `plan_index`.
        k: Neighbours wanted.

    Returns:
        The plan.

    Raises:
        DependencyError: The index needs a GPU, or a build of FAISS that knows it.
        ParameterError: k or nprobe is more than the GPU's index allows.
    """
    if plan.kind == "cagra" and (plan.device == "cpu" or not hasattr(faiss, "GpuIndexCagra")):
        raise DependencyError(
            "the index cagra needs a GPU and FAISS with cuVS",
            cure="install the extra gpu-cuvs and set retrieve.device to cuda, or retrieve.index "
            "to ivf",
        )
    if plan.device == "cpu" or plan.kind == "exact":
        return plan
    if not hasattr(faiss, "StandardGpuResources"):
        raise DependencyError(
            "FAISS is installed without its part for GPUs",
            cure="install the extra gpu, or set retrieve.device to cpu or retrieve.storage to int8",
        )
    most = GPU_CODES_MOST if plan.storage in ("fp16", "sq8") else GPU_MOST
    _check_limit("k", k + 1, most)
    _check_limit("nprobe", plan.nprobe, GPU_MOST)
    return plan


def _check_limit(name: str, got: int, most: int) -> None:
    if got > most:
        raise ParameterError(
            f"retrieve.{name} is more than FAISS allows on a GPU",
            got=str(got),
            expected=f"at most {most} (k counts the term itself)",
            cure=f"lower retrieve.{name}, set retrieve.storage to int8 or retrieve.device to cpu",
        )
