"""A server on a free port, in a thread of this process."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import uvicorn

from nymgraph.pipeline.serve.guard import LOCAL_NAMES
from nymgraph.pipeline.serve.server import listen, server_config
from nymgraph.pipeline.store import ClusterStore


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def data(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)


class Running(NamedTuple):
    """A running server."""

    port: int

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """Send a request whose target is taken as it stands."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, target, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read().decode("utf-8")
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)
        finally:
            connection.close()


@contextmanager
def running(store: ClusterStore, names: frozenset[str] = LOCAL_NAMES) -> Iterator[Running]:
    """The server while the block runs."""
    opened = listen("127.0.0.1", 0)
    server = uvicorn.Server(server_config(store, names))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    try:
        yield Running(opened.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        opened.close()
