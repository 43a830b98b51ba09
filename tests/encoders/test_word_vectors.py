import struct
from pathlib import Path

import numpy as np
import pytest

from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    load_encoder,
    load_model,
    locate_model,
)
from nymgraph.pipeline.encoders.word_vectors import (
    SubwordSettings,
    WordVectorEncoder,
    ngram_buckets,
    open_word_vectors,
)
from nymgraph.pipeline.errors import InputError, ParameterError

WORDS = {"ev": [3.0, 4.0], "kitap": [0.0, 2.0], "yeni gün": [1.0, 0.0]}
BUCKETS = 7


def text_file(path: Path) -> Path:
    lines = [f"{word} {' '.join(map(str, vector))}" for word, vector in WORDS.items()]
    path.write_text("\n".join([f"{len(WORDS)} 2", *lines]) + "\n", "utf-8")
    return path


def binary_file(path: Path) -> Path:
    single = {word: vector for word, vector in WORDS.items() if " " not in word}
    parts = [word.encode() + b" " + struct.pack("<2f", *v) + b"\n" for word, v in single.items()]
    path.write_bytes(f"{len(single)} 2\n".encode() + b"".join(parts))
    return path


def fast_text_file(path: Path, matrix: np.ndarray, quantised: bool = False) -> Path:
    """A model of two words, laid out as fastText's Dictionary::save and DenseMatrix::save do."""
    head = struct.pack("<i13id", 793_712_314, 12, 2, 5, 5, 1, 5, 1, 2, 2, BUCKETS, 3, 4, 100, 1e-4)
    words = b"".join(word + b"\0" + struct.pack("<qb", 9, 0) for word in (b"ev", b"kitap"))
    shape = struct.pack("<?2q", quantised, *matrix.shape)
    counts = struct.pack("<3i2q", 2, 2, 0, 18, -1)
    path.write_bytes(head + counts + words + shape + matrix.astype("<f4").tobytes())
    return path


@pytest.mark.parametrize("write", [text_file, binary_file])
def test_words_are_found_in_every_format(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    words = open_word_vectors(write(tmp_path / "words.vec"))
    assert words.dim == 2
    assert words.vector("ev").tolist() == [3, 4]  # type: ignore[union-attr]
    assert words.vector("kitap").tolist() == [0, 2]  # type: ignore[union-attr]
    assert words.vector("yok") is None


def test_the_buckets_are_those_of_fasttext() -> None:
    """What get_subwords of fastText 0.9 gives for a model with these settings."""
    settings = SubwordSettings(dim=8, buckets=500, shortest=1, longest=4)
    kitap = [60, 175, 153, 410, 17, 147, 194, 172, 160, 327]
    kitap += [193, 267, 18, 218, 8, 220, 112, 422, 243, 227]
    assert ngram_buckets("kitap", settings) == kitap
    assert ngram_buckets("ığ日", settings) == [
        412,
        385,
        97,
        274,
        491,
        219,
        463,
        156,
        222,
        128,
        249,
        201,
    ]


def test_an_unknown_word_is_the_mean_of_its_ngrams(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(2 + BUCKETS, 2)).astype(np.float32)
    words = open_word_vectors(fast_text_file(tmp_path / "model.bin", matrix))
    rows = [2 + gram for gram in ngram_buckets("evde", SubwordSettings(2, BUCKETS, 3, 4))]
    np.testing.assert_allclose(words.vector("evde"), matrix[rows].mean(axis=0), rtol=1e-6)
    known = [0, *(2 + gram for gram in ngram_buckets("ev", SubwordSettings(2, BUCKETS, 3, 4)))]
    np.testing.assert_allclose(words.vector("ev"), matrix[known].mean(axis=0), rtol=1e-6)


def test_a_term_is_the_mean_of_its_words(tmp_path: Path) -> None:
    encoder = WordVectorEncoder(text_file(tmp_path / "words.vec"))
    vectors = encoder.encode(["ev", "Ev-kitap", "yok", "ev yok"])
    both = np.array([0.6, 0.8 + 1.0])  # (3, 4) / 5 + (0, 2) / 2
    np.testing.assert_allclose(vectors[0], [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(vectors[1], both / np.linalg.norm(both), rtol=1e-6)
    assert not vectors[2].any()
    np.testing.assert_array_equal(vectors[3], vectors[0])


@pytest.mark.parametrize("content", [b"", b"no vectors\n", b"5 2\nev " + b"\xff" * 8])
def test_what_is_no_word_vectors(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "words.bin"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no word vectors") as caught:
        open_word_vectors(path)
    assert "adapt.encoder" in caught.value.cure


def test_a_quantised_model_is_refused(tmp_path: Path) -> None:
    path = fast_text_file(tmp_path / "model.bin", np.zeros((9, 2)), quantised=True)
    with pytest.raises(InputError, match="no word vectors"):
        open_word_vectors(path)


def test_a_file_is_an_encoder_that_cannot_be_trained(tmp_path: Path) -> None:
    location = locate_model(str(text_file(tmp_path / "words.vec")), None)
    encoder = load_encoder(location, EncodeSettings("cpu", "float32", "tr"))
    assert encoder.encode(["ev"]).shape == (1, 2)
    with pytest.raises(ParameterError, match="cannot be trained") as caught:
        load_model(location, "cpu")
    assert caught.value.cure == "set adapt.method to none"
