"""The plan beside what finished runs took (`data/.runs`): how far to trust it."""

from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.planner.plan import Plan
from nymgraph.pipeline.storage.runlog import read_record

__all__ = ["Compared", "compare", "comparison_lines"]

_FACTOR = 1.5
_WORTH_PLANNING = 10.0  # seconds


class Compared(NamedTuple):
    """One stage, predicted and measured.

    Attributes:
        stage: Its name.
        predicted: Seconds.
        measured: Seconds by the clock.
        processor: Processor seconds over the cores, where the record has them.
        predicted_gb: Memory.
        measured_gb: Peak memory, pages of memory-mapped files included.
    """

    stage: str
    predicted: float
    measured: float
    processor: float | None
    predicted_gb: float
    measured_gb: float

    @property
    def ratio(self) -> float:
        """Predicted over measured.

        On a machine that had other work too, the clock says too much and the processor time over
        the cores too little: a prediction between the two has the ratio 1.
        """
        least = self.measured if self.processor is None else min(self.processor, self.measured)
        return self.predicted / max(min(max(self.predicted, least), self.measured), 1e-9)

    @property
    def verdict(self) -> str:
        """Whether the prediction held; short stages are not judged."""
        if self.measured < _WORTH_PLANNING and self.predicted < _WORTH_PLANNING:
            return "short"
        return "holds" if 1 / _FACTOR <= self.ratio <= _FACTOR else "MISSED"


def compare(plan: Plan, data: Path) -> list[Compared]:
    """Set a plan beside the records of the stages.

    Args:
        plan: The plan of that very run.
        data: The data folder.

    Returns:
        The stages that have run.

    Raises:
        InputError: None has.
    """
    found = []
    for stage, cost in plan.costs.items():
        record = read_record(data, stage) or {}
        if record.get("status") == "done":
            processor = record.get("processor_seconds")
            alone = None if processor is None else processor / plan.machine.cores
            gigabytes = record["peak_memory_mb"] / 1e3
            seconds = record["seconds"]
            found.append(Compared(stage, cost.seconds, seconds, alone, cost.ram_gb, gigabytes))
    if not found:
        raise InputError(f"{data} has no record of a finished stage", cure="run the pipeline first")
    return found


def comparison_lines(compared: list[Compared]) -> list[str]:
    """The comparison as a table.

    Args:
        compared: The stages.

    Returns:
        Lines of text.
    """
    lines = [
        f"{'stage':<10}{'predicted s':>12}{'measured s':>12}{'cpu/cores s':>12}{'ratio':>7}  "
        f"{'':<8}{'RAM GB':>7}{'peak GB':>8}"
    ]
    for one in compared:
        processor = "-" if one.processor is None else f"{one.processor:.1f}"
        lines.append(
            f"{one.stage:<10}{one.predicted:>12.1f}{one.measured:>12.1f}{processor:>12}"
            f"{one.ratio:>7.2f}  {one.verdict:<8}{one.predicted_gb:>7.1f}{one.measured_gb:>8.1f}"
        )
    judged = [one for one in compared if one.verdict != "short"]
    held = sum(one.verdict == "holds" for one in judged)
    lines.append(
        f"{held} of {len(judged)} stages of {_WORTH_PLANNING:.0f} s and more "
        f"within a factor {_FACTOR}"
    )
    return lines
