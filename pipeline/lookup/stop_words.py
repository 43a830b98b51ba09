"""The words of a language's grammar: articles, pronouns, prepositions, conjunctions, modal verbs.

They stand in most sentences, so that a term spelled like one (*OR*, Oregon) is nearly never meant.
The lists are ours: closed classes only. Those of packages (stop-words, stopwordsiso) name a
thousand words of English, *computer* and *thick* among them, and lose the letters of Turkish.

To add a language: a file `texts/stop_words_<code>.txt`, words in small letters between white space.
"""

from functools import cache
from pathlib import Path

__all__ = ["stop_words"]


@cache
def stop_words(language: str) -> frozenset[str]:
    """The words of a language's grammar, in small letters; none where no list is kept.

    Args:
        language: Language code; its first part counts.

    Returns:
        The words.
    """
    path = Path(__file__).parent / "texts" / f"stop_words_{language.partition('-')[0]}.txt"
    return frozenset(path.read_text("utf-8").split()) if path.is_file() else frozenset()
