"""The figure of the blind spot, worked by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.report.blind_spot import build, separation
from nymgraph.pipeline.report.blocks import Charts, Figures, Note, Table
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import PAIRS
from tests.encoders.tiny_encoder import tiny_encoder
from tests.report.finished_run import TERMS


def cosines(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_the_chance_that_a_synonym_is_nearer() -> None:
    # pairs: .9>.8, .9>.2, .5<.8, .5>.2: three of four
    assert separation({"synonym": cosines(0.9, 0.5), "antonym": cosines(0.8, 0.2)}) == 0.75
    assert separation({"synonym": cosines(0.5), "antonym": cosines(0.5)}) == 0.5


def test_only_pairs_of_held_out_terms_count(run: RunData) -> None:
    vectors = np.zeros((len(TERMS), 8), dtype=np.float16)
    vectors[:, 0] = 1  # every cosine 1, but the synonyms held out for test
    vectors[TERMS.index("large")] = vectors[TERMS.index("vast")] = 0
    np.save(run.workspace.path("embed", "vectors.npy"), vectors)
    run.workspace.finish("embed")
    figures = next(block for block in build(run).blocks if isinstance(block, Figures)).items
    assert [figure.value for figure in figures] == ["0.0 %", "100.0 %"]
    assert "2 synonym, 2 antonym pairs" in figures[0].basis


@pytest.mark.parametrize(("split", "measured"), [("train", True), ("test", False)])
def test_without_test_pairs_all_are_taken(run: RunData, split: str, measured: bool) -> None:
    pairs = run.workspace.read(PAIRS)
    kept = pairs.filter(pl.col("split") == split, pl.col("relation") != "co_hyponym")
    run.workspace.write(PAIRS, kept)
    assert ("those that the encoder was adapted on included" in str(build(run).blocks)) == measured


def adapted_from(run: RunData, base: Path) -> list[Any]:
    manifest = {"method": "light", "base": str(base), "base_revision": None}
    run.workspace.write_json("adapt", "manifest.json", {**manifest, "trust_remote_code": False})
    return list(build(run).blocks)


def test_before_adapt_the_same_pairs_are_encoded_again(run: RunData, tmp_path: Path) -> None:
    encoder = tiny_encoder(tmp_path)
    blocks = adapted_from(run, tmp_path / "encoder")
    table = next(block for block in blocks if isinstance(block, Table))
    shown = {row[1]: row[2:] for row in table.rows if row[0] == "as it came"}
    a, b = encoder.encode(["big", "cold"], normalize_embeddings=True)
    assert shown["co-hyponym"][0] == 1
    assert shown["co-hyponym"][2] == pytest.approx(float(a @ b), abs=1e-5)
    charts = next(block for block in blocks if isinstance(block, Charts))
    assert [chart.title for chart in charts.items] == [
        "The encoder as it came",
        "The encoder in use",
    ]


def test_a_base_encoder_that_is_gone_is_said(run: RunData, tmp_path: Path) -> None:
    (note,) = [b for b in adapted_from(run, tmp_path / "gone") if isinstance(b, Note)]
    assert "gone' is not there" in note.text
