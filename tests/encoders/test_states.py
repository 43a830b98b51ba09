from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.encoders import adaptation, states
from nymgraph.pipeline.encoders.adaptation import adapt_encoder, draw_triples
from nymgraph.pipeline.encoders.states import kept_below
from tests.encoders.tiny_encoder import tiny_encoder, tiny_settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = ["hot", "a", "very hot indeed and not cold", "cold water", "chilly", "of", "big dog"]
SETTINGS = tiny_settings(layers=1)


def vectors(model: "SentenceTransformer") -> torch.Tensor:
    features = {**model.preprocess(TEXTS)}
    with torch.inference_mode():
        embedding: torch.Tensor = model.eval()(features)["sentence_embedding"]
        return embedding


def spoil(model: "SentenceTransformer") -> None:
    """Make the lowest layer useless."""
    for parameter in model[0].model.encoder.layer[0].parameters():
        parameter.data.fill_(torch.nan)


@pytest.mark.parametrize("bfloat16", [False, True])
def test_the_layers_below_compute_nothing(tmp_path: Path, *, bfloat16: bool) -> None:
    model = tiny_encoder(tmp_path)
    whole = vectors(model)
    with kept_below(model, 1, [*TEXTS, *TEXTS], tmp_path, bfloat16) as skipped:
        assert skipped
        spoil(model)
        near = 2e-2 if bfloat16 else 1e-5
        torch.testing.assert_close(vectors(model), whole, rtol=near, atol=near)
    assert vectors(model).isnan().all()  # they compute again


def test_a_text_that_is_not_kept_is_computed(tmp_path: Path) -> None:
    model = tiny_encoder(tmp_path)
    whole = vectors(model)
    with kept_below(model, 1, TEXTS[:3], tmp_path, False) as skipped:
        assert skipped
        torch.testing.assert_close(vectors(model), whole, rtol=1e-5, atol=1e-5)


def test_whole_states_are_found_again(tmp_path: Path) -> None:
    model = tiny_encoder(tmp_path)
    whole = vectors(model)
    with kept_below(model, 1, TEXTS, tmp_path, False):
        pass
    spoil(model)
    with kept_below(model, 1, TEXTS, tmp_path, False) as skipped:
        assert not skipped  # what is kept is not what this model gives
    model = tiny_encoder(tmp_path)
    (tmp_path / "states").write_bytes(b"")  # killed before they were
    (tmp_path / "states.whole").unlink()
    with kept_below(model, 1, TEXTS, tmp_path, False):
        torch.testing.assert_close(vectors(model), whole, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("layers", [None, 2, 5])
def test_nothing_is_skipped_where_all_layers_learn(tmp_path: Path, layers: int | None) -> None:
    with kept_below(tiny_encoder(tmp_path), layers, TEXTS, tmp_path, False) as some:
        assert not some


def test_a_model_that_cannot_be_taken_apart_is_left_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "ALIKE", 2.0)
    model = tiny_encoder(tmp_path)
    whole = vectors(model)
    with kept_below(model, 1, TEXTS, tmp_path, False) as skipped:
        assert not skipped
        assert torch.equal(vectors(model), whole)


@contextmanager
def nothing_kept(*_given: object) -> Iterator[bool]:
    yield False


def trained(folder: Path) -> dict[str, torch.Tensor]:
    model = tiny_encoder(folder)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    a = np.array([0, 2, 4])
    triples = draw_triples(LabelledPairs.of(a, a + 1, np.zeros(3, np.int64)), 48, 0.0, 0)
    adapt_encoder(model, TEXTS, triples, SETTINGS, folder / "work", lambda _: None)
    return {name: value.clone() for name, value in model.state_dict().items()}


def test_training_is_that_of_the_whole_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = trained(tmp_path / "kept")
    monkeypatch.setattr(adaptation, "kept_below", nothing_kept)
    whole = trained(tmp_path / "whole")
    for name, value in whole.items():
        torch.testing.assert_close(kept[name], value, rtol=1e-3, atol=1e-5)
