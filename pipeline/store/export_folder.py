"""The index, the tables and the manifest of an export, opened and checked together.

Everything here speaks in term_id and cluster_id; `cluster_store` speaks in terms. Look-ups read the
index alone; the tables are for whoever asks for whole ones.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl

from nymgraph.pipeline import schemas
from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.lookup import LookupIndex
from nymgraph.pipeline.lookup.export import no_export
from nymgraph.pipeline.lookup.manifest import read_manifest
from nymgraph.pipeline.storage.artefacts import damaged, missing, read_schema, rewritten
from nymgraph.pipeline.storage.manifests import identity
from nymgraph.pipeline.store.marks import Marks
from nymgraph.pipeline.store.numbers import shortest
from nymgraph.pipeline.store.pairs import JudgedPairs
from nymgraph.pipeline.store.senses import DictionarySenses
from nymgraph.pipeline.store.terms import Terms
from nymgraph.pipeline.store.views import Cluster, ClusterLink, Sense

__all__ = ["ExportFolder", "Relation", "UnknownClusterError"]


Relation = Literal["opposite", "related"]
_TABLES = (
    schemas.EXPORTED_TERMS,
    schemas.EXPORTED_VARIANTS,
    schemas.EXPORTED_CLUSTERS,
    schemas.EXPORTED_LINKS,
    schemas.EXPORTED_MEMBERSHIPS,
    schemas.EXPORTED_SENSES,
    schemas.EXPORTED_MARKS,
    schemas.EXPORTED_EDGES,
)
_DAMAGE = (AttributeError, KeyError, TypeError, ValueError)


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

    ArtefactError if the folder, a table or the index is missing, damaged or of another version.

    Args:
        path: The folder.

    Attributes:
        language: Language code of the lexicon.
        gate: The probability from which a judgement counts, 0 to 1.
        antonym_gate: The probability from which two terms may not share a cluster, 0 to 1.
        floor: The probability below which a judgement was not exported, 0 to 1.
        own_list: Whether the terms are a list that is no dictionary: it gives its words one sense.
        encoder_revision: Content of the encoder behind it; None if the manifest does not say.
        vectors: Hash of the vectors behind it; None if the manifest does not say.
        terms: The terms.
        pairs: The judged pairs.
        dictionary: The senses that a dictionary gives its terms.
        marks: Which terms are vulgar, offensive or slurs.
        n_clusters: Number of clusters.
    """

    language: str
    gate: float
    antonym_gate: float
    floor: float
    encoder_revision: str | None
    vectors: str | None
    terms: Terms
    pairs: JudgedPairs
    dictionary: DictionarySenses
    marks: Marks
    n_clusters: int

    def __init__(self, path: Path) -> None:
        self._path = path
        file = path / "manifest.json"
        if not file.is_file():
            raise ArtefactError(f"{path} holds no finished export", **no_export(path))
        self._manifest = identity(file)
        with _reading(file):
            self._read(read_manifest(file))
        self._check_tables()
        index = LookupIndex(path, self._index_bytes)
        self.terms = Terms(index, self.language)
        self.pairs = JudgedPairs(index, self.gate)
        self.dictionary = DictionarySenses(index)
        self.marks = Marks(path)
        self._open_clusters(index)
        self._refuse_rewritten()

    def cluster(self, cluster_id: int) -> Cluster:
        """The cluster with this id.

        Args:
            cluster_id: The id.

        Returns:
            The cluster.

        Raises:
            UnknownClusterError: There is none.
        """
        return self._cluster(self._place(cluster_id))

    def cluster_of(self, term_id: int) -> Cluster:
        """The cluster of a term; for a singleton a cluster of one with `id` None."""
        place = self.terms.cluster(term_id)
        if place is not None:
            return self._cluster(place)
        name = self.terms.name(term_id)
        return Cluster(None, name, (name,), None)

    def cluster_id(self, term_id: int) -> int | None:
        """The id of the cluster of a term, None for a singleton."""
        place = self.terms.cluster(term_id)
        return None if place is None else self._ids[place]

    def members(self, cluster: Cluster) -> list[int]:
        """The term_id of every member, in the order of `members`."""
        if cluster.id is not None:
            return self._members(self._place(cluster.id))
        found = [self.terms.exact(member) for member in cluster.members]
        return [term_id for term_id in found if term_id is not None]

    def senses(self, term_id: int) -> list[Sense]:
        """The senses of a term, the commonest first, then the other clusters it could belong to."""
        name = self.terms.name
        alone = Cluster(None, name(term_id), (name(term_id),), None)
        supports = dict(self._memberships_of(term_id))
        known = self.dictionary.of(term_id)
        found, placed = [], {self.terms.cluster(term_id)} if known else set()
        for number, sense in enumerate(known, 1):
            cluster = alone if sense.cluster is None else self._cluster(sense.cluster)
            support = 0.0 if sense.cluster is None else supports.get(sense.cluster, 0.0)
            synonyms, antonyms, similar = (
                tuple(map(name, self.marks.last(others)))
                for others in (sense.synonyms, sense.antonyms, sense.similar)
            )
            said = (sense.share, sense.pos, sense.gloss, synonyms, antonyms, similar)
            mark = self.marks.of_sense(term_id, number)
            found.append(Sense(cluster, support, *said, sense.known_by, mark))
            placed.add(sense.cluster)
        ranked = sorted((-support, place) for place, support in supports.items())
        rest = [(place, -support) for support, place in ranked if place not in placed]
        return found + [Sense(self._cluster(place), support) for place, support in rest]

    def _memberships_of(self, term_id: int) -> list[tuple[int, float]]:
        terms, clusters, supports = self._memberships
        rows = slice(bisect_left(terms, term_id), bisect_right(terms, term_id))
        found = zip(clusters[rows].tolist(), supports[rows].tolist(), strict=True)
        return [(place, shortest(support)) for place, support in found]

    def links(self, cluster_id: int, relation: Relation) -> list[ClusterLink]:
        """The links of a cluster: most votes first, then most probable, then by id.

        UnknownClusterError if no cluster has this id.
        """
        place, link = self._place(cluster_id), self._link
        first = range(link["at"][place], link["at"][place + 1])
        second = slice(link["by_second_at"][place], link["by_second_at"][place + 1])
        ends = [(row, link["b"][row]) for row in first]
        ends += [(row, link["a"][row]) for row in link["by_second"][second].tolist()]
        found = [
            (-link["votes"][row], -shortest(link["probability"][row]), other)
            for row, other in ends
            if link["opposite"][row] == (relation == "opposite")
        ]
        return [ClusterLink(self._cluster(other), -v, -p) for v, p, other in sorted(found)]

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        return tuple(table.name for table in _TABLES if table.name in self._bytes)

    def scan(self, name: str) -> pl.LazyFrame:
        """A table, not yet read.

        Args:
            name: One of `tables`.

        Returns:
            Its rows.

        Raises:
            InputError: There is no such table.
            ArtefactError: It is not as declared, or the export was written anew since.
        """
        tables = {table.name: table for table in _TABLES}
        if name not in self.tables:
            raise InputError(
                f"an export has no table {name!r}",
                cure=f"take one of {', '.join(self.tables)}",
            )
        self._refuse_rewritten()
        path = self._path / tables[name].path.name
        tables[name].check(read_schema(path, "export"), str(path))
        return pl.scan_parquet(path)

    def _refuse_rewritten(self) -> None:
        """ArtefactError if the folder holds another export by now than the one that is open."""
        if identity(self._path / "manifest.json") != self._manifest:
            raise rewritten(self._path)

    def _read(self, manifest: dict[str, Any]) -> None:
        self.language = str(manifest["language"])
        self.own_list = bool(manifest.get("own_list", False))
        self.gate = shortest(manifest["gate"])
        self.antonym_gate = shortest(manifest["antonym_gate"])
        self.floor = shortest(manifest["min_probability"])
        self.encoder_revision = manifest.get("encoder_revision")
        self.vectors = manifest.get("vectors")
        self._bytes = {
            table.name: int(manifest["tables"][table.name]["bytes"])
            for table in _TABLES
            if table is not schemas.EXPORTED_MARKS or table.name in manifest["tables"]
        }
        self._index_bytes = {name: int(size) for name, size in manifest["index"]["bytes"].items()}

    def _check_tables(self) -> None:
        for table in _TABLES:
            path = self._path / table.path.name
            if table.name not in self._bytes:  # an export made before terms were marked
                continue
            if not path.is_file():
                raise missing(path, table.stage)
            if path.stat().st_size != self._bytes[table.name]:
                raise ArtefactError(
                    f"{path} is not the table that the manifest describes",
                    got=f"{path.stat().st_size} bytes",
                    expected=f"{self._bytes[table.name]} bytes",
                    cure="run `nymgraph export` again",
                )

    def _open_clusters(self, index: LookupIndex) -> None:
        self._ids = index.view("clusters.id")
        self._chiefs, self._cohesions = (
            index.view(f"clusters.{name}") for name in ("representative", "cohesion")
        )
        self._member, self._member_at = (
            index.view(f"clusters.{name}") for name in ("members", "members_at")
        )
        self._memberships = [
            index.view(f"memberships.{name}") for name in ("term", "cluster", "support")
        ]
        names = ("a", "b", "opposite", "votes", "probability", "at", "by_second", "by_second_at")
        self._link = {name: index.view(f"links.{name}") for name in names}
        self.n_clusters = len(self._ids)

    def _place(self, cluster_id: int) -> int:
        place = bisect_left(self._ids, cluster_id)
        if place == len(self._ids) or self._ids[place] != cluster_id:
            raise UnknownClusterError(cluster_id)
        return place

    def _members(self, place: int) -> list[int]:
        found: list[int] = self._member[
            self._member_at[place] : self._member_at[place + 1]
        ].tolist()
        return found

    def _cluster(self, place: int) -> Cluster:
        name = self.terms.name
        members = tuple(name(term_id) for term_id in self._members(place))
        cohesion = shortest(self._cohesions[place])
        return Cluster(self._ids[place], name(self._chiefs[place]), members, cohesion)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """ArtefactError for whatever goes wrong in the block: the file is damaged."""
    try:
        yield
    except _DAMAGE as error:
        raise damaged(path, "export", error) from error
