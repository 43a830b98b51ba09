"""The figure of the blind spot, worked by hand."""

import numpy as np
import polars as pl
import pytest

from pipeline.report.blind_spot import _separation, build
from pipeline.report.blocks import Figures
from pipeline.report.run_data import RunData
from pipeline.schemas import PAIRS
from tests.report.finished_run import TERMS


def cosines(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_the_chance_that_a_synonym_is_nearer() -> None:
    # pairs: .9>.8, .9>.2, .5<.8, .5>.2: three of four
    assert _separation({"synonym": cosines(0.9, 0.5), "antonym": cosines(0.8, 0.2)}) == 0.75
    assert _separation({"synonym": cosines(0.5), "antonym": cosines(0.5)}) == 0.5


def test_only_pairs_of_held_out_terms_count(run: RunData) -> None:
    vectors = np.zeros((len(TERMS), 8), dtype=np.float16)
    vectors[:, 0] = 1  # every cosine 1, but the synonyms held out for test
    vectors[TERMS.index("large")] = vectors[TERMS.index("vast")] = 0
    np.save(run.workspace.path("embed", "vectors.npy"), vectors)
    figures = next(block for block in build(run).blocks if isinstance(block, Figures)).items
    assert [figure.value for figure in figures] == ["0.0 %", "100.0 %"]
    assert "2 synonym, 2 antonym pairs" in figures[0].basis


@pytest.mark.parametrize(("split", "measured"), [("train", True), ("test", False)])
def test_without_test_pairs_all_are_taken(run: RunData, split: str, measured: bool) -> None:
    pairs = run.workspace.read(PAIRS)
    kept = pairs.filter(pl.col("split") == split, pl.col("relation") != "co_hyponym")
    run.workspace.write(PAIRS, kept)
    assert ("those that the encoder was adapted on included" in str(build(run).blocks)) == measured
