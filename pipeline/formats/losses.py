"""What a format cannot carry of an export: how much, and why."""

from collections.abc import Collection
from typing import NamedTuple

import polars as pl

from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.schemas import (
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TENSIONS,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    Table,
)

__all__ = [
    "NO_PLACE",
    "Loss",
    "cohesion",
    "links",
    "other_columns",
    "other_tables",
    "pairs",
    "singletons",
    "soft",
]

NO_PLACE = "the format has no place for it"


class Loss(NamedTuple):
    """Something of the export that a format does not hold.

    Attributes:
        what: What is left out.
        number: How much of it there is in the export.
        why: Why.
        listed_in: The file of the format's folder that lists it, or None.
    """

    what: str
    number: int
    why: str
    listed_in: str | None = None


def singletons(export: Export, why: str) -> Loss:
    """The terms without a cluster."""
    return Loss("terms without a cluster", _single(export), why)


def soft(export: Export, *, carried: int = 0) -> Loss:
    """Soft memberships beside the one cluster that a term is in, less those that are carried."""
    clustered = export.rows(EXPORTED_TERMS) - _single(export)
    further = export.rows(EXPORTED_MEMBERSHIPS) - clustered - carried
    why = "no sense of the dictionary tells of them" if carried else "a term is in one cluster only"
    return Loss("further soft memberships of terms", further, why)


def links(export: Export, relation: str) -> Loss:
    """The links of one relation, opposite or related, between clusters."""
    number = export.count(EXPORTED_LINKS, pl.col("relation") == relation)
    return Loss(f"links between {relation} clusters", number, NO_PLACE)


def pairs(export: Export, *, carried: int = 0) -> Loss:
    """The judged pairs with their probabilities, less those that are carried."""
    left = export.rows(EXPORTED_EDGES) - carried
    return Loss("judged pairs with cosine and probabilities", left, NO_PLACE)


def cohesion(export: Export) -> Loss:
    """The cohesion of the clusters."""
    return Loss("cohesion of clusters", export.rows(EXPORTED_CLUSTERS), NO_PLACE)


def other_columns(export: Export) -> list[Loss]:
    """Frequencies, and the user's columns."""
    own = {*EXPORTED_TERMS.schema}
    names = ["frequency", *(name for name in export.columns(EXPORTED_TERMS) if name not in own)]
    return [
        Loss(
            f"the column {name!r}",
            export.count(EXPORTED_TERMS, pl.col(name).is_not_null()),
            NO_PLACE,
        )
        for name in names
    ]


def other_tables(export: Export, read: Collection[Table]) -> list[Loss]:
    """The tables that a format does not read, and no other one says."""
    whats = {
        EXPORTED_VARIANTS: "inflected forms set aside with their lemma",
        EXPORTED_TENSIONS: "pairs held apart as opposites although synonymy pulls them together",
    }
    known = export.manifest["tables"]
    return [
        Loss(what, export.rows(table), "it is in the Parquet export only")
        for table, what in whats.items()
        if table.name in known and table not in read
    ]


def _single(export: Export) -> int:
    return export.count(EXPORTED_TERMS, pl.col("cluster_id").is_null())
