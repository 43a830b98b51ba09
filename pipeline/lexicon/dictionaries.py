"""Dictionaries of every kind, read in one way: as synsets.

To add a kind: a section in `settings/params.py` that is part of `Dictionary`, a reader, a line in
`read_dictionary`. It is then a source for ingest, label and augment.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.lexicon.dominance import Sense, senses_of
from nymgraph.pipeline.lexicon.mythes import read_mythes
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.synonym_rules import read_synonym_rules
from nymgraph.pipeline.lexicon.thesaurus import read_thesaurus
from nymgraph.pipeline.lexicon.wn_lmf import read_forms, read_wn_lmf
from nymgraph.pipeline.lexicon.wordnet import Synset, find_edition, read_synsets
from nymgraph.pipeline.settings.params import (
    Dictionary,
    MyThesSource,
    SolrSource,
    WnLmfSource,
    WordNetSource,
)

__all__ = [
    "Inventory",
    "clean_synsets",
    "dictionary_name",
    "glosses",
    "listed_forms",
    "read_dictionary",
    "read_inventory",
]


class Inventory(NamedTuple):
    """A dictionary and how common each sense of its terms is.

    Attributes:
        name: The name of the dictionary in the tables.
        synsets: Its synsets, the terms written as those of the lexicon.
        senses: Of each term its senses, the commonest first.
        trust: How far its relations are trusted, above 0, at most 1.
    """

    name: str
    synsets: list[Synset]
    senses: dict[str, tuple[Sense, ...]]
    trust: float = 1.0


def read_inventory(source: Dictionary, language: str, withheld: Collection[str] = ()) -> Inventory:
    """Read a dictionary with the dominance of its senses.

    Args:
        source: Its parameters.
        language: Language code of the lexicon.
        withheld: Terms whose counts and order of senses are not looked at.

    Returns:
        The dictionary.

    Raises:
        InputError: The user's file is missing, malformed or lacks a column.
        DependencyError: The WordNet wheel is not installed.
    """
    synsets = clean_synsets(source, language)
    return Inventory(dictionary_name(source), synsets, senses_of(synsets, withheld), source.trust)


def dictionary_name(source: Dictionary) -> str:
    """The name under which a dictionary stands in the tables: wordnet-turkish, or its file."""
    return f"wordnet-{source.edition}" if isinstance(source, WordNetSource) else source.path.name


def read_dictionary(source: Dictionary) -> Iterator[Synset]:
    """Read a dictionary as it is written.

    Args:
        source: Its parameters.

    Returns:
        Its synsets.

    Raises:
        InputError: The user's file is missing, malformed or lacks a column.
        DependencyError: The WordNet wheel is not installed.
    """
    if isinstance(source, WordNetSource):
        return read_synsets(find_edition(source.edition), source.max_synsets, source.edition)
    if isinstance(source, WnLmfSource):
        return iter(read_wn_lmf(source.path))
    if isinstance(source, SolrSource):
        return read_synonym_rules(source.path)
    if isinstance(source, MyThesSource):
        return read_mythes(source)
    return read_thesaurus(source)


def clean_synsets(source: Dictionary, language: str) -> list[Synset]:
    """Read a dictionary, its terms written as those of the lexicon.

    Args:
        source: Its parameters.
        language: Language code of the lexicon.

    Returns:
        Its synsets; the places of their terms are kept.

    Raises:
        InputError: The user's file is missing, malformed or lacks a column.
        DependencyError: The WordNet wheel is not installed.
    """
    return [
        synset._replace(terms=tuple(clean(term, language) for term in synset.terms))
        for synset in read_dictionary(source)
    ]


def listed_forms(source: Dictionary) -> dict[str, str]:
    """The inflected forms that a dictionary lists, as it writes them.

    Args:
        source: Its parameters; only WN-LMF lists forms.

    Returns:
        The lemma of each form: of several the first in the file.

    Raises:
        InputError: The user's file is missing or malformed.
    """
    return read_forms(source.path) if isinstance(source, WnLmfSource) else {}


def glosses(sources: Iterable[Dictionary], language: str) -> pl.DataFrame:
    """The glosses of terms by the dictionaries.

    Args:
        sources: The dictionaries; a thesaurus has no glosses.
        language: Language code of the lexicon.

    Returns:
        Columns term, gloss: each pair once, sorted; a term has as many as senses.

    Raises:
        InputError: The user's file is missing, malformed or lacks a column.
        DependencyError: The WordNet wheel is not installed.
    """
    pairs = {
        (term, gloss)
        for source in sources
        for synset in clean_synsets(source, language)
        if (gloss := clean(synset.gloss, language))
        for term in synset.terms
    }
    return pl.DataFrame(sorted(pairs), {"term": pl.String, "gloss": pl.String}, orient="row")
