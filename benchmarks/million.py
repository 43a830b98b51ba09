"""A large lexicon through the real `dvc repro`: seconds, memory and exponents of every stage.

    python -m benchmarks.million run --terms 1e5 --folder out/100k     # and 3e5, 1e6
    python -m benchmarks.million run --terms 1e6 --folder out/1m --target retrieve   # up to a stage
    python -m benchmarks.million show out/100k out/300k out/1m

`run` makes a project folder as a fresh clone is (the code, `dvc.yaml`, `params.yaml`) around a
seeded lexicon of `benchmarks.lexicon`, and runs `dvc repro` in it. Parameters are those of the
root, with the lexicon as the source and a static encoder trained on glosses (or `--encoder
minilm`: as it comes); dictionary, held-out shares and all else stay. `show` reads the run
records. An exponent e says that a figure grows as terms^e between the smallest and the largest
run.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.lexicon import write_lexicon
from benchmarks.machine import describe, options

ROOT = Path(__file__).parents[1]
_CODE = ("pipeline", "discriminator", "clustering")
_KERNELS = Path("src", "nymgraph", "kernels.py")
_WORDNET = {"kind": "wordnet", "edition": "english", "max_synsets": None}
_ENCODERS: dict[str, dict[str, Any]] = {
    "static": {
        "method": "static",
        "static": {"glosses": [_WORDNET], "corpus": [], "units": 60_000, "dim": 256},
        "steps": 140,
        "batch_size": 2048,
        "learning_rate": 0.02,
    },
    "minilm": {"method": "none"},
}


def main() -> None:
    """Run, or show what runs took."""
    parser = options(__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("--terms", type=float, required=True)
    run.add_argument("--folder", type=Path, required=True)
    run.add_argument("--encoder", choices=sorted(_ENCODERS), default="static")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--set", action="append", default=[], help="section.key=value, any number")
    run.add_argument("--target", help="the last stage to run; default: all")
    show = commands.add_parser("show")
    show.add_argument("folders", type=Path, nargs="+")
    show.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.command == "show":
        runs = [read_run(folder) for folder in asked.folders]
        print(json.dumps(runs, indent=2) if asked.json else as_table(runs))
        return
    make_project(asked.folder, int(asked.terms), asked.encoder, asked.seed, asked.set)
    raise SystemExit(repro(asked.folder, asked.target))


def make_project(
    folder: Path, n_terms: int, encoder: str, seed: int, changes: Sequence[str] = ()
) -> None:
    """Make the project folder, the lexicon in it; in one that is there only the code is renewed.

    Args:
        folder: Where; made if need be.
        n_terms: Size of the lexicon.
        encoder: A key of the encoders known here.
        seed: Of the lexicon.
        changes: Parameters that differ, such as "retrieve.nprobe=64".
    """
    folder.mkdir(parents=True, exist_ok=True)
    for package in _CODE:
        shutil.rmtree(folder / package, ignore_errors=True)
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (folder / _KERNELS.parent).mkdir(parents=True, exist_ok=True)
    for file in (".dvcignore", "dvc.yaml", _KERNELS):
        shutil.copy(ROOT / file, folder / file)
    params = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    params["ingest"]["sources"] = [{"kind": "table", "path": "lexicon.parquet", "column": "term"}]
    params["adapt"] |= _ENCODERS[encoder]
    for change in changes:
        name, _, value = change.partition("=")
        section, key = name.split(".")
        params[section][key] = yaml.safe_load(value)
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), "utf-8")
    if not (folder / ".dvc").is_dir():
        write_lexicon(folder / "lexicon.parquet", n_terms, seed)
        program("dvc", "init", "--no-scm", "--quiet", folder=folder)
        program("dvc", "config", "cache.type", "reflink,hardlink,copy", folder=folder)


def repro(folder: Path, target: str | None = None) -> int:
    """Run what is to be run, and tell the exit status.

    Args:
        folder: The project folder.
        target: The last stage wanted; None for all.

    Returns:
        The exit status of `dvc repro`.
    """
    return program("dvc", "repro", *([target] if target else []), folder=folder)


def read_run(folder: Path) -> dict[str, Any]:
    """What the stages of a project took.

    Args:
        folder: The project folder.

    Returns:
        The number of `terms` and, for each stage in the order of its start, its run record.
    """
    records = [
        json.loads(path.read_text("utf-8")) for path in (folder / "data/.runs").glob("*.json")
    ]
    stages = {record["stage"]: record for record in sorted(records, key=lambda x: x["started"])}
    return {"terms": stages["ingest"]["rows_out"]["ingest/terms"], "stages": stages}


def as_table(runs: Sequence[dict[str, Any]]) -> str:
    """Seconds, processor seconds and memory of the stages of several runs, and exponents.

    Args:
        runs: As `read_run` gives them, by rising number of terms.

    Returns:
        A Markdown table under a line on the machine.
    """
    sizes = [f"{run['terms']:,}" for run in runs]
    heads = [f"{what}, {size}" for what in ("s", "processor s", "MB") for size in sizes]
    lines = [
        describe(),
        "",
        f"| stage | {' | '.join(heads)} | exponent |",
        "|---" * (len(heads) + 2) + "|",
    ]
    for stage in runs[0]["stages"]:
        figures = [
            [run["stages"].get(stage, {}).get(key) for run in runs]
            for key in ("seconds", "processor_seconds", "peak_memory_mb")
        ]
        cells = [_cell(value) for row in figures for value in row]
        lines.append(f"| {stage} | {' | '.join(cells)} | {_exponent(runs, figures[1])} |")
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _exponent(runs: Sequence[dict[str, Any]], seconds: Sequence[float | None]) -> str:
    """How processor time grows with terms, by the first and the last run; not of a few seconds."""
    measured = [(run["terms"], s) for run, s in zip(runs, seconds, strict=True) if s]
    if len(measured) < 2 or measured[-1][1] < 5:
        return "–"
    (few, short), (many, long) = measured[0], measured[-1]
    return f"{math.log(long / short) / math.log(many / few):.2f}"


def program(name: str, *arguments: str, folder: Path) -> int:
    """Run a program of this environment in a folder, without the network."""
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HF_HUB_OFFLINE": "1"}
    command = [str(programs / name), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    main()
