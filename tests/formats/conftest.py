from pathlib import Path

import pytest

from nymgraph.pipeline.lookup.export import Export, open_export
from tests.store.small_export import small_frames, write_export


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """The small export made by hand, with the sources that its terms name."""
    folder = write_export(tmp_path / "export", small_frames(), 2, sources=["test"])
    return open_export(folder)
