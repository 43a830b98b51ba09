"""The senses of the terms of a lexicon as a table: how common, what they mean, who shares them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

import polars as pl

from nymgraph.pipeline.lexicon.dictionaries import Inventory
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.shared_use import shared_use, uses_of
from nymgraph.pipeline.lexicon.wordnet import Synset, opposed
from nymgraph.pipeline.schemas import SENSES, SIMILAR

__all__ = ["senses_table", "similar_pairs"]


def senses_table(
    inventories: Iterable[Inventory], terms: Sequence[str], language: str
) -> pl.DataFrame:
    """The senses of every term that a dictionary holds.

    A term has the senses of the first dictionary that holds it. One without senses, such as a
    thesaurus, is passed over. Within a list the terms met most often in the sense come
    first, then those of the largest share of it: *large* before *prominent* as synonyms of *big*.

    Args:
        inventories: The dictionaries in order.
        terms: The lexicon; the row is the term_id.
        language: Language code of the lexicon.

    Returns:
        The table SENSES.
    """
    number = {term: term_id for term_id, term in enumerate(terms)}
    rows: list[tuple[object, ...]] = []
    done: set[str] = set()
    for inventory in inventories:
        mine = {term: own for term, own in inventory.senses.items() if term in number}
        mine = {term: own for term, own in mine.items() if own[0].source != "stated"}
        relatives = _Relatives(inventory, number)
        for term in mine.keys() - done:
            for place, sense in enumerate(mine[term], 1):
                synset = inventory.synsets[sense.synset]
                rows.append(
                    (
                        number[term],
                        place,
                        sense.share,
                        _count(synset, sense.term),
                        sense.source,
                        synset.pos,
                        clean(synset.gloss, language),
                        *relatives.of(sense.synset, sense.term),
                    )
                )
        done |= mine.keys()
    names = list(SENSES.schema)
    table = pl.DataFrame(rows, schema=SENSES.schema, orient="row") if rows else SENSES.empty()
    return SENSES.conform(table.select(names).sort("term_id", "sense"))


def similar_pairs(inventories: Iterable[Inventory], terms: Sequence[str]) -> pl.DataFrame:
    """The pairs of terms of two senses that a dictionary calls similar.

    Args:
        inventories: The dictionaries.
        terms: The lexicon; the row is the term_id.

    Returns:
        The table SIMILAR.
    """
    names = pl.DataFrame({"term": terms}, {"term": pl.String})
    number = {term: term_id for term_id, term in enumerate(terms)}
    tables = [SIMILAR.empty()]
    n_senses = 0
    for inventory in inventories:
        rows, n_senses = _similar_rows(inventory, number, n_senses)
        found = pl.DataFrame(rows, _SIMILAR_ROW, orient="row")
        uses = names.join(uses_of(inventory), on="term", how="left", maintain_order="left")
        a, b = uses[found["a"]], uses[found["b"]]
        shared = shared_use(found, (a, b))
        tables.append(SIMILAR.conform(found.with_columns(shared_use=shared)))
    return pl.concat(tables).unique(["a", "b", "senses"]).sort("a", "b", "senses")


_SIMILAR_ROW = {
    name: SIMILAR.schema[name]
    for name in ("a", "b", "senses", "dominance_a", "dominance_b", "alone_a", "alone_b")
}


def _similar_rows(
    inventory: Inventory, number: dict[str, int], n_senses: int
) -> tuple[list[tuple[int | float, ...]], int]:
    """The rows of one dictionary, its pairs of senses numbered from `n_senses`; the next number."""
    rows: list[tuple[int | float, ...]] = []
    synsets, share = inventory.synsets, _shares(inventory)
    place = {synset.id: i for i, synset in enumerate(synsets)}
    for i, synset in enumerate(synsets):
        for j in sorted({place[name] for name in synset.similar if name in place}):
            if i > j and synset.id in synsets[j].similar:
                continue  # said from both ends
            for x, y in product(synset.terms, synsets[j].terms):
                if x != y and x in number and y in number:
                    (a, at_a, only_a), (b, at_b, only_b) = sorted(
                        (number[term], share[term, k], len(synsets[k].terms) == 1)
                        for term, k in ((x, i), (y, j))
                    )
                    rows.append((a, b, n_senses, at_a, at_b, only_a, only_b))
            n_senses += 1
    return rows, n_senses


def _shares(inventory: Inventory) -> dict[tuple[str, int], float]:
    """Term and place of the synset to the share of that sense."""
    return {(t, sense.synset): sense.share for t, own in inventory.senses.items() for sense in own}


class _Relatives:
    """Who shares a sense, opposes it or comes near it, by term_id, the commonest first."""

    def __init__(self, inventory: Inventory, number: dict[str, int]) -> None:
        self._synsets = inventory.synsets
        self._number = number
        self._rank = {
            (term, sense.synset): (
                -_count(inventory.synsets[sense.synset], sense.term),
                -sense.share,
            )
            for term, own in inventory.senses.items()
            for sense in own
        }
        self._place = {synset.id: place for place, synset in enumerate(inventory.synsets)}
        self._opposed = _opposed(inventory.synsets)

    def of(self, synset: int, term: int) -> tuple[list[int], list[int], list[int]]:
        """Synonyms, antonyms and similar terms of a term in one of its senses."""
        here = self._synsets[synset]
        own = here.terms[term]
        synonyms = [(synset, other) for other in here.terms]
        antonyms = self._opposed.get((synset, own), [])
        near = [self._place[name] for name in here.similar if name in self._place]
        similar = [(place, other) for place in near for other in self._synsets[place].terms]
        return self._ids(synonyms, own), self._ids(antonyms, own), self._ids(similar, own)

    def _ids(self, found: list[tuple[int, str]], own: str) -> list[int]:
        ranked = sorted({(*self._rank[other, place], other) for place, other in found})
        known = (other for *_, other in ranked if other != own and other in self._number)
        return [self._number[other] for other in dict.fromkeys(known)]


def _count(synset: Synset, term: int) -> float:
    return synset.counts[term] if synset.counts else 0.0


def _opposed(synsets: Sequence[Synset]) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """Synset and term to the synsets and terms that are its antonyms, from either end."""
    found: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for one, i, other, j in opposed(synsets):
        a, b = (one, synsets[one].terms[i]), (other, synsets[other].terms[j])
        found[a].append(b)
        found[b].append(a)
    return found
