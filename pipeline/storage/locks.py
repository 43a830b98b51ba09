"""One writer at a time: a lock file that says who holds it.

The kernel lets go of a lock when its process ends, however it ends, so that none outlives its
holder: a file left by a killed process is taken over silently.
"""

import errno
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nymgraph.pipeline.errors import ArtefactError

__all__ = ["hold"]

_BUSY = {errno.EAGAIN, errno.EACCES}


@contextmanager
def hold(file: Path, what: str) -> Iterator[None]:
    """Hold a lock while the block runs; its file is removed afterwards.

    Args:
        file: The lock file; its folder is made.
        what: What is locked, for the message.

    Raises:
        ArtefactError: Another process holds it; the message names the process.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file, what) as stream:
        stream.truncate(0)
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:80]
        stream.write(f"process {os.getpid()} ({command}), since {time.strftime('%F %T')}")
        stream.flush()
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def _locked(file: Path, what: str) -> IO[str]:
    """The open lock file, locked."""
    while True:
        stream = file.open("a+", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(stream, file):
                return stream
            stream.close()  # its holder removed it before we could lock it: once more
        except OSError as error:
            with stream:
                stream.seek(0)
                holder = stream.read(200)
            if error.errno not in _BUSY:
                raise
            raise ArtefactError(
                f"another process is working on {what}",
                got=holder or "a process that has only just begun",
                cure="wait until it is done, or stop it",
            ) from error


def _is_at(stream: IO[str], file: Path) -> bool:
    """Whether an open file is still the one at its path."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), file.stat())
    except FileNotFoundError:
        return False
