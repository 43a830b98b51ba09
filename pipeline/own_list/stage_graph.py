"""The graph of stages, as it comes with the package, and the dvc.yaml of a user's folder.

In the repository the graph also names the code of each stage, and leaves out keys that change
nothing but speed. In a folder the code is an installed package, the user's own files are among the
deps, and each stage depends on its whole section.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from nymgraph.pipeline.settings.params import Params

__all__ = ["anchored", "folder_graph", "stage_entries", "template", "user_files"]

_HEAD = """\
# The stages of this folder, made from params.yaml by `nymgraph init`; `nymgraph init .` renews it.
# After another version of nymgraph is installed: dvc repro --force.
"""


def template(name: str) -> str:
    """A file of the repository that the package carries: params.yaml or dvc.yaml."""
    return (files("nymgraph.pipeline.own_list") / "template" / name).read_text("utf-8")


@cache
def stage_entries() -> dict[str, dict[str, Any]]:
    """Each stage with its `deps` (data alone), `outs`, `metrics` and `params`, in order."""
    stages: dict[str, dict[str, Any]] = yaml.safe_load(template("dvc.yaml"))["stages"]
    for entry in stages.values():
        entry["deps"] = [path for path in entry.get("deps", []) if path.startswith("data/")]
        entry["params"] = list(dict.fromkeys(key.split(".")[0] for key in entry["params"]))
    return stages


def user_files(params: Params, stage: str) -> list[Path]:
    """The user's own files that a stage reads, sorted.

    Args:
        params: All parameters.
        stage: The stage.

    Returns:
        Every path in the sections that the stage depends on.
    """
    names = stage_entries()[stage]["params"]
    found = {path for name in names for path in _paths(getattr(params, name))}
    return sorted(found)


def anchored(params: Params, folder: Path) -> Params:
    """Parameters whose relative paths lead from a folder, wherever the process is.

    Args:
        params: All parameters.
        folder: The folder whose params.yaml they are.

    Returns:
        The parameters with paths that begin at the folder.
    """
    moved: Params = _moved(params, folder)
    return moved


def folder_graph(params: Params) -> str:
    """The dvc.yaml of a folder.

    Args:
        params: Its parameters.

    Returns:
        The text of the file.
    """
    whole = yaml.safe_load(template("dvc.yaml"))
    for stage, entry in stage_entries().items():
        own = [path.as_posix() for path in user_files(params, stage)]
        deps = [*own, *entry["deps"]]
        # a stage that reads nothing has no deps
        given = {**entry, "deps": deps} if deps else {k: v for k, v in entry.items() if k != "deps"}
        whole["stages"][stage] = given
    return _HEAD + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=2**31)


def _moved(value: Any, folder: Path) -> Any:  # noqa: ANN401 - any value of a section
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        return value.model_copy(update={n: _moved(getattr(value, n), folder) for n in names})
    return tuple(_moved(item, folder) for item in value) if isinstance(value, tuple) else value


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _paths(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _paths(item)
