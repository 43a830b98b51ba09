"""Profiles: complete sets of parameters, each with data, lock file and stage graph of its own.

A profile is a folder `profiles/<name>` with `params.yaml`, `dvc.yaml` and, after a run, `dvc.lock`
and `data/`. `english`, the default, is the root of the repository itself. The graph of a profile is
the root's, made by `profile_graph`: a test holds the two together.
"""

import re
from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.errors import InputError, ParameterError

__all__ = ["ENGLISH", "ProfilePaths", "locate_profile", "profile_graph"]

ENGLISH = "english"
_FOLDER = Path("profiles")
_HEADER = """\
# Made from the dvc.yaml at the root by `nymgraph profile {name}`; change that one.
# Paths of data are in this folder, those in params.yaml are relative to the root.
"""
_COMMAND = re.compile(r"^(    cmd: )nymgraph ", re.MULTILINE)
_CODE = re.compile(r"^(      - )((?:pipeline|discriminator|clustering|src)\b)", re.MULTILINE)


class ProfilePaths(NamedTuple):
    """Where a profile keeps its parameters and its data."""

    params: Path
    data: Path


def locate_profile(name: str) -> ProfilePaths:
    """Find a profile.

    Args:
        name: Its folder in `profiles`, or english for the root.

    Returns:
        Its paths, relative to the root.

    Raises:
        ParameterError: There is no such profile.
    """
    if name == ENGLISH:
        return ProfilePaths(Path("params.yaml"), Path("data"))
    folder = _FOLDER / name
    if not (folder / "params.yaml").is_file():
        others = sorted(path.parent.name for path in _FOLDER.glob("*/params.yaml"))
        raise ParameterError(
            f"there is no profile {name!r}",
            expected=f"one of {', '.join([ENGLISH, *others])}",
            cure=f"run this in the root of the repository, or write {folder}/params.yaml",
        )
    return ProfilePaths(folder / "params.yaml", folder / "data")


def profile_graph(root_graph: str, name: str) -> str:
    """The stage graph of a profile.

    Args:
        root_graph: The content of the root's dvc.yaml.
        name: The profile.

    Returns:
        The content of the profile's dvc.yaml.

    Raises:
        InputError: The root's has no stages.
    """
    if "stages:" not in root_graph:
        raise InputError(
            "dvc.yaml holds no stages",
            cure="run this in the root of the repository, with the dvc.yaml that it came with",
        )
    graph = _COMMAND.sub(rf"\1cd ../.. && nymgraph --profile {name} ", root_graph)
    graph = _CODE.sub(r"\1../../\2", graph)
    return _HEADER.format(name=name) + graph[graph.index("stages:") :]
