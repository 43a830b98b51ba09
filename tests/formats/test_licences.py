import pytest

from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.formats.licences import licences_of, sources_in_words
from nymgraph.pipeline.settings.params import SourceLicence

OWN = SourceLicence(source="mine.txt", licence="CC-BY-4.0", attribution="me")
WORDNET = "https://wordnet.princeton.edu/license-and-commercial-use"


def test_licences_known_named_and_unknown() -> None:
    found = licences_of(["wordnet-english", "mine.txt", "other.csv", "llm:x"], [OWN])
    assert [(entry["source"], entry["licence"].split(";")[0]) for entry in found] == [
        ("llm:x", "labels made by a language model"),
        ("mine.txt", "CC-BY-4.0"),
        ("other.csv", "unknown"),
        ("wordnet-english", WORDNET),
    ]
    assert sources_in_words({"licences": found[1:2]}) == ["mine.txt: me, licence: CC-BY-4.0"]


def test_an_export_from_before_is_known_by_its_sources() -> None:
    (line,) = sources_in_words({"sources": ["wordnet-english"]})
    assert line.endswith(f"licence: {WORDNET}")


def test_a_source_that_there_is_not() -> None:
    with pytest.raises(ParameterError, match="no source of this export"):
        licences_of(["terms.txt"], [OWN])
