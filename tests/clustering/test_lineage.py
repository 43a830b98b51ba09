import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.clustering.lineage import EVENTS, trace

LABELS = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), max_size=30)


def rows(old: list[int], new: list[int]) -> list[tuple[int, int, int, str, bool]]:
    lineage = trace(np.array(old, np.int32), np.array(new, np.int32))
    events = [EVENTS[event] for event in lineage.event]
    columns = (lineage.old, lineage.new, lineage.shared)
    plain = [column.tolist() for column in columns]
    return list(zip(*plain, events, lineage.carried.tolist(), strict=True))


def dense(labels: list[int]) -> list[int]:
    known = sorted(set(labels) - {-1})
    return [known.index(label) if label != -1 else -1 for label in labels]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([0, 0, -1], [0, 0, -1], [(0, 0, 2, "kept", True)]),
        ([0, 0, -1], [0, 0, 0], [(0, 0, 2, "grown", True)]),
        ([0, 0, 0], [0, 0, -1], [(0, 0, 2, "shrunk", True)]),
        # the larger part keeps the id
        ([0] * 5, [0, 0, 1, 1, 1], [(0, 0, 2, "split", False), (0, 1, 3, "split", True)]),
        # the larger parent hands on its id
        ([0, 0, 1, 1, 1], [0] * 5, [(0, 0, 2, "merged", False), (1, 0, 3, "merged", True)]),
        ([-1, -1], [0, 0], [(-1, 0, 0, "new", False)]),
        ([0, 0], [-1, -1], [(0, -1, 0, "gone", False)]),
        ([], [], []),
    ],
)
def test_events(
    old: list[int], new: list[int], expected: list[tuple[int, int, int, str, bool]]
) -> None:
    assert rows(old, new) == expected


def test_a_splinter_that_joins_another_cluster() -> None:
    # old 0 = {0, 1, 2}, 1 = {3, 4}; term 2 moves over: 0 is split, 1's heir gets it
    assert rows([0, 0, 0, 1, 1], [0, 0, 1, 1, 1]) == [
        (0, 0, 2, "split", True),
        (0, 1, 1, "split", False),
        (1, 1, 2, "merged", True),
    ]


@given(LABELS)
def test_every_cluster_has_a_row_and_ids_are_carried_once(pairs: list[tuple[int, int]]) -> None:
    old, new = dense([pair[0] for pair in pairs]), dense([pair[1] for pair in pairs])
    found = rows(old, new)
    assert {row[0] for row in found} - {-1} == set(old) - {-1}
    assert {row[1] for row in found} - {-1} == set(new) - {-1}
    carried = [row for row in found if row[4]]
    assert len({row[0] for row in carried}) == len({row[1] for row in carried}) == len(carried)
    for a, b, shared, event, _ in found:
        both = [x == a and y == b for x, y in zip(old, new, strict=True)]
        assert shared == (sum(both) if -1 not in (a, b) else 0)
        members = [
            {i for i, label in enumerate(labels) if label == number}
            for labels, number in ((old, a), (new, b))
        ]
        assert (event == "kept") == (-1 not in (a, b) and members[0] == members[1])


@given(LABELS)
def test_a_run_against_itself_is_kept(pairs: list[tuple[int, int]]) -> None:
    labels = dense([pair[0] for pair in pairs])
    assert {row[3] for row in rows(labels, labels)} <= {"kept"}
