import pytest
from hypothesis import settings

# the first example may wait for a compiler: time is no ground for a test to fail
settings.register_profile("nymgraph", deadline=None, print_blob=True)
settings.load_profile("nymgraph")


@pytest.fixture
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed dictionaries are read from memory."""
    from nymgraph.pipeline.lexicon import dictionaries
    from tests.lexicon.installed import read_from_memory

    monkeypatch.setattr(dictionaries, "read_synsets", read_from_memory)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Two workers (`make test`): tests that share an expensive fixture stay on one of them."""
    group = "small_run" if _shares_the_run(item) else item.path.parent.name
    item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest group begins first, so that no worker waits for it at the end."""
    items.sort(key=lambda item: not _shares_the_run(item))


def _shares_the_run(item: pytest.Item) -> bool:
    """Whether a test asks for the small run, which is made once."""
    return "small_run" in getattr(item, "fixturenames", ())
