"""Lists that a search engine would bring, written by hand, clustered by the model of a run.

`python -m benchmarks.own_lists --model data [--list hotel ...] [--out FOLDER] [--wrong]`

A line of `benchmarks/own_lists/NAME.txt` holds the terms that are one, separated by bars; a term
alone is a synonym of no other. Beside the synonyms stand what lists hold and cosine confuses:
opposites (*free wifi, paid wifi*), siblings (*red wine, white wine*), narrower terms (*leather
jackets for men*). Every list goes through `nymgraph.cluster` as it is. Printed are, of the pairs
together in a cluster, the share that the file has together (precision), the share of its pairs that
are found (recall), the clusters with a wrong pair; the same for connected components of the cosine
alone at `COSINES`; and the average precision of the candidates by p_synonym and by cosine. The
lists of `UNSEEN` (with a star) were read by nobody while rules or constants were chosen. At the end
stand all pairs of the lists together, and of those with a star.
"""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import polars as pl
from sklearn.metrics import average_precision_score

import nymgraph
from benchmarks.machine import describe, options
from nymgraph.pipeline.schemas import RELATIONS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

FOLDER = Path(__file__).parent / "own_lists"
UNSEEN = ("city", "food", "support")
COSINES = (0.7, 0.8)

Pairs = set[frozenset[str]]


class Listed(NamedTuple):
    """A list: its terms, and the pairs of them that are one."""

    terms: list[str]
    gold: Pairs


def main() -> None:
    """Cluster each list and print its figures."""
    parser = options(__doc__)
    parser.add_argument("--model", type=Path, default=Path("data"))
    parser.add_argument("--list", action="append", help="default: all")
    parser.add_argument("--out", type=Path, help="where the folders of the runs are left")
    parser.add_argument("--wrong", action="store_true", help="print wrong clusters, missing pairs")
    asked = parser.parse_args()
    names = asked.list or sorted(path.stem for path in FOLDER.glob("*.txt"))
    print(describe())
    print("list       terms pairs | clusters wrong | precision recall | cosine: precision recall …")
    every, gold = {}, {}
    with tempfile.TemporaryDirectory() as made:
        for name in names:
            listed = read_list(FOLDER / f"{name}.txt")
            folder = (asked.out or Path(made)) / name
            every[name] = report(name, listed, asked.model, folder, wrong=asked.wrong)
            gold[name] = listed.gold
    for title, which in (("all", names), ("unseen", [name for name in names if name in UNSEEN])):
        if which:
            found_by = zip(*(every[name] for name in which), strict=True)
            ways = zip(("clusters", *COSINES), found_by, strict=True)
            truth = [gold[name] for name in which]
            cells = (f"{way}: {score_all(found, truth)}" for way, found in ways)
            print(f"{title}: " + " | ".join(cells))


def read_list(path: Path) -> Listed:
    """Read a file of groups."""
    groups = [line.split(" | ") for line in path.read_text().splitlines() if line]
    return Listed([term for group in groups for term in group], pairs_of(groups))


def pairs_of(groups: Iterable[Iterable[str]]) -> Pairs:
    """Each pair within a group."""
    return {frozenset(pair) for group in groups for pair in combinations(sorted(group), 2)}


def report(name: str, listed: Listed, model: Path, folder: Path, *, wrong: bool) -> list[Pairs]:
    """Cluster a list and print a line of figures.

    Args:
        name: Its name; those of `UNSEEN` get a star.
        listed: The list.
        model: The folder of a run or of a model.
        folder: Where the list's own run is made.
        wrong: Whether what is wrong is printed too.

    Returns:
        The pairs that are together: in the clusters, and by each of `COSINES`.
    """
    store = nymgraph.cluster(listed.terms, model=model, out=folder)
    clusters = clusters_of(store, listed.terms)
    together = pairs_of(clusters)
    bad = [cluster for cluster in clusters if pairs_of([cluster]) - listed.gold]
    judged = judged_pairs(Workspace(folder / "data"))
    cells = [f"{name + '*' * (name in UNSEEN):10} {len(listed.terms):5} {len(listed.gold):5}"]
    ways = [together]
    for cosine in COSINES:
        near = judged.filter(pl.col("cosine") >= cosine).select("one", "other").iter_rows()
        ways.append(pairs_of(components(near)))
    cells += [f"{len(clusters):8} {len(bad):5}", *(score_all([x], [listed.gold]) for x in ways)]
    synonym = [frozenset(pair) in listed.gold for pair in judged.select("one", "other").iter_rows()]
    orders = [average_precision_score(synonym, judged[x]) for x in ("p_synonym", "cosine")]
    cells.append(f"AP {orders[0]:.3f}, cosine {orders[1]:.3f}: {orders[0] / orders[1]:.2f} x")
    print(" | ".join(cells), flush=True)
    if wrong:
        for cluster in bad:
            print("   wrong:", " | ".join(cluster))
        missing = sorted(" / ".join(sorted(pair)) for pair in listed.gold - together)
        print("   missing:", "; ".join(missing))
    return ways


def clusters_of(store: nymgraph.ClusterStore, terms: list[str]) -> list[tuple[str, ...]]:
    """The terms that are looked up in one cluster, or are forms of one term."""
    homes: dict[str, list[str]] = {}
    for term in terms:
        homes.setdefault(store[term].members[0], []).append(term)
    return sorted(tuple(sorted(home)) for home in homes.values() if len(home) > 1)


def judged_pairs(workspace: Workspace) -> pl.DataFrame:
    """The judged pairs of a run by name: columns one, other, cosine, p_synonym."""
    terms = workspace.read(TERMS, ["term"])["term"]
    judged = workspace.scan(RELATIONS).select("a", "b", "cosine", "p_synonym").collect()
    named = {name: terms.gather(judged[end]) for name, end in (("one", "a"), ("other", "b"))}
    return judged.select("cosine", "p_synonym").with_columns(**named)


def components(pairs: Iterable[tuple[str, str]]) -> Iterator[set[str]]:
    """Connected components of a graph."""
    home: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = home.get(one, {one}) | home.get(other, {other})
        home.update(dict.fromkeys(joined, joined))
    return iter({id(group): group for group in home.values()}.values())


def score_all(found: Iterable[Pairs], gold: Iterable[Pairs]) -> str:
    """Precision and recall of the pairs of some lists."""
    counts = [(len(x & y), len(x), len(y)) for x, y in zip(found, gold, strict=True)]
    right, n_found, n_gold = (sum(column) for column in zip(*counts, strict=True))
    return f"{right / max(1, n_found):9.3f} {right / n_gold:6.3f}"


if __name__ == "__main__":
    main()
