from pathlib import Path

import numpy as np
import pytest

from nymgraph.discriminator import N_NEIGHBOURS, SYNONYM, LabelledPairs
from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.classifier import features
from nymgraph.pipeline.classifier.features import read_neighbourhoods, write_neighbours
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.indexes.neighbours import NEIGHBOUR

NONE = LabelledPairs.of(np.empty(0, np.int64), np.empty(0, np.int64), SYNONYM)


@pytest.mark.parametrize("k", [3, N_NEIGHBOURS + 5])
def test_the_nearest_neighbours_come_back(
    k: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "_ROWS_AT_ONCE", 3)
    random = np.random.default_rng(0)
    lists = np.zeros((8, k), NEIGHBOUR)
    lists["id"], lists["cosine"] = random.integers(-1, 8, (8, k)), random.random((8, k))
    write_neighbours(Workspace(tmp_path), lists)
    hoods = read_neighbourhoods(Workspace(tmp_path), NONE)
    kept = min(k, N_NEIGHBOURS)
    np.testing.assert_array_equal(hoods.near, lists["id"][:, :kept])
    np.testing.assert_array_equal(hoods.cosine, lists["cosine"][:, :kept])
    assert hoods.term.tolist() == list(range(8))


def test_neighbours_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="neighbours"):
        read_neighbourhoods(Workspace(tmp_path), NONE)
