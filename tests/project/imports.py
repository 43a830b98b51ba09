"""Which local modules a module imports, directly or not, read from the source."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
# what nymgraph holds, each a folder at the root
PACKAGES = ("pipeline", "discriminator", "clustering")
# what all three may import
KERNELS = Path("src", "nymgraph", "kernels.py")


def module_file(name: str) -> Path | None:
    """The file of a local module, such as nymgraph.pipeline.cli, relative to the root, or None."""
    top, *parts = name.split(".")
    if name == "nymgraph.kernels":
        return KERNELS
    if top != "nymgraph" or not parts or parts[0] not in PACKAGES:
        return None
    path = Path(*parts)
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if (ROOT / file).is_file():
            return file
    return None


def imports_of(file: Path) -> set[Path]:
    """The local files that a file imports, wherever in it the import stands."""
    found: set[Path | None] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {module_file(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(module_file(node.module))
            found |= {module_file(f"{node.module}.{alias.name}") for alias in node.names}
    return {path for path in found if path is not None}


def closure(file: Path) -> set[Path]:
    """All local files that running a file needs, itself included."""
    seen: set[Path] = set()
    todo = [file]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += imports_of(current)
    return seen
