"""The run record: what one run of one stage took, read and left (`data/.runs/<stage>.json`)."""

import importlib.metadata
import json
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["RunRecord", "library_versions", "peak_memory_mb", "read_record"]

# The libraries that can change an artefact's bytes.
LIBRARIES = ("numpy", "polars", "torch", "sentence-transformers", "numba")


class RunRecord:
    """Collects the figures of one run.

    Args:
        stage: Name of the stage.
        params: Its section of the parameters, as plain data.
    """

    def __init__(self, stage: str, params: dict[str, Any]) -> None:
        self.stage = stage
        self._params = params
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._processor = time.process_time()
        self._rows_in: dict[str, int] = {}
        self._rows_out: dict[str, int] = {}
        self._facts: dict[str, Any] = {}

    def read(self, name: str, rows: int) -> None:
        """Note that a table was read."""
        self._rows_in[name] = rows

    def wrote(self, name: str, rows: int) -> None:
        """Note that a table was written."""
        self._rows_out[name] = rows

    def fact(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Note a decision or a figure of this run, such as the index chosen."""
        self._facts[name] = value

    def summary(self, status: str) -> dict[str, Any]:
        """The record as plain data; `status` is "done" or "failed"."""
        return {
            "stage": self.stage,
            "status": status,
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self._clock, 2),
            "processor_seconds": round(time.process_time() - self._processor, 2),
            "peak_memory_mb": round(peak_memory_mb()),
            "rows_in": self._rows_in,
            "rows_out": self._rows_out,
            "facts": self._facts,
            "params": self._params,
            "versions": library_versions(),
            "git_commit": _git_commit(),
        }


def read_record(data: Path, stage: str) -> dict[str, Any] | None:
    """The record of the last run of a stage.

    Args:
        data: The data folder.
        stage: Name of the stage.

    Returns:
        The record; None where there is none, or only a damaged one: it is no artefact.
    """
    try:
        record = json.loads((data / ".runs" / f"{stage}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    shown = {"status", "seconds", "peak_memory_mb", "rows_out"}
    return record if isinstance(record, dict) and shown <= record.keys() else None


def peak_memory_mb() -> float:
    """Peak resident memory of this process so far, in MB (10^6 bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def library_versions() -> dict[str, str]:
    """Versions of Python, of nymgraph and of the libraries that can change a result."""
    versions = {"python": platform.python_version(), "machine": platform.machine()}
    for name in ("nymgraph", *LIBRARIES, *_faiss_builds()):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _faiss_builds() -> list[str]:
    builds = ("faiss-cpu", "faiss-gpu", "faiss-gpu-cuvs")
    installed = {dist.name.lower() for dist in importlib.metadata.distributions() if dist.name}
    return [name for name in builds if name in installed]


def _git_commit() -> str | None:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None
