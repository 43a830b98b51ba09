"""The published protocol of the benchmark: as large as ours, and no pair twice."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.discriminator import at_random
from nymgraph.discriminator import RELATIONS, LabelledPairs

RELATION = np.random.default_rng(0).integers(0, 3, 60)
PAIRS = pl.DataFrame({"a": np.arange(60), "b": np.arange(60) + 100}).with_columns(
    relation=pl.Series(np.array(RELATIONS)[RELATION]), confidence=pl.lit(1.0)
)
WHOLE = LabelledPairs.of(np.arange(60), np.arange(60) + 100, RELATION)


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=60, max_size=60), st.integers(0, 9))
def test_the_sizes_are_ours_and_no_pair_comes_twice(places: list[int], seed: int) -> None:
    like = tuple(WHOLE.take(np.array(places) == place) for place in range(3))
    parts = at_random(PAIRS, (like[0], like[1], like[2]), seed)
    seen = np.concatenate([part.a for part in parts])
    assert len(seen) == len(set(seen.tolist()))
    for part, ours in zip(parts, like, strict=True):
        assert (
            np.bincount(part.relation, minlength=3) == np.bincount(ours.relation, minlength=3)
        ).all()
        assert (part.relation == RELATION[part.a]).all()
        assert (part.b == part.a + 100).all()
