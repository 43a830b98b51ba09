from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.lookup.export import Export, open_export
from nymgraph.pipeline.schemas import EXPORTED_MEMBERSHIPS, EXPORTED_TERMS
from tests.store.small_export import small_frames, write_export


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """The small export made by hand, with the sources that its terms name."""
    folder = write_export(tmp_path / "export", small_frames(), 2, sources=["test"])
    return open_export(folder)


@pytest.fixture
def with_senses(tmp_path: Path) -> Export:
    """The same; hot mostly means spicy, lonely sometimes sad, Polish mostly polish."""
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[EXPORTED_TERMS]["term"])}
    shares = [
        ("hot", 4, 1.0, 0.2),
        ("hot", 8, 0.5, 0.7),
        ("hot", 3, 0.0, 0.1),
        ("warm", 4, 1.0, None),
        ("warm", 8, 0.4, None),
        ("lonely", -2, 0.0, 0.3),
        ("Polish", 5, 0.0, 0.9),
        ("cold", 6, 0.0, 0.4),
    ]
    rows = sorted((ids[term], *rest) for term, *rest in shares)
    table = EXPORTED_MEMBERSHIPS
    frames[table] = pl.DataFrame(rows, schema=table.schema, orient="row")
    return open_export(write_export(tmp_path / "senses", frames, 2, sources=["test"]))
