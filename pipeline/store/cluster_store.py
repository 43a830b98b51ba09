"""ClusterStore: ask an export for a term, its synonyms, antonyms, senses, or why."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.store.explain import explain
from pipeline.store.export_folder import ExportFolder
from pipeline.store.views import Antonym, Cluster, ClusterLink, Entry, Explanation, Sense, View

__all__ = ["ClusterStore"]


class ClusterStore(View):
    """A finished export, asked term by term.

    It opens without reading the tables; a look-up reads what it needs and keeps it, up to
    `cache_bytes`. A term is looked up by its exact form, then by its case-folded key: of several
    terms with that key, the first in byte-wise order that has a cluster.

    Opening raises ArtefactError if the folder or a table is missing, damaged or of another version.
    A method that takes a term raises UnknownTermError if no term has this spelling or its key; one
    that takes a cluster id raises UnknownClusterError if no cluster has it.

    Example:
        >>> store = ClusterStore("data/export")  # doctest: +SKIP
        >>> store["happy"].members  # doctest: +SKIP
        ('felicitous', 'glad', 'happy', 'well-chosen')

    Args:
        path: The export folder.
        cache_bytes: Bound on the decoded columns kept in memory; it changes speed only.
    """

    def __init__(self, path: str | Path = "data/export", *, cache_bytes: int = 500_000_000) -> None:
        self._path = Path(path)
        self._export = ExportFolder(self._path, cache_bytes)

    @property
    def language(self) -> str:
        """Language code of the lexicon."""
        return self._export.language

    @property
    def n_clusters(self) -> int:
        """Number of clusters (singletons are not counted)."""
        return self._export.n_clusters

    def __len__(self) -> int:
        return len(self._export.terms)

    def __iter__(self) -> Iterator[str]:
        return iter(self._export.terms)

    def __contains__(self, term: object) -> bool:
        return isinstance(term, str) and self._export.terms.find(term) is not None

    def __getitem__(self, term: str) -> Cluster:
        """The cluster of a term; for a singleton a cluster of one with `id` None."""
        return self._export.cluster_of(self._export.terms.resolve(term))

    def synonyms(self, term: str) -> list[str]:
        """The other members of the term's cluster.

        Args:
            term: The term.

        Returns:
            Those judged most likely synonyms of the term itself first (members never judged with
            it last), then in byte-wise order.
        """
        term_id = self._export.terms.resolve(term)
        members = self._export.members(self._export.cluster_of(term_id))
        p_synonym = self._export.pairs.p_synonym
        ranked = sorted((-p_synonym(term_id, x), x) for x in members if x != term_id)
        return [self._export.terms.name(other) for _, other in ranked]

    def variants(self, term: str) -> list[str]:
        """The inflected forms of a term that were set aside: they belong to its cluster too.

        Args:
            term: The term, or one of its forms.

        Returns:
            The forms, in byte-wise order; none where variants are kept as terms.
        """
        return self._export.terms.variants(self._export.terms.resolve(term))

    def antonyms(self, term: str) -> list[Antonym]:
        """The antonyms of a term.

        Args:
            term: The term.

        Returns:
            The pairs judged antonyms at the gate ("direct"), then the members of the clusters
            opposite to the term's ("cluster"); in each the most probable first, then byte-wise.
        """
        term_id = self._export.terms.resolve(term)
        name = self._export.terms.name
        judged = self._export.pairs.antonyms(term_id)
        direct = {name(other): probability for other, probability in judged.items()}
        cluster_id = self._export.terms.cluster_id(term_id)
        opposite: dict[str, float] = {}
        for link in [] if cluster_id is None else self.opposites(cluster_id):
            for member in link.cluster:
                if member not in direct:
                    opposite[member] = max(link.probability, opposite.get(member, 0.0))
        return _ranked(direct, "direct") + _ranked(opposite, "cluster")

    def entry(self, term: str) -> Entry:
        """All about a term: synonyms, antonyms and the other clusters it could belong to."""
        found = self._export.terms.name(self._export.terms.resolve(term))
        cluster = self[found]
        senses = [sense for sense in self.senses(found) if sense.cluster.id != cluster.id]
        synonyms, antonyms = tuple(self.synonyms(found)), tuple(self.antonyms(found))
        return Entry(found, cluster, synonyms, antonyms, tuple(senses))

    def cluster(self, cluster_id: int) -> Cluster:
        """The cluster with this id."""
        return self._export.cluster(cluster_id)

    def senses(self, term: str) -> list[Sense]:
        """The clusters that a term could belong to, best supported first, then by id."""
        return self._export.senses(self._export.terms.resolve(term))

    def opposites(self, cluster_id: int) -> list[ClusterLink]:
        """The opposite clusters: most votes first, then most probable, then by id."""
        return self._export.links(cluster_id, "opposite")

    def related(self, cluster_id: int) -> list[ClusterLink]:
        """The related clusters: most votes first, then most probable, then by id."""
        return self._export.links(cluster_id, "related")

    def explain(self, a: str, b: str) -> Explanation:
        """Why two terms are together or apart."""
        resolve = self._export.terms.resolve
        return explain(self._export, resolve(a), resolve(b))

    def title(self) -> str:
        """What this is and where it lies."""
        return f"ClusterStore {str(self._path)!r}"

    def rows(self) -> list[tuple[str, str]]:
        """The language, the counts and the gate."""
        return [
            ("language", self.language),
            ("terms", f"{len(self):,}"),
            ("clusters", f"{self.n_clusters:,}"),
            ("gate", f"{self._export.gate:.2f}"),
        ]


def _ranked(found: dict[str, float], via: str) -> list[Antonym]:
    """The most probable first, then byte-wise."""
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [Antonym(term, probability, via) for term, probability in ranked]
