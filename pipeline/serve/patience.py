"""A connection that bounds what a visitor can hold: so long, so many, so many lines of log."""

import asyncio
import logging
import resource
import time

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["ImpatientProtocol", "Seldom"]

_SECONDS = 10.0
_MOST = 512


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1; a request that is not whole after ten seconds is given up, a crowd is refused.

    The file handles of the process are what a crowd could use up: half of them at most are open
    connections, one more is closed at once.
    """

    seconds = _SECONDS
    most = max(8, min(_MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, or refuse the connection."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take some of a request."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """Let the time run from the first byte that is missing, not from the last that came."""
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(self.seconds, self.transport.abort)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class Seldom(logging.Filter):
    """Lets one record of a logger pass in a second: the same fault may come a thousand times."""

    def __init__(self) -> None:
        super().__init__()
        self._last = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may pass."""
        now = time.monotonic()
        passes = now - self._last >= 1
        if passes:
            self._last = now
        return passes
