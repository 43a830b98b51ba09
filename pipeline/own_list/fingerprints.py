"""What a stage was made from and what it left, to see whether it must run again.

A file is known by its size and the time of its last change, so that looking costs nothing; a stage
that ran elsewhere (`nymgraph STAGE`) or whose artefacts were touched runs again.
"""

from functools import cache
from pathlib import Path
from typing import Any

from nymgraph.pipeline.own_list.stage_graph import stage_entries, user_files
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.artefacts import digest
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = ["fingerprint"]


def fingerprint(stage: str, params: Params, data: Path) -> dict[str, Any]:
    """What a stage reads and has written, and by what.

    Args:
        stage: The stage.
        params: All parameters.
        data: The data folder.

    Returns:
        Plain data; equal to an earlier one where nothing has changed since.
    """
    entry = stage_entries()[stage]
    sections = {name: _plain(getattr(params, name)) for name in entry["params"]}
    written = [path for kind in ("outs", "metrics") for path in entry.get(kind, [])]
    return {
        "params": digest(sections),
        "versions": _versions(),
        "user_files": {str(path): _state(path) for path in user_files(params, stage)},
        "read": {path: _state(_in(data, path)) for path in entry["deps"]},
        "written": {path: _state(_in(data, path)) for path in map(_name, written)},
    }


@cache
def _versions() -> str:
    return digest(library_versions())


def _plain(section: Any) -> Any:  # noqa: ANN401 - a section, or a value that stands by itself
    return section.model_dump(mode="json") if hasattr(section, "model_dump") else str(section)


def _name(path: str | dict[str, Any]) -> str:
    """The path of an artefact, which may carry settings."""
    return next(iter(path)) if isinstance(path, dict) else path


def _in(data: Path, path: str) -> Path:
    return data / path.removeprefix("data/")


def _state(path: Path) -> list[list[str | int]]:
    """Name, size and time of every file that a path holds; none where it is not there."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    states = [(file, file.stat()) for file in files if file.is_file()]
    return [[file.name, state.st_size, state.st_mtime_ns] for file, state in states]
