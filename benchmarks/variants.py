"""What might be built around the signed clustering: `python -m benchmarks.variants --data data`.

On the judged pairs of a finished run, measured on validation terms as `benchmarks.clustering`
does (F0.5 of pairs with both, and with at least one, end held out):

* closure: the head judges pairs that were never candidates, those within tentative clusters or
  also those two edges apart, and all is clustered again;
* senses: each term is cut into senses, the connected parts of its neighbourhood (as Watset does);
  senses are linked through the sense of the neighbour that shares most, and clustered; each
  term goes where its strongest sense went;
* consensus: pairs that are together at enough of several gates stay together;
* production: no figure, but the known antonym pairs in one cluster when the dictionary's pairs
  speak for all terms but a small share, as in a run that holds few out (the judge is the same).
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp

from benchmarks.baselines import DEFAULTS, Array, Case, Labels, dense, make_case, signed
from benchmarks.clustering import ANTONYM_GATE, shape
from benchmarks.machine import options
from nymgraph.clustering import Edges, intrusions, pair_scores
from nymgraph.pipeline.classifier.features import open_space
from nymgraph.pipeline.classifier.model_folder import model_classifier
from nymgraph.pipeline.classifier.trained import classifier_over
from nymgraph.pipeline.schemas import RELATION_NAMES
from nymgraph.pipeline.storage.artefacts import Workspace

MIN_SUPPORT = DEFAULTS["signed"]
HIDDEN = 0.04  # what params.yaml advises for production: .02 for validation, .02 for test
GATES = (0.5, 0.6, 0.7, 0.8, 0.9)
Rows = tuple[Array, Array, Array, Array]


class Run(NamedTuple):
    """A finished run: judged rows (a, b, p_synonym, p_antonym), known pairs, validation terms."""

    n_terms: int
    judged: Rows
    known: dict[str, tuple[Array, Array]]
    scored: Array
    judge: Callable[[Array, Array], Array]


def main() -> None:
    """Print a row for each variant."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--gates", default="0.6,0.7,0.8")
    parser.add_argument("--variants", default=",".join(VARIANTS))
    asked = parser.parse_args()
    run = load(asked.data)
    for gate in (float(gate) for gate in asked.gates.split(",")):
        case = make_case(run.n_terms, *run.judged, gate, ANTONYM_GATE)
        print(f"gate {gate}")
        report("signed", run, case, signed(case, MIN_SUPPORT))
        for name in asked.variants.split(","):
            VARIANTS[name](run, case, gate)


def load(data: Path) -> Run:
    """Read the run."""
    workspace = Workspace(data)
    trained = model_classifier(data / "train" / "model", "cpu")
    space = open_space(workspace, votes=trained.counts_votes)
    terms, features = space.terms, space.features(surface=trained.trained.head.surface)
    names = ["a", "b", "p_synonym", "p_antonym"]
    judged = pl.scan_parquet(data / "classify/relations/*.parquet").select(names).collect()
    pairs, held = (
        pl.read_parquet(data / f"label/{name}.parquet") for name in ("pairs", "held_out")
    )
    scored = np.zeros(len(terms), bool)
    scored[held.filter(pl.col("split") == "validation")["term_id"].to_numpy()] = True
    known = {
        kind: (rows["a"].to_numpy(), rows["b"].to_numpy())
        for kind in RELATION_NAMES
        for rows in [pairs.filter(pl.col("relation") == kind)]
    }
    judge = classifier_over(trained, terms, features, "cpu", dictionary=False).judge
    rows = tuple(judged[name].to_numpy() for name in names)
    return Run(len(terms), rows, known, scored, judge)


def closure(run: Run, case: Case, gate: float) -> None:
    """Judge what was never a candidate."""
    for name, missing in (
        ("within clusters", within(signed(case, MIN_SUPPORT))),
        ("two edges apart", two_apart(case)),
    ):
        a, b = unjudged(run, *missing)
        p = run.judge(a, b)
        n_found, n_opposite = (p[:, 0] >= gate).sum(), (p[:, 1] >= ANTONYM_GATE).sum()
        print(f"  {name}: {len(a):,} new pairs, {n_found:,} synonyms, {n_opposite:,} antonyms")
        more = (a, b, p[:, 0], p[:, 1])
        rows = (np.concatenate(pair) for pair in zip(run.judged, more, strict=True))
        again = make_case(run.n_terms, *rows, gate, ANTONYM_GATE)
        report(f"closure, {name}", run, again, signed(again, MIN_SUPPORT))


def within(labels: Labels) -> tuple[Array, Array]:
    """All pairs of terms in one cluster."""
    terms = np.flatnonzero(labels >= 0)
    one = sp.csr_matrix((np.ones(len(terms), np.int32), (terms, labels[terms])))
    return _upper(one @ one.T)


def two_apart(case: Case) -> tuple[Array, Array]:
    """All pairs of terms with a neighbour in common."""
    graph = _matrix(case)
    return _upper(graph @ graph)


def unjudged(run: Run, a: Array, b: Array) -> tuple[Array, Array]:
    """Those of the pairs that are not among the judged."""
    key = a.astype(np.int64) * run.n_terms + b
    known = run.judged[0].astype(np.int64) * run.n_terms + run.judged[1]
    fresh = ~np.isin(key, known)
    return a[fresh], b[fresh]


def senses(run: Run, case: Case, _: float) -> None:
    """Cluster senses instead of terms."""
    rows = _rows(case)
    sense_of, owner = induce(rows)
    a, b, weight = case.edges
    ends = np.array([[sense_of[x, y], sense_of[y, x]] for x, y in zip(a, b, strict=True)])
    foes = [  # a cannot-link bars every sense of the one from every sense of the other
        (s, t)
        for x, y in zip(case.antonyms.a.tolist(), case.antonyms.b.tolist(), strict=True)
        for s in {sense_of[x, z] for z in rows.get(x, ())}
        for t in {sense_of[y, z] for z in rows.get(y, ())}
    ]
    one, other = (np.array([pair[i] for pair in foes], np.int32) for i in (0, 1))
    expected = case.expected[owner]
    links = Edges(ends[:, 0].astype(np.int32), ends[:, 1].astype(np.int32), weight)
    cut = Case(len(owner), links, Edges(one, other, np.ones(len(one), np.float32)), expected)
    found = signed(cut, MIN_SUPPORT)
    print(f"  senses: {len(owner):,} of {len(rows):,} terms with edges")
    report("senses", run, case, home(run.n_terms, owner, found, ends, weight))


def induce(rows: dict[int, dict[int, float]]) -> tuple[dict[tuple[int, int], int], Array]:
    """The sense in which each term holds each neighbour, and the term of each sense."""
    sense_of, owner = {}, []
    for x, row in rows.items():
        left = set(row)
        while left:
            border = [min(left)]
            left.discard(border[0])
            while border:
                y = border.pop()
                sense_of[x, y] = len(owner)
                near = left & rows[y].keys()
                left -= near
                border += sorted(near)
            owner.append(x)
    return sense_of, np.array(owner)


def home(n_terms: int, owner: Array, found: Labels, ends: Array, weight: Array) -> Labels:
    """Each term in the cluster to which its senses have most weight."""
    same = found[ends[:, 0]] == found[ends[:, 1]]
    senses_in = ends[same & (found[ends[:, 0]] >= 0)].ravel()
    strength = np.repeat(weight[same & (found[ends[:, 0]] >= 0)], 2)
    total = pl.DataFrame({"term": owner[senses_in], "c": found[senses_in], "w": strength})
    best = (
        total.group_by("term", "c")
        .agg(pl.col("w").sum())
        .sort("w", "c")
        .unique("term", keep="last")
    )
    labels = n_terms + np.arange(n_terms)
    labels[best["term"].to_numpy()] = best["c"].to_numpy()
    return dense(labels)


def consensus(run: Run, case: Case, _: float) -> None:
    """Keep what several gates agree on."""
    votes: dict[float, Labels] = {
        gate: signed(make_case(run.n_terms, *run.judged, gate, ANTONYM_GATE), MIN_SUPPORT)
        for gate in GATES
    }
    a, b = (np.concatenate(end) for end in zip(*map(within, votes.values()), strict=True))
    key, count = np.unique(a.astype(np.int64) * run.n_terms + b, return_counts=True)
    for least in (2, 3, 4):
        kept = key[count >= least]
        joined = sp.coo_matrix(
            (np.ones(len(kept)), (kept // run.n_terms, kept % run.n_terms)),
            (run.n_terms, run.n_terms),
        )
        labels = dense(sp.csgraph.connected_components(joined, directed=False)[1])
        report(f"consensus, {least} of {len(GATES)} gates", run, case, labels)


def production(run: Run, _: Case, gate: float) -> None:
    """Let known pairs override the judge but at a few hidden terms; count antonyms together."""
    hidden = np.random.default_rng(0).random(run.n_terms) < HIDDEN
    rows = []
    for kind, (a, b) in run.known.items():
        seen = ~(hidden[a] | hidden[b])
        said = np.full(int(seen.sum()), 1, np.float32)
        rows.append((a[seen], b[seen], said * (kind == "synonym"), said * (kind == "antonym")))
    a, b, p_synonym, p_antonym = (
        np.concatenate(column) for column in zip(*rows, run.judged, strict=True)
    )
    _, first = np.unique(a.astype(np.int64) * run.n_terms + b, return_index=True)
    judged = (a[first], b[first], p_synonym[first], p_antonym[first])
    case = make_case(run.n_terms, *judged, gate, ANTONYM_GATE)
    a, b = run.known["antonym"]
    found = intrusions(signed(case, MIN_SUPPORT), a, b)
    unseen = int((hidden[a[found]] | hidden[b[found]]).sum())
    print(
        f"  production, {HIDDEN:.0%} of terms hidden: {len(found)} of {len(a):,} known antonym "
        f"pairs in one cluster, {unseen} of them hidden"
    )


def report(name: str, run: Run, case: Case, labels: Labels) -> None:
    """Print the figures of one clustering."""
    both = pair_scores(labels, *run.known["synonym"], run.scored)
    touch = pair_scores(labels, *run.known["synonym"], run.scored, touching=True)
    figures = shape(case, labels)
    print(
        f"  {name:<32} F0.5 {both.f05:.4f} / {touch.f05:.4f}  precision {both.precision:.3f} / "
        f"{touch.precision:.3f}  recall {both.recall:.3f} / {touch.recall:.3f}  "
        f"biggest {figures['biggest']}  broken {figures['cannot_links_broken']}",
        flush=True,
    )


VARIANTS = {
    "closure": closure,
    "senses": senses,
    "consensus": consensus,
    "production": production,
}


def _matrix(case: Case) -> sp.csr_matrix:
    a, b, weight = case.edges
    ends = np.append(a, b), np.append(b, a)
    return sp.csr_matrix((np.append(weight, weight), ends), (case.n_terms, case.n_terms))


def _rows(case: Case) -> dict[int, dict[int, float]]:
    rows: dict[int, dict[int, float]] = {}
    for x, y, p in zip(*(column.tolist() for column in case.edges), strict=True):
        rows.setdefault(x, {})[y] = p
        rows.setdefault(y, {})[x] = p
    return rows


def _upper(matrix: sp.csr_matrix) -> tuple[Array, Array]:
    pairs = sp.triu(matrix, 1).tocoo()
    return pairs.row, pairs.col


if __name__ == "__main__":
    main()
