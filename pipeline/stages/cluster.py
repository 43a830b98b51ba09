"""cluster: judged pairs to soft and hard clusters and the links between them."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import ValidationError

from clustering import Links, cluster_links, expected_synonyms, merge_links
from pipeline.artefacts import Workspace, save, write_atomic
from pipeline.clusters import cluster_tables, links_table
from pipeline.errors import ParameterError
from pipeline.lexicon.edges import read_edge_table
from pipeline.params import ClusterParams
from pipeline.schemas import (
    ASSIGNMENTS,
    CLUSTERS,
    LINKS,
    MEMBERSHIPS,
    RELATION_NAMES,
    RELATIONS,
    TENSIONS,
    TERMS,
)

__all__ = ["cluster_edge_table", "run"]

_JUDGED = ("a", "b", "p_synonym", "p_antonym")


def run(params: ClusterParams, workspace: Workspace) -> None:
    """Cluster the gated edges, link the clusters, and write the five tables."""
    terms = workspace.read(TERMS, ["term"])["term"]
    vectors = workspace.read_array("embed", "vectors.npy")
    passes = (pl.col("p_synonym") >= pl.lit(params.gate, pl.Float32)) | (
        pl.col("p_antonym") >= pl.lit(params.antonym_gate, pl.Float32)
    )
    judged = workspace.scan(RELATIONS).filter(passes).select(*_JUDGED).collect()
    workspace.record.read("classify/relations (gated)", judged.height)
    expected = np.zeros(len(terms))
    if params.algorithm == "signed":  # the reference does not ask: spare it a pass over all pairs
        for part in workspace.parts(RELATIONS):
            expected += _expected(len(terms), part)
    tables = cluster_tables(terms, judged, expected, params, vectors)
    links = merge_links(
        [_links(tables.clustering.labels, part, params.gate) for part in workspace.parts(RELATIONS)]
    )
    workspace.record.fact("dissolved memberships", tables.clustering.n_dissolved)
    workspace.write(MEMBERSHIPS, tables.memberships)
    workspace.write(ASSIGNMENTS, tables.assignments)
    workspace.write(CLUSTERS, tables.clusters)
    workspace.write(LINKS, links_table(links, tables.ids))
    workspace.write(TENSIONS, tables.tensions)
    workspace.write_json("cluster", "settings.json", params.model_dump())


def cluster_edge_table(edges: Path, out: Path, given: dict[str, Any]) -> None:
    """Cluster a user's edge table by itself and write its tables to a folder.

    Args:
        edges: The table (`lexicon.edges` states its contract).
        out: The folder; gets assignments, clusters, memberships, tensions and, with p_antonym,
            links.
        given: Keys of ClusterParams that differ from their defaults.

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
    expected = _expected(len(terms), once.rename({"low": "a", "high": "b"}))
    tables = cluster_tables(terms, judged, expected, params)
    frames = {
        MEMBERSHIPS: tables.memberships,
        ASSIGNMENTS: tables.assignments,
        CLUSTERS: tables.clusters,
        TENSIONS: tables.tensions,
    }
    if "p_antonym" in judged.columns:
        rest = np.clip(1 - judged["p_synonym"] - judged["p_antonym"], 0, 1)
        judged = judged.with_columns(p_co_hyponym=rest)
        links = _links(tables.clustering.labels, judged, params.gate)
        frames[LINKS] = links_table(links, tables.ids)
    for table, frame in frames.items():
        write_atomic(out / table.path.name, partial(save, data=frame))


def _expected(n_terms: int, judged: pl.DataFrame) -> npt.NDArray[np.float64]:
    a, b, p_synonym = (judged[name].to_numpy() for name in ("a", "b", "p_synonym"))
    return expected_synonyms(n_terms, a, b, p_synonym)


def _links(labels: npt.NDArray[np.int32], judged: pl.DataFrame, gate: float) -> Links:
    a, b = judged["a"].to_numpy(), judged["b"].to_numpy()
    p_synonym, p_antonym, p_co_hyponym = (judged[f"p_{r}"].to_numpy() for r in RELATION_NAMES)
    return cluster_links(labels, a, b, p_synonym, p_antonym, p_co_hyponym, gate)
