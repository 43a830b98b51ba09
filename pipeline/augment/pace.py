"""How fast requests may start: even spacing, and pauses that an endpoint asks for."""

import asyncio
import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["Pace", "back_off", "retry_after"]

FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


class Pace:
    """Lets requests start at even distances.

    Args:
        requests_per_minute: At most so many, or None for no limit.
        tokens_per_minute: With at most so many tokens, or None for no limit.
    """

    def __init__(self, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._per_request = 60 / requests_per_minute if requests_per_minute else 0.0
        self._per_token = 60 / tokens_per_minute if tokens_per_minute else 0.0
        self._next = 0.0
        self._paused_until = 0.0

    async def wait(self, tokens: int) -> None:
        """Wait until a request of so many tokens may start."""
        start = max(time.monotonic(), self._next)
        self._next = start + max(self._per_request, tokens * self._per_token)
        await asyncio.sleep(start - time.monotonic())
        while time.monotonic() < self._paused_until:
            await asyncio.sleep(self._paused_until - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Let nothing start for so long."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)


def back_off(attempt: int) -> float:
    """Seconds to wait after a failed attempt (from 0): doubling, with jitter of a half."""
    # the jitter decides when a request is sent and never what comes out
    longest = min(FIRST_PAUSE_S * 2.0**attempt, _LONGEST_PAUSE_S)
    return longest * random.uniform(0.5, 1)


def retry_after(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for, or None if it does not say.

    Args:
        header: Seconds, or an HTTP date.

    Returns:
        At least 0.
    """
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
