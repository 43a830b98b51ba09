import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.storage.locks import hold

HOLDS = (
    "import sys, time; from pathlib import Path; from nymgraph.pipeline.storage.locks import hold\n"
    "with hold(Path(sys.argv[1]), 'it'): print('held', flush=True); time.sleep(60)"
)


def held_elsewhere(file: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDS, str(file)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_the_holder_is_named_and_a_killed_one_is_succeeded(tmp_path: Path) -> None:
    file = tmp_path / "new" / "it.lock"
    other = held_elsewhere(file)
    with (
        pytest.raises(ArtefactError, match="another process is working on it") as caught,
        hold(file, "it"),
    ):
        pass
    assert f"process {other.pid} (" in caught.value.got
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert file.is_file()  # it had no time to remove it
    with hold(file, "it"):
        assert f"process {os.getpid()} (" in file.read_text("utf-8")
    assert not file.exists()


def test_it_is_let_go_when_the_block_raises(tmp_path: Path) -> None:
    file = tmp_path / "it.lock"
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), hold(file, "it"):
            raise KeyboardInterrupt


def test_one_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with hold(tmp_path / "it.lock", "it"), pytest.raises(ArtefactError):
        hold(tmp_path / "it.lock", "it").__enter__()
