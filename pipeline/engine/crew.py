"""Who makes which shard next: the bookkeeping of an engine with many workers, without any of them.

The work is divided into roles. A recipe that is not parted has one role, which any worker plays; a
parted one has several, each of which holds some parts, and a shard is done when every role has made
its share of it.
"""

from collections import deque
from collections.abc import Sequence

from nymgraph.pipeline.storage.shards import Rows

__all__ = ["TRIES", "ShardQueue", "dealt_parts"]

TRIES = 3
"""So often a shard is tried."""


def dealt_parts(n_parts: int, n_workers: int) -> list[range]:
    """Deal parts to as many roles as there are workers for.

    Args:
        n_parts: Number of parts.
        n_workers: Number of workers, at least 1.

    Returns:
        The parts of each role: at most n_workers roles, none empty.
    """
    n_roles = min(n_parts, n_workers)
    return [range(role, n_parts, n_roles) for role in range(n_roles)]


class ShardQueue:
    """Shards to be made by every role.

    Args:
        shards: Their numbers.
        n_roles: Number of roles.
        ahead: So many shards may be begun and not done: what came back for them is in memory.
    """

    def __init__(self, shards: Sequence[int], n_roles: int, ahead: int) -> None:
        self._todo = [deque(shards) for _ in range(n_roles)]
        self._made: dict[int, dict[int, Rows]] = {}
        self._left = len(shards)
        self._ahead = max(1, ahead)
        self._failures: dict[int, int] = {}

    @property
    def done(self) -> bool:
        """Whether every role has made its share of every shard."""
        return self._left == 0

    def next(self, role: int) -> int | None:
        """The shard that a role makes next; None if it has none, or is too far ahead."""
        todo = self._todo[role]
        if not todo or (todo[0] not in self._made and len(self._made) >= self._ahead):
            return None
        shard = todo.popleft()
        self._made.setdefault(shard, {})
        return shard

    def came(self, role: int, shard: int, rows: Rows) -> list[Rows] | None:
        """Note what a role made of a shard.

        Args:
            role: The role.
            shard: The shard.
            rows: What it made.

        Returns:
            What all roles made, in their order, if this was the last of them.
        """
        made = self._made[shard]
        made[role] = rows
        if len(made) < len(self._todo):
            return None
        self._left -= 1
        del self._made[shard]
        return [made[role] for role in sorted(made)]

    def failed(self, role: int, shard: int) -> int:
        """Note that a role could not make a shard; it is tried again next.

        Args:
            role: The role.
            shard: The shard.

        Returns:
            How often the shard has failed.
        """
        self._todo[role].appendleft(shard)
        self._failures[shard] = self._failures.get(shard, 0) + 1
        return self._failures[shard]
