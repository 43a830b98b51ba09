"""What cannot work, said before any work.

Two kinds: limits of libraries (FAISS on a GPU), and what a machine does not have (memory, disk).
The planner asks for a whole run; the stages embed and retrieve ask again for themselves, with what
is free at that moment, so that they end with an error of ours and not with a crash an hour later. A
check never changes what a stage makes.
"""

import shutil
from pathlib import Path
from typing import NamedTuple

import psutil

from nymgraph.pipeline.errors import CapacityError

__all__ = [
    "Refusal",
    "Room",
    "embed_refusals",
    "free_room",
    "index_gb",
    "index_refusals",
    "refuse",
    "retrieve_refusals",
]

_GB = 1e9
# FAISS's documentation, "Faiss on the GPU": k and nprobe are at most 2048; with scalar quantisers a
# block of threads does not hold more than 512 of the k best.
GPU_MOST = 2_048
GPU_CODES_MOST = 512
CGROUP = Path("/sys/fs/cgroup")
_CODED_DIM = 128  # numbers in a code, where tuning finds no other length
# Bytes that an index keeps in the host's memory for one number of a vector, by storage or by kind.
_BYTES = {
    "fp32": 4.0,
    "fp16": 2.0,
    "sq8": 1.0,
    "exact": 4.0,
    "hnsw": 4.0,
    "cagra": 4.0,
}


class Refusal(NamedTuple):
    """One thing that cannot work: what is wrong, found, needed, and which setting to change."""

    problem: str
    got: str
    expected: str
    cure: str


class Room(NamedTuple):
    """Free memory, and free disk (None: not known), in 10^9 bytes."""

    ram_gb: float
    disk_gb: float | None


def free_room(folder: Path) -> Room:
    """The memory and disk that are free on this machine now.

    Args:
        folder: Where the run writes.

    Returns:
        Free memory, that of a container's limit if there is one, and free disk.
    """
    memory = psutil.virtual_memory().available / _GB
    limit, used = _cgroup("memory.max"), _cgroup("memory.current")
    if limit is not None and used is not None:
        memory = min(memory, max(limit - used, 0) / _GB)
    above = (folder.absolute(), *folder.absolute().parents)
    disk = shutil.disk_usage(next(path for path in above if path.exists())).free / _GB
    return Room(memory, disk)


def refuse(refusals: list[Refusal]) -> None:
    """Stop if something cannot work.

    Args:
        refusals: What was found.

    Raises:
        CapacityError: There is at least one; the error is the first.
    """
    if refusals:
        first = refusals[0]
        raise CapacityError(first.problem, got=first.got, expected=first.expected, cure=first.cure)


def embed_refusals(n_terms: int, dim: int, work: Path, room: Room) -> list[Refusal]:
    """Whether the vectors of a run fit.

    Args:
        n_terms: Terms.
        dim: Length of a vector.
        work: The folder of the stage's shards: those of an interrupted run need no room any more.
        room: What is free.

    Returns:
        What cannot work: the vectors stand on disk twice while the shards become one file.
    """
    needed = 2 * n_terms * dim * 2 / _GB - _folder_gb(work)
    return _too_small("embed", "disk", needed, room.disk_gb, _FREE_DISK)


def retrieve_refusals(
    n_terms: int, dim: int, neighbours: int, index_memory_gb: float, work: Path, room: Room
) -> list[Refusal]:
    """Whether the search of a run fits.

    Args:
        n_terms: Terms.
        dim: Length of a vector.
        neighbours: Of each term, by vector and by spelling together.
        index_memory_gb: What the index keeps in memory, of `index_gb`.
        work: The folder of the stage's shards.
        room: What is free.

    Returns:
        What cannot work: the index in memory, or the lists of neighbours (twice) on disk.
    """
    lists = 2 * n_terms * 8 * neighbours / _GB - _folder_gb(work)
    return [
        *_too_small("retrieve", "memory", index_memory_gb, room.ram_gb, _LESS_MEMORY),
        *_too_small("retrieve", "disk", lists, room.disk_gb, _FREE_DISK),
    ]


def index_gb(n_terms: int, dim: int, kind: str, storage: str, device: str) -> float:
    """The memory that an index over the vectors keeps in the host, at least.

    Args:
        n_terms: Terms.
        dim: Length of a vector.
        kind: Kind of index.
        storage: How an inverted file keeps vectors; "" for other kinds.
        device: Where it is searched, as torch names it.

    Returns:
        10^9 bytes; 0 for exact search on a GPU, which reads the vectors from their file.
    """
    if kind == "exact" and device != "cpu":
        return 0.0
    if storage == "int8" or kind == "two_step":
        return n_terms * min(dim, _CODED_DIM) / _GB
    return n_terms * dim * _BYTES[storage or kind] / _GB


def index_refusals(kind: str, storage: str, device: str, k: int, nprobe: int) -> list[Refusal]:
    """Whether FAISS can search an index of this kind there.

    Args:
        kind: Kind of index.
        storage: How an inverted file keeps vectors; "" for other kinds.
        device: Where it is searched, as torch names it.
        k: Neighbours by vector.
        nprobe: Lists probed; 0 where there are none.

    Returns:
        What cannot work; exact search is ours, not FAISS's, and has no such limits.
    """
    if device == "cpu" or kind == "exact":
        return []
    most = GPU_CODES_MOST if storage in ("fp16", "sq8") else GPU_MOST
    found = []
    if k + 1 > most:  # a term finds itself too
        found.append(
            Refusal(
                f"FAISS cannot search {storage or kind} for so many neighbours on a GPU",
                f"retrieve.k {k:,}, and the term itself",
                f"retrieve.k at most {most - 1:,}",
                f"set retrieve.k to {most - 1} or less, or retrieve.storage to int8",
            )
        )
    if nprobe > GPU_MOST:
        found.append(
            Refusal(
                "FAISS cannot probe so many lists on a GPU",
                f"nprobe {nprobe:,}",
                f"at most {GPU_MOST:,}",
                f"set retrieve.nprobe to {GPU_MOST} or less, or retrieve.storage to int8",
            )
        )
    return found


_FREE_DISK = "free some, put --data on another disk, or take fewer terms"
_LESS_MEMORY = "take a machine with more memory, an encoder of fewer dimensions, or fewer terms"


def _too_small(
    stage: str, what: str, needed: float, free: float | None, cure: str
) -> list[Refusal]:
    if free is None or needed <= free:
        return []
    problem = f"{stage} does not fit: there is too little {what}"
    return [Refusal(problem, f"{free:.1f} GB free", f"{needed:.1f} GB", cure)]


def _folder_gb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / _GB


def _cgroup(name: str) -> float | None:
    """A figure of the container's limits; None where there is no limit."""
    try:
        return float((CGROUP / name).read_text("utf-8"))
    except (OSError, ValueError):  # no such file, or "max"
        return None
