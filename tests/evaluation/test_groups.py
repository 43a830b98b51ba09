import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.discriminator import classification_metrics
from nymgraph.pipeline.evaluation.groups import figures_by, frequency_bands

# truth 0 0 1 1 2, judged 0 1 1 0 2
RELATION = np.array([0, 0, 1, 1, 2], dtype=np.int8)
JUDGED = np.eye(3, dtype=np.float32)[[0, 1, 1, 0, 2]]


def test_groups_by_hand() -> None:
    groups = pl.Series(["noun", "adjective", "noun", "adjective", None])
    figures = figures_by(groups, JUDGED, RELATION)
    assert list(figures) == ["adjective", "noun"]  # the pair of no group is passed over
    assert figures["noun"] == {
        "pairs": 2,
        "macro_f1": 1.0,  # the mean over synonym and antonym: no co-hyponym occurs
        "f1": {"synonym": 1.0, "antonym": 1.0},
        "support": {"synonym": 1, "antonym": 1},
    }
    assert figures["adjective"]["macro_f1"] == 0.0


def test_one_group_of_all_is_the_whole() -> None:
    whole = classification_metrics(JUDGED, RELATION)
    figures = figures_by(pl.Series(["all"] * 5), JUDGED, RELATION)["all"]
    assert figures["macro_f1"] == pytest.approx(whole.macro_f1)
    assert tuple(figures["f1"].values()) == pytest.approx(whole.f1)


def test_no_groups() -> None:
    assert figures_by(pl.Series([None] * 5, dtype=pl.String), JUDGED, RELATION) == {}
    assert figures_by(pl.Series([], dtype=pl.String), JUDGED[:0], RELATION[:0]) == {}


def test_bands_by_hand() -> None:
    bands, limits = frequency_bands(np.array([8.0, 1, 2, 3, np.nan, 4, 5, 6, 7]))
    # quartiles of 1..8 (linear): 2.75, 4.5, 6.25
    assert bands.to_list() == [
        "band_4", "band_1", "band_1", "band_2", None, "band_2", "band_3", "band_3", "band_4",
    ]  # fmt: skip
    assert limits["band_1"] == {"from": 1.0, "to": 2.0}
    assert limits["band_4"] == {"from": 7.0, "to": 8.0}


@pytest.mark.parametrize("frequency", [[], [np.nan, np.nan], [3.0], [3.0, 3.0, 3.0]])
def test_bands_of_little(frequency: list[float]) -> None:
    bands, limits = frequency_bands(np.array(frequency))
    known = [f for f in frequency if f == f]
    assert bands.drop_nulls().to_list() == ["band_1"] * len(known)
    assert limits == ({"band_1": {"from": 3.0, "to": 3.0}} if known else {})


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_a_rarer_pair_is_never_in_a_higher_band(frequency: list[float]) -> None:
    bands, limits = frequency_bands(np.array(frequency))
    in_order = [name for _, name in sorted(zip(frequency, bands, strict=True))]
    assert in_order == sorted(in_order)
    assert bands.n_unique() == len(limits)
