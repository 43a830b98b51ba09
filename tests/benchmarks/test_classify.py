"""The pairs drawn for the stage classify, and what is concluded from its runs."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks import classify
from benchmarks.classify import draw_candidates, outlook
from nymgraph.pipeline.schemas import CANDIDATES, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace


def test_drawn_pairs_are_candidates_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify, "PART_PAIRS", 300)
    workspace = Workspace(tmp_path)
    names = ["a", "b", "c", "d", "e"]
    rows = {"term_id": range(5), "term": names, "key": names, "sources": [["x"]] * 5}
    frame = pl.DataFrame(rows).with_columns(
        language=pl.lit("en"), frequency=pl.lit(None, pl.Float64)
    )
    workspace.write(TERMS, frame)
    draw_candidates(tmp_path, 700)
    parts = list(workspace.parts(CANDIDATES))
    assert [part.height for part in parts] == [300, 300, 100]
    a, b = (np.concatenate([part[end].to_numpy() for part in parts]) for end in ("a", "b"))
    assert (a < b).all()
    assert set(a) | set(b) == set(range(5))


def test_the_outlook_by_hand() -> None:
    # 10 s for each million and 2 s to start; 520 million on two cores: 5,202 / 2 / 3600 h
    runs = [
        {
            "pairs": n,
            "processor_seconds": 2 + 1e-5 * n,
            "seconds": 1 + 5e-6 * n,
            "peak_memory_mb": 900,
        }
        for n in (5_000_000, 50_000_000)
    ]
    text = outlook(runs)
    assert "10.00 for each more million" in text
    assert "0.72 h at 2.0 cores" in text
    assert "memory 1.00 times" in text
