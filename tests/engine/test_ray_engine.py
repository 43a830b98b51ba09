"""A real Ray cluster of several nodes on this machine, of which some are killed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nymgraph.pipeline.engine.choose import open_engine
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.engine.recipe import Engine, Recipe
from nymgraph.pipeline.errors import ArtefactError, DependencyError, InputError
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import EngineParams
from nymgraph.pipeline.storage.shards import open_work
from tests.engine.recipes import Failing, Killed, Maxima, Squares, wait_for
from tests.engine.small_cluster import SmallCluster, small_cluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[SmallCluster]:
    with small_cluster(2) as started:
        yield started


@pytest.fixture(scope="module")
def engine(cluster: SmallCluster) -> Iterator[Engine]:
    with open_engine(EngineParams(kind="ray", address=cluster.address)) as opened:
        yield opened


def rows_of(engine: Engine, recipe: Recipe, n_shards: int) -> dict[int, list[int]]:
    return {shard: list(rows) for shard, rows in engine.made(recipe, range(n_shards))}


def test_two_workers_make_what_one_process_makes(engine: Engine, tmp_path: Path) -> None:
    recipe = Squares(tmp_path, workers=2)
    assert rows_of(engine, recipe, 12) == {n: [n, n * n] for n in range(12)}
    assert len(list(tmp_path.glob("opened-*"))) == 2  # each opened it once


def test_parts_are_dealt_to_the_workers_and_merged(engine: Engine, tmp_path: Path) -> None:
    recipe = Maxima(tmp_path)
    assert rows_of(engine, recipe, 8) == {n: list(range(99, 98 - n, -1)) for n in range(8)}
    held = sorted(file.name for file in tmp_path.glob("parts-*"))
    assert held == ["parts-0-2-4-6-8", "parts-1-3-5-7-9"]
    assert rows_of(LOCAL, recipe, 8) == rows_of(engine, recipe, 8)


def test_nothing_is_opened_where_nothing_is_pending(engine: Engine, tmp_path: Path) -> None:
    assert rows_of(engine, Squares(tmp_path), 0) == rows_of(LOCAL, Squares(tmp_path), 0) == {}
    assert not list(tmp_path.iterdir())


def test_a_killed_worker_costs_its_shard_only(engine: Engine, tmp_path: Path) -> None:
    assert rows_of(engine, Killed(tmp_path), 6) == {n: [n, n * n] for n in range(6)}
    assert len(list(tmp_path.glob("killed-*"))) == 1


def test_a_shard_that_kills_its_worker_thrice_is_an_error(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DependencyError, match="died 3 times while they made shard 2"):
        list(engine.made(Killed(tmp_path, times=9), [2]))
    assert len(list(tmp_path.glob("killed-*"))) == 3


@pytest.mark.parametrize(
    ("kind", "error", "tries"),
    [("artefact", ArtefactError, 3), ("system", OSError, 3), ("input", InputError, 1)],
)
def test_an_error_comes_out_as_it_was_raised(
    engine: Engine, tmp_path: Path, kind: str, error: type[Exception], tries: int
) -> None:
    with pytest.raises(error) as caught:
        list(engine.made(Failing(tmp_path, kind=kind), [1]))
    assert type(caught.value) is error
    assert len(list(tmp_path.glob("tried-*"))) == tries
    if isinstance(caught.value, InputError):
        assert str(caught.value) == "a bad shard\n  got: 1\n  expected: 2\n  cure: mend it"
        assert (caught.value.cure, caught.value.exit_code) == ("mend it", 2)


def test_a_shard_that_fails_twice_is_made(engine: Engine, tmp_path: Path) -> None:
    [(shard, rows)] = engine.made(Failing(tmp_path, times=2), [1])
    assert (shard, list(rows)) == (1, [1, 1])


def test_a_node_that_is_too_small_is_told_before_work(engine: Engine) -> None:
    del engine
    import ray

    from nymgraph.pipeline.engine.ray_engine import RayEngine

    with pytest.raises(DependencyError) as caught:
        RayEngine(ray, EngineParams(kind="ray", cpus_per_worker=2))
    assert sorted(caught.value.got.split("; ")) == ["0 CPU", "1 CPU", "1 CPU"]
    assert caught.value.expected == "a node with 2 CPU"


def test_a_killed_node_loses_nothing(cluster: SmallCluster, engine: Engine, tmp_path: Path) -> None:
    """Of three nodes that hold the parts one goes: they are dealt to the two that are left."""
    node = cluster.add_node()
    recipe = Maxima(tmp_path, 0.1)
    with open_work(tmp_path / "work", {}, 30, ".npy") as work:
        killer = threading.Thread(target=kill_when, args=(cluster, node, work.folder, 6))
        killer.start()
        work.take(engine.made(recipe, work.pending), SilentProgress(), "test")
        killer.join()
        assert work.pending == []
        for shard, rows in LOCAL.made(recipe, range(30)):
            np.testing.assert_array_equal(np.load(work.file(shard)), rows)
    held = {file.name for file in tmp_path.glob("parts-*")}
    assert {"parts-0-3-6-9", "parts-0-2-4-6-8"} <= held


def kill_when(cluster: SmallCluster, node: object, work: Path, n_shards: int) -> None:
    """Kill a node once so many shards are done."""
    wait_for(work, "parts/part-*", n_shards)
    cluster.kill_node(node)
