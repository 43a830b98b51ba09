"""Which parts of speech a phrase of a query can be, by the words around it.

A query is no sentence; only what holds of nearly all of them is used, and in English alone. A word
after an article, a preposition or another phrase is no verb (*the repair*, *in your sleep*, *car
repair*), unless it is inflected, an adverb precedes it, or an auxiliary asks for a verb (*why do
babies cry*). At the beginning and after *to* it is one if an article follows (*mute a chat*). A
participle before another phrase says what kind of thing that is (*pulled muscle*): no verb either.
"""

from collections.abc import Sequence

from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.lookup.layout import POS
from nymgraph.pipeline.store.phrases import Phrase

__all__ = ["possible_kinds"]

_ALL = frozenset(POS)
_VERB = frozenset(["verb"])
_ARTICLE = "a an any every her his its my our some that the their these this those your"
_ARTICLES = frozenset(_ARTICLE.split(" "))
_PREPOSITION = "about after at before by during for from in into near of off on over under with"
_BEFORE_NOUNS = _ARTICLES.union(_PREPOSITION.split(" "))
_AUXILIARY = "can could did do does let make may might must should will would"
_AUXILIARIES = frozenset(_AUXILIARY.split(" "))


def possible_kinds(
    parts: Sequence[Phrase], place: int, kinds: Sequence[str], language: str
) -> frozenset[str]:
    """The parts of speech that a phrase can be.

    Args:
        parts: The words and phrases of the query.
        place: Which of them is asked for.
        kinds: The parts of speech of the term before it, commonest first; none where there is none.
        language: Language code of the lexicon.

    Returns:
        Some of `lookup.layout.POS`; all of them where nothing is known.
    """
    if primary_language(language) != "en":
        return _ALL
    part = parts[place]
    word = [x.text.casefold() for x in parts]
    after = parts[place + 1] if place + 1 < len(parts) else Phrase("")
    inflected = part.text.casefold() != (part.term or "").casefold()
    if inflected:
        participle = after.term is not None and not word[place].endswith("s")
        return _ALL - _VERB if participle else _ALL
    before = word[place - 1] if place else "to"
    if before == "to":
        return _VERB if after.text.casefold() in _ARTICLES else _ALL
    behind = parts[place - 1].term is not None and "adverb" not in kinds[:1]
    asked = not _AUXILIARIES.isdisjoint(word[:place])
    return _ALL - _VERB if before in _BEFORE_NOUNS or (behind and not asked) else _ALL
