"""The installed dictionaries, parsed once in a process: seconds each."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nymgraph.pipeline.lexicon.wordnet import Synset, find_edition, read_synsets


@cache
def installed(edition: str) -> tuple[Synset, ...]:
    """All synsets of an edition."""
    return tuple(read_synsets(find_edition(edition), edition=edition))


def read_from_memory(path: Path, n: int | None, edition: str) -> Iterator[Synset]:
    """What `read_synsets` gives."""
    assert path == find_edition(edition)
    return iter(installed(edition)[:n])
