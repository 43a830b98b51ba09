"""The examples in the docstrings of the public names, run on a small export."""

import doctest
import inspect
from pathlib import Path

import pytest

import nymgraph
from tests.store.small_export import small_frames, write_export

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
PUBLIC = [name for name in nymgraph.__all__ if name != "__version__"]


def examples(name: str) -> list[doctest.DocTest]:
    """The examples of a public name and, for a class, of its methods."""
    found = doctest.DocTestFinder().find(getattr(nymgraph, name), name, globs={})
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", [name for name in PUBLIC if examples(name)])
def test_the_examples_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    write_export(tmp_path / "data" / "export", small_frames(), None)
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    report: list[str] = []
    for test in examples(name):
        runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def test_there_are_examples() -> None:
    assert {"ClusterStore", "cluster", "cluster_edges"} <= {n for n in PUBLIC if examples(n)}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(nymgraph, name))
