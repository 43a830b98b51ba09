"""What is refused before anything is looked up, and the headers of every answer.

The page is for people on this machine. A foreign web site must not read it through a visitor's
browser: the Host header has to be a name of this machine (a site that points its own name here, DNS
rebinding, has another), no answer allows another origin, and the page may load nothing foreign.
"""

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOCAL_NAMES", "Guard"]

LOCAL_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
_MAX_QUERY = 4_096
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_ENCODED = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


class Guard:
    """An ASGI application before another one.

    Args:
        app: The application.
        names: Names and addresses under which this server may be asked, lower case.
    """

    def __init__(self, app: "ASGIApp", names: frozenset[str] = LOCAL_NAMES) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_ENCODED]
            await send(message)

        refusal = self._refusal(scope)
        if scope["method"] == "HEAD":  # the answer to GET; the server leaves its body away
            scope = {**scope, "method": "GET"}
        if refusal is None:
            await self._app(scope, receive, send_guarded)
        else:
            await _refuse(send_guarded, *refusal)

    def _refusal(self, scope: "MutableMapping[str, Any]") -> tuple[int, str, str] | None:
        """Status, fault and cure; None if the request may pass."""
        if scope["method"] not in ("GET", "HEAD"):
            return 405, f"{scope['method']} is not allowed: this server is read only", "use GET"
        if _host(scope) not in self._names:
            cure = "ask for localhost, or start the server with --allow-host NAME"
            return 421, "this server does not answer under that host name", cure
        if len(scope["query_string"]) > _MAX_QUERY:
            return 414, f"the query is longer than {_MAX_QUERY:,} bytes", "ask for less"
        if not _readable(scope["query_string"]) or not _readable(scope.get("raw_path") or b""):
            return 400, "the address is not UTF-8, or holds a control character", "encode it anew"
        return None


def _host(scope: "MutableMapping[str, Any]") -> str | None:
    """The name in the one Host header, without the port; None if there is none or several."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1:
        return None
    try:
        return urlsplit(f"//{hosts[0].decode('ascii')}").hostname
    except ValueError:
        return None


def _readable(encoded: bytes) -> bool:
    """Whether percent-encoded bytes are UTF-8 without control characters."""
    try:
        text = unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(ord(character) < 32 or ord(character) == 127 for character in text)


async def _refuse(send: "Send", status: int, error: str, cure: str) -> None:
    body = json.dumps({"error": error, "cure": cure, "near": []}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *([(b"allow", b"GET, HEAD")] if status == 405 else []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
