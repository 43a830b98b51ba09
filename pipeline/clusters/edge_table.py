"""Clusters of a user's own edge table, without a run of the pipeline."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pydantic import ValidationError

from nymgraph.pipeline.clusters.previous import load_previous, made_with
from nymgraph.pipeline.clusters.tables import cluster_tables, expected_of, links_of, links_table
from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.lexicon.edges import checked_edges, number_ends
from nymgraph.pipeline.lexicon.tables import read_table
from nymgraph.pipeline.schemas import ASSIGNMENTS, CLUSTERS, EVIDENCE, LINKS, MEMBERSHIPS, TENSIONS
from nymgraph.pipeline.settings.params import ClusterParams
from nymgraph.pipeline.storage.artefacts import save, write_atomic
from nymgraph.pipeline.storage.locks import hold

__all__ = ["EdgeClusters", "cluster_edge_table", "cluster_edges", "read_edges"]


@dataclass(frozen=True)
class EdgeClusters:
    """The clusters of an edge table.

    Attributes:
        tables: Frames by name: assignments, clusters, memberships, tensions, evidence and, where
            the edges have p_antonym, links.
        params: How they were made.
        n_again: How many terms were clustered, the others being taken over.
    """

    tables: dict[str, pl.DataFrame]
    params: ClusterParams
    n_again: int

    @property
    def members(self) -> list[list[str]]:
        """The members of each cluster, in the order of the ids."""
        members: list[list[str]] = self.tables["clusters"]["members"].to_list()
        return members


def read_edges(path: str | Path) -> pl.DataFrame:
    """Read a table of edges.

    Args:
        path: CSV, TSV, JSONL, JSON or Parquet with term_a, term_b, p_synonym and, if it has it,
            p_antonym, in any row order and orientation.

    Returns:
        These columns, checked; terms are trimmed and composed.

    Raises:
        InputError: The table cannot be used; the message names the first bad row.
    """
    return checked_edges(read_table(Path(path)), Path(path))


def cluster_edges(
    edges: pl.DataFrame, *, previous: str | Path | None = None, **given: str | float
) -> EdgeClusters:
    """Cluster judged edges alone.

    Args:
        edges: As `read_edges` gives them.
        previous: A folder that `nymgraph cluster --edges` wrote earlier, or an export: what did not
            change is taken over.
        **given: Keys of the section `cluster` of params.yaml, such as gate and algorithm.

    Returns:
        The clusters.

    Raises:
        InputError: The edges cannot be used.
        ParameterError: A key is unknown or its value not allowed.

    Example:
        >>> import nymgraph
        >>> import polars as pl
        >>> rows = [("hot", "warm", 0.9, 0), ("cold", "cool", 0.9, 0), ("cold", "hot", 0.1, 0.9)]
        >>> names = ["term_a", "term_b", "p_synonym", "p_antonym"]
        >>> found = nymgraph.cluster_edges(pl.DataFrame(rows, names, orient="row"), gate=0.7)
        >>> sorted(found.members)
        [['cold', 'cool'], ['hot', 'warm']]
        >>> found.tables["links"]["relation"].to_list()
        ['opposite']
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
    terms, judged = number_ends(checked_edges(edges, Path("the edges")))
    once = judged.with_columns(low=pl.min_horizontal("a", "b"), high=pl.max_horizontal("a", "b"))
    once = once.group_by("low", "high").agg(pl.col("p_synonym").max())
    # what a user lists below the gate is as it comes, and does not count: no edge there competes
    once = once.filter(pl.col("p_synonym") >= pl.lit(params.gate, pl.Float32))
    expected = expected_of(len(terms), once.rename({"low": "a", "high": "b"}))
    before = None if previous is None else load_previous(Path(previous), terms, params)
    tables = cluster_tables(terms, judged, expected, params, previous=before)
    frames = {
        MEMBERSHIPS.name: tables.memberships,
        ASSIGNMENTS.name: tables.assignments,
        CLUSTERS.name: tables.clusters,
        TENSIONS.name: tables.tensions,
        EVIDENCE.name: tables.evidence,
    }
    if "p_antonym" in judged.columns:
        rest = np.clip(1 - judged["p_synonym"] - judged["p_antonym"], 0, 1)
        judged = judged.with_columns(p_co_hyponym=rest)
        links = links_of(tables.clustering.labels, judged, params.gate)
        frames[LINKS.name] = links_table(links, tables.ids)
    return EdgeClusters(frames, params, tables.n_again)


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
    found = cluster_edges(read_edges(edges), previous=previous, **given)
    settings = json.dumps(made_with(found.params), indent=2) + "\n"
    with hold(out / ".lock", str(out)):
        (out / "settings.json").unlink(missing_ok=True)  # comes last: without it, not finished
        for name, frame in found.tables.items():
            write_atomic(out / f"{name}.parquet", partial(save, data=frame))
        write_atomic(out / "settings.json", lambda path: path.write_text(settings, "utf-8"))
    return found.n_again
