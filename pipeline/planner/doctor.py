"""Is this machine ready? Checks with their cures, and the table of past runs."""

import importlib.metadata
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import psutil

from nymgraph.pipeline.errors import NymgraphError
from nymgraph.pipeline.lexicon.wordnet import find_edition
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.runlog import read_record
from nymgraph.pipeline.storage.verify import RECORD

__all__ = ["Finding", "diagnose", "format_findings", "run_table"]

_MIN_MEMORY_GB = 4
_FAISS_BUILDS = ("faiss-cpu", "faiss-gpu", "faiss-gpu-cuvs")


class Finding(NamedTuple):
    """One check: its subject, what was found, whether it will do, and the cure if not."""

    subject: str
    found: str
    ok: bool = True
    cure: str = ""


def diagnose(params: Params, data: Path) -> list[Finding]:
    """Check Python, libraries, devices, memory, disk, encoder, sources, DVC and the last verify.

    Args:
        params: The parameters that a run would use.
        data: The data folder.

    Returns:
        One finding per check.
    """
    return [
        _python(),
        _torch(),
        _faiss(),
        _memory(),
        _disk(data),
        _encoder(params),
        *find_wordnets(params),
        _dvc(),
        last_verification(data),
    ]


def format_findings(findings: list[Finding]) -> str:
    """The findings as lines of text, a cure under each fault."""
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        mark = "ok  " if finding.ok else "FAIL"
        lines.append(f"{mark} {finding.subject:<{width}}  {finding.found}")
        if not finding.ok:
            lines.append(f"     {'':<{width}}  cure: {finding.cure}")
    return "\n".join(lines)


def run_table(data: Path, stages: tuple[str, ...]) -> str:
    """The last run of each stage: seconds, peak memory, rows in and out.

    Args:
        data: The data folder.
        stages: The stages, in order.

    Returns:
        A table as text.
    """
    lines = [f"{'stage':<10}{'status':<8}{'seconds':>9}{'peak MB':>9}  rows out"]
    total = 0.0
    for stage in stages:
        run = read_record(data, stage)
        if run is None:
            there = (data / ".runs" / f"{stage}.json").exists()
            lines.append(f"{stage:<10}{'its record is damaged' if there else 'not run'}")
            continue
        total += run["seconds"]
        rows = ", ".join(f"{name} {n:,}" for name, n in run["rows_out"].items())
        figures = f"{run['seconds']:>9.1f}{run['peak_memory_mb']:>9,}"
        lines.append(f"{stage:<10}{run['status']:<8}{figures}  {rows}")
    return "\n".join([*lines, f"{'total':<18}{total:>9.1f}"])


def _python() -> Finding:
    version = platform.python_version()
    return Finding(
        "python",
        f"{version} ({sys.executable})",
        sys.version_info >= (3, 11),
        "install Python 3.11 or newer",
    )


def _torch() -> Finding:
    import torch

    if torch.cuda.is_available():
        names = {torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())}
        device = f"GPU: {', '.join(sorted(names))}"
    else:
        device = f"CPU, {torch.get_num_threads()} threads"
    return Finding("torch", f"{torch.__version__}, {device}")


def _faiss() -> Finding:
    names = {dist.name.lower() for dist in importlib.metadata.distributions() if dist.name}
    builds = [name for name in _FAISS_BUILDS if name in names]
    if importlib.util.find_spec("faiss") is None:
        return Finding("faiss", "not installed", ok=False, cure="pip install 'nymgraph[cpu]'")
    import faiss

    found = f"{faiss.__version__} ({', '.join(builds) or 'unknown build'})"
    if hasattr(faiss, "get_num_gpus"):
        found += f", {faiss.get_num_gpus()} GPUs"
    return Finding(
        "faiss",
        found,
        len(builds) <= 1,
        f"these builds overwrite each other: pip uninstall {' '.join(builds)}, then install one",
    )


def _memory() -> Finding:
    free = psutil.virtual_memory().available / 1e9
    cure = f"free some: the default run needs about {_MIN_MEMORY_GB} GB"
    return Finding("memory", f"{free:.1f} GB free", free >= _MIN_MEMORY_GB, cure)


def _disk(data: Path) -> Finding:
    folder = data if data.exists() else Path()
    free = shutil.disk_usage(folder).free / 1e9
    return Finding("disk", f"{free:.1f} GB free", free >= 2, "free some, or use --data elsewhere")


def _encoder(params: Params) -> Finding:
    from nymgraph.pipeline.devices import resolve_precision
    from nymgraph.pipeline.encoders.encoders import locate_model
    from nymgraph.pipeline.encoders.joining import beside_of

    settings = params.adapt
    if settings.method == "static":
        beside = beside_of(settings)
        if beside is None:
            return Finding("encoder", "trained by the stage adapt")
        settings = beside
    try:
        location = locate_model(settings.encoder, settings.revision)
    except NymgraphError as error:
        return Finding("encoder", error.problem, ok=False, cure=error.cure)
    precision = resolve_precision(settings.precision, settings.device)
    where = "on the hub" if location.on_hub else "found"
    return Finding("encoder", f"{settings.encoder} {where}, {precision}")


def find_wordnets(params: Params) -> list[Finding]:
    ingest = params.ingest
    sources = (*params.label.dictionaries, *ingest.sources, *ingest.variants.dictionaries)
    editions = {source.edition for source in sources if source.kind == "wordnet"}
    findings = []
    for edition in sorted(editions):
        try:
            find_edition(edition)
            findings.append(Finding(f"wordnet {edition}", "found"))
        except NymgraphError as error:
            findings.append(Finding(f"wordnet {edition}", error.problem, False, error.cure))
    return findings


def last_verification(data: Path) -> Finding:
    """When all hashes of the run were checked last, and with what result."""
    file = data / ".runs" / RECORD
    if not file.is_file():
        return Finding("verified", "never: nymgraph verify checks every file of the run")
    try:
        last = json.loads(file.read_text("utf-8"))
        found = f"{last['at']}, {last['bytes'] / 1e6:,.0f} MB, {last['faults']} faults"
        return Finding("verified", found, not last["faults"], "run nymgraph verify again")
    except (OSError, ValueError, KeyError, TypeError):
        return Finding("verified", f"{file} is damaged", ok=False, cure="run nymgraph verify again")


def _dvc() -> Finding:
    if not Path("dvc.yaml").is_file():
        return Finding("dvc", "no dvc.yaml here: use the commands of the stages")
    if importlib.util.find_spec("dvc") is None:
        return Finding("dvc", "not installed (pip install 'nymgraph[dvc]'): stages run without")
    if not Path(".dvc").is_dir():
        return Finding("dvc", "not initialised", ok=False, cure="dvc init")
    command = [sys.executable, "-m", "dvc", "status", "--quiet"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    state = "all stages up to date" if answer.returncode == 0 else "some stages to run: dvc repro"
    return Finding("dvc", f"{importlib.metadata.version('dvc')}, {state}")
