from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from discriminator import HeadClassifier, TrainedHead, load_head, save_head
from tests.discriminator.pair_world import SETTINGS, World, train_on

NOTES = {"encoder": "abc", "b": "2", "a": "1"}


@pytest.fixture
def path(tmp_path: Path, trained: TrainedHead) -> Path:
    save_head(tmp_path / "head.safetensors", trained, NOTES)
    return tmp_path / "head.safetensors"


def test_reads_what_was_written(path: Path, trained: TrainedHead, world: World) -> None:
    loaded, notes = load_head(path)
    assert notes == NOTES
    assert replace(loaded, head=trained.head) == trained
    before, after = (
        HeadClassifier.over(t.head, t.candidates, world.lexicon).judge(
            world.validation.a, world.validation.b
        )
        for t in (trained, loaded)
    )
    np.testing.assert_array_equal(before, after)


def test_the_same_training_gives_the_same_bytes(tmp_path: Path, world: World) -> None:
    short = replace(SETTINGS, epochs=1)
    contents = []
    for name in ("first", "second"):
        save_head(tmp_path / name, train_on(world, world.train, short), NOTES)
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
