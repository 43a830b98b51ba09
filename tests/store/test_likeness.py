"""Likeness: nearest senses, judgements and what a dictionary says, by hand; odd words."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.store import ClusterStore
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.likeness import likenesses, parts_of
from nymgraph.pipeline.store.run_data import RunData
from tests.store.small_export import senses_frame, small_frames, write_export

# what the stand-in encoder knows; all else lies at right angles to these
VECTORS = {
    "hot": (1, 0, 0),
    "spicy": (0, 1, 0),
    "cold": (1, 0, 0),
    "of high temperature": (1, 0, 0),
    "pungent": (0, 1, 0),
    "of low temperature": (1, 0, 0),
}
SENSES = [
    ("hot", 1, 0.9, 0.0, "order", "adjective", "of high temperature", [], ["cold"], ["warm"]),
    ("hot", 2, 0.1, 0.0, "order", "adjective", "pungent; as chili is", ["spicy"], [], []),
    ("spicy", 1, 1.0, 0.0, "order", "adjective", "pungent", ["hot"], [], []),
    ("cold", 1, 1.0, 0.0, "order", "adjective", "of low temperature", [], ["hot"], []),
]


class StandIn:
    """An encoder of a few texts."""

    dim = 3

    def encode(self, texts: list[str]) -> np.ndarray[Any, Any]:
        return np.array([VECTORS.get(text, (0, 0, 1)) for text in texts], np.float16)


@pytest.fixture
def export(tmp_path: Path) -> ExportFolder:
    frames = small_frames()
    terms = frames[schemas.EXPORTED_TERMS]["term"].to_list()
    ids = {term: row for row, term in enumerate(terms)}
    senses = senses_frame(ids, [(*row, None) for row in SENSES])
    return ExportFolder(
        write_export(tmp_path / "export", frames | {schemas.EXPORTED_SENSES: senses})
    )


@pytest.fixture
def run(export: ExportFolder, tmp_path: Path) -> RunData:
    found = RunData(export, tmp_path)

    def probabilities(a: list[str], b: list[str], *, dictionary: bool) -> np.ndarray[Any, Any]:
        assert dictionary
        return np.array([(0.5, 0.25, 0.25)] * len(a), np.float32)

    model = SimpleNamespace(encoder=StandIn(), probabilities=probabilities)
    found.__dict__["model"] = cast("Any", model)
    return found


def test_the_nearest_senses_count_and_a_rare_one_less(export: ExportFolder, run: RunData) -> None:
    pairs = [("hot", "cold"), ("hot", "spicy"), ("spicy", "cold")]
    senses, judged, said = parts_of(export, run, pairs).T
    assert senses[0] == pytest.approx(1 + 0.05 * np.log(0.9 + 1e-3))
    # (1, 1, 0) beside (0, 1, 0): the second sense of hot, seldom used, is nearest
    seldom = 0.05 * np.log(0.1 + 1e-3)
    assert senses[1] == pytest.approx(np.sqrt(0.5) + seldom, abs=1e-3)
    assert senses[2] == pytest.approx(0, abs=1e-3)
    assert judged.tolist() == [0.25] * 3
    assert said.tolist() == pytest.approx([-np.sqrt(0.9), np.sqrt(0.1), 0])


def test_it_is_a_share_in_the_order_asked_and_either_way_round(
    export: ExportFolder, run: RunData
) -> None:
    pairs = [("hot", "cold"), ("cold", "hot"), ("hot", "hot"), ("HOT", "spicy")]
    told = likenesses(export, run, pairs)
    assert told.columns == ["term_a", "term_b", "likeness"]
    assert told.select("term_a", "term_b").rows() == pairs
    opposite, turned, same, alike = told["likeness"].to_list()
    assert opposite == turned
    assert 0 <= opposite < alike < same == 1


def test_a_word_that_is_no_term_has_its_vector_alone(export: ExportFolder, run: RunData) -> None:
    senses, _, said = parts_of(export, run, [("unheard of", "nor this"), ("unheard of", "hot")]).T
    assert senses.tolist() == pytest.approx([1, 0.05 * np.log(0.9)], abs=0.01)
    assert said.tolist() == [0, 0]


def test_no_pairs_ask_for_no_run(tmp_path: Path, folder: Path) -> None:
    assert ClusterStore(folder, data=tmp_path / "none").likenesses([]).height == 0


def test_it_needs_the_run(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ArtefactError):
        ClusterStore(folder, data=tmp_path / "none").likeness("hot", "cold")
