"""What all benchmarks share: their options, and on what a figure was measured."""

import argparse
import os
import platform
from pathlib import Path


def options(text: str | None) -> argparse.ArgumentParser:
    """A parser of options whose help is a text as it is written."""
    return argparse.ArgumentParser(description=text, formatter_class=argparse.RawTextHelpFormatter)


def describe() -> str:
    """Processor, cores and operating system in one line."""
    info = Path("/proc/cpuinfo")
    models = [
        line.split(":", 1)[1].strip()
        for line in (info.read_text().splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    processor = models[0] if models else platform.processor() or platform.machine()
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{processor}, {os.cpu_count()} cores, {system}"
