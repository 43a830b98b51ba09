"""`nymgraph run`: all stages in a folder, without DVC or git."""

import importlib.util
import json
import shlex
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from nymgraph.pipeline.errors import NymgraphError
from nymgraph.pipeline.lookup.examples import best_clusters, opposite_words
from nymgraph.pipeline.lookup.export import open_export
from nymgraph.pipeline.own_list.fingerprints import fingerprint
from nymgraph.pipeline.own_list.stage_graph import stage_entries
from nymgraph.pipeline.own_list.stages import idle, perform
from nymgraph.pipeline.own_list.whole_line import in_words, whole_line
from nymgraph.pipeline.schemas import (
    EXPORTED_CLUSTERS,
    EXPORTED_TERMS,
    REJECTS,
    TERMS,
    VARIANTS,
)
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.artefacts import Workspace, locked
from nymgraph.pipeline.storage.verify import one_export

__all__ = ["WholeRun", "in_words", "outcome", "run_all", "worth_trying"]

_STATE = "whole_run.json"
# seconds of a stage until there are terms to plan with: a small list, two cores
_USUAL = {"adapt": 140.0, "train": 40.0, "embed": 15.0, "retrieve": 20.0, "classify": 10.0}
_USUAL_REST = 5.0


class WholeRun(NamedTuple):
    """What a run did: the stages that ran, those that were up to date, and the seconds.

    Neither names a stage that had nothing to do: what trains, where a model is given.
    """

    ran: tuple[str, ...]
    kept: tuple[str, ...]
    seconds: float


def run_all(params: Params, data: Path, *, force: bool = False) -> WholeRun:
    """Run every stage that is not up to date, as the one run in the data folder.

    A stage is up to date where its parameters, the user's files, what it reads and what it wrote
    are as they were when `run_all` ran it last. A killed run goes on where it was.

    Args:
        params: All parameters.
        data: The data folder.
        force: Run all stages, whatever is there.

    Returns:
        What was done.

    Raises:
        NymgraphError: The input, an artefact or the machine is not as it should be, or another
            process runs all stages there.
    """
    with locked(data / ".work" / "run.lock", data):
        return _run_stale(params, data, force=force)


def _run_stale(params: Params, data: Path, *, force: bool) -> WholeRun:
    began = time.monotonic()
    stages, workspace = tuple(stage_entries()), Workspace(data)
    known = {} if force else _known(data)
    ran: list[str] = []
    stale = [stage for stage in stages if known.get(stage) != fingerprint(stage, params, data)]
    waiting = stages[stages.index(stale[0]) :] if stale else ()
    shown = [stage for stage in stages if not idle(stage, params)]
    usual = {stage: _USUAL.get(stage, _USUAL_REST) for stage in waiting if stage in shown}
    with whole_line(usual) as line:
        for stage in waiting:
            before = fingerprint(stage, params, data)
            if known.get(stage) == before:
                line.planned.pop(stage, None)
                continue
            with line.stage(stage) if stage in shown else nullcontext():
                perform(stage, params, data, line)
            ran.append(stage)
            # with the user's files of before: one that was changed meanwhile may not have been read
            known[stage] = before | {"written": fingerprint(stage, params, data)["written"]}
            workspace.write_json(".runs", _STATE, known)
            if stage == "ingest":
                line.planned |= planned(params, workspace, line.planned)
    done, kept = ([x for x in shown if (x in ran) is new] for new in (True, False))
    return WholeRun(tuple(done), tuple(kept), time.monotonic() - began)


def outcome(data: Path) -> str:
    """What became of the terms: how many are in clusters, set aside, or refused, in a line.

    Args:
        data: The data folder.

    Returns:
        Such as "287 terms: 83 in 37 clusters, 204 in none; 2 forms of others set aside".

    Raises:
        ArtefactError: A table is damaged.
    """
    workspace = Workspace(data)
    clusters = workspace.read(EXPORTED_CLUSTERS, ["size"])["size"]
    n_terms, n_inside = workspace.read(TERMS, ["term_id"]).height, int(clusters.sum())
    said = [
        f"{n_terms:,} terms: {n_inside:,} in {len(clusters):,} clusters, "
        f"{n_terms - n_inside:,} in none"
    ]
    variants = workspace.read(VARIANTS, ["variant"]).height
    if variants:
        forms = "form of another" if variants == 1 else "forms of others"
        said.append(f"{variants:,} {forms} set aside")
    refused = Counter(workspace.read(REJECTS, ["reason"])["reason"].to_list())
    if refused:
        counted = ", ".join(f"{reason} {n:,}" for reason, n in sorted(refused.items()))
        said.append(f"not taken: {counted} ({data / REJECTS.path})")
    return "; ".join(said)


def worth_trying(data: Path) -> list[str]:
    """Commands worth trying on a finished run.

    Args:
        data: The data folder.

    Returns:
        The commands, with terms of the run.

    Raises:
        ArtefactError: A file of the export is damaged.
    """
    export = data / "export"
    where = "" if export == Path("data/export") else f" --export {shlex.quote(str(export))}"
    with one_export(export):
        one, other = _examples(export)
    page = f"nymgraph serve{where}"
    if importlib.util.find_spec("fastapi") is None:
        page = f"nymgraph export --format csv --out clusters{where}"
    return [
        f"nymgraph query{where} {one}",
        f"nymgraph explain{where} {one} {other}",
        page,
    ]


def _examples(export: Path) -> tuple[str, str]:
    """Two opposites that everybody knows, else of the most cohesive of the larger clusters; quoted.

    Where there is no cluster, the first two terms.
    """
    opened = open_export(export)
    known, terms = opposite_words(opened.language), opened.scan(EXPORTED_TERMS).select("term")
    if known and terms.filter(pl.col("term").is_in(known)).collect().height == len(known):
        return known[0], known[1]
    best = best_clusters(opened.scan(EXPORTED_CLUSTERS), 1)
    names = best["representative"].to_list()
    names += [term for members in best["members"] for term in members if term not in names]
    if not names:
        names = terms.head(2).collect()["term"].to_list()
    return shlex.quote(names[0]), shlex.quote(names[1])


def _known(data: Path) -> dict[str, Any]:
    """What earlier runs left; nothing where that cannot be read: then all is run."""
    try:
        known: dict[str, Any] = json.loads((data / ".runs" / _STATE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def planned(params: Params, workspace: Workspace, planned: dict[str, float]) -> dict[str, float]:
    """Seconds of the stages to come, from the planner's rates for a machine like this."""
    from nymgraph.pipeline.planner.command import PlanRequest
    from nymgraph.pipeline.planner.command import planned as make

    try:
        plan, _ = make(params, workspace, PlanRequest(probe=False))
    except NymgraphError:
        return {}  # a stage will say what is wrong, in its own words
    return {stage: cost.seconds for stage, cost in plan.costs.items() if stage in planned}
