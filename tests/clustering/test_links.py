import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.clustering.links import OPPOSITE, RELATED, Links, cluster_links, merge_links

LABELS = np.array([0, 0, 1, 1, 2, -1], np.int32)
Row = tuple[int, int, float, float, float]


def links_of(rows: list[Row], gate: float = 0.7) -> Links:
    table = np.array(rows, np.float64).reshape(-1, 5)
    ends, probabilities = table[:, :2].astype(np.uint32), table[:, 2:].astype(np.float32)
    return cluster_links(LABELS, *ends.T, *probabilities.T, gate)


def as_rows(links: Links) -> list[tuple[int, int, int, int, float]]:
    columns = (*links[:4], links.mean_probability)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_pairs_vote() -> None:
    links = links_of(
        [
            (2, 0, 0.0, 0.75, 0.25),  # 1-0: opposite
            (1, 3, 0.0, 1.0, 0.0),  # 0-1: opposite
            (1, 2, 0.0, 0.25, 0.75),  # 0-1: related
            (3, 4, 0.25, 0.0, 0.75),  # 1-2: related
            (0, 4, 0.875, 0.0, 0.125),  # a synonym pair votes nothing
            (0, 1, 0.0, 1.0, 0.0),  # within cluster 0
            (0, 5, 0.0, 1.0, 0.0),  # 5 is a singleton
            (1, 4, 0.0, 0.625, 0.375),  # under the gate
        ]
    )
    # 0-1 opposite: two votes, mean (0.75 + 1) / 2
    assert as_rows(links) == [
        (0, 1, OPPOSITE, 2, 0.875),
        (0, 1, RELATED, 1, 0.75),
        (1, 2, RELATED, 1, 0.75),
    ]
    assert [c.dtype for c in links] == [np.int32, np.int32, np.int8, np.int32, np.int64]


def test_related_must_be_larger_than_the_others_and_opposite_comes_first() -> None:
    low_gate = links_of([(0, 2, 0.5, 0.0, 0.5), (0, 4, 0.0, 0.4375, 0.5625)], gate=0.4)
    assert as_rows(low_gate) == [(0, 2, OPPOSITE, 1, 0.4375)]


def test_a_float32_at_the_gate_votes() -> None:
    assert len(links_of([(0, 2, 0.0, 0.7, 0.3)]).votes) == 1
    assert len(links_of([(0, 2, 0.0, 0.3, 0.7)]).votes) == 1


ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from([(0.0, 0.0, 1.0), (0.0, 0.75, 0.25), (0.25, 0.0, 0.75), (1.0, 0.0, 0.0)]),
    ).map(lambda row: (row[0], row[1], *row[2])),
    max_size=30,
)


@given(ROWS, st.integers(0, 30))
def test_shards_add_up_to_the_whole(rows: list[Row], cut: int) -> None:
    merged, whole = merge_links([links_of(rows[:cut]), links_of(rows[cut:])]), links_of(rows)
    assert as_rows(merged) == as_rows(whole)


@given(ROWS)
def test_parity_with_a_dict(rows: list[Row]) -> None:
    votes: dict[tuple[int, int, int], list[float]] = {}
    for a, b, synonym, antonym, co_hyponym in rows:
        ends = sorted((int(LABELS[a]), int(LABELS[b])))
        if ends[0] == -1 or ends[0] == ends[1]:
            continue
        if antonym >= 0.7:
            votes.setdefault((ends[0], ends[1], OPPOSITE), []).append(antonym)
        elif co_hyponym >= 0.7 and co_hyponym > max(synonym, antonym):
            votes.setdefault((ends[0], ends[1], RELATED), []).append(co_hyponym)
    expected = [
        (*key, len(ps), pytest.approx(sum(ps) / len(ps), abs=1e-7)) for key, ps in votes.items()
    ]
    assert as_rows(links_of(rows)) == sorted(expected, key=lambda row: row[:3])


def test_nothing_to_link() -> None:
    assert as_rows(merge_links([])) == as_rows(links_of([])) == []
    assert merge_links([]).relation.dtype == np.int8


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"a\[0\] = 6"):
        links_of([(6, 0, 0.0, 1.0, 0.0)])
    with pytest.raises(ValueError, match=r"p_antonym\[0\] = nan"):
        links_of([(0, 2, 0.0, np.nan, 0.0)])
    with pytest.raises(ValueError, match="gate 2"):
        links_of([], gate=2)
