"""The states below the layers that learn, computed once for all steps of a training.

Where only the top layers of a transformer learn, the hidden states below them are the same in every
step. They are computed for each text of the training, those of like length together and without
padding, into one file of the working folder that is mapped into memory. While training runs, the
layers below compute nothing: they hand over what is kept for the texts of the batch, which they
know by their tokens. (They do compute a text that is not kept: a checkpoint tries the model.) The
layers that learn read a batch in parts of like length, to save padding.

Contract: the states are those of the model as it is used: dropout acts in the layers that learn,
not below them. They are kept in float16 where training computes in bfloat16, which is coarser, else
in float32. A model whose layers cannot be taken apart like that is trained as a whole.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.storage.artefacts import write_atomic, writing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["kept_below", "layer_stack", "read_texts"]

Features = dict[str, Any]
_log = logging.getLogger("nymgraph")
_BATCH = 256
_PARTS = 2
_SAMPLE = 64
ALIKE = 0.995
"""Least cosine between vectors over kept states and those of the whole model."""


class _Kept(NamedTuple):
    """The states that are kept of texts.

    Attributes:
        states: float16 or float32 (n_tokens, width), text after text.
        place: Where those of a text begin, by its tokens.
        form: What a layer gives: a tuple of so many, the states first; 0 for the states alone.
    """

    states: Tensor
    place: Mapping[bytes, int]
    form: int


class _Reached(Exception):
    """The states are there: what lies above need not run."""


def layer_stack(model: "SentenceTransformer") -> Any:  # noqa: ANN401
    """Find the layers of a transformer: its longest list of like modules.

    Args:
        model: The encoder.

    Returns:
        An `nn.ModuleList`.

    Raises:
        ParameterError: There is none.
    """
    from torch import nn

    stacks = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    if not stacks:
        raise ParameterError(
            "the encoder has no stack of layers to train the top of",
            cure="set adapt.method to full or none",
        )
    return max(stacks, key=len)


@contextmanager
def kept_below(
    model: "SentenceTransformer",
    layers: int | None,
    texts: Sequence[str],
    work: Path,
    bfloat16: bool,
) -> Iterator[bool]:
    """Skip the layers below the top ones of a model, for these texts.

    Args:
        model: The encoder, its longest text and its prompt as training will have them.
        layers: Layers that learn, from the top; None: all of them.
        texts: What training reads.
        work: Folder for the states; it belongs to this very training, and what is whole in it is
            used again.
        bfloat16: Whether training computes in bfloat16.

    Yields:
        Whether there is anything to skip, and the model allows it.

    Raises:
        ParameterError: The states do not fit into float16.
        StorageError: There is no space for them.
    """
    below = list(layer_stack(model))[:-layers] if layers is not None else []
    if not below or not {"input_ids", "attention_mask"} <= set(read_texts(model, texts[:1])):
        yield False
        return
    model.eval()
    every = _by_length(model, texts)
    with torch.autocast(model.device.type, torch.bfloat16, enabled=bfloat16):
        kept = _keep(model, below, every, work / "states", half=bfloat16)
        alike = _are_alike(model, below, kept, [text for text, _ in every])
    if not alike:
        yield False
        return
    with _skipped(model, below, kept):
        yield True


def read_texts(model: "SentenceTransformer", texts: Sequence[str]) -> Features:
    """Tokenize texts as training does, with the prompt.

    Args:
        model: The encoder.
        texts: n_texts texts.

    Returns:
        What the encoder is called with.
    """
    prompt = model.prompts.get(model.default_prompt_name or "") or None
    return dict(model.preprocess(list(texts), prompt=prompt))


def _by_length(model: "SentenceTransformer", texts: Sequence[str]) -> list[tuple[str, int]]:
    """Each text once, and how many tokens it has; the shortest first."""
    every = sorted(set(texts))
    lengths: list[int] = []
    for start in range(0, len(every), _BATCH):
        lengths += (
            read_texts(model, every[start : start + _BATCH])["attention_mask"].sum(1).tolist()
        )
    return sorted(zip(every, lengths, strict=True), key=lambda text: (text[1], text[0]))


def _keep(
    model: "SentenceTransformer",
    below: Sequence[Any],
    texts: Sequence[tuple[str, int]],
    file: Path,
    *,
    half: bool,
) -> _Kept:
    """Compute the states of texts, or find those that are whole."""
    n_tokens, whole = sum(length for _, length in texts), file.with_suffix(".whole")
    first, form = _states_of(model, below, read_texts(model, [texts[0][0]]))
    _log.info("the encoder: %d texts pass the layers below those that learn", len(texts))
    states = _mapped(file, n_tokens, first.shape[1], torch.float16 if half else torch.float32)
    place: dict[bytes, int] = {}
    end = 0
    for start in range(0, len(texts), _BATCH):
        some = [text for text, _ in texts[start : start + _BATCH]]
        features = read_texts(model, some)
        begin = end
        for tokens in _tokens(features):
            place[tokens.tobytes()] = end
            end += len(tokens)
        if not whole.is_file():
            states[begin:end] = _states_of(model, below, features)[0].to(states.dtype).cpu()
    if not whole.is_file() and not bool(states.isfinite().all()):
        raise ParameterError(
            "the hidden states of the encoder do not fit into float16",
            cure="set adapt.precision to float32",
        )
    write_atomic(whole, lambda path: path.touch())
    return _Kept(states, place, form)


def _mapped(file: Path, n_tokens: int, width: int, dtype: torch.dtype) -> Tensor:
    """A tensor in a file; its space is taken at once, for a full disk kills who writes to a map."""
    size = n_tokens * width
    with writing(file), file.open("ab") as stream:
        os.posix_fallocate(stream.fileno(), 0, size * dtype.itemsize)
    return torch.from_file(str(file), shared=True, size=size, dtype=dtype).view(n_tokens, width)


def _tokens(features: Features) -> Iterator[npt.NDArray[np.int64]]:
    """The tokens of each text of a batch."""
    ids, mask = (features[name].cpu().numpy() for name in ("input_ids", "attention_mask"))
    return (row[there != 0] for row, there in zip(ids, mask, strict=True))


def _states_of(
    model: "SentenceTransformer", below: Sequence[Any], features: Features
) -> tuple[Tensor, int]:
    """Run the layers below: the states of a batch, (n_tokens, width), text after text; the form."""
    given: list[Any] = []

    def reached(_layer: Any, _inputs: Any, output: Any) -> None:  # noqa: ANN401
        given.append(output)
        raise _Reached

    hook = below[-1].register_forward_hook(reached)
    try:
        with torch.inference_mode(), suppress(_Reached):
            model[0](_on(model, features))
    finally:
        hook.remove()
    form = len(given[0]) if isinstance(given[0], tuple) else 0
    states = given[0][0] if form else given[0]
    return states[_on(model, features)["attention_mask"].bool()], form


@contextmanager
def _skipped(model: "SentenceTransformer", below: Sequence[Any], kept: _Kept) -> Iterator[None]:
    """Let the layers below hand over what is kept, and those above read texts of like length."""
    bottom = model[0]
    compute = bottom.forward
    now: list[Any] = [None]

    def recall(features: Features, **options: Any) -> Features:  # noqa: ANN401
        now[0] = _recalled(kept, features)
        return dict(compute(features, **options))

    def handing_over(layer: Any) -> Callable[..., Any]:  # noqa: ANN401
        own = layer.forward

        def forward(*inputs: Any, **options: Any) -> Any:  # noqa: ANN401
            if now[0] is None:
                return own(*inputs, **options)
            return (now[0], *[None] * (kept.form - 1)) if kept.form else now[0]

        return forward

    bottom.forward = lambda features, **options: _in_parts(recall, features, options)
    for layer in below:
        layer.forward = handing_over(layer)
    try:
        yield
    finally:
        for module in (bottom, *below):
            del module.forward  # that of its class shows again


def _recalled(kept: _Kept, features: Features) -> Tensor | None:
    """The states of a batch, (n_texts, n_positions, width), zero where there is no token.

    None where a text is not kept.
    """
    texts = list(_tokens(features))
    if any(t.tobytes() not in kept.place for t in texts):
        return None
    rows = [np.arange(len(t)) + kept.place[t.tobytes()] for t in texts]
    found = kept.states[torch.from_numpy(np.concatenate(rows))]
    mask = features["attention_mask"].bool()
    states = torch.zeros(*mask.shape, found.shape[1], device=mask.device)
    states[mask] = found.to(states)
    return states


def _in_parts(
    compute: Callable[..., Features], features: Features, options: Mapping[str, Any]
) -> Features:
    """Compute a batch in parts of texts of like length, each as short as it may be."""
    mask = features["attention_mask"]
    if not bool(mask[:, 0].all()):  # padded before the texts
        return compute(features, **options)
    order = mask.sum(1).argsort(stable=True)
    parts = [_part(features, rows) for rows in order.chunk(_PARTS)]
    made = [compute(part, **options)["token_embeddings"] for part in parts]
    longest = mask.shape[1]
    padded = [functional.pad(states, (0, 0, 0, longest - states.shape[1])) for states in made]
    return {**features, "token_embeddings": torch.cat(padded)[order.argsort()]}


def _part(features: Features, rows: Tensor) -> Features:
    """Some texts of a batch, cut to the longest of them."""
    shape = features["attention_mask"].shape
    longest = int(features["attention_mask"][rows].sum(1).max())
    return {
        name: value[rows, :longest] if getattr(value, "shape", None) == shape else value
        for name, value in features.items()
    }


def _are_alike(
    model: "SentenceTransformer", below: Sequence[Any], kept: _Kept, texts: Sequence[str]
) -> bool:
    """Whether the model gives, over what is kept, the vectors that it gives as a whole."""
    sample = read_texts(model, texts[:: len(texts) // _SAMPLE + 1])
    with torch.inference_mode():
        whole = model(_on(model, sample))["sentence_embedding"]
        with _skipped(model, below, kept):
            quick = model(_on(model, sample))["sentence_embedding"]
    return bool((functional.cosine_similarity(whole, quick) > ALIKE).all())


def _on(model: "SentenceTransformer", features: Features) -> Features:
    """A copy of features on the device of the model."""
    return {
        name: value.to(model.device) if isinstance(value, Tensor) else value
        for name, value in features.items()
    }
