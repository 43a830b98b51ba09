"""Trained models on disk: a head in one file, a cross-encoder in a folder.

The head is safetensors with everything else as JSON in its header, one string under one key, for
the order of several keys is not fixed, and the same training must give the same bytes. The
cross-encoder is a folder in sentence-transformers' format with `blend.json` beside its weights.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from nymgraph.discriminator.calibration import Calibration
from nymgraph.discriminator.cascade import Blend
from nymgraph.discriminator.elsewhere import Check
from nymgraph.discriminator.relations import N_CODES, RELATIONS
from nymgraph.discriminator.training import HeadSettings, TrainedHead, build_head

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

FORMAT = "nymgraph pair head 5"
BLEND_FORMAT = "nymgraph blend 3"
BLEND_FILE = "blend.json"
MAX_TOKENS = 64
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
        "elsewhere": asdict(trained.elsewhere),
        "checks": trained.checks,
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


def new_cross_encoder(
    model: str,
    device: str,
    *,
    revision: str | None = None,
    trust_remote_code: bool = False,
    seed: int = 0,
) -> "CrossEncoder":
    """Put four new labels on a pretrained transformer.

    They read the mean of its tokens, which is what most encoders were pretrained to fill, and not
    the first token.

    Args:
        model: a folder, or a hub name.
        device: where to compute, as torch names it.
        revision: the commit of a hub model.
        trust_remote_code: whether code that comes with a hub model may run.
        seed: decides the weights of the new labels; the global generator is left alone.

    Returns:
        The cross-encoder, to be trained.

    Raises:
        ValueError: the model cannot be loaded.
    """
    from sentence_transformers import CrossEncoder, SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    with torch.random.fork_rng(), _loading(model):
        torch.manual_seed(seed)
        transformer = SentenceTransformer(
            model, device=device, revision=revision, trust_remote_code=trust_remote_code
        )[0]
        if not isinstance(transformer, Transformer):
            raise ValueError(f"its first module is a {type(transformer).__name__}")
        transformer.max_seq_length = MAX_TOKENS
        dim = transformer.get_embedding_dimension()
        labels = Dense(dim, N_CODES, activation_function=None, module_output_name="scores")
        modules = [transformer, Pooling(dim), labels]
        cross_encoder: CrossEncoder = CrossEncoder(modules=modules, device=device)
        return cross_encoder


def save_cross_encoder(
    folder: Path, model: "CrossEncoder", dictionary: Blend, candidates: Blend
) -> None:
    """Write a fine-tuned cross-encoder; the folder appears whole or not at all.

    Args:
        folder: folder to write or replace.
        model: the network.
        dictionary: how it is mixed with its head for dictionary pairs.
        candidates: the same for near neighbours.
    """
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(str(temporary), create_model_card=False)
    blends = {"dictionary": asdict(dictionary), "candidates": asdict(candidates)}
    content = json.dumps({"format": BLEND_FORMAT, **blends}, sort_keys=True, indent=1)
    (temporary / BLEND_FILE).write_text(content, "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)


def load_cross_encoder(folder: Path, device: str) -> tuple["CrossEncoder", Blend, Blend]:
    """Read a fine-tuned cross-encoder.

    Args:
        folder: folder that `save_cross_encoder` wrote.
        device: where to compute, as torch names it.

    Returns:
        The network, and its blends for dictionary pairs and for candidates.

    Raises:
        ValueError: a folder that is damaged, or that this version did not write.
    """
    try:
        stored = json.loads((folder / BLEND_FILE).read_text("utf-8"))
        if stored["format"] != BLEND_FORMAT:
            raise ValueError(f"got {stored['format']!r}, expected {BLEND_FORMAT!r}")
        dictionary, candidates = (
            Blend(fit["weight"], _calibration(fit["calibration"]), fit["margin"])
            for fit in (stored["dictionary"], stored["candidates"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"got a damaged folder {folder} ({error}); {CURE}") from error
    from sentence_transformers import CrossEncoder

    with _loading(str(folder)):
        return CrossEncoder(str(folder), device=device), dictionary, candidates


@contextmanager
def _loading(model: str) -> Iterator[None]:
    """Load a transformer: its warnings and bars are silenced, its errors raised in one form."""
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    before = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # new labels are no fault
    try:
        yield
    except (OSError, ValueError, SafetensorError, KeyError, RuntimeError) as error:
        raise ValueError(f"got {model}, expected a transformer that can be loaded") from error
    finally:
        logging.set_verbosity(before)


def _calibration(stored: dict[str, object]) -> Calibration:
    weights = tuple(tuple(row) for row in stored["weights"])  # type: ignore[attr-defined]
    temperature, trust = (float(stored[name]) for name in ("temperature", "trust"))  # type: ignore[arg-type]
    return Calibration(temperature, tuple(stored["bias"]), weights, trust)  # type: ignore[arg-type]


def _restore(header: dict[str, object], weights: dict[str, torch.Tensor]) -> TrainedHead:
    """Build the head that a header and weights describe."""
    settings = HeadSettings(**header["settings"])  # type: ignore[arg-type]
    head = build_head(int(header["dim"]), settings)  # type: ignore[call-overload]
    head.load_state_dict(weights)
    dictionary, candidates, elsewhere = (
        _calibration(header[name])  # type: ignore[arg-type]
        for name in ("dictionary", "candidates", "elsewhere")
    )
    checks = tuple(Check(*check) for check in header["checks"])  # type: ignore[attr-defined]
    fits = (head.eval(), dictionary, candidates, settings)
    return TrainedHead(*fits, tuple(header["macro_f1"]), elsewhere, checks)  # type: ignore[arg-type]
