"""Every artefact cut, flipped, zeroed, swapped or deleted: a clear error, or the same answer.

A sample is drawn here; `NYMGRAPH_MUTATIONS=2000 pytest tests/stages/test_mutations.py` draws more,
`NYMGRAPH_MUTATIONS_SEED` others. A file of a stage is read by a stage that read it in the run, one
of an export by a store. No reader may show a traceback; none of a stage may go on with other bytes;
`verify` must name every file that is not as it was left.
"""

import itertools
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nymgraph.pipeline.cli import STAGES
from nymgraph.pipeline.errors import NymgraphError
from nymgraph.pipeline.own_list.stages import perform
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import load_params
from nymgraph.pipeline.storage.manifests import LIST, StageFiles, read_list
from nymgraph.pipeline.storage.verify import verify_export, verify_run
from nymgraph.pipeline.store import ClusterStore
from tests.stages.small_run import SmallRun

MUTATIONS = int(os.environ.get("NYMGRAPH_MUTATIONS", "30"))
SEED = int(os.environ.get("NYMGRAPH_MUTATIONS_SEED", "0"))
QUICK = ("label", "cluster", "release", "evaluate", "export")
KINDS = ("cut", "flip", "zero", "swap", "delete")


@pytest.fixture(scope="module")
def run(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """A copy of the small run, to be damaged."""
    return small_run.copy(tmp_path_factory.mktemp("mutations") / "run", *STAGES)


@contextmanager
def mutated(file: Path, kind: str, chance: random.Random) -> Iterator[bool]:
    """Damage a file while the block runs; yields whether its bytes are others."""
    content = file.read_bytes()
    others = [path for path in sorted(file.parent.iterdir()) if path.is_file() and path != file]
    changed = bytearray(content)
    if kind == "cut":
        del changed[chance.randrange(len(content) + 1) :]
    elif kind == "flip" and content:
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif kind == "zero" and content:
        start = chance.randrange(len(content))
        changed[start : start + 64] = bytes(len(changed[start : start + 64]))
    elif kind == "swap" and others:
        changed = bytearray(chance.choice(others).read_bytes())
    file.unlink()
    if kind != "delete":
        file.write_bytes(changed)
    try:
        yield kind == "delete" or bytes(changed) != content
    finally:
        file.write_bytes(content)


def outcome(read: Callable[[], object]) -> str:
    """What the reader says, "same" if nothing; a traceback if it is no error of ours."""
    try:
        read()
    except NymgraphError as error:
        return str(error) if error.cure else f"traceback: no cure: {error}"
    except Exception as error:
        return f"traceback: {type(error).__name__}: {error}"
    return "same"


def test_stages_read_what_was_left_or_say_what_was_not(run: SmallRun, small_run: SmallRun) -> None:
    chance, faults = random.Random(SEED), []
    lists = [read_list(stage, run.data / stage) for stage in STAGES]
    asked = [(source, name, to) for to in lists for source, name in read_by(to, lists)]
    params = load_params(run.params)
    for _ in range(MUTATIONS):
        source, name, reader = chance.choice(asked)
        kind = chance.choice(KINDS)
        with mutated(run.data / source.stage / name, kind, chance) as differs:
            found = outcome(lambda: perform(reader.stage, params, run.data, SilentProgress()))  # noqa: B023
        now = run.data / reader.stage
        if found == "same":
            same = name == LIST and read_list(reader.stage, now).files == reader.files
        else:
            named = name == LIST or Path(name).name in found  # a list misread may be out of date
            same = "traceback" not in found and named
        if differs and not same:
            faults.append((reader.stage, source.stage, name, kind, found[:300]))
        if found != "same" and not (now / LIST).exists():  # it had begun to write
            shutil.rmtree(now)
            shutil.copytree(small_run.data / reader.stage, now)
    assert faults == []


def read_by(reader: StageFiles, lists: list[StageFiles]) -> Iterator[tuple[StageFiles, str]]:
    """The files that a stage read, and, of a quick one, the lists of the stages that it read."""
    by_stage = {one.stage: one for one in lists}
    for name in reader.inputs:
        stage, below = name.split("/", 1)
        if reader.stage in QUICK:  # a list may be hit where nothing is read: then the stage runs
            yield by_stage[stage], LIST
        for file in by_stage[stage].below(below):
            yield by_stage[stage], file


def answers(export: Path) -> list[str]:
    """What a store says of a few terms, and its tables."""
    store = ClusterStore(export)
    terms = list(store)[:: max(1, len(store) // 7)]
    said = [repr(store.entry(term)) for term in terms]
    said += [repr(store.explain(one, other)) for one, other in itertools.pairwise(terms)]
    said += [repr(store.suggest(term[:2])) for term in terms]
    said += [repr(store.expand(" ".join(terms[:3])))]
    return said + [str(store.to_polars(table).shape) for table in ("terms", "clusters", "edges")]


def test_an_export_answers_as_before_or_says_what_is_wrong(run: SmallRun) -> None:
    chance, faults = random.Random(SEED + 1), []
    export = run.data / "export"
    whole, names = answers(export), [*read_list("export", export).files, LIST]
    for _ in range(MUTATIONS):
        name, kind = chance.choice(names), chance.choice(KINDS)
        with mutated(export / name, kind, chance) as differs:
            said: list[list[str]] = []
            found = outcome(lambda: said.append(answers(export)))  # noqa: B023
            told = bool(verify_export(export).faults)
        if "traceback" in found or (differs and not told):
            faults.append((name, kind, found[:300], told))
        if not differs and said != [whole]:
            faults.append((name, kind, "another answer of the same bytes", told))
    assert faults == []


def test_verify_names_every_file_that_is_not_as_it_was_left(run: SmallRun) -> None:
    chance = random.Random(SEED + 2)
    assert not any(stage.faults for stage in verify_run(run.data, STAGES))
    for stage in STAGES:
        name = chance.choice(list(read_list(stage, run.data / stage).files))
        kind = chance.choice(KINDS)
        with mutated(run.data / stage / name, kind, chance) as differs:
            faults = [fault for found in verify_run(run.data, STAGES) for fault in found.faults]
        assert not differs or any(Path(name).name in fault.problem for fault in faults)
