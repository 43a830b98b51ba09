"""Clusters of a user's own edge table, without a run of the pipeline."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pydantic import ValidationError

from nymgraph.pipeline.artefacts import save, write_atomic
from nymgraph.pipeline.clusters.previous import load_previous, made_with
from nymgraph.pipeline.clusters.tables import cluster_tables, expected_of, links_of, links_table
from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.lexicon.edges import read_edge_table
from nymgraph.pipeline.locks import hold
from nymgraph.pipeline.params import ClusterParams
from nymgraph.pipeline.schemas import ASSIGNMENTS, CLUSTERS, EVIDENCE, LINKS, MEMBERSHIPS, TENSIONS

__all__ = ["cluster_edge_table"]


def cluster_edge_table(
    edges: Path, out: Path, given: dict[str, Any], previous: Path | None = None
) -> int:
    """Cluster a user's edge table by itself and write its tables to a folder.

    Args:
        edges: The table (`lexicon.edges` states its contract).
        out: The folder; gets assignments, clusters, memberships, tensions, evidence,
            settings.json and, with p_antonym, links.
        given: Keys of ClusterParams that differ from their defaults.
        previous: A folder that this wrote earlier, or an export.

    Returns:
        How many terms were clustered, the others being taken over.

    Raises:
        InputError: The table cannot be used.
        ParameterError: A value of `given` is not allowed.
    """
    try:
        params = ClusterParams.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        raise ParameterError(
            f"--{str(fault['loc'][0]).replace('_', '-')}: {fault['msg'].lower()}",
            got=repr(fault["input"]),
            cure="see nymgraph cluster --help",
        ) from error
    terms, judged = read_edge_table(edges)
    once = judged.with_columns(low=pl.min_horizontal("a", "b"), high=pl.max_horizontal("a", "b"))
    once = once.group_by("low", "high").agg(pl.col("p_synonym").max())
    expected = expected_of(len(terms), once.rename({"low": "a", "high": "b"}))
    before = None if previous is None else load_previous(previous, terms, params)
    tables = cluster_tables(terms, judged, expected, params, previous=before)
    frames = {
        MEMBERSHIPS: tables.memberships,
        ASSIGNMENTS: tables.assignments,
        CLUSTERS: tables.clusters,
        TENSIONS: tables.tensions,
        EVIDENCE: tables.evidence,
    }
    if "p_antonym" in judged.columns:
        rest = np.clip(1 - judged["p_synonym"] - judged["p_antonym"], 0, 1)
        judged = judged.with_columns(p_co_hyponym=rest)
        links = links_of(tables.clustering.labels, judged, params.gate)
        frames[LINKS] = links_table(links, tables.ids)
    settings = json.dumps(made_with(params), indent=2) + "\n"
    with hold(out / ".lock", str(out)):
        (out / "settings.json").unlink(missing_ok=True)  # comes last: without it, not finished
        for table, frame in frames.items():
            write_atomic(out / table.path.name, partial(save, data=frame))
        write_atomic(out / "settings.json", lambda path: path.write_text(settings, "utf-8"))
    return tables.n_again
