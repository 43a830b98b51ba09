import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Two workers (`make test`): tests that share an expensive fixture stay on one of them."""
    shares_the_run = "small_run" in getattr(item, "fixturenames", ())
    group = "small_run" if shares_the_run else item.path.parent.name
    item.add_marker(pytest.mark.xdist_group(group))
