"""Every artefact cut, flipped, zeroed, swapped or deleted: a clear error, or the same answer.

A sample is drawn here; `NYMGRAPH_MUTATIONS=2000 pytest tests/stages/test_mutations.py` draws more,
`NYMGRAPH_MUTATIONS_SEED` others. A file of a stage is read by a stage that read it in the run, one
of an export by a store, and each file that a command reads by that command. No reader may show a
traceback; none of a stage may go on with other bytes; no part that is cut off or gone may pass
unnoticed; `verify` must name every file that is not as it was left. All this is tried twice: on the
small run as it is, and as if its files were large, which readers do not hash: then other bytes of
the same number may pass, but not `verify`.
"""

import itertools
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer

from nymgraph.pipeline import cli
from nymgraph.pipeline.cli import STAGES
from nymgraph.pipeline.errors import NymgraphError
from nymgraph.pipeline.formats.write import FORMATS
from nymgraph.pipeline.own_list.stages import perform
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.serve.answers import About
from nymgraph.pipeline.settings.params import load_params
from nymgraph.pipeline.storage.artefacts import THROWN
from nymgraph.pipeline.storage.manifests import LIST, StageFiles, read_list
from nymgraph.pipeline.storage.runlog import RunRecord
from nymgraph.pipeline.storage.verify import verify_export, verify_run
from nymgraph.pipeline.store import ClusterStore
from tests.stages.small_run import SmallRun, file_bytes

MUTATIONS = int(os.environ.get("NYMGRAPH_MUTATIONS", "20"))
SEED = int(os.environ.get("NYMGRAPH_MUTATIONS_SEED", "0"))
QUICK = ("label", "cluster", "release", "evaluate", "export")
KINDS = ("cut", "flip", "zero", "swap", "delete")
UNSEEN = ("cut", "delete")  # what must not pass, also where nobody verifies


@pytest.fixture(scope="module")
def run(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """A copy of the small run, to be damaged."""
    return small_run.copy(tmp_path_factory.mktemp("mutations") / "run", *STAGES)


@pytest.fixture(params=[False, True], ids=["small", "large"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether all files count as large."""
    if request.param:
        monkeypatch.setattr("nymgraph.pipeline.storage.manifests.SMALL_BYTES", 0)
    return bool(request.param)


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
    except THROWN as error:
        return f"traceback: {type(error).__name__}: {error}"
    return "same"


def test_stages_read_what_was_left_or_say_what_was_not(
    run: SmallRun, small_run: SmallRun, large: bool
) -> None:
    chance, faults = random.Random(SEED), []
    lists = [read_list(stage, run.data / stage) for stage in STAGES]
    asked = [(source, name, to) for to in lists for source, name in read_by(to, lists)]
    params = load_params(run.params)
    for _ in range(MUTATIONS):
        source, name, reader = chance.choice(asked)
        kind = chance.choice(KINDS)
        with mutated(run.data / source.stage / name, kind, chance) as differs:
            if not differs:
                continue  # the stage would do all its work for nothing
            found = outcome(lambda: perform(reader.stage, params, run.data, SilentProgress()))  # noqa: B023
            told = large and kind not in UNSEEN and is_told(run, run.data / source.stage / name)
        now = run.data / reader.stage
        kept = (now / LIST).exists() and read_list(reader.stage, now).files == reader.files
        if found == "same":
            same = told or (name == LIST and kept)
        else:
            named = told or name == LIST or Path(name).name in found  # a list may be out of date
            same = "traceback" not in found and named
        if not same:
            faults.append((reader.stage, source.stage, name, kind, found[:300]))
        if not kept:  # it had begun to write
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
        silent = differs and not told and not (name == LIST and said == [whole])
        if "traceback" in found or silent:  # what the export was made of is not in its folder
            faults.append((name, kind, found[:300], told))
        if found == "same" and said != [whole] and (kind in UNSEEN or not differs):
            faults.append((name, kind, "another answer", told))
    assert faults == []


COMMANDS = {
    "review": ("ingest", "label", "classify", "cluster"),
    "judge by a run": ("ingest", "label", "embed", "train", "classify"),
    "judge by a model": ("model",),
    "nearest": ("embed", "train", "export"),
    "compare": ("old/export", "old/train", "old/evaluate"),
    "lineage": ("old/export",),
    "release from a previous run": ("old/export",),
    "what to try": ("export", ".runs"),
    "first page": ("export",),
    "plan": ("ingest", "label"),
    **{f"format {name}": ("export",) for name in FORMATS},
}


def command(name: str, run: SmallRun, out: Path) -> None:
    """Do what a user does who reads these files."""
    old, data, model = run.root / "old", run.data, run.root / "model"
    if name == "review":
        cli.review(out / "review.csv", 20, 2, held_out=True, data=data)
    elif name.startswith("judge"):
        judge = data if name.endswith("run") else model
        cli.judge(judge, run.root / "pairs.csv", out / "judged.csv", "cpu")
    elif name == "nearest":
        cli.query(["carlike"], data / "export", nearest=True)
    elif name == "compare":
        cli.compare(old, data)
    elif name == "lineage":
        cli.lineage(old, data, out / "lineage.parquet")
    elif name == "release from a previous run":
        cli.release(run.params, data, previous=old / "export")
    elif name == "what to try":
        cli.runs(data)
    elif name == "first page":
        typer.echo(About.of(ClusterStore(data / "export")).model_dump_json())
    elif name == "plan":
        machine: dict[str, Any] = {"device": "cpu", "cores": 2, "ram": 8.0, "disk": 100.0}
        cli.plan(run.params, data, None, None, **machine, probe=False, rates=None, header=True)
    else:
        format_ = name.partition(" ")[2]
        cli.export(run.root / "unmarked.yaml", data, format_, out / format_, data / "export")


@pytest.fixture(scope="module")
def readers_run(run: SmallRun) -> SmallRun:
    """The run, an older one beside it, a model by itself, pairs to judge, other parameters."""
    for stage in ("train", "evaluate", "export"):
        shutil.copytree(run.data / stage, run.root / "old" / stage)
    shutil.copytree(run.data / "train" / "model", run.root / "model")
    terms = list(ClusterStore(run.data / "export"))[:40]
    rows = (f'"{a}","{b}"\n' for a, b in itertools.pairwise([*terms, "carlike"]))
    (run.root / "pairs.csv").write_text("term_a,term_b\n" + "".join(rows))
    whole = run.params.read_text()
    run.set("export", marked="left_out")
    run.params.rename(run.root / "unmarked.yaml")
    run.params.write_text(whole)
    for stage in STAGES:
        run.workspace.write_json(".runs", f"{stage}.json", RunRecord(stage, {}).summary("done"))
    return run


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_answers_as_before_or_says_what_is_wrong(
    name: str,
    large: bool,
    readers_run: SmallRun,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, chance, faults = readers_run, random.Random(f"{name} {SEED}"), []
    folders = [run.root / x if x[0] in "mo" else run.data / x for x in COMMANDS[name]]
    files = [x for folder in folders for x in sorted(folder.rglob("*")) if x.is_file()]
    files = [file for file in files if "formats" not in file.parts]  # read by users alone

    def answer() -> list[object]:
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        capsys.readouterr()
        command(name, run, out)
        said = re.sub(r"\(.* s, peak .* MB\)", "", capsys.readouterr().out)
        return [said, file_bytes(out), read_list("release", run.data / "release").files]

    whole, kept = answer(), tmp_path / "release"
    shutil.copytree(run.data / "release", kept)
    for _ in range(max(1, MUTATIONS // len(COMMANDS))):
        file, kind = chance.choice(files), chance.choice(KINDS)
        with mutated(file, kind, chance) as differs:
            said: list[list[object]] = []
            found = outcome(lambda: said.append(answer()))  # noqa: B023
            record = file.parent.name == ".runs"  # no artefact: without it a stage has not run
            other = found == "same" and said != [whole] and not record
            told = (other or large) and is_told(run, file)
        named = told or {file.name, file.parent.name} & set(re.split(r"[^\w.-]+", found))
        if "traceback" in found or (found != "same" and not named and file.suffix != ".json"):
            faults.append((file, kind, found[:300]))
        if other and (kind in UNSEEN or not (differs and told)):
            faults.append((file, kind, "another answer"))
        if not (run.data / "release" / LIST).exists():  # it had begun to write
            shutil.rmtree(run.data / "release")
            shutil.copytree(kept, run.data / "release")
    assert faults == []


def is_told(run: SmallRun, file: Path) -> bool:
    """Whether `verify` names a file, or anything where it is a list."""
    root = run.data if file.is_relative_to(run.data) else run.root / "old"
    told = [str(fault) for stage in verify_run(root, STAGES) for fault in stage.faults]
    return any(str(file) in fault or file.name == LIST for fault in told)


def test_verify_names_every_file_that_is_not_as_it_was_left(run: SmallRun) -> None:
    chance = random.Random(SEED + 2)
    assert not any(stage.faults for stage in verify_run(run.data, STAGES))
    for stage in STAGES:
        name = chance.choice(list(read_list(stage, run.data / stage).files))
        kind = chance.choice(KINDS)
        with mutated(run.data / stage / name, kind, chance) as differs:
            faults = [fault for found in verify_run(run.data, STAGES) for fault in found.faults]
        assert not differs or any(Path(name).name in fault.problem for fault in faults)
