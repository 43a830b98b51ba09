"""The relation of any given pair by the dictionaries: the yardstick for labels from elsewhere.

The relations are those of `relations.claims_of_dictionary` (a test holds the two to each other),
but co-hyponyms are looked up and not drawn, so that every co-hyponym pair is known.
"""

from collections import defaultdict
from collections.abc import Iterable

from nymgraph.pipeline.lexicon.dictionaries import clean_synsets
from nymgraph.pipeline.lexicon.relations import antonym_pairs
from nymgraph.pipeline.lexicon.wordnet import Synset
from nymgraph.pipeline.settings.params import Dictionary

__all__ = ["KnownRelations", "read_known_relations"]


class KnownRelations:
    """The relations of several dictionaries, looked up pair by pair.

    Args:
        dictionaries: The synsets of each dictionary.
    """

    def __init__(self, dictionaries: Iterable[list[Synset]]) -> None:
        self._synsets: dict[str, set[tuple[int, str]]] = defaultdict(set)
        self._hypernyms: dict[str, set[tuple[int, str]]] = defaultdict(set)
        self._antonyms: set[tuple[str, str]] = set()
        for number, synsets in enumerate(dictionaries):
            self._antonyms.update((a, b) for a, b, _ in antonym_pairs(synsets))
            for synset in synsets:
                for term in synset.terms:
                    self._synsets[term].add((number, synset.id))
                    self._hypernyms[term].update((number, name) for name in synset.hypernyms)

    def relation(self, term_a: str, term_b: str) -> str | None:
        """The relation of two terms by the dictionaries.

        Args:
            term_a: One term.
            term_b: Another.

        Returns:
            A name of RELATION_NAMES; None where they say nothing, or synonym and antonym at once.
        """
        synonym = _share(self._synsets, term_a, term_b)
        antonym = (min(term_a, term_b), max(term_a, term_b)) in self._antonyms
        if synonym or antonym:
            return None if synonym and antonym else "synonym" if synonym else "antonym"
        return "co_hyponym" if _share(self._hypernyms, term_a, term_b) else None


def read_known_relations(sources: Iterable[Dictionary], language: str) -> KnownRelations:
    """Read the dictionaries.

    Args:
        sources: Which.
        language: Language code of the lexicon.

    Returns:
        Their relations.

    Raises:
        InputError: A user's dictionary is missing or malformed.
        DependencyError: A dictionary is not installed.
    """
    return KnownRelations(clean_synsets(source, language) for source in sources)


def _share(of_term: dict[str, set[tuple[int, str]]], term_a: str, term_b: str) -> bool:
    none: set[tuple[int, str]] = set()
    return not of_term.get(term_a, none).isdisjoint(of_term.get(term_b, none))
