"""A running `nymgraph serve` that is asked again and again: a scene of `benchmarks.doubles`."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from nymgraph.pipeline.serve import serve
from nymgraph.pipeline.serve.server import listen
from nymgraph.pipeline.storage.artefacts import digest

__all__ = ["ask_server"]

_ROUNDS = 25
_PAUSE_S = 0.1


def ask_server(export: str = "data/export") -> None:
    """Serve an export, ask it for some seconds, end it, print every different answer.

    Args:
        export: The export folder; the words to ask for are the first of `terms.txt`.
    """
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    answers: set[str] = set()
    threading.Thread(target=_ask, args=(port, answers), daemon=True).start()
    serve(Path(export), "127.0.0.1", port, frozenset())
    print(*sorted(answers), sep="\n")


def _ask(port: int, answers: set[str]) -> None:
    """Ask in rounds, then interrupt the server, which is this process."""
    terms = Path("terms.txt").read_text("utf-8").splitlines()[:6]
    try:
        _wait(port)
        for _ in range(_ROUNDS):
            answers |= set(_round(port, terms))
            time.sleep(_PAUSE_S)
    finally:
        os.kill(os.getpid(), signal.SIGINT)


def _wait(port: int) -> None:
    while True:
        try:
            _get(port, "/")
            return
        except ConnectionError:
            time.sleep(0.02)


def _round(port: int, terms: list[str]) -> Iterator[str]:
    for target in ("/", "/api", "/page.js", "/api/about", "/api/suggest?prefix=a"):
        yield _shown(target, *_get(port, target))
    for term in terms:
        asked = urlencode({"term": term})
        status, body = _get(port, f"/api/term?{asked}")
        yield _shown(term, status, body)
        cluster = json.loads(body).get("cluster", {})
        targets = [f"/api/graph?{asked}"]
        targets += [f"/api/explain?{urlencode({'a': term, 'b': x})}" for x in cluster["members"]]
        if cluster["id"] is not None:
            at = f"/api/cluster/{cluster['id']}"
            targets += [at, f"{at}/links?relation=opposite", f"{at}/links?relation=related"]
        for target in targets:
            yield _shown(target, *_get(port, target))


def _get(port: int, target: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8")
    finally:
        connection.close()


def _shown(target: str, status: int, body: str) -> str:
    """An answer as a line: a fault in its words, anything else as a hash."""
    return f"{target} {status} {body if status >= 400 else digest({'body': body})}"
