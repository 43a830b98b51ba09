"""Where unseen words are placed: `python -m benchmarks.nearest --data data --split validation`.

Words that the export does not know, four kinds of them: *rare*, held-out terms, each hidden from
the search while it is asked for, of which a dictionary synonym is in a cluster; *misspelled*,
*plural* and *-ing* forms of held-out terms in a cluster, made by rule, no terms themselves. Placed
right: the cluster holds a synonym by the dictionary (rare), or the term that the form was made of.
Placed wrong: any other cluster, but for the one that a rare term is in itself. Before: as nearest
was, by judgements at the gate alone.
"""

import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import polars as pl

from benchmarks.machine import options
from nymgraph.pipeline.schemas import HELD_OUT, PAIRS
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.store import ClusterStore, Nearest
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.nearest import NearestFinder
from nymgraph.pipeline.store.run_data import RunData

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Asked(NamedTuple):
    """A word, its kind, the term to hide, and the ids of the clusters that are right or its own."""

    kind: str
    word: str
    hidden: str | None
    right: set[int]
    own: int | None


def main() -> None:
    """Draw the words, ask for each, print."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--split", choices=("validation", "test"), default="validation")
    parser.add_argument("--words", type=int, default=60, help="of each kind")
    given = parser.parse_args()
    store = ClusterStore(given.data / "export")
    export = ExportFolder(given.data / "export")
    finder = NearestFinder(export, RunData(export, given.data))
    asked = drawn(store, Workspace(given.data), given.split, given.words)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word in asked:
        for way, placed in zip(("before", "now"), answers(store, finder, word), strict=True):
            counts[f"{word.kind}, {way}"][verdict(word, placed)] += 1
    for kind, found in sorted(counts.items()):
        total = found.total()
        shares = ", ".join(f"{name} {found[name] / total:.2f}" for name in ("right", "wrong"))
        print(f"{kind}: {total} words, {shares}, placed {1 - found['nowhere'] / total:.2f}")


def answers(store: ClusterStore, finder: NearestFinder, word: Asked) -> tuple[Nearest, Nearest]:
    """As it was, and as it is."""
    found = [x for x in finder.neighbours(word.word, 33) if x.term != word.hidden]
    gate = store.gate
    strict = [x if x.p_synonym >= gate else x._replace(p_synonym=0.0) for x in found]
    known = None if word.hidden else finder.known(word.word)
    near = sorted(strict, key=lambda x: -x.cosine)[:32]
    return finder.placed("", near), known or finder.placed(word.word, found)


def verdict(word: Asked, placed: Nearest) -> str:
    """Right, wrong, nowhere, or in the cluster of its own."""
    if placed.cluster is None:
        return "nowhere"
    if placed.cluster.id in word.right:
        return "right"
    return "own" if placed.cluster.id == word.own else "wrong"


def drawn(store: ClusterStore, run: Workspace, split: str, n: int) -> list[Asked]:
    """The words of every kind."""
    chance = random.Random(0)
    terms = run.read(HELD_OUT).filter(pl.col("split") == split)["term"].to_list()
    chance.shuffle(terms)
    right = right_clusters(store, run)
    rare = [term for term in terms if right[term]][:n]
    asked = [Asked("rare", term, term, right[term], store[term].id) for term in rare]
    plain = [x for x in terms if x.isascii() and x.isalpha() and x.islower() and len(x) > 5]
    for kind, change in (("misspelled", misspelled), ("plural", plural), ("-ing", gerund)):
        made = ((change(term, chance), store[term].id) for term in plain)
        fit = [(word, own) for word, own in made if own is not None and word not in store]
        asked += [Asked(kind, word, None, {own}, own) for word, own in fit[:n] if own is not None]
    return asked


def right_clusters(store: ClusterStore, run: Workspace) -> dict[str, set[int]]:
    """The clusters of the dictionary's synonyms of every term."""
    pairs = run.read(PAIRS).filter(pl.col("relation") == "synonym")
    found: dict[str, set[int]] = defaultdict(set)
    for a, b in pairs["term_a", "term_b"].iter_rows():
        for term, other in ((a, b), (b, a)):
            if (own := store[other].id) is not None:
                found[term].add(own)
    return found


def misspelled(term: str, chance: random.Random) -> str:
    """One letter dropped, added, wrong, or two swapped, inside the word."""
    place, letter = chance.randrange(1, len(term) - 1), chance.choice(LETTERS)
    head, tail = term[:place], term[place:]
    kinds = [head + tail[1:], head + letter + tail, head + letter + tail[1:]]
    return chance.choice([*kinds, head + tail[1] + tail[0] + tail[2:]])


def plural(term: str, _: random.Random) -> str:
    """By the rules of English spelling."""
    if term.endswith(("s", "x", "z", "ch", "sh")):
        return f"{term}es"
    return f"{term[:-1]}ies" if term[-1] == "y" and term[-2] not in "aeiou" else f"{term}s"


def gerund(term: str, _: random.Random) -> str:
    """With -ing, in place of a last e."""
    return f"{term.removesuffix('e')}ing"


if __name__ == "__main__":
    main()
