"""Suggestions for a search box."""

import pytest

from nymgraph.pipeline.store import ClusterStore
from tests.store.small_export import INJECTION


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("ho", ["hot"]),
        ("f", ["fiery", "frosty", "freezing"]),  # the shortest first
        ("p", ["polish", "Polish"]),  # in any case, those with a cluster first
        ("P", ["polish", "Polish"]),
        ("é", ["Éclair", "éclair"]),
        ("<", [INJECTION]),
        ("  hot", ["hot"]),
        ("hotter", []),
        (" ", []),
        ("\U0010ffff", []),
    ],
)
def test_terms_that_begin_so(store: ClusterStore, prefix: str, expected: list[str]) -> None:
    assert store.suggest(prefix) == expected


def test_at_most_so_many(store: ClusterStore) -> None:
    assert store.suggest("f", 2) == ["fiery", "frosty"]
    everything = [term for term in store if term.lower().startswith("s")]
    assert set(store.suggest("s", 100)) == set(everything)
