"""Which terms of a cluster are another one with a letter wrong: *wheelbarow*, *Oil Fliter*.

Two terms of equally many words differ in one of these alone, a long one, by one letter; simplemma,
which knows the forms of words, has the word of the one and not that of the other, and they are no
two spellings (*carburettor*, *carburetor*).
"""

from collections.abc import Sequence

import simplemma
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

from nymgraph.pipeline.formats.ambiguity import form_of
from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.lexicon.phrases import one_letter_wrong
from nymgraph.pipeline.lexicon.spellings import differ_by_rule

__all__ = ["slips_among"]

_LONG = 6  # letters of a word in which one may be wrong


def slips_among(terms: Sequence[str], language: str) -> list[str]:
    """The terms that are a slip of the keyboard for another.

    Args:
        terms: The terms of one cluster.
        language: Language code; without words that simplemma knows there is no slip.

    Returns:
        They, in their order.
    """
    code = primary_language(language)
    if code not in SUPPORTED_LANGUAGES:
        return []
    forms = {term: form_of(term, language).split(" ") for term in terms}
    return [x for x in terms if any(_is_slip(forms[x], forms[y], code) for y in terms)]


def _is_slip(one: list[str], right: list[str], code: str) -> bool:
    if len(one) != len(right):
        return False
    changed = [(x, y) for x, y in zip(one, right, strict=True) if x != y]
    if len(changed) != 1:
        return False
    x, y = changed[0]
    return (
        min(len(x), len(y)) >= _LONG
        and one_letter_wrong(x, y)
        and simplemma.is_known(y, lang=code)
        and not simplemma.is_known(x, lang=code)
        and not differ_by_rule(x, y)
    )
