"""A static encoder: a term is the mean of the vectors of its words and of their character n-grams.

Contract: any text is accepted and read in small letters by the rules of a language. A *word* is a
run of letters, marks and digits; its *units* are itself and its n-grams of 3 to 5 characters, the
ends marked, as in fastText (Bojanowski et al., TACL 2017, section 3.2), each known by a 64-bit
hash (FNV-1a over code points). Units outside the vocabulary do not count; a text without any unit
is the zero vector.

The encoder is a module of sentence-transformers, so that the trainer, checkpoints and all that
encodes take it as they take a transformer. It is saved as `modules.json`, `config.json` and
`model.safetensors`, and loaded by `load_subword_model`, without running code from the folder.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers.base.modules.input_module import InputModule
from torch import Tensor, nn

from nymgraph.kernels import kernel
from nymgraph.pipeline.lexicon.normalise import small_letters

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = [
    "SubwordEmbedding",
    "common_units",
    "is_subword_model",
    "load_subword_model",
    "new_subword_model",
]

SHORTEST, LONGEST = 3, 5
_TYPE = "nymgraph.pipeline.encoders.subwords.SubwordEmbedding"
_LETTERS = 2**17  # code points above it are rare scripts and signs: no letters to us
CHUNK = 20_000

Hashes = npt.NDArray[np.uint64]


class SubwordEmbedding(InputModule):
    """Mean of unit vectors; frequent units weigh less because training shortens their vectors.

    Args:
        units: uint64 (n_units,), hashes of the vocabulary, rising.
        weights: float32 (n_units, dim), the vector of each.
        language: Language code, which decides what small letters are.
    """

    config_file_name = "config.json"

    def __init__(self, units: Hashes, weights: Tensor, language: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.language = language
        self._units = units
        # torch has no uint64 in safetensors of old versions: the same bits, signed
        self.register_buffer("units", torch.from_numpy(units.view(np.int64).copy()))
        self.embedding = nn.EmbeddingBag.from_pretrained(weights, freeze=False, mode="mean")

    def preprocess(  # type: ignore[override]
        self,
        inputs: Sequence[str],
        prompt: str | None = None,
        **_options: Any,  # noqa: ANN401
    ) -> dict[str, Tensor]:
        """Lay out the units of texts.

        Args:
            inputs: n_texts texts.
            prompt: What is put before each.
            **_options: Not used.

        Returns:
            `input_ids`, int64 (n_found,), places in the vocabulary, and `offsets`, int64
            (n_texts,), where those of each text begin.
        """
        hashes, offsets = text_units([f"{prompt or ''}{text}" for text in inputs], self.language)
        ids, starts = _in_vocabulary(hashes, offsets, self._units)
        return {"input_ids": torch.from_numpy(ids), "offsets": torch.from_numpy(starts)}

    def forward(self, features: dict[str, Tensor], **_options: Any) -> dict[str, Tensor]:  # noqa: ANN401
        """Add `sentence_embedding`, float32 (n_texts, dim), to the features."""
        ids, offsets = features["input_ids"], features["offsets"]
        features["sentence_embedding"] = self.embedding(ids, offsets)
        return features

    @property
    def max_seq_length(self) -> None:
        """No limit."""
        return

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return int(self.embedding.embedding_dim)

    def get_config_dict(self) -> dict[str, Any]:
        """The content of `config.json`."""
        return {"language": self.language, "shortest": SHORTEST, "longest": LONGEST}

    def save(self, output_path: str, *_arguments: Any, **_options: Any) -> None:  # noqa: ANN401
        """Write `model.safetensors` and `config.json` into a folder."""
        state = {"units": self.units, "vectors": self.embedding.weight.detach().contiguous()}
        save_file(state, str(Path(output_path) / "model.safetensors"))
        self.save_config(output_path)

    @classmethod
    def load(  # type: ignore[override]
        cls,
        model_name_or_path: str,
        **_options: Any,  # noqa: ANN401
    ) -> Self:
        """Read what `save` wrote."""
        folder = Path(model_name_or_path)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        state = load_file(folder / "model.safetensors")
        units = state["units"].numpy().view(np.uint64)
        return cls(units, state["vectors"], config["language"])


def new_subword_model(
    units: Hashes, dim: int, language: str, seed: int, device: str
) -> "SentenceTransformer":
    """An untrained encoder.

    Args:
        units: uint64 (n_units,), the vocabulary, rising.
        dim: Length of a vector.
        language: Language code.
        seed: Seed of the first vectors.
        device: A torch device.

    Returns:
        The model, its vectors random, of length about 1.
    """
    from sentence_transformers import SentenceTransformer

    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(len(units), dim, generator=generator) / dim**0.5
    return SentenceTransformer(modules=[SubwordEmbedding(units, weights, language)], device=device)


def is_subword_model(folder: Path) -> bool:
    """Whether a folder holds an encoder of this kind."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(modules) and modules[0].get("type") == _TYPE


def load_subword_model(folder: Path, device: str) -> "SentenceTransformer":
    """Read a trained encoder.

    Args:
        folder: Where it is.
        device: A torch device.

    Returns:
        The model.
    """
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(modules=[SubwordEmbedding.load(str(folder))], device=device)


def common_units(texts: Iterable[str], language: str, n_units: int, least: int = 2) -> Hashes:
    """The vocabulary of texts: their most frequent units.

    Args:
        texts: Any texts.
        language: Language code.
        n_units: At most so many.
        least: How often a unit must occur.

    Returns:
        uint64 (at most n_units,), rising; ties are broken by hash.
    """
    everything = list(texts)
    counted = [(np.empty(0, np.uint64), np.empty(0, np.int64))]
    for start in range(0, len(everything), CHUNK):
        found, _ = text_units(everything[start : start + CHUNK], language)
        counted.append(np.unique(found, return_counts=True))
        # sums of like size are added, so that each unit is sorted a few times, not once a chunk
        while len(counted) > 2 and len(counted[-2][0]) < 2 * len(counted[-1][0]):
            counted.append(_added(counted.pop(), counted.pop()))
    units, counts = reduce(_added, reversed(counted))
    units, counts = units[counts >= least], counts[counts >= least]
    kept = np.lexsort([units, -counts])[:n_units]
    return np.sort(units[kept])


def _added(
    one: tuple[Hashes, npt.NDArray[np.int64]], other: tuple[Hashes, npt.NDArray[np.int64]]
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The sum of two counts of units."""
    units, place = np.unique(np.concatenate([one[0], other[0]]), return_inverse=True)
    counts = np.bincount(place, np.concatenate([one[1], other[1]]), len(units))
    return units, counts.astype(np.int64)


def text_units(texts: Sequence[str], language: str) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """All units of texts.

    Args:
        texts: n_texts texts.
        language: Language code.

    Returns:
        uint64 (n_found,), hashes, text after text; int64 (n_texts + 1,), where each text begins.
    """
    small = [small_letters(text, language) for text in texts]
    ends = np.cumsum([0, *(len(text) for text in small)])
    codes = np.frombuffer("".join(small).encode("utf-32-le", "replace"), "<u4")
    return _hash_units(codes, ends, _word_characters())


@cache
def _word_characters() -> npt.NDArray[np.bool_]:
    """Which code points make words: letters, marks and digits."""
    return np.array([unicodedata.category(chr(code))[0] in "LMN" for code in range(_LETTERS)])


@kernel
def _hash_units(
    codes: npt.NDArray[np.uint32],
    ends: npt.NDArray[np.int64],
    in_word: npt.NDArray[np.bool_],
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Hash the words of each text and their n-grams, in the order in which they begin."""
    # a word of n characters has at most n + 2 n-grams of each length, and itself
    out = np.empty(3 * (LONGEST - SHORTEST + 2) * len(codes), np.uint64)
    starts = np.empty(len(ends), np.int64)
    marked = np.empty(len(codes) + 2, np.uint32)
    found = 0
    for text in range(len(ends) - 1):
        starts[text] = found
        length = 0
        for place in range(ends[text], ends[text + 1] + 1):
            inside = place < ends[text + 1] and codes[place] < len(in_word)
            if inside and in_word[codes[place]]:
                length += 1
                marked[length] = codes[place]
            elif length:
                marked[0], marked[length + 1] = 60, 62
                found = _hash_word(marked, length + 2, out, found)
                length = 0
    starts[-1] = found
    return out[:found], starts


@kernel
def _hash_word(marked: npt.NDArray[np.uint32], length: int, out: Hashes, found: int) -> int:
    """Append the hash of a marked word and those of its n-grams; the new number of hashes."""
    prime = np.uint64(1_099_511_628_211)
    for start in range(length):
        value = np.uint64(14_695_981_039_346_656_037)
        for end in range(start, length):
            value = (value ^ np.uint64(marked[end])) * prime
            n = end - start + 1
            whole = start == 0 and n == length
            if whole or (SHORTEST <= n <= LONGEST and n < length):
                out[found] = value
                found += 1
            if n >= LONGEST and start > 0:
                break
    return found


@kernel
def _in_vocabulary(
    hashes: Hashes, offsets: npt.NDArray[np.int64], units: Hashes
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of hashes in the vocabulary, those it lacks left out, and where each text begins."""
    ids = np.empty(len(hashes), np.int64)
    starts = np.empty(len(offsets) - 1, np.int64)
    found = 0
    for text in range(len(starts)):
        starts[text] = found
        for place in range(offsets[text], offsets[text + 1]):
            unit = np.searchsorted(units, hashes[place])
            if unit < len(units) and units[unit] == hashes[place]:
                ids[found] = unit
                found += 1
    return ids[:found], starts
