"""Which terms a search engine would take for something else.

An engine compares words in small letters and without the marks between them: to it *OR* (Oregon) is
the *or* of every other query, *May* is *may*, *C#* is *C*. What it cannot tell apart is one *form*:

    form(term) = the words of the term in small letters, each of letters and digits, with the
                 apostrophes and full stops inside it (the word breaks of Unicode, UAX #29)

which is what Lucene's StandardTokenizer and lower-casing leave; what an engine that cuts at white
space alone confuses is confused by it too. A term is unfit for a rule if its form

* is made of words of the language's grammar (`lookup.stop_words`): *do it*;
* is one word of one or two letters, unless these are asked for;
* belongs to terms of other clusters, or of none, and its own are not the dominant ones: with more
  than half of the frequency of all of them or, where a frequency is unknown, a word in small
  letters among nothing but symbols (*be* and *Be*; of *march* and *March* neither);
* is vulgar, offensive or a slur: nobody's query is to be widened by it;
* has senses in a dictionary, and less than MOST of its use lies in those of its cluster (*break*
  and *come apart*; where the cluster has none of them, less than MOST in the commonest one);
* is that of a name or abbreviation and, by the rules of the language, an inflected form of a word
  in small letters (*Mars* and *mar*, *AIDS* and *aid*);
* is a word that nobody counted in text and an inflected form of one of the same part of speech that
  was, of another cluster (*men*, manpower, and *man*);
* begins with a word of the grammar and is no noun (*in the air*), so that an engine cannot tell it
  from its words.

Held whole: 16 bytes a term, and the terms that share a form.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.hashing import stable_hash
from nymgraph.pipeline.lexicon.inflection import LANGUAGES, base_keys
from nymgraph.pipeline.lexicon.normalise import look_up_key, primary_language, small_letters
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.lookup.stop_words import stop_words
from nymgraph.pipeline.lookup.widening import MOST
from nymgraph.pipeline.schemas import (
    EXPORTED_MARKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_SENSES,
    EXPORTED_TERMS,
)

__all__ = [
    "FORM",
    "GRAMMAR",
    "IDIOM",
    "INFLECTED",
    "MARKED",
    "OTHER",
    "RARE",
    "SHORT",
    "form_of",
    "unfit_terms",
]

GRAMMAR = "a word of the language's grammar, which stands in most queries"
SHORT = "one or two letters: export.rules.short takes these in"
OTHER = "an engine cannot tell it from another term, and it is not known to be the commoner"
INFLECTED = "a name or abbreviation that an engine cannot tell from a form of another word"
FORM = "nobody counted it in text, and it is a form of a word that was counted"
IDIOM = "it begins with a word of the grammar: an engine cannot tell it from its words"

MARKED = "it is vulgar, offensive or a slur"
RARE = "most of its use lies in senses that are not those of its cluster"

_WORD = re.compile(r"\w+(?:['.]\w+)*")


class _Spelling(NamedTuple):
    term: str
    cluster_id: int | None
    frequency: float | None


def form_of(term: str, language: str) -> str:
    """A term as a search engine sees it: its words in small letters, a space between.

    Args:
        term: The term.
        language: Language code of the lexicon.

    Returns:
        The form; empty where there is no letter or digit.
    """
    return " ".join(_WORD.findall(small_letters(term, language)))


def unfit_terms(export: Export, *, short: bool) -> dict[str, str]:
    """The terms of clusters that may stand in no rule.

    Args:
        export: The export.
        short: Take terms of one or two letters for fit.

    Returns:
        The reason by term.
    """
    shared, plain = _shared_forms(export)
    known = dict.fromkeys(_meant_otherwise(export), RARE) | dict(_by_senses(export))
    known |= dict.fromkeys(_marked(export), MARKED)
    alike: dict[str, list[_Spelling]] = defaultdict(list)
    found: dict[str, str] = {}
    for spelling, form in _spellings(export):
        if _holds(shared, form):
            alike[form].append(spelling)
        if spelling.cluster_id is None:
            continue
        reason = _reason(spelling.term, form, export.language, plain, short=short)
        if reason or spelling.term in known:
            found[spelling.term] = reason or known[spelling.term]
    for spellings in alike.values():
        dominant = _dominant(spellings, export.language)
        for spelling in spellings:
            if spelling.cluster_id is not None and spelling.cluster_id != dominant:
                found.setdefault(spelling.term, OTHER)
    return found


def _reason(
    term: str, form: str, language: str, plain: npt.NDArray[np.uint64], *, short: bool
) -> str:
    """Why a term is unfit by its form alone; empty if it is not."""
    grammar = stop_words(language)
    if all(word in grammar for word in form.split(" ")):
        return GRAMMAR
    if not short and _is_short(form):
        return SHORT
    other = term != small_letters(term, language)
    if other and any(_holds(plain, base) for base in _bases(form, language)):
        return INFLECTED
    return ""


def _marked(export: Export) -> set[str]:
    """The vulgar and offensive terms."""
    if EXPORTED_MARKS.name not in export.manifest["tables"]:
        return set()
    marked = export.scan(EXPORTED_MARKS).filter(pl.col("sense") == 0).select("term_id")
    terms = export.scan(EXPORTED_TERMS).join(marked, on="term_id", how="semi")
    return set(terms.select("term").collect()["term"])


def _by_senses(export: Export) -> Iterator[tuple[str, str]]:
    """The forms of other words and the idioms, with the reason."""
    if not export.tells_senses:
        return
    senses = export.scan(EXPORTED_SENSES).sort("term_id", "share", descending=[False, True])
    first = senses.group_by("term_id", maintain_order=True).agg(
        pl.first("known_by", "pos"), noun=(pl.col("pos") == "noun").any()
    )
    own = export.scan(EXPORTED_TERMS).select("term_id", "term", "cluster_id")
    counts = pl.col("known_by") == "counts"
    known = own.join(first, on="term_id")
    rows = known.select("term", "pos", "noun", "cluster_id", counted=counts).collect()
    words = rows.filter("counted").select("term", "pos", "cluster_id").iter_rows()
    counted = {(term, pos): cluster for term, pos, cluster in words}
    grammar = stop_words(export.language)
    for term, pos, noun, cluster, is_counted in rows.iter_rows():
        first_word, _, rest = term.partition(" ")
        if rest and not noun and first_word.casefold() in grammar:
            yield term, IDIOM
        elif not rest and not is_counted:
            bases = base_keys(look_up_key(term, export.language), export.language)
            if any(counted.get((base, pos), cluster) != cluster for base in bases):
                yield term, FORM


def _meant_otherwise(export: Export) -> set[str]:
    """The terms that mostly do not mean what their cluster means."""
    if not export.tells_senses:
        return set()
    senses = export.scan(EXPORTED_SENSES).group_by("term_id").agg(top=pl.col("share").max())
    share = export.scan(EXPORTED_MEMBERSHIPS).select("term_id", "cluster_id", "share")
    rows = (
        export.scan(EXPORTED_TERMS)
        .select("term_id", "term", "cluster_id")
        .join(senses, on="term_id")
        .join(share, on=["term_id", "cluster_id"], how="left")
        .filter(pl.coalesce("share", "top") < pl.lit(MOST, pl.Float32))
    )
    return set(rows.select("term").collect()["term"])


def _spellings(export: Export) -> Iterator[tuple[_Spelling, str]]:
    """Every term that an engine sees something of, with its form."""
    for batch in export.batches(EXPORTED_TERMS, ["term", "cluster_id", "frequency"]):
        for row in batch.iter_rows():
            form = form_of(row[0], export.language)
            if form:
                yield _Spelling(*row), form


def _shared_forms(export: Export) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Sorted hashes of the forms of several terms, and of the terms that are their own form."""
    forms, plain = [], []
    for spelling, form in _spellings(export):
        number = stable_hash(form)
        forms.append(number)
        if spelling.term == form:
            plain.append(number)
    hashes, counts = np.unique(np.array(forms, np.uint64), return_counts=True)
    return hashes[counts > 1], np.unique(np.array(plain, np.uint64))


def _holds(hashes: npt.NDArray[np.uint64], form: str) -> bool:
    number = np.uint64(stable_hash(form))
    place = np.searchsorted(hashes, number)
    return bool(place < len(hashes) and hashes[place] == number)


def _is_short(form: str) -> bool:
    """Whether a form is one or two letters of a script that has capitals."""
    letters = [letter for letter in form if letter.isalnum()]
    return len(letters) < 3 and " " not in form and form.upper() != form


def _bases(form: str, language: str) -> Iterator[str]:
    bases = LANGUAGES.get(primary_language(language))
    return bases(form) if bases and " " not in form else iter(())


def _dominant(spellings: list[_Spelling], language: str) -> int | None:
    """The cluster that a form means; None for none, or where it is not known."""
    own: dict[int | None, list[_Spelling]] = defaultdict(list)
    for spelling in spellings:
        own[spelling.cluster_id].append(spelling)
    if len(own) == 1:
        return next(iter(own))
    known = [spelling.frequency for spelling in spellings if spelling.frequency is not None]
    if len(known) == len(spellings):
        use = {cluster: sum(x.frequency or 0 for x in group) for cluster, group in own.items()}
        return next((cluster for cluster, n in use.items() if 2 * n > sum(known)), None)
    words = {
        cluster
        for cluster, group in own.items()
        if any(x.term == small_letters(x.term, language) for x in group)
    }
    rest = [x.term for cluster, group in own.items() if cluster not in words for x in group]
    return next(iter(words)) if len(words) == 1 and all(map(_is_symbol, rest)) else None


def _is_symbol(term: str) -> bool:
    """Whether a term looks like a symbol or an abbreviation: *Be*, *OR*, *Ore.*, *pH*."""
    letters = [letter for letter in term if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return " " not in term and (capitals > 1 or "." in term or len(letters) < 3)
