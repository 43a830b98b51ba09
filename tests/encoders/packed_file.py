"""Writes packed encoders, as the format in `pipeline/encoders/packed.py` says."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 2, 64, 16
PIECES = [
    ("<s>", 0.0),
    ("<pad>", 0.0),
    ("</s>", 0.0),
    ("<unk>", 0.0),
    ("\u2581", -2.0),
    *((letter, -3.0) for letter in "acekıqrsuy:"),
    ("\u2581sıcak", -1.0),
    ("sıcak", -4.0),
    ("\u2581query", -1.5),
]
REPLACED = {"\u200b": " ", "\x07": "", "\ufb01": "fi"}
LAYER = {
    "q": (WIDTH, WIDTH),
    "k": (WIDTH, WIDTH),
    "v": (WIDTH, WIDTH),
    "ao": (WIDTH, WIDTH),
    "fi": (INNER, WIDTH),
    "fo": (WIDTH, INNER),
}


def pack_q4(weights: Floats) -> bytes:
    """Q4_0 blocks of weights that are small whole multiples of 1/64, one after the other."""
    out = b""
    for block in weights.reshape(-1, 32):
        halves = [round(float(w) * 64) + 8 for w in block]
        assert all(0 <= half <= 15 for half in halves)
        packed = bytes(halves[j] | halves[j + 16] << 4 for j in range(16))
        out += np.float16(1 / 64).tobytes() + packed
    return out


def tensors(seed: int) -> dict[str, tuple[int, Floats]]:
    """Kind and content of each tensor; those of kind 1 hold what Q4_0 can."""
    random = np.random.default_rng(seed)

    def coarse(*shape: int) -> tuple[int, Floats]:
        return 1, (random.integers(-8, 8, shape) / 64).astype(np.float32)

    def fine(*shape: int) -> tuple[int, Floats]:
        return 0, random.normal(1, 0.1, shape).astype(np.float32)

    found = {
        "emb.word": coarse(len(PIECES) + 2, WIDTH),
        "emb.pos": fine(POSITIONS, WIDTH),
        "emb.type": fine(2, WIDTH),
        "emb.ln.w": fine(WIDTH),
        "emb.ln.b": fine(WIDTH),
    }
    for layer in range(LAYERS):
        for name, shape in LAYER.items():
            found[f"l{layer}.{name}.w"] = coarse(*shape)
            found[f"l{layer}.{name}.b"] = fine(shape[0])
        for name in ("aln", "oln"):
            found[f"l{layer}.{name}.w"], found[f"l{layer}.{name}.b"] = fine(WIDTH), fine(WIDTH)
    return found


def packed_file(path: Path, seed: int = 0, version: int = 1) -> dict[str, tuple[int, Floats]]:
    """Write a packed encoder with random weights; its tensors."""
    held = tensors(seed)
    sizes = (WIDTH, LAYERS, HEADS, INNER, len(PIECES) + 2, POSITIONS, 2)
    out = b"E5S1" + struct.pack("<I7ifi", version, *sizes, 1e-12, 32)
    texts = [piece.encode() for piece, _ in PIECES]
    places = np.cumsum([0, *map(len, texts)]).astype("<u4")
    out += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    out += places.tobytes() + np.array([score for _, score in PIECES], "<f4").tobytes()
    out += b"".join(texts)
    rows = [
        struct.pack(f"<IB{len(by)}I", ord(letter), len(by), *map(ord, by))
        for letter, by in REPLACED.items()
    ]
    out += struct.pack("<2I", len(rows), sum(map(len, rows))) + b"".join(rows)
    contents = {
        name: pack_q4(content) if kind else content.astype("<f4").tobytes()
        for name, (kind, content) in held.items()
    }
    start = len(out) + 4 + sum(2 + len(name) + 21 for name in held)
    out += struct.pack("<i", len(held))
    for name, (kind, content) in held.items():
        out += struct.pack("<H", len(name)) + name.encode()
        out += struct.pack("<BIQQ", kind, content.size, start, len(contents[name]))
        start += len(contents[name])
    path.write_bytes(out + b"".join(contents.values()))
    return held
