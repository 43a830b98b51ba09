"""Dominance: how much of a word's use lies in each of its senses.

*fast* is `quick` far more often than `debauched`: a pair of synonyms means little where it holds in
a rare sense of either word. The share of a sense s among the senses S of a term is

    share(s) = (count(s) + PRIOR * guess(s)) / (Σ count + PRIOR),      Σ share = 1,

with the counts that the dictionary has (0 where it has none), and

    guess(s) ∝ g(s), or rank(s)^-1.52 * g(s)^.54 where the dictionary's order of senses is known,
    g(s) = (1 + members)^.23 * (1 + place)^-.53 * (1 + narrower)^.56 * (1 + links)^.67

members are the terms of the synset, place that of the term among them from 0, narrower the synsets
directly below, links its relations of other kinds: a sense that a dictionary ties to much is a
common one. A weight that a source states itself (a column of a thesaurus) is used as it is.

The exponents are two conditional logits (McFadden 1974) fitted on the tagged counts of WordNet 3.1
(`python -m benchmarks.dominance`). On words that the fit has not seen, counts withheld, guess and
true share correlate .64 and the top sense is right for 54 %, with the order .85 and 86 % (at random
.34 and 26 %; gradient boosting on thirty features without the order .68 and 57 %).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from nymgraph.pipeline.lexicon.wordnet import Synset

__all__ = ["Sense", "sense_shares", "senses_of"]

PRIOR = 1.0  # occurrences that the guess counts for
_MEMBERS, _PLACE, _NARROWER, _LINKS = 0.23, -0.53, 0.56, 0.67
_RANK, _GUESS_WITH_RANK = -1.52, 0.54


class Sense(NamedTuple):
    """One sense of a term.

    Attributes:
        synset: Its place in the list of synsets.
        term: The place of the term in it.
        share: Of the term's use, in (0, 1].
        source: How the share is known: counts, order, estimate or stated.
    """

    synset: int
    term: int
    share: float
    source: str


def senses_of(
    synsets: Sequence[Synset], withheld: Collection[str] = ()
) -> dict[str, tuple[Sense, ...]]:
    """The senses of every term of a dictionary, the commonest first.

    Args:
        synsets: The dictionary.
        withheld: Terms whose counts and order are not looked at, to measure the guess.

    Returns:
        Of each term its senses, by falling share, then in the order of the file.
    """
    narrower = Counter(above for synset in synsets for above in synset.hypernyms)
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, synset in enumerate(synsets):
        for place, term in enumerate(synset.terms):
            if term not in synset.terms[:place]:
                found[term].append((number, place))
    return {
        term: _ranked(synsets, places, narrower, blind=term in withheld)
        for term, places in found.items()
    }


def sense_shares(
    synsets: Sequence[Synset], senses: dict[str, tuple[Sense, ...]]
) -> list[tuple[float, ...]]:
    """The shares in the order of the dictionary.

    Args:
        synsets: The dictionary.
        senses: The senses of its terms, from `senses_of`.

    Returns:
        By synset, the share of it in each of its terms, in (0, 1].
    """
    share = {(term, sense.synset): sense.share for term, own in senses.items() for sense in own}
    return [
        tuple(share[term, number] for term in synset.terms) for number, synset in enumerate(synsets)
    ]


def _ranked(
    synsets: Sequence[Synset], places: list[tuple[int, int]], narrower: Counter[str], *, blind: bool
) -> tuple[Sense, ...]:
    """The senses of one term with their shares."""
    if any(synsets[number].weight is not None for number, _ in places):
        stated = [(n, p, synsets[n].weight) for n, p in places]
        found = [Sense(n, p, 1.0 if w is None else w, "stated") for n, p, w in stated]
        return tuple(sorted(found, key=lambda sense: (-sense.share, sense.synset)))
    counts, ranks = ([_at(values, p) for values, p in _values(synsets, places, name, blind=blind)]
                     for name in ("counts", "ranks"))  # fmt: skip
    guesses = [
        _guess(synsets[number], place, narrower[synsets[number].id], rank)
        for (number, place), rank in zip(places, ranks, strict=True)
    ]
    scale, total = PRIOR / sum(guesses), sum(counts) + PRIOR
    source = "counts" if any(counts) else "order" if any(ranks) else "estimate"
    found = [
        Sense(number, place, (count + scale * guess) / total, source)
        for (number, place), count, guess in zip(places, counts, guesses, strict=True)
    ]
    return tuple(sorted(found, key=lambda sense: (-sense.share, sense.synset)))


def _values(
    synsets: Sequence[Synset], places: list[tuple[int, int]], name: str, *, blind: bool
) -> list[tuple[Sequence[float], int]]:
    return [(() if blind else getattr(synsets[number], name), place) for number, place in places]


def _at(values: Sequence[float], place: int) -> float:
    return values[place] if values else 0.0


def _guess(synset: Synset, place: int, narrower: int, rank: float) -> float:
    """What is guessed of a sense from the way the dictionary is built, up to a factor."""
    built = (
        (1 + len(synset.terms)) ** _MEMBERS
        * (1 + place) ** _PLACE
        * (1 + narrower) ** _NARROWER
        * (1 + synset.n_links) ** _LINKS
    )
    return float(rank**_RANK * built**_GUESS_WITH_RANK if rank else built)
