"""A stage run as a user runs it, and what it took."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).parent / "nymgraph"


def run_stage(stage: str, params: Path, data: Path) -> dict[str, Any]:
    """Run a stage in a process of its own.

    Args:
        stage: Its name.
        params: The parameter file.
        data: The data folder.

    Returns:
        Its run record.
    """
    command = [str(PROGRAM), stage, "--params", str(params), "--data", str(data)]
    subprocess.run(command, check=True)
    record: dict[str, Any] = json.loads((data / ".runs" / f"{stage}.json").read_text("utf-8"))
    return record
