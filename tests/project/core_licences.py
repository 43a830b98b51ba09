"""The licences of what the core installs, read from the packages themselves.

`python -m tests.project.core_licences` writes docs/licences.md anew.
"""

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "licences.md"
HEAD = """\
# Licences of what nymgraph installs

The core without extras, with all that it needs, as the packages themselves say; made by `python -m
tests.project.core_licences`. A GPU build of torch also brings NVIDIA's own packages. The extras and
their licences are in `pyproject.toml`, at each extra that is not free as these are.

| package | licence |
|---|---|
"""
# whose metadata name no licence, or only hold its whole text: read from their repositories
KNOWN: dict[str, str] = {}


def core() -> dict[str, str]:
    """Each package that the core needs, on this machine, to its licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    todo = [(Requirement(text), "") for text in project["dependencies"]]
    while todo:
        requirement, extra = todo.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = licence_of(name, package)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                todo += [(Requirement(text), wanted) for text in package.requires or ()]
    return dict(sorted(found.items()))


def licence_of(name: str, package: Distribution) -> str:
    """The licence in a package's metadata, short."""
    data = package.metadata
    if expression := data.get("License-Expression"):
        return str(expression)
    names = [x.rpartition(" :: ")[2] for x in data.get_all("Classifier") or () if "License" in x]
    if names := [x for x in names if x not in ("OSI Approved", "Other/Proprietary License")]:
        return " / ".join(names)
    first = str(data.get("License") or "").strip().splitlines()
    return KNOWN.get(name) or (first[0][:60] if first else "unknown")


def as_page(licences: dict[str, str]) -> str:
    """The list as a page."""
    return HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in licences.items())


if __name__ == "__main__":
    FILE.write_text(as_page(core()), "utf-8")
