import ast
import os
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import nymgraph
from nymgraph.pipeline import errors
from tests.project.imports import KERNELS, PACKAGES, ROOT, closure, imports_of

FILES = [
    file.relative_to(ROOT)
    for package in PACKAGES
    for file in sorted((ROOT / package).rglob("*.py"))
]
# rooms whose docstring names each module at the beginning of a line; stages are named in dvc.yaml
MAPPED = sorted(
    file.parent.name
    for file in FILES
    if file.parts[0] == "pipeline" and len(file.parts) == 3 and file.name == "__init__.py"
)
MAPPED.remove("stages")
STAGES = [file for file in FILES if file.parts[1] == "stages" and file.name != "__init__.py"]


def files_of(package: str) -> list[Path]:
    return [file for file in FILES if file.parts[0] == package]


def foreign_imports(file: Path) -> set[str]:
    """Top-level names of what a file imports."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def opens_files(file: Path) -> list[int]:
    """Lines that open, read or write a file, or name a path."""
    calls = {"open", "safe_open", "read_text", "write_text", "read_bytes", "write_bytes", "load"}
    calls |= {"save", "save_file", "load_file", "memmap", "open_memmap", "Path", "fromfile"}
    lines = []
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in calls:
                lines.append(node.lineno)
    return lines


def test_the_files_are_found() -> None:
    assert len(STAGES) >= 9
    assert all(files_of(package) for package in PACKAGES)


@pytest.mark.parametrize("package", ["discriminator", "clustering"])
def test_the_core_imports_itself_alone(package: str) -> None:
    for file in files_of(package):
        assert {other.parts[0] for other in imports_of(file) - {KERNELS}} <= {package}, file


def test_the_store_is_imported_by_no_stage() -> None:
    for stage in STAGES:
        assert not [file for file in closure(stage) if file.parts[:2] == ("pipeline", "store")]


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("clustering", {"torch", "polars", "pyarrow", "pathlib", "os", "io"}),
        ("discriminator", {"polars", "pyarrow"}),
    ],
)
def test_what_the_core_does_not_know(package: str, forbidden: set[str]) -> None:
    for file in files_of(package):
        assert not foreign_imports(file) & forbidden, file


def test_only_the_checkpoint_opens_files_in_the_core() -> None:
    opening = {file for package in PACKAGES[1:] for file in files_of(package) if opens_files(file)}
    assert opening == {Path("discriminator/checkpoint.py")}


def test_every_package_is_installed() -> None:
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    wheel, sdist = targets["targets"]["wheel"], targets["targets"]["sdist"]
    own = {
        f"src/nymgraph/{name}" for name in ("__init__.py", "__main__.py", "kernels.py", "py.typed")
    }
    assert set(wheel["only-include"]) == own | set(PACKAGES)
    assert set(sdist["only-include"]) >= own | set(PACKAGES)
    assert wheel["sources"] == {
        **{package: f"nymgraph/{package}" for package in PACKAGES},
        "src/nymgraph": "nymgraph",
    }
    assert all((ROOT / file.parent / "__init__.py").is_file() for file in FILES)


def test_the_source_folder_links_to_the_packages() -> None:
    folder = ROOT / "src" / "nymgraph"
    links = {path.name: path.resolve() for path in folder.iterdir() if path.is_symlink()}
    assert links == {package: ROOT / package for package in PACKAGES}


def test_the_code_imports_itself_by_one_name() -> None:
    """A module imported under a second name would be a second module."""
    folders = ("benchmarks", "notebooks", "tests", *PACKAGES)
    for file in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        assert not foreign_imports(file.relative_to(ROOT)) & set(PACKAGES), file


def room(file: Path) -> str:
    """The folder or the loose module of the pipeline that a file belongs to."""
    return file.parts[1].removesuffix(".py")


def test_the_rooms_of_the_pipeline_import_each_other_one_way() -> None:
    needs: dict[str, set[str]] = {}
    for file in files_of("pipeline"):
        used = {room(other) for other in imports_of(file) if other.parts[0] == "pipeline"}
        needs.setdefault(room(file), set()).update(used - {room(file)})
    TopologicalSorter(needs).prepare()  # CycleError names a circle


def test_few_modules_of_the_pipeline_are_loose() -> None:
    assert len(list((ROOT / "pipeline").glob("*.py"))) <= 10


@pytest.mark.parametrize("name", MAPPED)
def test_the_docstring_of_a_room_maps_its_modules(name: str) -> None:
    folder = ROOT / "pipeline" / name
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    mapped = set(re.findall(r"^(\w+)  +\S", text, flags=re.MULTILINE))
    assert mapped == {file.stem for file in folder.glob("*.py")} - {"__init__"}


def test_every_package_names_its_modules() -> None:
    """Stages are the exception: they are named in dvc.yaml."""
    for file in FILES:
        if file.name == "__init__.py" and file.parent.name != "stages":
            text = ast.get_docstring(ast.parse((ROOT / file).read_text("utf-8"))) or ""
            modules = {path.stem for path in (ROOT / file.parent).glob("*.py")} - {"__init__"}
            assert modules <= set(re.findall(r"\w+", text)), file


def test_tests_use_public_names() -> None:
    """Besides those of NamedTuples and of notebooks, which are public in spite of the line."""
    public = {"_replace", "_asdict", "_fields", "_repr_html_"}
    for file in (ROOT / "tests").rglob("*.py"):
        text = file.read_text("utf-8")
        used = {
            node.attr
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls")
        }
        used |= set(re.findall(r"nymgraph[\w.]* import .*\b(_[a-z]\w*)", text))
        used |= set(re.findall(r'setattr\(\w+, "(\w+)"', text))
        private = {name for name in used if name.startswith("_") and not name.startswith("__")}
        assert private <= public, file


def test_importing_nymgraph_imports_nothing_heavy() -> None:
    code = (
        "import sys; import nymgraph; before = set(sys.modules); nymgraph.ClusterStore; "
        "print(sorted(before & {'torch', 'polars', 'numpy', 'nymgraph.pipeline'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    assert set(nymgraph.__all__) <= set(dir(nymgraph))
    assert all(getattr(nymgraph, name) for name in nymgraph.__all__)
    assert set(errors.__all__) <= set(nymgraph.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = nymgraph.no_such_name


@pytest.mark.parametrize("file", FILES, ids=str)
def test_no_function_is_longer_than_60_lines(file: Path) -> None:
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= 60, node.name


@pytest.mark.parametrize("file", STAGES, ids=str)
def test_a_stage_is_thin(file: Path) -> None:
    assert len((ROOT / file).read_text("utf-8").splitlines()) <= 110
