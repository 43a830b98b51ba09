"""Two commands at once in one folder: `python -m benchmarks.doubles --data DATA --params PARAMS`.

Takes a finished run, best of a few hundred synsets. A scene is two commands that meet: a stage with
itself under other parameters, a stage with one that reads what it writes, a stage with a look-up.
First each scene is played without company: one command, the other, and both in turn, either first.
Then the second is started at a moment drawn evenly from the time that the first one takes. A trial
is right if the folder is, file by file, what one of these plays left, if each command that ended
with 0 printed what it printed there, and if each other one ended with a message and a cure and left
nothing that a reader takes. Each process is a fork of this one, which has loaded the libraries.
"""

import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks import asking
from benchmarks.forks import end, forked, options_of_run
from benchmarks.machine import describe
from nymgraph.pipeline import cli, store
from nymgraph.pipeline.classifier import fit, model
from nymgraph.pipeline.errors import ArtefactError, NymgraphError
from nymgraph.pipeline.formats import write
from nymgraph.pipeline.stages import (  # what a fork finds loaded
    adapt,
    classify,
    cluster,
    embed,
    evaluate,
    export,
    label,
    report,
    retrieve,
    train,
)
from nymgraph.pipeline.storage.artefacts import content_hash, digest
from nymgraph.pipeline.storage.manifests import LIST, read_list

LOADED = (adapt, classify, cluster, embed, evaluate, export, label, report, retrieve, train)
LOADED_TOO = (asking, fit, model, store, write)
# the steps of a fit are many, however few the pairs: short ones
FIT = {"adapt": {"method": "none"}, "train": {"hidden": 16, "width": 8, "neighbours": False}}
# a whole run from its beginning, as short as it can be
FIRST = {
    **FIT,
    "label": {"dictionaries": [{"kind": "wordnet", "max_synsets": 400}]},
    "report": {"base_pairs": 0},
}
# a parameter of each stage that changes what it writes
OTHER: dict[str, dict[str, Any]] = {
    "ingest": {"max_length": 12},
    "augment": {"seed": 7},
    "label": {"seed": 7},
    "adapt": {"seed": 7},
    "embed": {"precision": "float32"},
    "retrieve": {"k": 5},
    "train": {"seed": 7},
    "classify": {"trust_language_model": True},
    "cluster": {"gate": 0.8},
    "release": {"evidence": "measured"},
    "evaluate": {"gates": [0.5]},
    "export": {"min_probability": 0.6, "formats": ["parquet", "csv"]},
    "report": {"examples": 3},
}
ALONE = (
    "cluster --edges edges.csv --out edges",
    "export --format jsonl --out lines",
    "export --format skos --out concepts",
    "fit --params fit.yaml --pairs pairs.csv --out model",
    "judge --model data --pairs pairs.csv --out judged.csv",
    "init list --terms terms.txt",
    "lineage data data --out lineage.parquet",
    "profile own",
    "release --previous older",
    "review --out review.csv --number 20",
    "run --params cluster.yaml",
    "verify",
)
MET = (
    ("ingest", "label"),
    ("label", "train"),
    ("label", "evaluate"),
    ("adapt", "embed"),
    ("embed", "retrieve"),
    ("embed", "query --nearest carlike"),
    ("retrieve", "classify"),
    ("train", "classify"),
    ("train", "judge --model data --pairs pairs.csv --out judged.csv"),
    ("classify", "cluster"),
    ("classify", "review --out review.csv --number 20"),
    ("cluster", "evaluate"),
    ("cluster", "release"),
    ("release", "export"),
    ("export", "report"),
    ("export", "export --format jsonl --out lines"),
    ("export", "query TERM"),
    ("export", "explain TERM TERM"),
    ("export", "lineage data data --out lineage.parquet"),
    ("export", "compare data data"),
    ("export", "verify"),
    ("cluster", "verify"),
    ("cluster", "run"),
)
# a command of MET that is no stage
MET_TOO = (
    (
        "fit --params fit.yaml --pairs pairs.csv --out model",
        "judge --model model --pairs pairs.csv --out judged.csv",
    ),
    ("run --params cluster.yaml", "run --params export.yaml"),
    ("run --params cluster.yaml", "query TERM"),
    ("run --params cluster.yaml", "export --format jsonl --out lines"),
)
CLUSTER = (
    'python \'import nymgraph; terms = open("terms.txt").read().split("\\n")[:{}]; '
    'print(len(nymgraph.cluster(terms, out="own", model="model")))\''
)
LOOK = (
    'python \'import nymgraph; store = nymgraph.ClusterStore("data/export"); '
    '[print(store.to_polars("clusters").hash_rows(0).sum(), repr(store.entry(term))) '
    "for term in list(store)[:60]]'"
)
SERVE = "python 'from benchmarks.asking import ask_server; ask_server()'"
# what begins a folder, what is asked from Python, formats beside the run that they are made of
BEGUN = (
    ("run --params first.yaml --data first", "run --params first.yaml --data first"),
    ("run --params first.yaml --data first", "run --params first_too.yaml --data first"),
    ("init list --terms terms.txt", "init list --terms pairs.csv --column term_a"),
    (CLUSTER.format(200), CLUSTER.format(200)),
    (CLUSTER.format(200), CLUSTER.format(100)),
    ("export --params export.yaml", LOOK),
    ("run --params export.yaml", LOOK),
    (SERVE, "export --params export.yaml"),
    (SERVE, "run --params cluster.yaml"),
    ("export --params export.yaml", SERVE),
    ("run --params export.yaml", "export --format csv --out lines"),
    ("run --params export.yaml", "export --format wn-lmf --out lines"),
    ("export --format csv --out lines", "export --format csv --out lines --export older"),
)
STATELESS = {".runs", ".work"}
DATA = ("data", "first")
SECONDS = re.compile(r"\S*\d\S* (s|min|MB)\b")


class Played(NamedTuple):
    """What commands left.

    Attributes:
        codes: The exit status of each.
        said: What each one printed.
        errors: Its standard error.
        state: Name in the folder to a hash of what lies there.
        seconds: How long they took.
    """

    codes: tuple[int, ...]
    said: tuple[str, ...]
    errors: tuple[str, ...]
    state: dict[str, str]
    seconds: float


def main() -> None:
    """Play every scene, print each fault and the counts."""
    parser = options_of_run(__doc__)
    parser.add_argument("--trials", type=int, default=200, help="of all scenes together")
    parser.add_argument("--only", default="", help="scenes that this pattern finds")
    asked = parser.parse_args()
    print(describe())
    chance, faults = random.Random(asked.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        origin = make_origin(Path(folder) / "origin", asked.data, asked.params)
        scenes = [pair for pair in scenes_of(origin) if re.search(asked.only, " | ".join(pair))]
        for number, pair in enumerate(scenes):
            n_trials = len(range(number, asked.trials, len(scenes)))
            faults += play(pair, origin, Path(folder) / "stage", n_trials, chance)
    print(f"{faults} faults")
    sys.exit(faults > 0)


def make_origin(root: Path, data: Path, params: Path) -> Path:
    """The folder that every play begins with: a finished run and the users' files."""
    root.mkdir()
    shutil.copytree(data, root / "data")
    settings: dict[str, Any] = yaml.safe_load(params.read_text("utf-8"))
    (root / "params.yaml").write_text(yaml.safe_dump(settings))
    for name, values in {"fit": FIT, **{stage: {stage: x} for stage, x in OTHER.items()}}.items():
        other = {key: {**settings.get(key, {}), **value} for key, value in values.items()}
        (root / f"{name}.yaml").write_text(yaml.safe_dump({**settings, **other}))
    for name, gate in (("first", 0.7), ("first_too", 0.8)):
        source = {"kind": "wordnet", "edition": "english", "max_synsets": 150}
        begun = FIRST | {"ingest": {"sources": [source]}, "cluster": {"gate": gate}}
        (root / f"{name}.yaml").write_text(yaml.safe_dump(begun))
    terms = terms_of(data)
    (root / "terms.txt").write_text("\n".join(terms[:300]))
    ends = list(zip(terms[:240:2], terms[1:240:2], strict=True))
    relations = ("synonym", "antonym")
    rows = [f'"{a}","{b}",{relations[i % 2]},0.9\n' for i, (a, b) in enumerate(ends)]
    labels = "".join(row.rpartition(",")[0] + "\n" for row in rows)
    (root / "pairs.csv").write_text("term_a,term_b,relation\n" + labels)
    (root / "edges.csv").write_text("term_a,term_b,relation,p_synonym\n" + "".join(rows))
    shutil.copytree(data / "train" / "model", root / "model")
    shutil.copytree(data / "export", root / "older")
    (root / "profiles" / "own").mkdir(parents=True)
    shutil.copy(root / "params.yaml", root / "profiles" / "own")
    shutil.copy(Path(__file__).parents[1] / "dvc.yaml", root)
    return root


def terms_of(data: Path) -> list[str]:
    """The terms of an export, read by another process: a fork of one that used polars hangs."""
    code = "import sys, nymgraph; print(*nymgraph.ClusterStore(sys.argv[1]), sep='\\n')"
    command = [sys.executable, "-c", code, str(data / "export")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def scenes_of(origin: Path) -> list[tuple[str, str]]:
    """Every pair of commands."""
    term = shlex.quote((origin / "terms.txt").read_text().splitlines()[0])
    same = [(stage, f"{stage} --params {stage}.yaml") for stage in OTHER]
    same += [(command, command) for command in ALONE]
    met = [(f"{a} --params {a}.yaml", b) for a, b in MET]
    return [*same, *((a, b.replace("TERM", term)) for a, b in (*met, *MET_TOO, *BEGUN))]


def play(
    pair: tuple[str, str], origin: Path, root: Path, n_trials: int, chance: random.Random
) -> int:
    """Play a scene alone and in turn, then at once; print a line.

    Args:
        pair: The two commands.
        origin: The folder to begin with.
        root: Where it is copied to.
        n_trials: How often at once.
        chance: Draws the moments.

    Returns:
        How many trials were not right.
    """
    plays = {(0,): played(pair, (0,), origin, root)}
    seconds = plays[0,].seconds
    if plays[0,].codes[0]:
        raise SystemExit(f"{pair[0]} does not work alone: {plays[0,].errors[0]}")
    for order in ((1,), (0, 1), (1, 0)):
        plays[order] = played(pair, order, origin, root)
    before, found, faults = state_of(origin), Counter[str](), 0
    for _ in range(n_trials):
        met = at_once(pair, chance.uniform(0, seconds), origin, root)
        wrong = fault_in(met, plays, before)
        both = ("none", "one", "both")[met.codes.count(0)]
        found[wrong or both] += 1
        faults += bool(wrong)
        if wrong:
            print("  ", wrong, met.codes, *met.errors, sep="\n   ", flush=True)
    counts = ", ".join(f"{name} {n}" for name, n in sorted(found.items()))
    print(f"{' | '.join(pair):<70} {seconds:>5.1f} s  {counts}", flush=True)
    return faults


def played(pair: tuple[str, str], order: tuple[int, ...], origin: Path, root: Path) -> Played:
    """Play commands one after the other; of each command what it was, by its place in the pair."""
    fresh(origin, root)
    start = time.monotonic()
    codes, said, errors = [-1, -1], ["", ""], ["", ""]
    for place in order:
        codes[place] = end(begin(pair[place], place, root))
        said[place], errors[place] = printed(root, place)
    seconds = time.monotonic() - start
    return Played(tuple(codes), tuple(said), tuple(errors), state_of(root), seconds)


def at_once(pair: tuple[str, str], moment: float, origin: Path, root: Path) -> Played:
    """Start one command, after a moment the other, and wait for both."""
    fresh(origin, root)
    start = time.monotonic()
    first = begin(pair[0], 0, root)
    time.sleep(moment)
    second = begin(pair[1], 1, root)
    codes = end(first), end(second)
    seconds = time.monotonic() - start
    said, errors = zip(printed(root, 0), printed(root, 1), strict=True)
    return Played(codes, said, errors, state_of(root), seconds)


def fault_in(
    met: Played, plays: dict[tuple[int, ...], Played], before: dict[str, str]
) -> str | None:
    """What is not right about two commands that met, if anything."""
    worked = tuple(place for place in (0, 1) if met.codes[place] == 0)
    if any("Traceback" in error or "cure:" not in error for error in _of_failed(met)):
        return "an error without a cure"
    if not worked and any(play.codes.count(0) for play in plays.values()):
        return "none worked"
    for place in worked:
        if met.said[place] not in {play.said[place] for play in plays.values()}:
            return "another answer"
    orders = [order for order in plays if set(worked) <= set(order)]
    if not any(_same(met, plays[order], before) for order in orders):
        return "another folder"
    return None


def _of_failed(met: Played) -> list[str]:
    """What they said, `verify` on its standard output."""
    outcomes = zip(met.said, met.errors, met.codes, strict=True)
    return [said + errors for said, errors, code in outcomes if code]


def _same(met: Played, play: Played, before: dict[str, str]) -> bool:
    """Whether a folder is what a play left; a command that failed may leave its part unfinished."""
    spared = {"unfinished"} if any(met.codes) else set()
    return all(
        met.state.get(name) in {play.state.get(name), *spared, *(spared and {before.get(name)})}
        for name in met.state.keys() | play.state.keys()
    )


def fresh(origin: Path, root: Path) -> None:
    """Begin again."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(origin, root)


def begin(command: str, place: int, root: Path) -> int:
    """Run a command in a fork; its process id."""
    name, *words = shlex.split(command)

    def act() -> None:
        sys.argv = ["nymgraph", name, *words]
        if name != "python":
            cli.main()
            return
        try:
            exec(words[0], {})
        except NymgraphError as error:
            sys.exit(f"nymgraph: {error}")

    return forked(act, root, root.parent / f"said{place}", root.parent / f"errors{place}")


def printed(root: Path, place: int) -> tuple[str, str]:
    """What a command printed, but for how long it took, and its standard error."""
    said, errors = ((root.parent / f"{name}{place}").read_text() for name in ("said", "errors"))
    return SECONDS.sub("", said), errors


def state_of(root: Path) -> dict[str, str]:
    """Each thing in the folder, and of each stage what it left, as a hash."""
    state = {}
    for path in root.iterdir():
        data = path if path.name in DATA else path / "data"
        if not data.is_dir():
            state[path.name] = content_hash(path)
            continue
        beside = path.glob("*.*") if data != path else ()
        state |= {f"{path.name}/{file.name}": content_hash(file) for file in beside}
        stages = (folder for folder in data.iterdir() if folder.name not in STATELESS)
        state |= {f"{path.name}/{folder.name}": _left(folder) for folder in stages}
    return state


def _left(folder: Path) -> str:
    """What a stage left: its list of files, if they are as listed; the report tells the time."""
    if not (folder / LIST).is_file():
        return "unfinished"
    try:
        found = read_list(folder.name, folder)
        damaged = next(found.faults(whole=True), None)
    except ArtefactError as error:
        return str(error)
    if damaged is not None:
        return str(damaged)
    return digest(dict(found.inputs)) if folder.name == "report" else digest(found.as_data())


if __name__ == "__main__":
    main()
