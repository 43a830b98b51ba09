"""A real HTTP server on 127.0.0.1 that answers like an OpenAI-compatible endpoint, or not."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from typing import Any, NamedTuple

KEY = "sk-very-secret-4711"
OPPOSITES = {("cold", "hot"), ("buy", "sell")}
ALIKE = {("big", "large"), ("cold", "cool"), ("hot", "warm")}
INPUT_TOKENS, OUTPUT_TOKENS = 100, 10


class Reply(NamedTuple):
    """What the server sends; `hang` seconds before."""

    body: Any
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - not changed
    hang: float = 0.0


class Seen(NamedTuple):
    """One request as the server saw it."""

    at: float
    payload: dict[str, Any]
    headers: dict[str, str]

    @property
    def data(self) -> dict[str, Any]:
        user: dict[str, Any] = json.loads(self.payload["messages"][1]["content"])
        return user


def completion(content: str, finish_reason: str = "stop", usage: bool = True) -> dict[str, Any]:
    tokens = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS}
    message = {"role": "assistant", "content": content}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        **({"usage": tokens | {"total_tokens": INPUT_TOKENS + OUTPUT_TOKENS}} if usage else {}),
    }


def statements(*rows: tuple[str, str, str]) -> str:
    items = [{"a": a, "b": b, "relation": r, "confidence": 0.75} for a, b, r in rows]
    return json.dumps({"pairs": items})


def truth(data: dict[str, Any]) -> str:
    """What a good model answers."""
    if "pairs" in data:
        shares = [
            {"p_synonym": 0.1, "p_antonym": 0.8, "p_co_hyponym": 0.1}
            if (pair["a"], pair["b"]) in OPPOSITES
            else {"p_synonym": 0.25, "p_antonym": 0.25, "p_co_hyponym": 0.5}
            for pair in data["pairs"]
        ]
        return json.dumps(
            {"judgements": [p | s for p, s in zip(data["pairs"], shares, strict=True)]}
        )
    rows = []
    for pair in combinations(data["terms"], 2):
        if pair in OPPOSITES | ALIKE:
            rows.append((*pair, "antonym" if pair in OPPOSITES else "synonym"))
    return statements(*rows)


class Server:
    """The server; `behave` gives the reply to the n-th request (from 0), None for a good one."""

    def __init__(self, behave: Callable[[int, Seen], Reply | None]) -> None:
        self.seen: list[Seen] = []
        self._behave = behave
        self._lock = threading.Lock()
        self.url = ""

    def reply(self, seen: Seen) -> Reply:
        with self._lock:
            number = len(self.seen)
            self.seen.append(seen)
        return self._behave(number, seen) or Reply(completion(truth(seen.data)))


@contextmanager
def serve(behave: Callable[[int, Seen], Reply | None] = lambda _n, _seen: None) -> Iterator[Server]:
    server = Server(behave)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.reply(Seen(time.monotonic(), json.loads(body), headers))
            time.sleep(reply.hang)
            text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            try:
                self.send_response(reply.status)
                for name, value in {"content-type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
            except OSError:  # the client gave up
                self.close_connection = True

        def log_message(self, *_arguments: Any) -> None:  # noqa: ANN401
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
