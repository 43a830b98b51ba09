import pytest

from nymgraph.pipeline.lexicon.wordnet import Synset
from tests.lexicon.installed import installed


@pytest.fixture(scope="session")
def wordnet() -> dict[str, Synset]:
    """The synsets of the installed English WordNet by name."""
    return {synset.id: synset for synset in installed("english")}
