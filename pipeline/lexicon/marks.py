"""Which terms are vulgar, offensive or slurs.

A dictionary marks senses: by its domains of usage (WordNet's *obscenity*, *disparagement*, *ethnic
slur*; `exemplifies` in WN-LMF), and in the words of a gloss ("offensive term for", "vulgar slang
for"). A term is marked where at least HALF of its use lies in marked senses: *bastard* is, *queen*
and *bull*, which each have a marked sense, are not.

No dictionary marks all of them (*shitty* stands unmarked beside *lousy*). `texts/marked_<code>.txt`
lists words that are marked whatever the senses say: a mark, then words in small letters. A plus
also marks phrases that hold the word (*piece of shit*), and the word with an ending.

To add a language, add such a file; the marks of a dictionary need nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from nymgraph.pipeline.lexicon.dictionaries import Inventory
from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.lexicon.wordnet import Synset
from nymgraph.pipeline.schemas import MARK_NAMES, MARKS

__all__ = ["mark_of_spelling", "marked_senses", "marks_table"]

HALF = 0.5
_DOMAINS = {
    "slur": {"ethnic slur"},
    "vulgar": {"obscenity", "vulgarism", "dirty word", "vulgar", "taboo"},
    "offensive": {"disparagement", "derogation", "pejorative", "derogatory", "offensive"},
}
_KINDS = {
    "slur": "ethnic slur",
    "vulgar": "obscene|vulgar",
    "offensive": "offensive|derogatory|disparaging|pejorative|contemptuous|insulting"
    "|terms? of abuse",
}
# "offensive term for", "(ethnic slur) ..." at the beginning; not "humorously vulgar"
_GLOSS = {
    mark: re.compile(
        rf"^\([^)]*\b(?:{kinds})\b[^)]*\)|\b(?:{kinds})\b\)?(?: \w+){{0,3}} "
        rf"(?:slang|terms?|names?|words?|expressions?) (?:for|of address|used)\b|^(?:{kinds}) for\b"
    )
    for mark, kinds in _KINDS.items()
}
_ENDING = r"(?:s|es|ed|er|ers|ing|ings|in|y|ty|ier|iest|less|face|head|hole|faced|ish)?"


def marks_table(
    inventories: Iterable[Inventory], terms: Sequence[str], language: str
) -> pl.DataFrame:
    """The marked terms and senses of a lexicon.

    Args:
        inventories: The dictionaries in order; a term has the senses of the first that holds it.
        terms: The lexicon; the row is the term_id.
        language: Language code of the lexicon.

    Returns:
        The table MARKS.
    """
    number = {term: term_id for term_id, term in enumerate(terms)}
    rows: dict[tuple[int, int], str] = {}
    done: set[str] = set()
    for inventory in inventories:
        marked = marked_senses(inventory.synsets)
        mine = {term: own for term, own in inventory.senses.items() if term in number}
        for term in sorted(mine.keys() - done):
            share = dict.fromkeys(MARK_NAMES, 0.0)
            for place, sense in enumerate(mine[term], 1):
                mark = marked.get((sense.synset, sense.term), "")
                if mark:
                    rows[number[term], place] = mark
                    share[mark] += sense.share
            if sum(share.values()) >= HALF:
                rows[number[term], 0] = max(MARK_NAMES, key=lambda name: share[name])
        done |= mine.keys()
    for term, term_id in number.items():
        mark = mark_of_spelling(term, language)
        if mark:
            rows[term_id, 0] = mark
    listed = [(*key, mark) for key, mark in sorted(rows.items())]
    return MARKS.conform(pl.DataFrame(listed, schema=MARKS.schema, orient="row"))


def marked_senses(synsets: Sequence[Synset]) -> dict[tuple[int, int], str]:
    """The marked terms of synsets.

    Args:
        synsets: A dictionary.

    Returns:
        Place of the synset and of the term in it to its mark; where several apply, the first of
        slur, vulgar, offensive.
    """
    names = {synset.id: {term.casefold() for term in synset.terms} for synset in synsets}
    found: dict[tuple[int, int], str] = {}
    for place, synset in enumerate(synsets):
        of_gloss = next((m for m, words in _GLOSS.items() if words.search(synset.gloss)), "")
        for term in range(len(synset.terms)):
            domains = {
                name
                for literal, target in synset.domains
                if literal in (-1, term)
                for name in names.get(target, ())
            }
            of_domain = next((mark for mark, known in _DOMAINS.items() if known & domains), "")
            mark = of_gloss if of_gloss == "slur" else of_domain or of_gloss
            if mark:
                found[place, term] = mark
    return found


def mark_of_spelling(term: str, language: str) -> str:
    """The mark of a term by the list of its language.

    Args:
        term: The term.
        language: Language code; its first part counts.

    Returns:
        vulgar, offensive or slur; empty where nothing of it is listed.
    """
    text = term.casefold()
    for mark, (whole, part) in _listed(primary_language(language)).items():
        if whole.fullmatch(text) or any(part.fullmatch(word) for word in re.split(r"[\s-]+", text)):
            return mark
    return ""


@cache
def _listed(language: str) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Mark to what its terms look like, and to what a word of such a term looks like."""
    path = Path(__file__).parent / "texts" / f"marked_{language}.txt"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    words: dict[str, list[str]] = {}
    for mark, *listed in map(str.split, lines):
        words.setdefault(mark, []).extend(listed)
    found = {}
    for mark, listed in words.items():
        stems = [re.escape(word[1:]) for word in listed if word.startswith("+")]
        part = f"(?:{'|'.join(stems)}){_ENDING}" if stems else "(?!)"
        whole = "|".join(re.escape(word) for word in listed)
        found[mark] = re.compile(whole), re.compile(part)
    return found
