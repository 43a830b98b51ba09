from pathlib import Path

import pytest

from nymgraph.pipeline.store import ClusterStore
from tests.store.small_export import small_frames, write_export


@pytest.fixture(params=[None, 2], ids=["one_group", "groups_of_two"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return write_export(tmp_path / "export", small_frames(), request.param)


@pytest.fixture
def store(folder: Path) -> ClusterStore:
    return ClusterStore(folder)
