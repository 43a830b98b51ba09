"""The command line: one command per stage, and commands to look at the result."""

import json
import logging
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from nymgraph import __version__
from nymgraph.pipeline.errors import DependencyError, NymgraphError
from nymgraph.pipeline.own_list.stages import perform
from nymgraph.pipeline.progress import default_progress, visible
from nymgraph.pipeline.settings.params import Params, check_params, load_params
from nymgraph.pipeline.settings.profiles import ENGLISH, locate_profile, profile_graph
from nymgraph.pipeline.storage.artefacts import Workspace, blamed, write_atomic

__all__ = ["app", "main"]

STAGES = {
    "ingest": "Lexicon sources to terms; what is refused is listed.",
    "augment": "Near terms to pairs labelled by a language model; optional.",
    "label": "Dictionaries and tables to labelled pairs, split by term.",
    "adapt": "The encoder made relation-aware, by training pairs only.",
    "embed": "Terms to vectors.",
    "retrieve": "Vectors to candidate pairs, with a recall audit.",
    "train": "Labelled pairs to the calibrated three-way discriminator.",
    "classify": "Candidate pairs to judged pairs; known pairs override the model.",
    "cluster": "Judged pairs to clusters, soft and hard, and their links.",
    "release": "The judged graph with every known pair, clustered for export.",
    "evaluate": "Judged pairs and clusters, measured on held-out terms.",
    "export": "Clusters and terms to the files that users take away.",
    "report": "All figures of the run to one self-contained HTML page.",
}


class _Command(TyperCommand):
    """A command whose usage names what it takes without the braces of typer."""

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return [re.sub(r"[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]


class _Typer(typer.Typer):
    """A command line of such commands."""

    def command(self, *given: Any, **named: Any) -> Callable[..., Any]:  # noqa: ANN401
        return super().command(*given, cls=_Command, **named)


app = _Typer(
    name="nymgraph",
    help="Synonym/antonym graphs and clean synonym clusters from millions of terms.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ParamsFile = Annotated[Path, typer.Option("--params", help="The parameter file.")]
DataFolder = Annotated[Path, typer.Option("--data", help="The folder of all artefacts.")]
ExportFolder = Annotated[Path, typer.Option("--export", help="A finished export.")]

_PARAMS = Path("params.yaml")
_DATA = Path("data")
_EXPORT = Path("data/export")
_SHOWN = 12


def show_version(wanted: bool) -> None:
    """Print the version and leave, where that is wanted."""
    if wanted:
        typer.echo(f"nymgraph {__version__}")
        raise typer.Exit


@app.callback()
def choose_profile(
    context: typer.Context,
    profile: Annotated[
        str,
        typer.Option(
            envvar="NYMGRAPH_PROFILE",
            help="Parameters and data of profiles/NAME; english: those of the root.",
        ),
    ] = ENGLISH,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Synonym/antonym graphs and clean synonym clusters from millions of terms."""
    if profile != ENGLISH:
        paths = locate_profile(profile)
        given = {"params": paths.params, "data": paths.data, "export": paths.data / "export"}
        names = [command.name or "" for command in app.registered_commands]
        names += [getattr(command.callback, "__name__", "") for command in app.registered_commands]
        context.default_map = {
            name: {key: str(path) for key, path in given.items()} for name in names
        }


def main() -> None:
    """Run the command line; errors of the user end with exit code 2, others with 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("nymgraph").setLevel(logging.INFO)
    try:
        app()
    except NymgraphError as error:
        typer.echo(visible(f"nymgraph: {error}"), err=True)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        typer.echo(visible(f"nymgraph: {_explain(error)}"), err=True)
        raise SystemExit(1) from None


def run_stage(stage: str, params_file: Path, data: Path, **options: object) -> None:
    """Run one stage and leave its run record.

    Args:
        stage: Name of the stage.
        params_file: The parameter file.
        data: The data folder.
        **options: What the stage takes besides.

    Raises:
        NymgraphError: The parameters, the input or an artefact are not as they should be.
    """
    summary = perform(stage, load_params(params_file), data, default_progress(), options)
    rows = ", ".join(f"{name} {n:,}" for name, n in summary["rows_out"].items()) or "done"
    seconds, peak = summary["seconds"], summary["peak_memory_mb"]
    typer.echo(f"{stage}: {rows} ({seconds:.1f} s, peak {peak:,} MB)")


def augment(
    params: ParamsFile = _PARAMS,
    data: DataFolder = _DATA,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent and its cost; send nothing.")
    ] = False,
) -> None:
    """Near terms to pairs labelled by a language model; optional.

    With --dry-run groups, requests, tokens and cost are estimated and printed, also while
    augment.enabled is false, and nothing is sent. For example: `nymgraph augment --dry-run`.
    """
    if not dry_run:
        run_stage("augment", params, data)
        return
    from nymgraph.pipeline.stages.augment import dry_run as estimate

    workspace = Workspace(data, default_progress())
    with workspace.lock("augment"), blamed(workspace):
        typer.echo(estimate(load_params(params).augment, workspace))


def cluster(
    params: ParamsFile = _PARAMS,
    data: DataFolder = _DATA,
    edges: Annotated[
        Path | None, typer.Option(help="Cluster this edge table alone (CSV or Parquet).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="With --edges: where to write.")] = None,
    algorithm: Annotated[str | None, typer.Option(help="With --edges: the algorithm.")] = None,
    overlap_ratio: Annotated[float | None, typer.Option(help="With --edges: 0 to 1.")] = None,
    gate: Annotated[float | None, typer.Option(help="With --edges: least p_synonym.")] = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="With --edges: an earlier result; cluster again only what changed."),
    ] = None,
) -> None:
    """Judged pairs to clusters, soft and hard, and their links.

    With --edges a table of term_a, term_b, p_synonym[, p_antonym] is clustered by itself. For
    example: `nymgraph cluster --edges edges.csv --out clusters --gate 0.7`.

    With --previous, the folder of an earlier --edges, components without a new or changed judgement
    keep their clusters; the result is that of a run without it.
    """
    given = {"algorithm": algorithm, "overlap_ratio": overlap_ratio, "gate": gate}
    if edges is None:
        if any(value is not None for value in (out, previous, *given.values())):
            raise typer.BadParameter("these options go with --edges FILE; else use params.yaml")
        run_stage("cluster", params, data)
        return
    if out is None:
        raise typer.BadParameter("--edges needs --out DIR")
    from nymgraph.pipeline.clusters.edge_table import cluster_edge_table

    chosen = {name: value for name, value in given.items() if value is not None}
    n_again = cluster_edge_table(edges, out, chosen, previous)
    typer.echo(f"cluster: {n_again:,} terms clustered")


def release(
    params: ParamsFile = _PARAMS,
    data: DataFolder = _DATA,
    previous: Annotated[
        Path | None,
        typer.Option(help="An earlier export: cluster again only what changed since."),
    ] = None,
) -> None:
    """The judged graph with every known pair, clustered for export.

    With --previous, the folder of an export, components without a new or changed judgement keep
    their clusters; the result is that of a run without it. For example: `nymgraph release`.
    """
    run_stage("release", params, data, previous=previous)


def export(
    params: ParamsFile = _PARAMS,
    data: DataFolder = _DATA,
    format_: Annotated[
        str | None, typer.Option("--format", help="Write this format of a finished export.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="With --format: a new folder, or one to replace.")
    ] = None,
    finished: Annotated[
        Path | None, typer.Option("--export", help="With --format: the finished export.")
    ] = None,
) -> None:
    """Clusters and terms to the files that users take away.

    With --format one more format (jsonl, csv, solr, elasticsearch, wn-lmf, skos) is written from a
    finished export. For example: `nymgraph export --format wn-lmf --out lexicon`.
    """
    if format_ is None:
        if out is not None or finished is not None:
            raise typer.BadParameter("--out and --export go with --format NAME")
        run_stage("export", params, data)
        return
    if out is None:
        raise typer.BadParameter("--format needs --out DIR")
    from nymgraph.pipeline.formats.write import write_format
    from nymgraph.pipeline.lookup.export import open_export

    settings = load_params(params) if params.is_file() else Params()
    source = open_export(finished or data / "export")
    files = write_format(source, format_, settings.export, out, default_progress())
    typer.echo("\n".join(f"  {file}" for file in files[:_SHOWN]))
    typer.echo(f"export: {format_} in {out}; what it cannot carry: {out / 'manifest.json'}")


def _stage_command(stage: str) -> Callable[..., None]:
    def command(params: ParamsFile = _PARAMS, data: DataFolder = _DATA) -> None:
        run_stage(stage, params, data)

    command.__doc__ = f"{STAGES[stage]}\n\nFor example: `nymgraph {stage} --params params.yaml`."
    return command


_OWN_COMMANDS: dict[str, Callable[..., None]] = {
    "augment": augment,
    "cluster": cluster,
    "release": release,
    "export": export,
}
for _stage in STAGES:
    app.command(_stage)(_OWN_COMMANDS.get(_stage) or _stage_command(_stage))


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder; made if it is not there.")
    ],
    terms: Annotated[
        Path | None, typer.Option(help="Your terms: one a line, or a table, WN-LMF or MyThes.")
    ] = None,
    column: Annotated[str | None, typer.Option(help="In a table: the column of terms.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language code of the terms; else the dictionary's, or en.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A trained model; nothing is trained then.")
    ] = None,
    dictionary: Annotated[
        str | None, typer.Option(help="english, turkish, or a file: WN-LMF, thesaurus, rules.")
    ] = None,
) -> None:
    """Begin a folder for a list of your own.

    For example: `nymgraph init goods --terms goods.csv --column name`, then `cd goods` and
    `nymgraph run`. Without --terms the dvc.yaml of a folder is made anew from its params.yaml.
    """
    from nymgraph.pipeline.own_list.beginning import Beginning, begin, refresh

    if terms is None:
        if any(given is not None for given in (column, language, model, dictionary)):
            raise typer.BadParameter("these options go with --terms FILE; else use params.yaml")
        written = refresh(folder)
    else:
        written = begin(Beginning(folder, terms, column, language, model, dictionary))
    typer.echo(f"init: {', '.join(map(str, written))}")
    if terms is not None:
        enter = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
        typer.echo(f"next: {enter}nymgraph run")


@app.command()
def run(
    params: ParamsFile = _PARAMS,
    data: DataFolder = _DATA,
    force: Annotated[
        bool, typer.Option("--force", help="Run every stage, also those that are up to date.")
    ] = False,
) -> None:
    """Run the stages of this folder that are not up to date.

    For example: `nymgraph run`, in a folder that `nymgraph init` made.
    """
    from nymgraph.pipeline.own_list.whole_run import in_words, outcome, run_all, worth_trying

    done = run_all(load_params(params), data, force=force)
    kept = f", {len(done.kept)} were up to date" if done.kept else ""
    typer.echo(f"run: {len(done.ran)} stages in {in_words(done.seconds)}{kept}")
    typer.echo(f"{outcome(data)}\nworth trying:")
    typer.echo("\n".join(f"  {command}" for command in worth_trying(data)))


@app.command()
def query(
    terms: Annotated[list[str], typer.Argument(metavar="TERM", help="One or more terms.")],
    export: ExportFolder = _EXPORT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    expand: Annotated[bool, typer.Option("--expand", help="Widen queries by synonyms.")] = False,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Place words that the lexicon may not hold.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="With --nearest: the run's data.")] = None,
) -> None:
    """Show the cluster of each term, its opposites and senses.

    Inflected forms (cars, bought) are answered for their lemma. Of several terms those that are
    known are answered; the exit code is 1 if one is not. For example:
    `nymgraph query car "hot dog" --json`, `nymgraph query --expand "cheap hot car"`,
    `nymgraph query --nearest carlike`.
    """
    from nymgraph.pipeline.store import ClusterStore, UnknownTermError, plain

    if expand and nearest:
        raise typer.BadParameter("give --expand or --nearest, not both")
    store = ClusterStore(export, data=data)
    ask = store.expand if expand else store.nearest if nearest else store.entry
    unknown = False
    for term in terms:
        try:
            answer = ask(term)
        except UnknownTermError as error:  # the others are answered all the same
            unknown = True
            typer.echo(visible(f"nymgraph: {error}"), err=True)
            if as_json:
                row = {"asked": error.term, "near": list(error.near)}
                typer.echo(visible(json.dumps(row, ensure_ascii=False)))
        else:
            shown = json.dumps(plain(answer), ensure_ascii=False) if as_json else repr(answer)
            typer.echo(visible(shown))
    if unknown:
        raise SystemExit(1)


@app.command()
def explain(
    term_a: Annotated[str, typer.Argument(metavar="TERM_A", help="A term.")],
    term_b: Annotated[str, typer.Argument(metavar="TERM_B", help="Another term.")],
    export: ExportFolder = _EXPORT,
) -> None:
    """Show why two terms are, or are not, in one cluster.

    For example: `nymgraph explain hot cold`.
    """
    from nymgraph.pipeline.store import ClusterStore

    typer.echo(visible(repr(ClusterStore(export).explain(term_a, term_b))))


@app.command()
def fit(
    pairs: Annotated[Path, typer.Option(help="Table of term_a, term_b, relation[, split].")],
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    classifier: Annotated[str | None, typer.Option(help="head, cascade or cross-encoder.")] = None,
    adapt: Annotated[str | None, typer.Option(help="Encoder: none, light or full.")] = None,
    dictionary: Annotated[
        str | None, typer.Option(help="Add the pairs of this WordNet edition, e.g. english.")
    ] = None,
    dictionary_pairs: Annotated[
        int, typer.Option(min=1, help="At most so many of them of each relation.")
    ] = 10_000,
    exclude: Annotated[
        list[Path] | None,
        typer.Option(metavar="<path>", help="Table whose terms no added pair may touch."),
    ] = None,
    split: Annotated[str, typer.Option(help="term, or random (pairs; words leak).")] = "term",
    params: ParamsFile = _PARAMS,
) -> None:
    """Train a classifier on your own table of labelled pairs.

    For example: `nymgraph fit --pairs pairs.csv --out model`, then `nymgraph judge --model model
    --pairs new.csv --out judged.csv`. The sections `adapt` and `train` of the parameters say how.
    """
    from nymgraph.pipeline.classifier.fit import fit as train
    from nymgraph.pipeline.lexicon.pair_table import FitRequest

    chosen = _chosen(load_params(params) if params.is_file() else Params(), classifier, adapt)
    request = FitRequest(
        pairs=pairs,
        out=out,
        dictionary=dictionary,
        dictionary_pairs=dictionary_pairs,
        exclude=tuple(exclude or ()),
        split=split,
    )
    for name, figures in train(request, chosen, default_progress()).items():
        f1 = ", ".join(f"{relation} {value:.3f}" for relation, value in figures["f1"].items())
        typer.echo(f"{name}: macro-F1 {figures['macro_f1']:.3f}; F1 {f1}")


@app.command()
def judge(
    model: Annotated[Path, typer.Option(help="A run's data folder, or one that fit wrote.")],
    pairs: Annotated[Path, typer.Option(help="Table of term_a, term_b.")],
    out: Annotated[Path, typer.Option(help="Table to write (CSV, TSV, JSONL or Parquet).")],
    device: Annotated[str, typer.Option(help="A torch device, or auto.")] = "auto",
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Let the encoder run code of its own.")
    ] = False,
) -> None:
    """Judge a table of pairs: synonyms, antonyms or neither.

    For example: `nymgraph judge --model data --pairs new.csv --out judged.csv`, with the model of
    the run in `data`. The columns p_synonym, p_antonym and p_co_hyponym (neither) are added. A
    candidate of the run gets what `classify` gave it.
    """
    from nymgraph.pipeline.classifier.model import judge_table, load_model

    loaded = load_model(model, device=device, trust_remote_code=trust_remote_code)
    typer.echo(f"judge: {judge_table(loaded, pairs, out):,} pairs")


model_app = _Typer(help="Look at a trained model.", no_args_is_help=True)
app.add_typer(model_app, name="model")


@model_app.command()
def show(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A run's data folder, or one that fit wrote.")
    ],
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a model is, its figures, and the licences of what it learnt from.

    For example: `nymgraph model show data`.
    """
    from nymgraph.pipeline.classifier.model_folder import notes_in_words
    from nymgraph.pipeline.classifier.model_notes import model_folder, read_notes

    place = model_folder(folder)
    notes = read_notes(place)
    if json_:
        content = {**notes._asdict(), "encoder": notes.encoder._asdict()}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    typer.echo("\n".join(notes_in_words(place, notes)))


@app.command()
def lineage(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="Data folder or export of the earlier run.")
    ],
    new: Annotated[
        Path, typer.Argument(metavar="NEW", help="Data folder or export of the later run.")
    ],
    out: Annotated[Path | None, typer.Option(help="Write the table here (Parquet).")] = None,
) -> None:
    """Show what became of the clusters between two runs.

    For example: `nymgraph lineage runs/march data --out lineage.parquet`. The table has a
    row for each pair of clusters that share a term; `carried_id` names each new cluster by the old
    one that it continues.
    """
    from nymgraph.pipeline.comparison.lineage import compare_exports, count_events, write_lineage

    table = compare_exports(old, new)
    if out is not None:
        write_lineage(table, out)
    for event, clusters in count_events(table):
        typer.echo(f"{event:<7}{clusters:>10,}")


@app.command()
def compare(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="Data folder or export of the earlier run.")
    ],
    new: Annotated[
        Path, typer.Argument(metavar="NEW", help="Data folder or export of the later run.")
    ],
    examples: Annotated[int, typer.Option(min=0, help="Examples of each change.")] = 10,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what changed between two runs.

    For example: `nymgraph compare runs/march data --json`. `nymgraph lineage` gives what became of
    each cluster as a table.
    """
    from nymgraph.pipeline.comparison.runs import compare_runs, comparison_lines

    found = compare_runs(old, new, examples)
    text = json.dumps(found, ensure_ascii=False, indent=2) if json_ else None
    typer.echo(visible(text or "\n".join(comparison_lines(found))))


@app.command()
def review(
    out: Annotated[Path, typer.Option(help="Where to write (CSV, TSV or Parquet, by suffix).")],
    number: Annotated[int, typer.Option(min=1, help="How many pairs.")] = 200,
    per_term: Annotated[int, typer.Option(min=1, help="At most so many pairs of one term.")] = 2,
    held_out: Annotated[bool, typer.Option(help="Ask about held-out terms too.")] = False,
    data: DataFolder = _DATA,
) -> None:
    """Write the pairs that a human should label, the best first.

    For example: `nymgraph review --out review.csv --number 200`. Fill in `relation` (synonym,
    antonym, co_hyponym; leave it empty where you cannot tell), add the file to `label.tables` and
    run the pipeline again. In a notebook:
    `nymgraph.pipeline.review.widget.review(Path("review.csv"))`.
    """
    from nymgraph.pipeline.review.pairs import informative_pairs, write_review

    workspace = Workspace(data)
    with blamed(workspace):
        gate = workspace.read_json("cluster", "settings.json")["gate"]
        pairs = informative_pairs(workspace, number, gate, per_term, with_held_out=held_out)
    workspace.refuse_rewritten()
    write_review(pairs, out)
    typer.echo(f"review: {pairs.height:,} pairs in {out}")


@app.command()
def profile(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A folder in profiles/.")],
) -> None:
    """Write the stage graph of a profile, from the one at the root.

    Copy `params.yaml` to profiles/dutch/ and change it there first. For example:
    `nymgraph profile dutch`, then `make run PROFILE=dutch`.
    """
    from nymgraph.pipeline.lexicon.files import read_lines

    target = locate_profile(name).params.with_name("dvc.yaml")
    if name == ENGLISH:
        raise typer.BadParameter("english is the root: its dvc.yaml is written by hand")
    graph = profile_graph("\n".join([*read_lines(Path("dvc.yaml")), ""]), name)
    write_atomic(target, lambda temporary: temporary.write_text(graph, "utf-8"))


@app.command()
def runs(data: DataFolder = _DATA) -> None:
    """Show what each stage took and left, and what to try next.

    For example: `nymgraph runs --data data`.
    """
    from nymgraph.pipeline.own_list.whole_run import worth_trying
    from nymgraph.pipeline.planner.doctor import run_table

    typer.echo(run_table(data, tuple(STAGES)))
    if (data / "export" / "manifest.json").is_file():
        typer.echo("worth trying:")
        typer.echo("\n".join(f"  {command}" for command in worth_trying(data)))


@app.command()
def verify(
    data: DataFolder = _DATA,
    export: Annotated[
        Path | None, typer.Option("--export", help="Verify this export alone.")
    ] = None,
) -> None:
    """Hash every file of a run or export; say what is damaged.

    For example: `nymgraph verify`, or `nymgraph verify --export clusters`. Exit code 1 if a file
    is missing, damaged or of another run.
    """
    from nymgraph.pipeline.storage.verify import verify_export, verify_run

    found = verify_run(data, STAGES) if export is None else [verify_export(export)]
    for stage in found:
        mark = "FAIL" if stage.faults else "ok  "
        typer.echo(f"{mark} {stage.stage:<10}{stage.files:>7,} files{stage.bytes / 1e6:>12,.1f} MB")
        for fault in stage.faults:
            typer.echo("     " + str(fault).replace("\n", "\n     "))
    if any(stage.faults for stage in found):
        raise SystemExit(1)


@app.command()
def doctor(params: ParamsFile = _PARAMS, data: DataFolder = _DATA) -> None:
    """Check this machine for a run; each fault comes with its cure.

    For example: `nymgraph doctor --params params.yaml`.
    """
    from nymgraph.pipeline.planner.doctor import diagnose, format_findings

    settings = load_params(params) if params.is_file() else Params()
    findings = diagnose(settings, data)
    typer.echo(format_findings(findings))
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@app.command()
def plan(
    params: ParamsFile = _PARAMS,
    data: DataFolder = _DATA,
    terms: Annotated[
        float | None, typer.Option(help="Number of terms, such as 15e6; else they are counted.")
    ] = None,
    dim: Annotated[int | None, typer.Option(min=1, help="Length of a vector.")] = None,
    device: Annotated[
        str, typer.Option(help="auto (this machine), or h200x1, h100x1, a100x1, l4x1, cpu.")
    ] = "auto",
    cores: Annotated[int | None, typer.Option(min=1, help="Processor cores.")] = None,
    ram: Annotated[float | None, typer.Option(help="Memory in GB.")] = None,
    disk: Annotated[float | None, typer.Option(help="Free disk in GB.")] = None,
    probe: Annotated[
        bool,
        typer.Option(
            help="With --device auto: measure rates here, once (half a minute; more when busy)."
        ),
    ] = True,
    rates: Annotated[Path | None, typer.Option(help="A JSON file of rates that you know.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    header: Annotated[
        bool, typer.Option("--header", help="Print comments for the head of a parameter file.")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Print the plan beside the records of the last run.")
    ] = False,
    capacity: Annotated[
        bool, typer.Option("--capacity", help="Print what clustering takes up to 10^9 terms.")
    ] = False,
) -> None:
    """Predict time, memory and disk of every stage before any work.

    For example: `nymgraph plan`, or `nymgraph --profile turkish-15m plan --terms 15e6 --device
    h200x1 --disk 2000`. The last line names the setting to change where something does not fit;
    the exit code is 2 then.
    """
    if capacity:
        from nymgraph.pipeline.planner.capacity import capacity_lines, capacity_table

        typer.echo("\n".join(capacity_lines(capacity_table())))
        return
    from nymgraph.pipeline.planner.command import PlanRequest, planned

    request = PlanRequest(terms, dim, device, cores, ram, disk, probe, rates)
    workspace = Workspace(data)
    with blamed(workspace):
        made, lines = planned(
            load_params(params), workspace, request, header=header, compare=compare
        )
    if json_:
        from nymgraph.pipeline.planner.show import as_data

        lines = [json.dumps(as_data(made), ensure_ascii=False, indent=2)]
    typer.echo("\n".join(lines))
    if made.refusals and not (compare or header):
        raise SystemExit(2)


@app.command()
def serve(
    export: ExportFolder = _EXPORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = 8765,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="<str>", help="A further host name to answer to (repeatable)."),
    ] = None,
) -> None:
    """Serve an export as a local web page, and as JSON.

    For example: `nymgraph serve --export data/export`, then open http://127.0.0.1:8765/. It reads
    only, and answers to localhost alone unless told otherwise. It keeps to the export that it
    opened: start it again for a newer one. Needs the extra `serve`.
    """
    try:
        from nymgraph.pipeline.serve import serve as run_server
    except ModuleNotFoundError as error:
        problem = f"nymgraph serve needs the package {error.name}"
        raise DependencyError(problem, cure="pip install 'nymgraph[serve]'") from error
    run_server(export, host, port, frozenset(allow_host or ()))


def _chosen(params: Params, classifier: str | None, adapt: str | None) -> Params:
    """The parameters with what the command line says instead, checked as they are."""
    content = params.model_dump()
    if classifier is not None:
        content["train"]["classifier"] = classifier.replace("-", "_")
    if adapt is not None:
        content["adapt"]["method"] = adapt
    return check_params(content, Path("the command line"))


def _explain(error: OSError) -> str:
    """An operating-system error in the words of the error family."""
    where = f" ({error.filename})" if error.filename else ""
    return (
        f"the operating system refused: {error.strerror or error}{where}\n"
        "  cure: check free space and permissions, then run the same command again; "
        "finished shards are kept"
    )
