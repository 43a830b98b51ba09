"""The command line: one command per stage, and commands to look at the result."""

import importlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.artefacts import Workspace
from pipeline.errors import NymgraphError
from pipeline.params import Params, load_params
from pipeline.progress import default_progress
from pipeline.runlog import RunRecord

__all__ = ["app", "main"]

STAGES = {
    "ingest": "Lexicon sources to terms; each refused item is listed with its reason.",
    "augment": "Groups of near terms to pairs labelled by a language model (off by default).",
    "label": "Dictionaries, tables and augment's pairs to labelled pairs, split by term.",
    "embed": "Terms to vectors.",
    "retrieve": "Vectors to candidate pairs, with a recall audit.",
    "train": "Labelled pairs to the calibrated three-way discriminator.",
    "classify": "Candidate pairs to judged pairs; known pairs override the model.",
    "cluster": "Judged pairs to soft and hard clusters and the links between them.",
    "evaluate": "Judged pairs and clusters, measured on held-out terms.",
    "export": "Clusters and terms to the files that users take away.",
}

app = typer.Typer(
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


def main() -> None:
    """Run the command line; errors of the user end with exit code 2, others with 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("nymgraph").setLevel(logging.INFO)
    try:
        app()
    except NymgraphError as error:
        typer.echo(f"nymgraph: {error}", err=True)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        typer.echo(f"nymgraph: {_explain(error)}", err=True)
        raise SystemExit(1) from None


def run_stage(stage: str, params_file: Path, data: Path) -> None:
    """Run one stage and leave its run record.

    Args:
        stage: Name of the stage.
        params_file: The parameter file.
        data: The data folder.

    Raises:
        NymgraphError: The parameters, the input or an artefact are not as they should be.
    """
    section = getattr(load_params(params_file), stage)
    record = RunRecord(stage, section.model_dump(mode="json"))
    workspace = Workspace(data, default_progress(), record)
    module = importlib.import_module(f"pipeline.stages.{stage}")
    status = "failed"
    try:
        module.run(section, workspace)
        status = "done"
    finally:
        workspace.write_json(".runs", f"{stage}.json", record.summary(status))
    summary = record.summary(status)
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
    """Groups of near terms to pairs labelled by a language model (off by default).

    With --dry-run groups, requests, tokens and cost are estimated and printed, also while
    augment.enabled is false, and nothing is sent.
    """
    if not dry_run:
        run_stage("augment", params, data)
        return
    from pipeline.stages.augment import dry_run as estimate

    typer.echo(estimate(load_params(params).augment, Workspace(data, default_progress())))


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
) -> None:
    """Judged pairs to soft and hard clusters and the links between them.

    With --edges a table of term_a, term_b, p_synonym[, p_antonym] is clustered by itself, e.g.
    `nymgraph cluster --edges edges.csv --out clusters --gate 0.7`.
    """
    given = {"algorithm": algorithm, "overlap_ratio": overlap_ratio, "gate": gate}
    if edges is None:
        if out is not None or any(value is not None for value in given.values()):
            raise typer.BadParameter("these options go with --edges FILE; else use params.yaml")
        run_stage("cluster", params, data)
        return
    if out is None:
        raise typer.BadParameter("--edges needs --out DIR")
    from pipeline.stages.cluster import cluster_edge_table

    cluster_edge_table(edges, out, {k: v for k, v in given.items() if v is not None})


def _stage_command(stage: str) -> Callable[..., None]:
    def command(params: ParamsFile = _PARAMS, data: DataFolder = _DATA) -> None:
        run_stage(stage, params, data)

    command.__doc__ = STAGES[stage]
    return command


_OWN_COMMANDS: dict[str, Callable[..., None]] = {"augment": augment, "cluster": cluster}
for _stage in STAGES:
    app.command(_stage)(_OWN_COMMANDS.get(_stage) or _stage_command(_stage))


@app.command()
def query(
    terms: Annotated[list[str], typer.Argument(help="One or more terms.")],
    export: ExportFolder = _EXPORT,
) -> None:
    """Show the cluster of each term, its opposites and its other senses."""
    from pipeline.store import ClusterStore

    store = ClusterStore(export)
    for term in terms:
        typer.echo(repr(store.entry(term)))


@app.command()
def explain(term_a: str, term_b: str, export: ExportFolder = _EXPORT) -> None:
    """Show why two terms are, or are not, in one cluster."""
    from pipeline.store import ClusterStore

    typer.echo(repr(ClusterStore(export).explain(term_a, term_b)))


@app.command()
def lineage(
    old: Annotated[Path, typer.Argument(help="An earlier export.")],
    new: Annotated[Path, typer.Argument(help="A later export.")],
    out: Annotated[Path | None, typer.Option(help="Write the table here (Parquet).")] = None,
) -> None:
    """Show what became of the clusters between two exports.

    For example: `nymgraph lineage exports/march data/export --out lineage.parquet`. The table has a
    row for each pair of clusters that share a term; `carried_id` names each new cluster by the old
    one that it continues.
    """
    from pipeline.lineage import compare_exports, count_events, write_lineage

    table = compare_exports(old, new)
    if out is not None:
        write_lineage(table, out)
    for event, clusters in count_events(table):
        typer.echo(f"{event:<7}{clusters:>10,}")


@app.command()
def runs(data: DataFolder = _DATA) -> None:
    """Show what the last run of each stage took and left."""
    from pipeline.doctor import run_table

    typer.echo(run_table(data, tuple(STAGES)))


@app.command()
def doctor(params: ParamsFile = _PARAMS, data: DataFolder = _DATA) -> None:
    """Check this machine for a run; each fault comes with its cure."""
    from pipeline.doctor import diagnose, format_findings

    settings = load_params(params) if params.is_file() else Params()
    findings = diagnose(settings, data)
    typer.echo(format_findings(findings))
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


def _explain(error: OSError) -> str:
    """An operating-system error in the words of the error family."""
    where = f" ({error.filename})" if error.filename else ""
    return (
        f"the operating system refused: {error.strerror or error}{where}\n"
        "  cure: check free space and permissions, then run the same command again; "
        "finished shards are kept"
    )


if __name__ == "__main__":
    main()
