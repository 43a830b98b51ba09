from collections.abc import Iterator

import pytest
import torch

from nymgraph.discriminator import TrainedHead
from tests.discriminator.made_pairs import TrainingSet, make_examples, train_on


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads only wait for each other on matrices this small."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="session")
def examples() -> TrainingSet:
    return make_examples()


@pytest.fixture(scope="session")
def trained(examples: TrainingSet) -> TrainedHead:
    return train_on(examples, examples.train)
