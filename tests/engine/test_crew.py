import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nymgraph.pipeline.engine.crew import ShardQueue, dealt_parts

ROWS = np.zeros(1)


@given(n_parts=st.integers(1, 40), n_workers=st.integers(1, 12))
def test_every_part_is_dealt_once(n_parts: int, n_workers: int) -> None:
    roles = dealt_parts(n_parts, n_workers)
    assert sorted(part for parts in roles for part in parts) == list(range(n_parts))
    assert len(roles) == min(n_parts, n_workers)
    assert max(map(len, roles)) - min(map(len, roles)) <= 1


def test_one_role_by_hand() -> None:
    queue = ShardQueue([3, 5, 8], 1, ahead=2)
    assert [queue.next(0), queue.next(0), queue.next(0)] == [3, 5, None]  # two may be begun
    assert queue.failed(0, 3) == 1
    assert queue.next(0) == 3  # what failed comes next
    assert queue.failed(0, 3) == 2
    assert queue.next(0) == 3
    assert queue.came(0, 3, ROWS) == [ROWS]
    assert queue.next(0) == 8
    assert not queue.done
    assert queue.came(0, 8, ROWS) == queue.came(0, 5, ROWS) == [ROWS]
    assert queue.done
    assert queue.next(0) is None


def test_a_shard_is_done_when_all_roles_made_their_share() -> None:
    queue = ShardQueue([0, 1], 2, ahead=1)
    first, second = np.array([1]), np.array([2])
    assert (queue.next(1), queue.next(1)) == (0, None)
    assert queue.came(1, 0, second) is None
    assert queue.next(1) is None  # too far ahead of the other role
    assert queue.next(0) == 0
    shares = queue.came(0, 0, first)
    assert shares is not None
    assert [share.tolist() for share in shares] == [[1], [2]]  # in the order of the roles
    assert queue.next(1) == 1


@pytest.mark.parametrize("seed", range(5))
def test_whatever_fails_and_in_which_order_every_shard_is_made_once(seed: int) -> None:
    chance = random.Random(seed)
    queue = ShardQueue(range(20), 3, ahead=4)
    at_work: list[tuple[int, int]] = []
    made = []
    while not queue.done:
        for role in range(3):
            shard = queue.next(role)
            if shard is not None:
                at_work.append((role, shard))
        role, shard = at_work.pop(chance.randrange(len(at_work)))
        if chance.random() < 0.3:
            queue.failed(role, shard)
        elif queue.came(role, shard, ROWS) is not None:
            made.append(shard)
        assert len({shard for _, shard in at_work}) <= 4
    assert sorted(made) == list(range(20))
