"""The plan as a table of text, as plain data, and as the comments of a parameter file."""

from typing import Any

from nymgraph.pipeline.planner.plan import Plan

__all__ = ["as_comments", "as_data", "as_lines", "duration"]

MARK = "# plan: "


def duration(seconds: float) -> str:
    """Seconds as people say them: 42 s, 12 min, 3.4 h, 2.1 d."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.0f} s"


def as_lines(plan: Plan) -> list[str]:
    """The plan as a table, what was chosen, what should be changed, what cannot work.

    Args:
        plan: The plan.

    Returns:
        Lines of text.
    """
    work, machine = plan.workload, plan.machine
    host = f"{machine.cores} cores, {machine.ram_gb:,.0f} GB"
    lines = [
        f"{work.n_terms:,} terms ({work.origin}), {work.encoder.dim} dimensions "
        f"({work.encoder.origin}), on {machine.name} ({host})",
        f"rates: {plan.rates.origin}",
        f"{'stage':<9}{'time':>9}{'RAM GB':>8}{'GPU GB':>8}{'disk GB':>9}{'work GB':>9}"
        f"{'files':>7}{'rows':>15}",
    ]
    for stage, cost in plan.costs.items():
        lines.append(
            f"{stage:<9}{duration(cost.seconds):>9}{cost.ram_gb:>8.1f}{cost.gpu_gb:>8.1f}"
            f"{cost.disk_gb:>9.2f}{cost.work_gb:>9.2f}{cost.files:>7,}{cost.rows:>15,}"
        )
    lines.append(f"{'all':<9}{duration(plan.seconds):>9}{'':>16}{plan.disk_gb:>9.2f} at most")
    return [*lines, *_chosen(plan)]


def as_comments(plan: Plan, command: str) -> list[str]:
    """The plan as comment lines for the head of a parameter file.

    Args:
        plan: The plan.
        command: What prints it.

    Returns:
        Lines that begin with `# plan: `.
    """
    said = [f"made by `{command}`; nobody measured it", *as_lines(plan)]
    return [(MARK + line).rstrip() for line in said]


def as_data(plan: Plan) -> dict[str, Any]:
    """The plan as plain data.

    Args:
        plan: The plan.

    Returns:
        What JSON can hold.
    """
    return {
        "workload": {
            **plan.workload._asdict(),
            "encoder": plan.workload.encoder._asdict(),
            "n_candidates": plan.workload.n_candidates,
        },
        "machine": {**plan.machine._asdict(), "device": plan.machine.device._asdict()},
        "rates": plan.rates.model_dump(),
        "choices": {
            "index": plan.choices.vector_index.described(),
            "is_tuned": plan.choices.is_tuned,
            "searches_on_gpu": plan.choices.searches_on_gpu,
        },
        "stages": {stage: cost._asdict() for stage, cost in plan.costs.items()},
        "seconds": plan.seconds,
        "disk_gb": plan.disk_gb,
        "suggestions": [suggestion._asdict() for suggestion in plan.suggestions],
        "notes": plan.notes,
        "refusals": [refusal._asdict() for refusal in plan.refusals],
    }


def _chosen(plan: Plan) -> list[str]:
    index = plan.choices.vector_index
    lists = f" of {index.storage}, nlist {index.nlist:,}, nprobe" if index.nlist else ", ef"
    tuned = " (to be tuned)" if plan.choices.is_tuned else ""
    codes = f", {index.directions} directions, shortlist {index.shortlist}{tuned}"
    effort = f"{lists} {index.effort:,}{tuned}" if index.effort else ""
    effort += codes if index.is_coded else ""
    where = "the GPU" if plan.choices.searches_on_gpu else "the processor"
    lines = [f"chosen: index {index.kind}{effort}, searched on {where}"]
    lines += [
        f"better: {one.key} {one.better} (now {one.now}): {one.why}" for one in plan.suggestions
    ]
    lines += [f"note: {note}" for note in plan.notes]
    for refusal in plan.refusals:
        lines.append(f"cannot work: {refusal.problem}")
        lines.append(f"  got {refusal.got}, expected {refusal.expected}; cure: {refusal.cure}")
    return lines
