"""`nymgraph plan`: from options to a plan and the lines that show it."""

from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.planner.comparison import compare as compare_runs
from nymgraph.pipeline.planner.comparison import comparison_lines
from nymgraph.pipeline.planner.machine import Machine, name_machine, this_machine
from nymgraph.pipeline.planner.plan import Plan, make_plan
from nymgraph.pipeline.planner.rates import Rates, given_rates, table_rates, tokens_per_term
from nymgraph.pipeline.planner.show import as_comments, as_lines
from nymgraph.pipeline.planner.workload import Workload, size_up
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["PlanRequest", "planned"]

_LEAST_TERMS = 2


class PlanRequest(NamedTuple):
    """The options of the command line; None: to be found out.

    Attributes:
        terms: Number of terms.
        dim: Length of a vector.
        device: A device of the table and how many, or auto for this machine.
        cores: Processor cores.
        ram_gb: Memory.
        disk_gb: Free disk.
        probe: Whether rates may be measured here.
        rates: A file of rates.
    """

    terms: float | None = None
    dim: int | None = None
    device: str = "auto"
    cores: int | None = None
    ram_gb: float | None = None
    disk_gb: float | None = None
    probe: bool = True
    rates: Path | None = None


def planned(
    params: Params,
    workspace: Workspace,
    request: PlanRequest,
    *,
    header: bool = False,
    compare: bool = False,
) -> tuple[Plan, list[str]]:
    """Make a plan and show it.

    Args:
        params: All parameters.
        workspace: The data folder.
        request: What is asked for.
        header: Show it as comments.
        compare: Show it beside the records of the last run.

    Returns:
        The plan, and the lines.

    Raises:
        NymgraphError: An option, a source or a record is not as it should be.
    """
    machine = _machine(request, workspace)
    work = size_up(params, workspace, _n_terms(request), request.dim)
    plan = make_plan(params, work, machine, _rates(params, workspace, request, machine, work))
    if compare:
        return plan, comparison_lines(compare_runs(plan, workspace.root))
    if header:
        return plan, as_comments(plan, _command(request, workspace))
    return plan, as_lines(plan)


def _n_terms(request: PlanRequest) -> int | None:
    if request.terms is None:
        return None
    if not request.terms >= _LEAST_TERMS:
        raise ParameterError(
            "--terms is no number of terms",
            got=str(request.terms),
            expected="2 or more, such as 15e6",
            cure="give another, or leave it out: the terms are counted then",
        )
    return int(request.terms)


def _machine(request: PlanRequest, workspace: Workspace) -> Machine:
    limits = (request.cores, request.ram_gb, request.disk_gb)
    if request.device == "auto":
        return this_machine(workspace.root, *limits)
    return name_machine(request.device, *limits)


def _rates(
    params: Params, workspace: Workspace, request: PlanRequest, machine: Machine, work: Workload
) -> Rates:
    tokens = tokens_per_term(work.letters, params.adapt.prompt)
    rates = table_rates(machine, work.encoder, tokens)
    if machine.here and request.probe:
        from nymgraph.pipeline.planner.probe import probed_rates

        size = work.encoder
        rates = probed_rates(params, workspace, size.dim, size.weights, rates)
    return rates if request.rates is None else given_rates(request.rates, rates)


def _command(request: PlanRequest, workspace: Workspace) -> str:
    """The command that prints this header, for a profile or for the root."""
    folder = workspace.root.parent
    profile = f" --profile {folder.name}" if folder.parent.name == "profiles" else ""
    given = {
        "--terms": None if request.terms is None else _short(request.terms),
        "--device": request.device,
        "--dim": request.dim,
        "--cores": request.cores,
        "--ram": request.ram_gb,
        "--disk": request.disk_gb,
    }
    options = "".join(f" {name} {value}" for name, value in given.items() if value is not None)
    return f"nymgraph{profile} plan{options} --header"


def _short(number: float) -> str:
    """A number as people type it: 15e6, 1234567."""
    millions = number / 1e6
    return f"{millions:g}e6" if millions >= 1 and millions == round(millions, 3) else f"{number:g}"
