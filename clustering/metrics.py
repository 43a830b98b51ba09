"""How good a clustering is on terms that nothing was learned from, and how it is shaped.

Gold is a relation between pairs, not a partition: a ~ b and b ~ c do not make a ~ c. Contract of
the gold arrays: each unordered pair once, both ends in 0..n_terms-1. Every ratio with nothing
below the line (0/0) is 0.0. Wrong lengths, dtypes or ids raise ValueError.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nymgraph.clustering.checks import check_ids, check_same_length
from nymgraph.clustering.graph import Edges
from nymgraph.clustering.result import SINGLETON, cluster_sizes, same_cluster


@dataclass(frozen=True)
class PairScores:
    """Same-cluster pairs against gold pairs.

    Attributes:
        n_predicted: pairs within a cluster.
        n_gold: gold pairs.
        n_correct: gold pairs within a cluster.
    """

    n_predicted: int
    n_gold: int
    n_correct: int

    @property
    def precision(self) -> float:
        """n_correct / n_predicted, in [0, 1]."""
        return _ratio(self.n_correct, self.n_predicted)

    @property
    def recall(self) -> float:
        """n_correct / n_gold, in [0, 1]."""
        return _ratio(self.n_correct, self.n_gold)

    @property
    def f1(self) -> float:
        """F with precision and recall of equal weight, in [0, 1]."""
        return _f_score(self.precision, self.recall, 1.0)

    @property
    def f05(self) -> float:
        """F0.5: precision weighs twice as much as recall, in [0, 1]."""
        return _f_score(self.precision, self.recall, 0.5)


@dataclass(frozen=True)
class BCubed:
    """Means over terms of what each finds in its cluster.

    Attributes:
        precision: mean share of the term's cluster that is gold, in [0, 1].
        recall: mean share of the term's gold set that is in its cluster, in [0, 1].
        n_terms: number of terms in the means.
    """

    precision: float
    recall: float
    n_terms: int

    @property
    def f1(self) -> float:
        """Harmonic mean of the two means, in [0, 1]."""
        return _f_score(self.precision, self.recall, 1.0)


@dataclass(frozen=True)
class SizeSummary:
    """The sizes of the clusters.

    Attributes:
        n_clusters: number of clusters.
        n_clustered: terms in a cluster.
        biggest: terms of the largest cluster.
        mean: terms per cluster.
        median: median of terms per cluster.
        histogram: int64 (biggest + 1,), number of clusters of each size.
    """

    n_clusters: int
    n_clustered: int
    biggest: int
    mean: float
    median: float
    histogram: NDArray[np.int64]


def pair_scores(
    labels: NDArray[np.integer],
    gold_a: NDArray[np.integer],
    gold_b: NDArray[np.integer],
    held_out: NDArray[np.bool_],
    *,
    touching: bool = False,
) -> PairScores:
    """Compare same-cluster pairs with gold pairs, both ends held out.

    A cluster of n terms, m of them held out, predicts C(m, 2) pairs; with `touching`, where one
    held-out end is enough, C(n, 2) - C(n - m, 2).

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        gold_a: integer (n_gold,), one end of each gold synonym pair.
        gold_b: integer (n_gold,), the other end.
        held_out: bool (n_terms,), the terms to score.
        touching: count pairs with at least one held-out end.

    Returns:
        The three counts, with precision, recall and F as properties.
    """
    _check(labels, gold_a, gold_b, held_out)
    n = cluster_sizes(labels)
    m = np.bincount(labels[held_out & (labels != SINGLETON)], minlength=len(n))
    predicted = _pairs(n) - _pairs(n - m) if touching else _pairs(m)
    a_out, b_out = held_out[gold_a], held_out[gold_b]
    scored = (a_out | b_out) if touching else (a_out & b_out)
    correct = scored & same_cluster(labels, gold_a, gold_b)
    return PairScores(int(predicted.sum()), int(scored.sum()), int(correct.sum()))


def b_cubed(
    labels: NDArray[np.integer],
    gold_a: NDArray[np.integer],
    gold_b: NDArray[np.integer],
    held_out: NDArray[np.bool_],
) -> BCubed:
    """Average |C ∩ G| / |C| and |C ∩ G| / |G| over held-out terms with a held-out gold synonym.

    C(x) is x and the held-out terms of its cluster; G(x) is x and its held-out gold neighbours.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        gold_a: integer (n_gold,), one end of each gold synonym pair.
        gold_b: integer (n_gold,), the other end.
        held_out: bool (n_terms,), the terms to score.

    Returns:
        Mean precision and recall; 0.0 when no term qualifies.

    Source: Bagga and Baldwin 1998, with the gold class of a term replaced by its gold set.
    """
    _check(labels, gold_a, gold_b, held_out)
    scored = held_out[gold_a] & held_out[gold_b] & (gold_a != gold_b)
    a, b = gold_a[scored], gold_b[scored]
    n_terms = len(labels)
    together = same_cluster(labels, a, b)
    gold = _degrees(a, b, n_terms)
    found = 1 + _degrees(a[together], b[together], n_terms)
    clustered = held_out & (labels != SINGLETON)
    in_cluster = np.ones(n_terms, np.int64)
    in_cluster[clustered] = np.bincount(labels[clustered])[labels[clustered]]
    terms = gold > 0
    if not terms.any():
        return BCubed(0.0, 0.0, 0)
    precision = float((found[terms] / in_cluster[terms]).mean())
    recall = float((found[terms] / (1 + gold[terms])).mean())
    return BCubed(precision, recall, int(terms.sum()))


def intrusions(
    labels: NDArray[np.integer], ant_a: NDArray[np.integer], ant_b: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Find the antonym pairs that share a cluster.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        ant_a: integer (n_pairs,), one end of each antonym pair.
        ant_b: integer (n_pairs,), the other end.

    Returns:
        int64, the rows of those pairs, ascending.
    """
    return np.flatnonzero(same_cluster(labels, ant_a, ant_b))


def drift(labels: NDArray[np.integer], edges: Edges) -> float:
    """Measure the share of same-cluster pairs that no edge joins directly.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.
        edges: the synonym edges, each pair once.

    Returns:
        A share in [0, 1]: 0 when all clusters are cliques, or there is none.
    """
    n_pairs = int(_pairs(cluster_sizes(labels)).sum())
    return _ratio(n_pairs - int(same_cluster(labels, edges.a, edges.b).sum()), n_pairs)


def size_summary(labels: NDArray[np.integer]) -> SizeSummary:
    """Summarise the sizes of the clusters.

    Args:
        labels: integer (n_terms,), dense cluster numbers, -1 = singleton.

    Returns:
        Counts, mean, median and histogram; all 0 when there is no cluster.
    """
    sizes = cluster_sizes(labels)
    return SizeSummary(
        n_clusters=len(sizes),
        n_clustered=int(sizes.sum()),
        biggest=int(sizes.max(initial=0)),
        mean=_ratio(int(sizes.sum()), len(sizes)),
        median=float(np.median(sizes)) if len(sizes) else 0.0,
        histogram=np.bincount(sizes, minlength=1).astype(np.int64),
    )


def _check(
    labels: NDArray[np.integer],
    gold_a: NDArray[np.integer],
    gold_b: NDArray[np.integer],
    held_out: NDArray[np.bool_],
) -> None:
    check_same_length(labels=labels, held_out=held_out)
    check_same_length(gold_a=gold_a, gold_b=gold_b)
    check_ids("gold_a", gold_a, len(labels))
    check_ids("gold_b", gold_b, len(labels))
    if held_out.dtype != np.bool_:
        raise ValueError(f"got held_out of dtype {held_out.dtype}, expected bool; pass a mask")


def _pairs(n: NDArray[np.int64]) -> NDArray[np.int64]:
    return n * (n - 1) // 2


def _degrees(a: NDArray[np.integer], b: NDArray[np.integer], n_terms: int) -> NDArray[np.int64]:
    return np.bincount(a, minlength=n_terms) + np.bincount(b, minlength=n_terms)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _f_score(precision: float, recall: float, beta: float) -> float:
    return _ratio((1 + beta**2) * precision * recall, beta**2 * precision + recall)
