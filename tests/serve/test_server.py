"""The command: help, a port in use, a folder that is no export, and a first answer."""

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nymgraph.pipeline.cli import app
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.serve.server import listen
from tests.serve.running import Running
from tests.store.small_export import small_frames, write_export


def test_the_help_has_an_example() -> None:
    shown = " ".join(CliRunner().invoke(app, ["serve", "--help"]).stdout.split())
    assert "nymgraph serve --export data/export" in shown


def test_answers_are_not_held_back_by_nagles_algorithm() -> None:
    # asyncio switches it off for sockets that name TCP as their protocol, and for no others
    with listen("127.0.0.1", 0) as opened:
        assert opened.proto == socket.IPPROTO_TCP


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            InputError, match=rf"cannot listen on 127\.0\.0\.1, port {port}"
        ) as error:
            listen("127.0.0.1", port)
    assert "--port" in error.value.cure


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(InputError) as error:
        listen("192.0.2.1", 0)
    assert "--host" in error.value.cure


def test_it_runs_until_interrupted(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames())
    command = [
        sys.executable,
        "-m",
        "nymgraph",
        "serve",
        "--export",
        str(folder),
        "--port",
        "0",
    ]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found is not None, line
        server, deadline = Running(int(found[1])), time.monotonic() + 20
        while True:
            try:
                assert server.get("/api/about").data["terms"] == 21
                break
            except ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert "Traceback" not in process.stderr.read()
