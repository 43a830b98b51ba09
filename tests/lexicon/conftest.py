from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from nymgraph.pipeline.lexicon import dictionaries
from nymgraph.pipeline.lexicon.wordnet import Synset, find_edition, read_synsets


@cache
def installed(edition: str) -> tuple[Synset, ...]:
    """All synsets of an installed dictionary, parsed once for all tests (seconds each)."""
    return tuple(read_synsets(find_edition(edition), edition=edition))


@pytest.fixture
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed dictionaries are read from memory."""

    def read(path: Path, n: int | None, edition: str) -> Iterator[Synset]:
        assert path == find_edition(edition)
        return iter(installed(edition)[:n])

    monkeypatch.setattr(dictionaries, "read_synsets", read)


@pytest.fixture(scope="session")
def wordnet() -> dict[str, Synset]:
    """The synsets of the installed English WordNet by name."""
    return {synset.id: synset for synset in installed("english")}
