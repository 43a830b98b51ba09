"""The spellings of terms, in small letters by the rules of their language."""

from collections.abc import Sequence

from nymgraph.discriminator import Spellings, spell
from nymgraph.pipeline.lexicon.normalise import bare_letters, small_letters

__all__ = ["spell_bare", "spell_terms"]


def spell_terms(terms: Sequence[str], language: str) -> Spellings:
    """Lay out the spellings of terms.

    Args:
        terms: n_terms terms.
        language: Language code of the lexicon.

    Returns:
        Their letters.
    """
    return spell([small_letters(term, language) for term in terms])


def spell_bare(terms: Sequence[str], language: str) -> Spellings:
    """Lay out the spellings of terms without accents: kâr and kar are then written alike.

    Args:
        terms: n_terms terms.
        language: Language code of the lexicon.

    Returns:
        Their letters.
    """
    return spell([bare_letters(small_letters(term, language)) for term in terms])
