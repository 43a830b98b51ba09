from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from nymgraph.discriminator import (
    Blend,
    Calibration,
    HeadClassifier,
    TrainedHead,
    load_cross_encoder,
    load_head,
    new_cross_encoder,
    save_cross_encoder,
    save_head,
)
from tests.discriminator.made_pairs import SETTINGS, TrainingSet, train_on
from tests.discriminator.tiny_bert import write_tiny_bert

NOTES = {"encoder": "abc", "b": "2", "a": "1"}


@pytest.fixture
def path(tmp_path: Path, trained: TrainedHead) -> Path:
    save_head(tmp_path / "head.safetensors", trained, NOTES)
    return tmp_path / "head.safetensors"


def test_reads_what_was_written(path: Path, trained: TrainedHead, examples: TrainingSet) -> None:
    loaded, notes = load_head(path)
    assert notes == NOTES
    assert replace(loaded, head=trained.head) == trained
    before, after = (
        HeadClassifier.over(t.head, t.candidates, examples.features).judge(
            examples.validation.a, examples.validation.b
        )
        for t in (trained, loaded)
    )
    np.testing.assert_array_equal(before, after)


def test_the_same_training_gives_the_same_bytes(tmp_path: Path, examples: TrainingSet) -> None:
    short = replace(SETTINGS, epochs=1)
    contents = []
    for name in ("first", "second"):
        save_head(tmp_path / name, train_on(examples, examples.train, short), NOTES)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]


def test_leaves_nothing_but_the_file(path: Path, trained: TrainedHead) -> None:
    save_head(path, trained, NOTES)
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_file(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match="run the train stage again"):
        load_head(path)


@pytest.mark.parametrize(
    "header", [{}, {"nymgraph": "{}"}, {"nymgraph": "no json"}, {"nymgraph": '{"format": "old"}'}]
)
def test_a_foreign_file(path: Path, trained: TrainedHead, header: dict[str, str]) -> None:
    save_file(trained.head.state_dict(), path, header)
    with pytest.raises(ValueError, match="run the train stage again"):
        load_head(path)


def test_a_header_of_another_network(path: Path, trained: TrainedHead) -> None:
    other = replace(trained, settings=replace(trained.settings, hidden=7))
    save_head(path, other, NOTES)
    with pytest.raises(ValueError, match="damaged"):
        load_head(path)


def test_a_cross_encoder_comes_back_with_its_blends(tmp_path: Path) -> None:
    model = new_cross_encoder(str(write_tiny_bert(tmp_path / "bert")), "cpu")
    dictionary = Blend(0.25, Calibration(2.0, (0.5, -1.0, 0.0, -1e4)), 0.125)
    candidates = Blend(1.0, Calibration(), 2.0)
    folder = tmp_path / "cross_encoder"
    save_cross_encoder(folder, model, dictionary, candidates)
    loaded, *blends = load_cross_encoder(folder, "cpu")
    assert blends == [dictionary, candidates]
    assert loaded.max_seq_length == model.max_seq_length == 64
    pairs = [("hot", "cold"), ("happy", "unhappy"), ("long " * 100, "short")]
    np.testing.assert_array_equal(loaded.predict(pairs), model.predict(pairs))
    assert not list(tmp_path.glob("*.partial"))
    (folder / "blend.json").write_text('{"format": "other"}', "utf-8")
    with pytest.raises(ValueError, match="damaged folder"):
        load_cross_encoder(folder, "cpu")
    (folder / "blend.json").unlink()
    with pytest.raises(ValueError, match="damaged folder"):
        load_cross_encoder(folder, "cpu")


def test_the_labels_read_the_mean_of_the_tokens(tmp_path: Path) -> None:
    model = new_cross_encoder(str(write_tiny_bert(tmp_path / "bert")), "cpu")
    read = model.preprocess([("hot", "cold")])
    with torch.no_grad():
        mean = model[0](read)["token_embeddings"].mean(dim=1)
        torch.testing.assert_close(model(read)["scores"], model[2].linear(mean))


def test_a_cross_encoder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can be loaded"):
        new_cross_encoder(str(tmp_path), "cpu")
