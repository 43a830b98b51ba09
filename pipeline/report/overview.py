"""The figures that matter most, each with what it is measured on."""

from nymgraph.pipeline.report.blocks import Figure, Figures, Section
from nymgraph.pipeline.report.numbers import count, decimal, share
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.report.verdict import pointers, verdict

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "At a glance"
NEEDS = ("cluster/clusters.parquet", "cluster/assignments.parquet")


def build(run: RunData) -> Section:
    """Whether the run is good, where to look first, and the figures that matter most."""
    figures = [*_extent(run), *_classifier(run), *_clusters(run)]
    return Section(verdict(run), (pointers(run), Figures(tuple(figures))))


def _extent(run: RunData) -> list[Figure]:
    n_terms, n_clustered = len(run.own_cluster), run.own_cluster.drop_nulls().len()
    part = share(n_clustered / max(1, n_terms))
    return [
        Figure("Terms", count(n_terms), "accepted into the lexicon"),
        Figure(
            "Clusters", count(run.clusters.height), f"they hold {count(n_clustered)} terms ({part})"
        ),
    ]


def _classifier(run: RunData) -> list[Figure]:
    test = run.metrics("train").get("test", {})
    if not test:
        return []
    pairs = count(sum(test["support"].values()))
    baseline = decimal(test.get("macro_f1_of_cosine"))
    basis = (
        f"of the classifier, on {pairs} pairs of held-out terms; thresholds on cosine: {baseline}"
    )
    figures = [Figure("Macro-F1", decimal(test["macro_f1"]), basis)]
    if "ece" in test:
        about = "of the classifier's probabilities, on the same pairs, after calibration"
        figures.append(Figure("Expected calibration error", decimal(test["ece"]), about))
    return figures


def _clusters(run: RunData) -> list[Figure]:
    figures = run.metrics("evaluate").get("clusters", {})
    if not figures:
        return []
    held_out = figures["held_out"]
    together, known = count(held_out["pairs_together"]), count(held_out["pairs_known"])
    return [
        Figure(
            "Pair precision",
            decimal(held_out["precision"]),
            f"of the clusters: {together} pairs of held-out terms in one cluster; a lower bound, "
            "dictionaries have gaps",
        ),
        Figure(
            "Pair recall",
            decimal(held_out["recall"]),
            f"of the clusters: of {known} known synonym pairs of held-out terms",
        ),
        Figure(
            "Antonyms together",
            count(figures["antonyms_together"]),
            f"in one cluster, of {count(figures['antonyms_known'])} known antonym pairs",
        ),
        Figure(
            "Drift", share(figures["drift"]), "pairs in one cluster without an edge of their own"
        ),
    ]
