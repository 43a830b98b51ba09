"""The plan of a run: what each stage will take, what was chosen, and what cannot work."""

from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.candidates.searches import floor_of
from nymgraph.pipeline.limits import Refusal, index_refusals
from nymgraph.pipeline.planner.choices import Choices, Suggestion, choose, suggest
from nymgraph.pipeline.planner.costs import STAGE_COSTS, Cost, Run
from nymgraph.pipeline.planner.machine import Machine
from nymgraph.pipeline.planner.rates import Rates
from nymgraph.pipeline.planner.workload import Workload
from nymgraph.pipeline.settings.params import Params

__all__ = ["Plan", "make_plan"]


class Plan(NamedTuple):
    """The plan of a run.

    Attributes:
        workload: The sizes.
        machine: Where it runs.
        rates: How fast that is.
        choices: What the parameters left open.
        costs: Of each stage, in order.
        suggestions: Keys [speed] that should be changed.
        notes: What is to be known besides.
        refusals: What cannot work.
    """

    workload: Workload
    machine: Machine
    rates: Rates
    choices: Choices
    costs: dict[str, Cost]
    suggestions: list[Suggestion]
    notes: list[str]
    refusals: list[Refusal]

    @property
    def seconds(self) -> float:
        """All stages, one after the other."""
        return sum(cost.seconds for cost in self.costs.values())

    @property
    def disk_gb(self) -> float:
        """The most that lies on disk at one time: what stays so far, and what a stage needs."""
        stays, most = 0.0, 0.0
        for cost in self.costs.values():
            stays += cost.disk_gb
            most = max(most, stays + cost.work_gb)
        return most


def make_plan(params: Params, workload: Workload, machine: Machine, rates: Rates) -> Plan:
    """Plan a run.

    Args:
        params: All parameters.
        workload: The sizes.
        machine: Where it runs.
        rates: How fast that is.

    Returns:
        The plan; whether it can work at all stands in its refusals.
    """
    choices = choose(params, workload, machine)
    run = Run(params, workload, machine, rates, choices)
    costs = {stage: cost(run) for stage, cost in STAGE_COSTS.items()}
    plan = Plan(
        workload,
        machine,
        rates,
        choices,
        costs,
        suggest(params, workload, machine),
        _notes(params, run),
        [],
    )
    return plan._replace(refusals=_refusals(params, plan))


def _refusals(params: Params, plan: Plan) -> list[Refusal]:
    index, machine = plan.choices.vector_index, plan.machine
    nprobe = 0 if plan.choices.is_tuned else index.nprobe  # tuning stays within the limits
    found = index_refusals(index.kind, index.storage, index.device, params.retrieve.k, nprobe)
    for stage, cost in plan.costs.items():
        found += _beyond(stage, "memory", cost.ram_gb, machine.ram_gb)
        if machine.device.is_gpu:
            found += _beyond(stage, "GPU memory", cost.gpu_gb, machine.device.memory_gb)
    if machine.disk_gb is not None and plan.disk_gb > machine.disk_gb:
        found += _beyond("the run", "disk", plan.disk_gb, machine.disk_gb)
    if _unpinned(params):
        found.append(_no_revision(params.adapt.encoder))
    return found


# What to change where a stage needs more than there is.
_CURES = {
    ("embed", "memory"): "set embed.shard_terms and embed.batch_size lower",
    ("embed", "GPU memory"): "set embed.batch_size lower",
    ("adapt", "GPU memory"): "set adapt.cached_rows (full) or adapt.batch_size (light) lower",
    ("adapt", "memory"): "set adapt.batch_size lower, or adapt.method to none",
    ("retrieve", "memory"): "set retrieve.index to ivf and retrieve.storage to int8, or take an "
    "encoder of fewer dimensions (adapt.encoder)",
    ("retrieve", "GPU memory"): "set retrieve.index to ivf, or take a GPU with more memory",
    ("classify", "memory"): "set retrieve.shard_terms and train.hidden lower",
    ("cluster", "memory"): "raise cluster.gate, or set retrieve.k lower",
    ("the run", "disk"): "free some or use --data elsewhere; retrieve.k decides how much",
}


def _beyond(stage: str, what: str, needed: float, there: float) -> list[Refusal]:
    if needed <= there:
        return []
    cure = _CURES.get((stage, what), f"take a machine with more {what}, or fewer terms")
    problem = f"{stage} does not fit: there is too little {what}"
    return [Refusal(problem, f"{there:.1f} GB", f"about {needed:.1f} GB", cure)]


def _unpinned(params: Params) -> bool:
    """Whether the encoder is one of the hub, and its commit is not said."""
    adapt = params.adapt
    is_hub = adapt.encoder.count("/") == 1 and not Path(adapt.encoder).exists()
    return adapt.method != "static" and is_hub and adapt.revision is None


def _no_revision(encoder: str) -> Refusal:
    return Refusal(
        f"adapt.revision is null, and the hub model {encoder} needs one",
        "null",
        "the commit of the model",
        f"set adapt.revision to what `git ls-remote https://huggingface.co/{encoder} HEAD` prints",
    )


def _notes(params: Params, run: Run) -> list[str]:
    notes = []
    if run.machine.device.is_gpu and not run.choices.searches_on_gpu:
        notes.append("retrieve searches on the processor: the GPU waits")
    if run.choices.is_tuned:
        least = floor_of(params.retrieve, run.choices.vector_index)
        notes.append(f"retrieve seeks the least effort for recall {least}; the figure is a guess")
    if run.choices.vector_index.kind == "cagra":
        notes.append("there is no figure for cagra: its time is that of exact search, a bound")
    if run.machine.device.is_gpu and run.machine.number > 1:
        notes.append("every stage computes on one GPU: the others wait")
    if params.augment.enabled:
        notes.append("augment is enabled: `nymgraph augment --dry-run` says what it costs")
    if run.workload.encoder.origin.startswith("a guess"):
        notes.append(f"encoder: {run.workload.encoder.origin}; give --dim, or --rates with encode")
    return notes
