"""A compiled kernel uses functions and numbers of its own file: its cache sees no other change."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.imports import KERNELS, PACKAGES, ROOT

DECORATORS = {"kernel", "parallel_kernel"}
FOREIGN = {"np", "numba"}
FIXED = {"mixed", "SINGLETON"}  # `nymgraph.kernels` says why
FILES = [
    KERNELS,
    *(
        file.relative_to(ROOT)
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
    ),
]


def kernels(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names = {ast.unparse(decorator) for decorator in node.decorator_list}
            if names & DECORATORS:
                yield node


def own_names(tree: ast.Module) -> set[str]:
    """What a file defines: functions, classes, constants."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {
                name.id for each in targets for name in ast.walk(each) if isinstance(name, ast.Name)
            }
    return found


def strange(tree: ast.Module) -> set[str]:
    """Names in the bodies of kernels that the file does not define."""
    found: set[str] = set()
    for function in kernels(tree):
        names = [
            node for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)
        ]
        local = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        local |= {argument.arg for argument in function.args.args}
        found |= {node.id for node in names} - local
    return found - own_names(tree) - FOREIGN - FIXED - set(dir(builtins))


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_kernel_is_whole_in_its_file(file: Path) -> None:
    assert not strange(ast.parse((ROOT / file).read_text("utf-8")))


def test_kernels_are_compiled_by_these_decorators_alone() -> None:
    """So that no kernel escapes the check above."""
    using = {
        file
        for file in FILES
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        if isinstance(node, ast.Name | ast.Attribute | ast.alias)
        and ast.unparse(node).split(".")[-1] in ("njit", "jit", "vectorize", "guvectorize")
    }
    assert using == {KERNELS}


def test_the_check_sees_a_borrowed_number_and_a_borrowed_function() -> None:
    code = "@kernel\ndef f(x: Graph) -> None:\n    y = x + BORROWED\n    borrowed(y)\n"
    assert strange(ast.parse(code)) == {"BORROWED", "borrowed"}
