"""Phrases that differ in one word, by its opposite: *indoor lighting, outdoor lighting*.

Cosine puts such phrases beside each other, and no dictionary holds them. But it holds the words.
"""

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

__all__ = ["opposite_phrases", "opposite_words"]


def opposite_words(*pairs: pl.DataFrame) -> dict[str, set[str]]:
    """The opposites of each word, in small letters.

    Args:
        *pairs: Columns term_a, term_b, relation, split; the pairs of held-out terms are not heard.

    Returns:
        Words to their opposites, each opposition from both ends.
    """
    found: dict[str, set[str]] = defaultdict(set)
    heard = (pl.col("relation") == "antonym") & (pl.col("split") == "train")
    for table in pairs:
        for one, other in table.filter(heard).select("term_a", "term_b").iter_rows():
            found[one.lower()].add(other.lower())
            found[other.lower()].add(one.lower())
    return dict(found)


def opposite_phrases(names: Sequence[str], opposites: dict[str, set[str]]) -> pl.DataFrame:
    """The pairs of phrases in which one word is replaced by an opposite of it.

    Args:
        names: The terms; the place is the term_id.
        opposites: From `opposite_words`.

    Returns:
        Columns a, b (UInt32, a < b), each pair once, sorted.
    """
    phrases: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        words = tuple(name.lower().split())
        if len(words) > 1:
            phrases[words].append(place)
    found = {
        (min(a, b), max(a, b))
        for words, places in phrases.items()
        for at, word in enumerate(words)
        for opposite in opposites.get(word, ())
        for a in places
        for b in phrases.get((*words[:at], opposite, *words[at + 1 :]), ())
    }
    return pl.DataFrame(sorted(found), {"a": pl.UInt32, "b": pl.UInt32}, orient="row")
