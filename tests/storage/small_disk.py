"""A disk of a few megabytes that can be filled, made larger and made read-only (root on Linux)."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest


class SmallDisk(NamedTuple):
    """Where it is mounted."""

    path: Path

    def fill_up_to(self, left: int) -> None:
        """Leave room for so many bytes beside what is there."""
        used = shutil.disk_usage(self.path).used
        _mount("-o", f"remount,size={used + left}", str(self.path))

    def grow(self, megabytes: float) -> None:
        """Make space."""
        _mount("-o", f"remount,size={int(megabytes * 2**20)}", str(self.path))

    def freeze(self) -> None:
        """Let nobody write."""
        _mount("-o", "remount,ro", str(self.path))

    def thaw(self) -> None:
        """Let write again."""
        _mount("-o", "remount,rw", str(self.path))


@contextmanager
def small_disk(path: Path, megabytes: float) -> Iterator[SmallDisk]:
    """Mount a tmpfs; the test is skipped where that is not allowed."""
    path.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={int(megabytes * 2**20)}", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a tmpfs cannot be mounted: {error}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
