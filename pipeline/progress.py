"""What a terminal shows: progress of long work, and text without hidden characters.

Progress is injected: silent by default, a bar on a terminal, plain lines in a log.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = [
    "LogProgress",
    "Progress",
    "SilentProgress",
    "TerminalProgress",
    "default_progress",
    "visible",
]

_log = logging.getLogger("nymgraph")
_LOG_EVERY_S = 10.0
# controls but tab and line feed; marks and overrides of direction; line and paragraph separators
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)

Advance = Callable[[int], None]


class Progress(Protocol):
    """Something that shows how far a piece of work is."""

    def track(self, what: str, total: int) -> AbstractContextManager[Advance]:
        """Show a piece of work of `total` units; the value entered is called with each advance."""
        ...


class SilentProgress:
    """Shows nothing."""

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Advance]:
        """Do nothing."""
        del what, total
        yield lambda _n: None


class LogProgress:
    """A plain line at the start, at most one in ten seconds, and one at the end."""

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Advance]:
        """Log how far `what` is, its rate and the time left."""
        started = last = time.monotonic()
        done, first = 0, (0, started)  # of how many, and since when, the rate is

        def advance(n: int) -> None:
            nonlocal done, first, last
            now = time.monotonic()
            done += n
            if now - last >= _LOG_EVERY_S:
                last = now
                rate = (done - first[0]) / (now - first[1])
                speed = f", {rate:.3g}/s, {(total - done) / rate:.0f} s left" if rate else ""
                _log.info("%s: %s%s", what, f"{done:,} of {total:,}", speed)
            if first[0] == 0:  # what was made ready before it is no part of the rate from now on
                first = (done, now)

        yield advance
        _log.info("%s: %s in %.1f s", what, f"{done:,}", time.monotonic() - started)


class TerminalProgress:
    """A bar with rate and time left."""

    @contextmanager
    def track(self, what: str, total: int) -> Iterator[Advance]:
        """Draw a bar on the standard error stream."""
        from rich import progress as bars
        from rich.console import Console

        columns = (
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
        )
        with bars.Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(what, total=total)
            yield lambda n: bar.update(task, advance=n)


def default_progress() -> Progress:
    """A bar when the standard error stream is a terminal, log lines otherwise."""
    return TerminalProgress() if sys.stderr.isatty() else LogProgress()


def visible(text: str) -> str:
    r"""A text in which hidden characters stand as `\u202e`, which JSON reads as the character."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
