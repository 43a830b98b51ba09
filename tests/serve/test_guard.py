"""Injection, tricks with paths, broken addresses, foreign hosts: refused in JSON."""

import contextlib
import http.client
import logging
import socket
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from nymgraph.pipeline.serve.patience import ImpatientProtocol, Seldom
from nymgraph.pipeline.store import ClusterStore
from tests.serve.running import Running, running
from tests.store.small_export import INJECTION, small_frames, write_export

BAD = [
    ("/..%2f..%2fetc%2fpasswd", 404),
    ("/../../etc/passwd", 404),
    ("/%2e%2e/%2e%2e/etc/passwd", 404),
    ("/page.css%2f..%2f..%2fapp.py", 404),
    ("/..%5cpage.css", 404),
    ("/index.html", 404),
    ("//evil.example/", 404),
    ("/api/nothing", 404),
    ("/api/cluster/12", 404),
    ("/api/cluster/12/links?relation=opposite", 404),
    ("/api/cluster/abc", 422),
    ("/api/cluster/1e3", 422),
    ("/api/cluster/9223372036854775808", 422),
    ("/api/cluster/" + "9" * 5_000, 422),
    ("/api/cluster/-9/links", 422),
    ("/api/cluster/-9/links?relation=foe", 422),
    ("/api/cluster/..%2f..%2fterm", 404),
    ("/api/term", 422),
    ("/api/term?term=", 422),
    ("/api/term?term=" + "a" * 501, 422),
    ("/api/term?term=" + "a" * 5_000, 414),
    ("/api/term?term=%ff%fe", 400),
    ("/api/term?term=%ed%a0%80", 400),  # half of a surrogate pair
    ("/api/term?term=a%00b", 400),
    ("/api/term?term=a%0d%0aX-Evil:1", 400),
    ("/%ff", 400),
    ("/api/term?term=..%2f..%2fetc%2fpasswd", 404),
    ("/api/suggest?prefix=f&n=0", 422),
    ("/api/suggest?prefix=f&n=51", 422),
    ("/api/graph?term=hot&hops=9", 422),
    ("/api/graph?term=hot&n=100000", 422),
    ("/api/explain?a=hot", 422),
]


@pytest.mark.parametrize(("target", "status"), BAD, ids=[target[:40] for target, _ in BAD])
def test_a_bad_address_is_refused_in_json(server: Running, target: str, status: int) -> None:
    answer = server.get(target)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.data) == {"error", "cure", "near"}
    assert len(answer.body) < 3_000
    assert "Traceback" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_is_read_only(server: Running, method: str) -> None:
    answer = server.get("/api/about", method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "read only" in answer.data["error"]


@pytest.mark.parametrize("target", ["/", "/api/about", "/page.css", "/api/term?term=zzz"])
def test_head_is_get_without_its_body(server: Running, target: str) -> None:
    whole, head = server.get(target), server.get(target, "HEAD")
    assert (head.status, head.body) == (whole.status, "")
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_half_a_request_is_given_up(
    server: Running, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(ImpatientProtocol, "seconds", 0.2)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow:
        slow.sendall(sent)
        assert ended(slow)
    assert server.get("/api/about").status == 200


def test_a_crowd_is_refused_and_others_are_answered_after_it(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImpatientProtocol, "most", 3)
    crowd = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(4)]
    assert ended(crowd[-1])
    for visitor in crowd:
        visitor.close()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert server.get("/api/about").status == 200
            return
    pytest.fail("no answer once the crowd had gone")


def ended(visitor: socket.socket) -> bool:
    """Whether the server ends the connection, within the time of the socket."""
    try:
        return visitor.recv(1) == b""
    except ConnectionResetError:
        return True


def test_the_same_fault_a_thousand_times_is_one_line() -> None:
    seldom, record = Seldom(), logging.makeLogRecord({})
    assert [seldom.filter(record) for _ in range(1_000)].count(True) == 1


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_name_is_refused(server: Running, host: str) -> None:
    answer = server.get("/api/about", Host=host)
    assert answer.status == 421
    assert "host name" in answer.data["error"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1:80", "[::1]:8765"])
def test_the_names_of_this_machine_are_allowed(server: Running, host: str) -> None:
    assert server.get("/api/about", Host=host).status == 200


def test_a_further_name_is_allowed_when_told(tmp_path: Path) -> None:
    store = ClusterStore(write_export(tmp_path / "export", small_frames()))
    with running(store, frozenset({"words.example"})) as server:
        assert server.get("/api/about", Host="words.example").status == 200
        assert server.get("/api/about", Host="localhost").status == 421


@pytest.mark.parametrize(
    "target", ["/", "/page.js", "/api/about", "/nothing", "/api/term?term=%ff"]
)
def test_every_answer_forbids_foreign_content(server: Running, target: str) -> None:
    headers = server.get(target).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_hostile_term_is_data(server: Running) -> None:
    answer = server.get(f"/api/term?term={quote(INJECTION)}")
    assert answer.headers["content-type"] == "application/json"
    assert INJECTION in answer.data["cluster"]["members"]
    assert INJECTION not in server.get(f"/?term={quote(INJECTION)}").body


def test_a_damaged_export_is_an_error_in_json(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames())
    store = ClusterStore(folder)
    file = folder / "index" / "clusters.members.npy"
    content = bytearray(file.read_bytes())
    content[-40:] = b"\xff" * 40
    with running(store) as server:
        with file.open("r+b") as stream:  # the store holds the file mapped
            stream.write(content)
        answer = server.get("/api/cluster/8")
    assert answer.status == 500
    assert "damaged" in answer.data["error"]
