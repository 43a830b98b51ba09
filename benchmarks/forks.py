"""What `benchmarks.kills` and `benchmarks.doubles` share: a finished run, and commands in forks.

A fork of this process has the libraries loaded; a process of its own would load them for seconds.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import options

__all__ = ["end", "forked", "options_of_run"]


def options_of_run(text: str | None) -> argparse.ArgumentParser:
    """A parser with what both ask for: a finished run, and what draws the moments."""
    parser = options(text)
    parser.add_argument("--data", type=Path, required=True, help="data folder of a finished run")
    parser.add_argument("--params", type=Path, required=True, help="its parameters")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def forked(act: Callable[[], object], folder: Path, said: Path, errors: Path) -> int:
    """Do something in a fork.

    Args:
        act: What to do.
        folder: The working folder.
        said: The file that its standard output is written to.
        errors: That of its standard error, with what it failed by.

    Returns:
        The process id.
    """
    child = os.fork()
    if child:
        return child
    code: object = 1
    try:
        os.chdir(folder)
        for stream, log in ((1, said), (2, errors)):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        act()
        code = 0
    except SystemExit as left:
        code = left.code or 0
        if isinstance(code, str):
            os.write(2, code.encode())
    except BaseException as error:
        os.write(2, f"Traceback: {error!r}\n".encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def end(child: int) -> int:
    """Wait for a process; its exit status, or the signal that killed it below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
