"""The five tables and the manifest of an export, opened and checked together.

Everything here speaks in term_id and cluster_id; `cluster_store` speaks in terms.
"""

from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import polars as pl

from pipeline import schemas
from pipeline.errors import ArtefactError, InputError
from pipeline.formats.reading import read_manifest
from pipeline.schemas import Table
from pipeline.store.pairs import JudgedPairs
from pipeline.store.stored_table import (
    ColumnCache,
    ColumnIndex,
    StoredTable,
    reading,
    require,
    shortest,
)
from pipeline.store.terms import Terms
from pipeline.store.views import Cluster, ClusterLink, Sense

__all__ = ["ExportFolder", "Relation", "UnknownClusterError"]


Relation = Literal["opposite", "related"]
_TABLES = (
    schemas.EXPORTED_TERMS,
    schemas.EXPORTED_CLUSTERS,
    schemas.EXPORTED_LINKS,
    schemas.EXPORTED_MEMBERSHIPS,
    schemas.EXPORTED_EDGES,
)


class UnknownClusterError(InputError, KeyError):
    """An id that no cluster has; also a KeyError.

    Args:
        cluster_id: The id.
    """

    def __init__(self, cluster_id: int) -> None:
        self.cluster_id = cluster_id
        cure = "take an id from `store[term].id`; ids change when the members of a cluster do"
        super().__init__(f"no cluster has the id {cluster_id}", cure=cure)

    def __reduce__(self) -> tuple[type[Self], tuple[int]]:
        return type(self), (self.cluster_id,)

    def __str__(self) -> str:  # a KeyError would show the quoted representation
        return str(self.args[0])


class ExportFolder:
    """A finished export, opened without reading its rows.

    ArtefactError if the folder or a table is missing, damaged or of another version.

    Args:
        path: The folder.
        cache_bytes: Bound on the decoded columns kept in memory.

    Attributes:
        language: Language code of the lexicon.
        gate: The probability from which a judgement counts, 0 to 1.
        floor: The probability below which a judgement was not exported, 0 to 1.
        encoder_revision: Content of the encoder behind it; None if the manifest does not say.
        vectors: Hash of the vectors behind it; None if the manifest does not say.
        terms: The terms.
        pairs: The judged pairs.
        n_clusters: Number of clusters.
    """

    language: str
    gate: float
    floor: float
    encoder_revision: str | None
    vectors: str | None
    terms: Terms
    pairs: JudgedPairs
    n_clusters: int

    def __init__(self, path: Path, cache_bytes: int) -> None:
        self._path, self._cache = path, ColumnCache(cache_bytes)
        require(path / "manifest.json", "export")
        manifest = read_manifest(path / "manifest.json")
        with reading(path / "manifest.json", "export"):
            self.language = str(manifest["language"])
            self.gate = shortest(manifest["gate"])
            self.floor = shortest(manifest["min_probability"])
            self.encoder_revision = manifest.get("encoder_revision")
            self.vectors = manifest.get("vectors")
            self._rows = {name: int(table["rows"]) for name, table in manifest["tables"].items()}
        variants = None
        if schemas.EXPORTED_VARIANTS.name in self._rows:  # not in exports of earlier versions
            variants = self._open(schemas.EXPORTED_VARIANTS, "variant")
        self.terms = Terms(self._open(schemas.EXPORTED_TERMS, "term"), variants, self.language)
        self.pairs = JudgedPairs(self._open(schemas.EXPORTED_EDGES, "a"), self.gate)
        self._clusters = self._open(schemas.EXPORTED_CLUSTERS, "cluster_id")
        self._memberships = self._open(schemas.EXPORTED_MEMBERSHIPS, "term_id")
        self._links = self._open(schemas.EXPORTED_LINKS)
        self.n_clusters = self._clusters.rows

    def cluster(self, cluster_id: int) -> Cluster:
        """The cluster with this id.

        Args:
            cluster_id: The id.

        Returns:
            The cluster.

        Raises:
            UnknownClusterError: There is none.
        """
        row = next(iter(self._clusters.find(cluster_id)), None)
        if row is None:
            raise UnknownClusterError(cluster_id)
        value = self._clusters.value
        members, cohesion = tuple(value("members", row)), value("cohesion", row)
        return Cluster(cluster_id, value("representative", row), members, cohesion)

    def cluster_of(self, term_id: int) -> Cluster:
        """The cluster of a term; for a singleton a cluster of one with `id` None."""
        cluster_id = self.terms.cluster_id(term_id)
        if cluster_id is not None:
            return self.cluster(cluster_id)
        name = self.terms.name(term_id)
        return Cluster(None, name, (name,), None)

    def members(self, cluster: Cluster) -> list[int]:
        """The term_id of every member, in the order of `members`."""
        found = [self.terms.exact(member) for member in cluster.members]
        return [term_id for term_id in found if term_id is not None]

    def senses(self, term_id: int) -> list[Sense]:
        """The clusters that a term could belong to, best supported first, then by id."""
        rows = self._memberships.find(term_id)
        ids = self._memberships.values("cluster_id", rows)
        supports = self._memberships.values("support", rows)
        ranked = sorted(zip(ids, supports, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return [Sense(self.cluster(cluster_id), support) for cluster_id, support in ranked]

    def links(self, cluster_id: int, relation: Relation) -> list[ClusterLink]:
        """The links of a cluster: most votes first, then most probable, then by id.

        UnknownClusterError if no cluster has this id.
        """
        self.cluster(cluster_id)
        value, (first, second) = self._links.value, self._link_ends
        ends = [(row, "cluster_b") for row in first.find(cluster_id)]
        ends += [(row, "cluster_a") for row in second.find(cluster_id)]
        found = [
            (-value("votes", row), -value("mean_probability", row), value(other, row))
            for row, other in ends
            if value("relation", row) == relation
        ]
        return [ClusterLink(self.cluster(other), -v, -p) for v, p, other in sorted(found)]

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        return tuple(table.name for table in _TABLES)

    def scan(self, name: str) -> pl.LazyFrame:
        """A table, not yet read.

        Args:
            name: One of `tables`.

        Returns:
            Its rows.

        Raises:
            InputError: There is no such table.
        """
        if name not in self.tables:
            raise InputError(
                f"an export has no table {name!r}",
                cure=f"take one of {', '.join(self.tables)}",
            )
        return pl.scan_parquet(self._path / f"{name}.parquet")

    @cached_property
    def _link_ends(self) -> tuple[ColumnIndex, ColumnIndex]:
        return self._links.index("cluster_a"), self._links.index("cluster_b")

    def _open(self, table: Table, by: str | None = None) -> StoredTable:
        path = self._path / table.path.name
        stored = StoredTable(path, table, self._cache, by)
        if stored.rows != self._rows.get(table.name, stored.rows):
            raise ArtefactError(
                f"{path} is not the table that the manifest describes",
                got=f"{stored.rows} rows",
                expected=f"{self._rows[table.name]} rows",
                cure="run `nymgraph export` again",
            )
        return stored
