"""release: the judged graph with every known pair as evidence, clustered: what is exported.

`cluster` makes the graph that is measured: no known pair of a held-out term is evidence in it. Here
these pairs count too, and the settings are those of `cluster`. No figure is taken from this graph
on pairs that it was told.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.candidates.candidates import cosines
from nymgraph.pipeline.classifier.kinds import kept_apart, listed_terms, spelled_terms
from nymgraph.pipeline.clusters.calling import called
from nymgraph.pipeline.clusters.graph import RELEASED, cluster_graph
from nymgraph.pipeline.clusters.senses import senses_in_clusters, with_senses
from nymgraph.pipeline.lexicon.evidence import Terms, evidence_of, overridden, similar_evidence
from nymgraph.pipeline.lexicon.senses import term_uses
from nymgraph.pipeline.lexicon.silence import Silence
from nymgraph.pipeline.params import ClusterParams, ReleaseParams
from nymgraph.pipeline.schemas import (
    MARKS,
    PAIRS,
    RELATIONS,
    RELEASED_CLUSTERS,
    RELEASED_MEMBERSHIPS,
    RELEASED_RELATIONS,
    RELEASED_SENSES,
    SENSES,
    SIMILAR,
    TERMS,
)

__all__ = ["run"]


def run(params: ReleaseParams, workspace: Workspace, previous: Path | None = None) -> None:
    """Add the evidence on held-out terms, cluster, and write the tables that export takes.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        previous: An earlier export: only what judgements since then touch is clustered again.
    """
    settings = ClusterParams(**workspace.read_json("cluster", "settings.json"))
    vectors, senses = workspace.read_array("embed", "vectors.npy"), workspace.read(SENSES)
    n_terms = workspace.read_json("embed", "manifest.json")["rows"]
    uses = term_uses(senses, n_terms)
    terms = workspace.read(TERMS, ["term", "frequency", "language"])
    lexicon = Terms(terms["term"], uses, terms["language"][0])
    evidence = _evidence(settings, workspace, vectors, lexicon)
    told = workspace.parts(RELATIONS)
    if params.evidence == "all":
        told = _told(workspace, evidence, vectors, Silence.of(lexicon, senses))
    workspace.write_parts(RELEASED_RELATIONS, told)
    tables = cluster_graph(settings, workspace, RELEASED, previous)
    placed = senses_in_clusters(senses, tables.clustering.labels, tables.ids)
    workspace.write(RELEASED_SENSES, placed)
    marked = workspace.read(MARKS).filter(pl.col("sense") == 0)["term_id"]
    named = called(tables.clusters, placed, uses, terms, marked)
    workspace.write(RELEASED_CLUSTERS, named)
    workspace.write(RELEASED_MEMBERSHIPS, with_senses(tables.memberships, placed))


def _evidence(
    settings: ClusterParams, workspace: Workspace, vectors: np.ndarray, lexicon: Terms
) -> pl.DataFrame:
    """What the dictionaries know, and the near ones of what they call similar."""
    known, similar = evidence_of(workspace.read(PAIRS)), workspace.read(SIMILAR)
    a, b = (similar[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    near = similar.with_columns(cosine=pl.Series(cosines(vectors, a, b), dtype=pl.Float32))
    further = similar_evidence(near, known, lexicon, settings.gate)
    # a pair may be known in a rare sense and similar in a common one (happy, glad): the surer
    # counts; what is known to be no synonym is certain
    every = pl.concat([known, further]).sort("certainty", descending=True, maintain_order=True)
    return every.unique(["a", "b"], keep="first").sort("a", "b")


def _told(
    workspace: Workspace, evidence: pl.DataFrame, vectors: np.ndarray, silence: Silence
) -> Iterator[pl.DataFrame]:
    """The judged pairs, part by part, then the known ones that were no candidates."""
    spelled = spelled_terms(workspace)
    listed = listed_terms(evidence, len(spelled.key))
    pair, known = ["a", "b"], evidence.filter(pl.col("known") != "co_hyponym")
    unknown = (part.join(evidence, on=pair, how="anti") for part in workspace.parts(RELATIONS))
    gaps = silence.gaps(unknown)
    for part in workspace.parts(RELATIONS):
        yield kept_apart(silence.heard(overridden(part, evidence), gaps), spelled, listed)
        known = known.join(part.select(pair), on=pair, how="anti", maintain_order="left")
    a, b = (known[end].to_numpy().astype(np.int64) for end in pair)
    new = known.select(pair).with_columns(
        cosine=pl.Series(cosines(vectors, a, b), dtype=pl.Float32),
        route=pl.lit("dictionary"),
        p_synonym=pl.lit(0.0),
        p_antonym=pl.lit(0.0),
        p_co_hyponym=pl.lit(1.0),  # what nobody judged and a source is not sure of
    )
    yield overridden(new, evidence)
