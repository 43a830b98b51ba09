"""The Ray engine: processes on one machine or several make shards; this one commits them.

Only the calling process writes: rows come back through Ray's object store, are committed as they
arrive, and the workers need no more than to read the shared folder. A worker makes one shard at a
time; when it dies, or its node does, the shard is made again by another and a new worker is asked
for. When fewer workers are left than the parts of an index were dealt to, they are dealt again.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nymgraph.pipeline.engine.crew import TRIES, ShardQueue, dealt_parts
from nymgraph.pipeline.engine.ray_worker import Worker
from nymgraph.pipeline.engine.recipe import PartedRecipe, Recipe
from nymgraph.pipeline.errors import DependencyError, NymgraphError
from nymgraph.pipeline.settings.params import EngineParams
from nymgraph.pipeline.storage.runlog import library_versions
from nymgraph.pipeline.storage.shards import Rows

__all__ = ["RayEngine", "open_ray"]

_log = logging.getLogger("nymgraph")
T = TypeVar("T")
_PATIENCE_S = 10.0  # after so long without news the nodes are counted


@dataclass
class _Member:
    """A worker process, its role, and the shard that it makes; None while it opens the recipe."""

    actor: Any
    role: int
    shard: int | None = None


class _TooFewWorkers(Exception):
    """A role has no worker left, and the cluster has no room for another."""


@contextmanager
def open_ray(params: EngineParams) -> Iterator["RayEngine"]:
    """Reach a cluster, or start one on this machine, and leave it at the end.

    Args:
        params: The section `engine`.

    Yields:
        The engine.

    Raises:
        DependencyError: Ray is not installed, or the cluster cannot be reached or is too small.
    """
    ray = _load_ray()
    try:
        ray.init(
            address=params.address or "local",
            include_dashboard=None if params.address else False,
            log_to_driver=False,
            logging_level="ERROR",
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise DependencyError(
            f"the Ray cluster {params.address or 'of this machine'} cannot be reached",
            got=str(error).strip().splitlines()[0],
            cure="start it with `ray start --head`, or set engine.address to null",
        ) from error
    try:
        yield RayEngine(ray, params)
    finally:
        ray.shutdown()


class RayEngine:
    """Makes shards in the workers of a Ray cluster.

    Args:
        ray: The module, connected to a cluster.
        params: The section `engine`.

    Raises:
        DependencyError: The cluster has no room for a single worker.
    """

    def __init__(self, ray: Any, params: EngineParams) -> None:  # noqa: ANN401
        self._ray = ray
        self._params = params
        self._actors: list[Any] = []  # idle ones are used again: they have their libraries loaded
        self.room()

    def ask(self, function: Callable[[], T]) -> T:
        """Call a function in a worker."""
        for _ in range(TRIES):
            actor = self.actor()
            try:
                answer: T = self._ray.get(actor.ask.remote(function))
            except self._ray.exceptions.RayTaskError as error:
                raise error.cause from None
            except self._ray.exceptions.RayError:
                continue
            self._actors.append(actor)
            return answer
        raise _died(None)

    def made(self, recipe: Recipe, shards: Sequence[int]) -> Iterator[tuple[int, Rows]]:
        """Make shards.

        Args:
            recipe: How they are made; not opened where there is no shard.
            shards: Their numbers.

        Yields:
            The number and the rows of a shard, as they come.

        Raises:
            NymgraphError: What a worker raised, or that workers kept dying.
        """
        left = list(shards)
        while left:
            crew = _Crew(self, recipe, left)
            try:
                for shard, rows in crew.made():
                    left.remove(shard)
                    yield shard, rows
            except _TooFewWorkers:
                _log.warning("ray: fewer nodes; dealing the work again")
            finally:
                self._actors += crew.leave()

    def actor(self) -> Any:  # noqa: ANN401
        """An idle worker, or a new one."""
        if self._actors:
            return self._actors.pop()
        worker = self._ray.remote(Worker).options(**self._options())
        return worker.remote(str(Path.cwd()), library_versions())

    def _options(self) -> dict[str, float]:
        demand = self._demand()
        return {"num_cpus": demand["CPU"], "num_gpus": demand.get("GPU", 0)}

    def _demand(self) -> dict[str, float]:
        """The resources that one worker takes."""
        gpus = {"GPU": self._params.gpus_per_worker} if self._params.gpus_per_worker else {}
        return {"CPU": float(self._params.cpus_per_worker), **gpus}

    def room(self) -> int:
        """How many workers the cluster has room for, at most those asked for.

        Returns:
            At least 1.

        Raises:
            DependencyError: There is no room for a single one.
        """
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        demand = self._demand()
        room = sum(
            min(int(node.get(name, 0) // much) for name, much in demand.items()) for node in nodes
        )
        if room:
            return min(room, self._params.workers or room)
        raise DependencyError(
            "the Ray cluster has no room for a worker",
            got="; ".join(_described(node, demand) for node in nodes) or "no node",
            expected=f"a node with {_described(demand, demand)}",
            cure="lower engine.cpus_per_worker or engine.gpus_per_worker, or add nodes; "
            "finished shards are kept",
        )


class _Crew:
    """The workers of one recipe.

    Args:
        engine: Gives workers.
        recipe: How shards are made.
        shards: Their numbers.
    """

    def __init__(self, engine: RayEngine, recipe: Recipe, shards: Sequence[int]) -> None:
        self._engine, self._ray = engine, engine._ray
        self._recipe = recipe
        self._parted = isinstance(recipe, PartedRecipe)
        room = engine.room()
        self._roles = dealt_parts(recipe.n_parts if isinstance(recipe, PartedRecipe) else 1, room)
        self._n_workers = min(room, len(shards) * len(self._roles))
        self._queue = ShardQueue(shards, len(self._roles), 2 * self._n_workers)
        self._stored = self._ray.put(recipe)
        self._calls: dict[Any, _Member] = {}
        self._idle: list[_Member] = []
        self._failed_openings = 0

    def made(self) -> Iterator[tuple[int, Rows]]:
        """Make the shards.

        Yields:
            The number and the rows of a shard.
        """
        for number in range(self._n_workers):
            self._enlist(self._engine.actor(), number % len(self._roles))
        while not self._queue.done:
            finished, _ = self._ray.wait(list(self._calls), timeout=_PATIENCE_S)
            if not finished and self._n_members() > self._engine.room():
                raise _TooFewWorkers
            for call in finished:
                member = self._calls.pop(call)
                shares = self._collected(call, member)
                self._hand_out()  # before the caller takes its time over what came
                if shares is not None and member.shard is not None:
                    yield member.shard, self._merged(member.shard, shares)

    def leave(self) -> list[Any]:
        """End the shards under way; the other workers are given back, the idle ones last."""
        opening = []
        for member in self._calls.values():
            if member.shard is None:
                opening.append(member.actor)
            else:
                self._ray.kill(member.actor)
        return opening + [member.actor for member in self._idle]

    def _n_members(self) -> int:
        return len(self._calls) + len(self._idle)

    def _enlist(self, actor: Any, role: int) -> None:  # noqa: ANN401
        """Let a worker open the parts of a role."""
        parts = list(self._roles[role]) if self._parted else None
        self._calls[actor.open.remote(self._stored, parts)] = _Member(actor, role)

    def _hand_out(self) -> None:
        """Give every idle worker a shard, where there is one."""
        waiting = []
        for member in self._idle:
            shard = self._queue.next(member.role)
            if shard is None:
                waiting.append(member)
            else:
                call = member.actor.make.remote(shard)
                self._calls[call] = _Member(member.actor, member.role, shard)
        self._idle = waiting

    def _collected(self, call: Any, member: _Member) -> list[Rows] | None:  # noqa: ANN401
        """Take what a call gave: the shares of a shard, if it was the last of them."""
        try:
            rows = self._ray.get(call)
        except self._ray.exceptions.RayTaskError as error:
            self._failed_in(member, error.cause)
            return None
        except self._ray.exceptions.RayError as error:
            _log.warning("ray: a worker died (%s); its work is done again", type(error).__name__)
            self._note(member, _died(member.shard))
            self._replace(member.role)
            return None
        self._idle.append(member)
        if member.shard is None:
            return None
        return self._queue.came(member.role, member.shard, rows)

    def _merged(self, shard: int, shares: list[Rows]) -> Rows:
        if isinstance(self._recipe, PartedRecipe):
            return self._recipe.merge(shard, shares)
        return shares[0]

    def _failed_in(self, member: _Member, error: Exception) -> None:
        """A worker that raised lives on, and tries again."""
        self._idle.append(member)
        self._note(member, error)
        if member.shard is None:
            self._enlist(self._idle.pop().actor, member.role)

    def _note(self, member: _Member, error: Exception) -> None:
        """Note a failure; raise it when it is the user's, or has come too often."""
        if member.shard is None:
            self._failed_openings += 1
            failures = self._failed_openings
        else:
            failures = self._queue.failed(member.role, member.shard)
        users = isinstance(error, NymgraphError) and error.exit_code == 2
        if users or failures >= TRIES:
            raise error

    def _replace(self, role: int) -> None:
        """Ask for a new worker for a role, where the cluster has room for it."""
        roles = [member.role for member in [*self._calls.values(), *self._idle]]
        if len(roles) < self._engine.room():
            self._enlist(self._engine.actor(), role)
        elif role not in roles:
            raise _TooFewWorkers


def _load_ray() -> Any:  # noqa: ANN401
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it would report to its makers
    try:
        import ray
    except ModuleNotFoundError as error:
        raise DependencyError(
            "engine.kind is ray, and Ray is not installed",
            cure="pip install 'nymgraph[ray]', or set engine.kind to local",
        ) from error
    return ray


def _died(shard: int | None) -> DependencyError:
    made = "opened the work" if shard is None else f"made shard {shard}"
    return DependencyError(
        f"Ray workers died {TRIES} times while they {made}",
        expected="workers that live; the usual cause is memory",
        cure="raise engine.cpus_per_worker, so that fewer workers share a node, or lower "
        "shard_terms; finished shards are kept",
    )


def _described(resources: dict[str, float], names: Iterable[str]) -> str:
    return ", ".join(f"{resources.get(name, 0):g} {name}" for name in names)
