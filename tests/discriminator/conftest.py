from collections.abc import Iterator

import pytest
import torch

from nymgraph.discriminator import TrainedHead
from tests.discriminator.pair_world import World, make_world, train_on


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads only wait for each other on matrices this small."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture(scope="session")
def trained(world: World) -> TrainedHead:
    return train_on(world, world.train)
