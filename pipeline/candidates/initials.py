"""Acronyms and what they may stand for: *PTO* and *paid time off*.

Neither vector nor spelling sets them side by side. An acronym that fits more phrases than
`MOST` stands for none of them as far as its letters tell.
"""

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.lexicon.phrases import acronym_letters, initials

__all__ = ["MOST", "initials_pairs"]

MOST = 3


def initials_pairs(terms: list[str], language: str) -> npt.NDArray[np.int64]:
    """Pairs of a term of two to six letters and a phrase whose words begin with these.

    Args:
        terms: n_terms terms.
        language: Language code.

    Returns:
        int64 (n_pairs, 2), numbers of terms, a < b, sorted.
    """
    short: dict[str, list[int]] = {}
    for number, term in enumerate(terms):
        letters = acronym_letters(term, language)
        if letters is not None:
            short.setdefault(letters, []).append(number)
    fitting: dict[str, list[int]] = {letters: [] for letters in short}
    for number, term in enumerate(terms):
        for letters in initials(term, language) & fitting.keys():
            fitting[letters].append(number)
    found = [
        sorted((acronym, phrase))
        for letters, phrases in fitting.items()
        if len(phrases) <= MOST
        for acronym in short[letters]
        for phrase in phrases
    ]
    return np.array(sorted(found), np.int64).reshape(len(found), 2)
