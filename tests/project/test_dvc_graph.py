import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from nymgraph.pipeline.cli import STAGES, app
from nymgraph.pipeline.own_list.stages import USING_MODEL
from nymgraph.pipeline.schemas import TABLES
from nymgraph.pipeline.settings.params import Params
from tests.project.imports import ROOT, closure

GRAPH: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))
# what cannot change an artefact
LEFT_OUT = {
    *(Path("pipeline", f"{name}.py") for name in ("errors", "limits", "progress")),
    *(Path("pipeline", "storage", f"{name}.py") for name in ("locks", "runlog")),
    *(
        file.relative_to(ROOT)
        for room in ("engine", "settings")
        for file in (ROOT / "pipeline" / room).glob("*.py")
    ),
}
DATA_FOLDERS = ("counts", "texts", "templates")


def names(entries: list[Any]) -> list[str]:
    """Paths of outs or metrics, which may carry settings."""
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def written(stage: str) -> list[str]:
    declared = GRAPH["stages"][stage]
    return [path for kind in ("outs", "metrics", "plots") for path in names(declared.get(kind, []))]


def code_deps(stage: str) -> set[str]:
    """The code that a stage needs: modules and texts of the pipeline, the core as packages."""
    needed = closure(Path("pipeline", "stages", f"{stage}.py"))
    texts = {(file.parent / name).as_posix() for file in needed for name in DATA_FOLDERS}
    return {text for text in texts if (ROOT / text).is_dir()} | {
        file.parts[0] if file.parts[0] in ("discriminator", "clustering") else file.as_posix()
        for file in needed
        if file.parts[0] != "pipeline" or (file.name != "__init__.py" and file not in LEFT_OUT)
    }


def test_one_word_per_stage_everywhere() -> None:
    modules = {file.stem for file in (ROOT / "pipeline" / "stages").glob("*.py")} - {"__init__"}
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    assert tuple(GRAPH["stages"]) == tuple(STAGES)
    assert tuple(Params.model_fields) == ("model", *STAGES, "engine")
    assert modules == set(STAGES)
    assert set(STAGES) <= commands


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_says_what_it_does_and_how(stage: str) -> None:
    declared = GRAPH["stages"][stage]
    assert declared["cmd"] == f"nymgraph {stage}"
    assert declared["desc"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_deps_follow_the_imports(stage: str) -> None:
    deps = GRAPH["stages"][stage]["deps"]
    assert {dep for dep in deps if not dep.startswith("data/")} == code_deps(stage)
    assert deps == sorted(set(deps), key=deps.index)
    assert all((ROOT / dep).exists() for dep in deps if not dep.startswith("data/"))


@pytest.mark.parametrize("stage", STAGES)
def test_the_data_deps_are_written_by_earlier_stages(stage: str) -> None:
    earlier = {path for name in list(STAGES)[: list(STAGES).index(stage)] for path in written(name)}
    deps = {dep for dep in GRAPH["stages"][stage]["deps"] if dep.startswith("data/")}
    assert deps <= earlier


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_writes_into_its_own_folder(stage: str) -> None:
    assert written(stage)
    assert all(path.startswith(f"data/{stage}/") for path in written(stage))


def test_every_stage_leaves_its_list_of_files() -> None:
    for stage in STAGES:
        assert f"data/{stage}/files.json" in written(stage)


def test_every_table_is_an_out_of_its_stage() -> None:
    for table in TABLES:
        assert f"data/{table.path.as_posix()}" in written(table.stage)


def test_a_stage_that_a_model_may_stand_for_depends_on_it() -> None:
    using = [stage for stage in STAGES if "model" in GRAPH["stages"][stage]["params"]]
    assert tuple(using) == USING_MODEL


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_all_its_params_but_those_of_speed(stage: str) -> None:
    keys = [key for key in GRAPH["stages"][stage]["params"] if key != "model"]
    if keys == [stage]:
        return
    known = {f"{stage}.{key}" for key in type(getattr(Params(), stage)).model_fields}
    assert set(keys) <= known
    text = (ROOT / "params.yaml").read_text("utf-8").split(f"\n{stage}:\n")[1].split("\n\n")[0]
    lines = text.splitlines()
    speed = {
        f"{stage}.{line.strip().split(':')[0]}"
        for above, line in itertools.pairwise(lines)
        if "[speed]" in above
    }
    # the device is settled by the machine
    assert known - set(keys) == speed | ({f"{stage}.device"} & known)


def plotted(entry: str | dict[str, Any]) -> list[str]:
    """The files of a plot: named by the file itself, or under y with one column or more each."""
    ((name, how),) = entry.items() if isinstance(entry, dict) else [(entry, {})]
    return list(how["y"]) if isinstance(how.get("y"), dict) else [name]


def test_plots_are_written_by_a_stage() -> None:
    every = {path for stage in STAGES for path in written(stage)}
    assert {path for entry in GRAPH["plots"] for path in plotted(entry)} <= every
