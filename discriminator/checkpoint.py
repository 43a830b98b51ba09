"""A trained head in one file: safetensors, with everything else as JSON in its header.

The header holds one string under one key, for the order of several keys is not fixed, and the same
training must give the same bytes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from discriminator.calibration import Calibration
from discriminator.relations import RELATIONS
from discriminator.training import HeadSettings, TrainedHead, build_head

FORMAT = "nymgraph pair head 2"
HEADER_KEY = "nymgraph"
CURE = "run the train stage again"


def save_head(path: Path, trained: TrainedHead, metadata: Mapping[str, str]) -> None:
    """Write a trained head; the file appears whole or not at all.

    Args:
        path: file to write or replace.
        trained: the head.
        metadata: the caller's own notes, for one the fingerprint of the encoder.
    """
    header = {
        "format": FORMAT,
        "relations": RELATIONS,
        "dim": trained.head.dim,
        "settings": asdict(trained.settings),
        "dictionary": asdict(trained.dictionary),
        "candidates": asdict(trained.candidates),
        "macro_f1": trained.macro_f1,
        "metadata": dict(metadata),
    }
    weights = {
        name: weight.cpu().contiguous() for name, weight in trained.head.state_dict().items()
    }
    content = save(weights, {HEADER_KEY: json.dumps(header, sort_keys=True)})
    temporary = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_head(path: Path) -> tuple[TrainedHead, dict[str, str]]:
    """Read a trained head, ready to judge on the CPU.

    Args:
        path: file that `save_head` wrote.

    Returns:
        The head, and the caller's notes.

    Raises:
        ValueError: a file that is damaged, or that `save_head` of this version did not write.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(HEADER_KEY, "{}"))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(f"got a damaged file {path}, expected a trained head; {CURE}") from error
    if header.get("format") != FORMAT or tuple(header["relations"]) != RELATIONS:
        raise ValueError(
            f"got {header.get('format', 'a foreign file')!r} in {path}, expected {FORMAT!r}; {CURE}"
        )
    try:
        return _restore(header, weights), header["metadata"]
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f"got a damaged file {path}, expected a trained head; {CURE}") from error


def _restore(header: dict[str, object], weights: dict[str, torch.Tensor]) -> TrainedHead:
    """Build the head that a header and weights describe."""
    stored: dict[str, dict[str, object]] = {
        name: header[name] for name in ("settings", "dictionary", "candidates")  # type: ignore[misc]
    }  # fmt: skip
    settings = HeadSettings(**stored["settings"])  # type: ignore[arg-type]
    head = build_head(int(header["dim"]), settings)  # type: ignore[call-overload]
    head.load_state_dict(weights)
    dictionary, candidates = (
        Calibration(float(c["temperature"]), tuple(c["bias"]))  # type: ignore[arg-type]
        for c in (stored["dictionary"], stored["candidates"])
    )
    return TrainedHead(head.eval(), dictionary, candidates, settings, tuple(header["macro_f1"]))  # type: ignore[arg-type]
