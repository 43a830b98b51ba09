"""evaluate: what came out, measured on held-out terms, for `dvc metrics` and `dvc plots`."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.clustering import canonical_edges
from nymgraph.pipeline.evaluation.agreement import agreement
from nymgraph.pipeline.evaluation.clustering import (
    cluster_figures,
    hard_labels,
    intruders,
    size_rows,
)
from nymgraph.pipeline.evaluation.everyday import everyday, failures
from nymgraph.pipeline.evaluation.gates import gate_curve
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.splits import refuse_leaks, term_splits
from nymgraph.pipeline.schemas import (
    ASSIGNMENTS,
    HELD_OUT,
    PAIRS,
    RELATIONS,
    RELEASED_ASSIGNMENTS,
    SENSES,
    SPLIT_NAMES,
    TERMS,
)
from nymgraph.pipeline.settings.params import EvaluateParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["run"]


def run(params: EvaluateParams, workspace: Workspace) -> None:
    """Measure judged pairs and clusters; write `metrics.json`, plot data and lists to look at."""
    pairs = without_language_model(workspace.read(PAIRS))
    held_out = workspace.read(HELD_OUT)
    assignments = workspace.read(ASSIGNMENTS)
    gate = workspace.read_json("cluster", "settings.json")["gate"]
    split = term_splits(held_out, assignments.height)
    labels = hard_labels(assignments["cluster_id"])
    judged = _judged_synonyms(workspace, gate)
    a, b, p_synonym = (judged[name].to_numpy() for name in ("a", "b", "p_synonym"))
    edges = canonical_edges(len(labels), a, b, p_synonym, gate)
    judged_in_test = _judged_within(workspace, split)
    curve = gate_curve(judged_in_test, pairs, held_out, (gate, *params.gates))
    workspace.write_json(
        "evaluate",
        "metrics.json",
        {
            "gate": gate,
            "edges": len(edges.a),
            "judged_edges": curve.drop("gate").row(0, named=True),
            "clusters": cluster_figures(labels, pairs, split == SPLIT_NAMES.index("test"), edges),
            "everyday": _everyday(workspace, labels, split),
            "judge_and_cosine": _agreement(workspace, gate),
        },
    )
    workspace.write_csv("evaluate", "gates.csv", curve[1:])
    workspace.write_csv("evaluate", "sizes.csv", size_rows(labels))
    listed = intruders(labels, pairs).select("term_a", "term_b", "split")
    workspace.write_csv("evaluate", "intruders.csv", listed)


def _agreement(workspace: Workspace, gate: float) -> dict[str, Any]:
    """How far judge and cosine agree; lists the pairs on which they do not."""
    found = agreement(workspace.scan(RELATIONS), workspace.read(TERMS, ["term"])["term"], gate)
    workspace.write_csv("evaluate", "surprising.csv", found.listed)
    return found.figures


def _everyday(
    workspace: Workspace, labels: npt.NDArray[np.int32], split: npt.NDArray[np.int8]
) -> dict[str, dict[str, float | int]]:
    """Common words: unseen ones in the measured graph, all in the released one; lists failures."""
    senses, terms = workspace.read(SENSES), workspace.read(TERMS, ["term", "frequency"])
    released = workspace.read(RELEASED_ASSIGNMENTS)
    unseen = split == SPLIT_NAMES.index("test")
    exported = hard_labels(released["cluster_id"])
    measured = everyday(senses, labels, terms["frequency"], unseen)
    whole = everyday(senses, exported, terms["frequency"])
    workspace.write_csv("evaluate", "everyday.csv", failures(whole.terms, senses, terms, exported))
    clustered = int(released["cluster_id"].is_not_null().sum())
    return {
        "measured_on_held_out": measured.figures,
        "released": {"terms_in_clusters": clustered, **whole.figures},
    }


def _judged_synonyms(workspace: Workspace, gate: float) -> pl.DataFrame:
    threshold = pl.lit(gate, pl.Float32)
    edges = workspace.scan(RELATIONS).filter(pl.col("p_synonym") >= threshold)
    return edges.select("a", "b", "p_synonym").collect()


def _judged_within(workspace: Workspace, split: npt.NDArray[np.int8]) -> pl.DataFrame:
    """The judged pairs with both ends held out for test; evidence on a held-out term stops it."""
    kept, code = [], SPLIT_NAMES.index("test")
    for part in workspace.parts(RELATIONS):
        evidence = part.filter(pl.col("evidence") == "dictionary")
        refuse_leaks(evidence["a"].to_numpy(), evidence["b"].to_numpy(), split, "evidence")
        inside = (split[part["a"].to_numpy()] == code) & (split[part["b"].to_numpy()] == code)
        kept.append(part.filter(pl.Series(inside)).select("a", "b", "p_synonym", "p_antonym"))
    return pl.concat(kept)
