"""One line of progress for all stages, with the time that is left.

What is left follows from the plan of the run, corrected by how long the stages so far took beside
their plan, and, inside a stage, by the rate of the work under way.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from nymgraph.pipeline.progress import Advance

__all__ = ["WholeLine", "whole_line"]

_log = logging.getLogger("nymgraph")
_LOG_EVERY_S = 15.0
_DRAW_EVERY_S = 0.1
_SURE_AFTER = 0.05  # of a piece of work, before its own rate is believed
_PRIOR_S = 20.0  # weight of the plan beside what was measured


class _Show(Protocol):
    """Where the line is shown."""

    def __call__(self, text: str, share: float, left_s: float, *, pressing: bool) -> None:
        """Show it; `pressing` where a stage begins or ends."""
        ...


class WholeLine:
    """How far a run of several stages is; a `Progress` for the stage under way.

    Args:
        show: Where the line is shown.
        planned: Seconds of each stage, in order; only those that run.
    """

    def __init__(self, show: _Show, planned: dict[str, float]) -> None:
        self._show = show
        self.planned = planned
        self._began = self._stage_began = time.monotonic()
        self._took: dict[str, float] = {}
        self._stage = ""
        self._work = ("", 0, 0, 0.0)  # what, done, total, began
        self._drawn = 0.0

    @contextmanager
    def stage(self, stage: str) -> Iterator[None]:
        """Show a stage while it runs."""
        self._stage, self._stage_began = stage, time.monotonic()
        self._work = ("", 0, 0, 0.0)
        self._draw(pressing=True)
        yield
        self._took[stage] = time.monotonic() - self._stage_began
        self._stage = ""
        self._draw(pressing=False)

    def track(self, what: str, total: int) -> AbstractContextManager[Advance]:
        """Show a piece of work of the stage under way."""
        self._work = (what, 0, total, time.monotonic())

        def advance(n: int) -> None:
            name, done, _, began = self._work
            self._work = (name, done + n, total, began)
            self._draw(pressing=False)

        return nullcontext(advance)

    def left_s(self) -> float:
        """Seconds left, as far as is known."""
        done = sum(self.planned[stage] for stage in self._took)
        pace = (sum(self._took.values()) + _PRIOR_S) / (done + _PRIOR_S)
        waiting = sum(
            seconds
            for stage, seconds in self.planned.items()
            if stage not in self._took and stage != self._stage
        )
        return waiting * pace + (self._stage_left_s(pace) if self._stage else 0.0)

    def _stage_left_s(self, pace: float) -> float:
        now = time.monotonic()
        planned = self.planned[self._stage] * pace - (now - self._stage_began)
        _, done, total, began = self._work
        share = done / total if total else 0.0
        if share < _SURE_AFTER:
            return max(planned, 0.0)
        own = (now - began) * (1 - share) / share
        return max(own, 0.0)

    def _draw(self, *, pressing: bool) -> None:
        now = time.monotonic()
        if not pressing and now - self._drawn < _DRAW_EVERY_S:
            return
        self._drawn = now
        left, spent = self.left_s(), now - self._began
        what, done, total, _ = self._work
        detail = f", {what} {done:,} of {total:,}" if total and what != self._stage else ""
        if total and what == self._stage:
            detail = f" {done:,} of {total:,}"
        place = len(self._took) + 1
        text = f"{place} of {len(self.planned)}: {self._stage}{detail}" if self._stage else ""
        self._show(text, spent / (spent + left) if spent + left else 1.0, left, pressing=pressing)


def in_words(seconds: float) -> str:
    """A time as a person says it: 40 s, 6 min, 1 h 20 min."""
    if seconds < 60:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def whole_line(planned: dict[str, float]) -> Iterator[WholeLine]:
    """Show a run: a bar on a terminal and in a notebook, else a line of the log now and then.

    Args:
        planned: Seconds of each stage, in order.

    Yields:
        What receives how far the run is.
    """
    if not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield WholeLine(_logged(), planned)
        return
    from rich import progress as bars
    from rich.console import Console

    console = Console() if "ipykernel" in sys.modules else Console(stderr=True)
    columns = (
        bars.BarColumn(),
        bars.TextColumn("{task.description}"),
        bars.TimeElapsedColumn(),
        bars.TextColumn("{task.fields[left]}"),
    )
    with bars.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, left="")

        def show(text: str, share: float, left_s: float, *, pressing: bool) -> None:
            del pressing
            left = f"about {in_words(left_s)} left"
            bar.update(task, description=text, completed=share, left=left)

        yield WholeLine(show, planned)


def _logged() -> Any:  # noqa: ANN401 - a _Show with memory
    last = 0.0

    def show(text: str, share: float, left_s: float, *, pressing: bool) -> None:
        nonlocal last
        now = time.monotonic()
        if text and (pressing or now - last >= _LOG_EVERY_S):
            last = now
            _log.info("%s (%.0f %%, about %s left)", text, 100 * share, in_words(left_s))

    return show
