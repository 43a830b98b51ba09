"""The sources of an export and their licences, which go into every format.

The licence of a source that comes with nymgraph is known here; that of a user's own is in
`export.licences`. What is known of neither is said to be unknown, in every file.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.lexicon.provenance import LANGUAGE_MODEL
from nymgraph.pipeline.settings.params import SourceLicence

__all__ = ["Licence", "licences", "licences_of", "sources_in_words"]

_WORDNET = "https://wordnet.princeton.edu/license-and-commercial-use"
_UNKNOWN = "unknown; name it in export.licences"
_BY_MODEL = "labels made by a language model; see the terms of its provider"


class Licence(NamedTuple):
    """The licence of one source.

    Attributes:
        source: Name of the source.
        licence: Its name or address, in words.
        attribution: Who is to be named; empty if nobody is known.
    """

    source: str
    licence: str
    attribution: str = ""


_KNOWN = {
    "wordnet-english": Licence("wordnet-english", _WORDNET, "WordNet 3.1, Princeton University")
}


def licences_of(sources: list[str], named: Iterable[SourceLicence]) -> list[dict[str, str]]:
    """The licences of sources, for a manifest.

    Args:
        sources: Names of sources.
        named: What the user says; it overrides what is known.

    Returns:
        One entry a source, by name.

    Raises:
        ParameterError: The user names a source that there is not.
    """
    own = {entry.source: Licence(**entry.model_dump()) for entry in named}
    strangers = sorted(set(own) - set(sources))
    if strangers:
        raise ParameterError(
            f"export.licences names {strangers[0]!r}, which is no source of this export",
            expected=" or ".join(map(repr, sorted(sources))),
            cure="mend the name, or remove the entry",
        )
    return [(own.get(source) or _known(source))._asdict() for source in sorted(set(sources))]


def licences(manifest: dict[str, Any]) -> list[Licence]:
    """The licences in the manifest of an export; those of an older one by its sources."""
    listed = manifest.get("licences")
    listed = licences_of(manifest["sources"], ()) if listed is None else listed
    return [Licence(**entry) for entry in listed]


def sources_in_words(manifest: dict[str, Any]) -> list[str]:
    """One line for each source: its name, who is to be named, its licence."""
    return [
        f"{source}: {f'{attribution}, ' if attribution else ''}licence: {licence}"
        for source, licence, attribution in licences(manifest)
    ]


def _known(source: str) -> Licence:
    if source.startswith(LANGUAGE_MODEL):
        return Licence(source, _BY_MODEL)
    return _KNOWN.get(source, Licence(source, _UNKNOWN))
