"""What the parameters leave open: the index and its lists, and how large shards and batches are.

The index is the one that `retrieve` itself will choose. Shards and batches change speed, memory and
the number of files, never a result: the planner says what they should be, the parameters rule.
"""

from typing import NamedTuple

from nymgraph.pipeline.indexes.plans import IndexPlan, plan_index
from nymgraph.pipeline.planner.machine import Machine
from nymgraph.pipeline.planner.workload import Workload
from nymgraph.pipeline.settings.params import Params

__all__ = ["Choices", "Suggestion", "choose", "suggest"]

_MOST_SHARDS = 128
_SHARD_BYTES = 1e9
_LEAST_SHARD = 16_384
# Tokens in a forward pass on a GPU: enough to keep it busy, few GB of activations.
_TOKENS_AT_ONCE = 32_768


class Choices(NamedTuple):
    """The choices made.

    Attributes:
        vector_index: Kind of index, lists and lists probed (or breadth in a graph).
        is_tuned: Whether the stage finds the lists probed, or the breadth, itself.
    """

    vector_index: IndexPlan
    is_tuned: bool

    @property
    def searches_on_gpu(self) -> bool:
        """Whether the search of vectors runs on the GPU."""
        return self.vector_index.device != "cpu"


class Suggestion(NamedTuple):
    """A key whose value would better be another one; the result stays the same."""

    key: str
    now: int
    better: int
    why: str


def choose(params: Params, workload: Workload, machine: Machine) -> Choices:
    """Choose the index as the stage does.

    Args:
        params: All parameters.
        workload: The sizes.
        machine: Where it runs.

    Returns:
        What the run will use.
    """
    retrieve = params.retrieve
    gpu_wanted = machine.device.is_gpu and retrieve.device != "cpu"
    device = "cuda" if gpu_wanted else "cpu"
    dim = workload.encoder.dim
    index = plan_index(workload.n_terms, dim, retrieve, device)
    if index.is_coded:
        given = (retrieve.directions, retrieve.shortlist, retrieve.nprobe or not index.nlist)
        return Choices(index, is_tuned=not all(given))
    tuned = (retrieve.nprobe if index.kind == "ivf" else retrieve.ef) is None
    return Choices(index, is_tuned=index.effort > 0 and tuned)


def suggest(params: Params, workload: Workload, machine: Machine) -> list[Suggestion]:
    """Shards and batches that suit the size of the run and the machine.

    Args:
        params: All parameters.
        workload: The sizes.
        machine: Where it runs.

    Returns:
        The keys [speed] that should be changed.
    """
    n_terms, dim = workload.n_terms, workload.encoder.dim
    files = (
        f"few large files: at most {_MOST_SHARDS} shards, each at most {_SHARD_BYTES / 1e9:.0f} GB"
    )
    wanted = [
        ("embed.shard_terms", params.embed.shard_terms, _shard(n_terms, 2 * dim), files),
        (
            "retrieve.shard_terms",
            params.retrieve.shard_terms,
            _shard(n_terms, max(4 * dim, 8 * params.retrieve.k)),
            files,
        ),
    ]
    if machine.device.is_gpu:
        batch = _batch(workload.encoder.dim)
        wanted.append(("embed.batch_size", params.embed.batch_size, batch, "keeps a GPU busy"))
    return [Suggestion(*row) for row in wanted if row[1] < row[2]]


def _shard(n_terms: int, bytes_of_row: int) -> int:
    """The least power of two that cuts the terms into few enough shards, but none too large."""
    size = _LEAST_SHARD
    while n_terms > size * _MOST_SHARDS and 2 * size * bytes_of_row <= _SHARD_BYTES:
        size *= 2
    return size


def _batch(dim: int) -> int:
    """Terms in a forward pass: 2,048 of a small encoder, 1,024 of a large one."""
    return _TOKENS_AT_ONCE // 32 * (2 if dim <= 512 else 1)
