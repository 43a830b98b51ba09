"""The spellings of terms, in small letters by the rules of their language."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import Spellings, spell
from nymgraph.pipeline.lexicon.normalise import bare_letters, small_letters

__all__ = ["spell_bare", "spell_terms", "with_capitals"]


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


def with_capitals(terms: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which terms have a capital; where most of them have one, capitals mean nothing.

    Args:
        terms: n_terms terms.

    Returns:
        bool (n_terms,); False for all where more than half have one.
    """
    capital = np.array([term != term.lower() for term in terms], np.bool_)
    if 2 * capital.sum() > len(capital):
        capital[:] = False
    return capital
