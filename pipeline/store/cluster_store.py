"""ClusterStore: ask an export for a term, its synonyms, antonyms, senses, or why."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import wraps
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
import polars.exceptions

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lookup.stop_words import stop_words
from nymgraph.pipeline.storage.verify import blamed_export, verify_export
from nymgraph.pipeline.store.batch import cluster_ids
from nymgraph.pipeline.store.compared import RunPairs
from nymgraph.pipeline.store.ego_graph import ego_graph
from nymgraph.pipeline.store.expansion import Expansion, expand
from nymgraph.pipeline.store.explain import explain
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.likeness import likenesses
from nymgraph.pipeline.store.nearest import Nearest, NearestFinder
from nymgraph.pipeline.store.related import related_terms
from nymgraph.pipeline.store.relatives import antonyms, synonyms, unclustered
from nymgraph.pipeline.store.run_data import RunData
from nymgraph.pipeline.store.views import (
    Antonym,
    Cluster,
    ClusterLink,
    Entry,
    Explanation,
    Related,
    Sense,
    View,
)

if TYPE_CHECKING:  # loaded when they are asked for; altair is of the extra `notebook`
    import networkx as nx
    from altair import Chart, LayerChart

__all__ = ["ClusterStore"]

_ASKED = ("__contains__", "__getitem__", "__len__")


Store = TypeVar("Store", bound="ClusterStore")


def _names_damage(cls: type[Store]) -> type[Store]:
    """Let every public method of a store name the file where a damaged one made it fail."""

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: "ClusterStore", *given: Any, **named: Any) -> Any:  # noqa: ANN401
            with blamed_export(self._path):
                return method(self, *given, **named)

        return call

    for name, method in list(vars(cls).items()):
        if isfunction(method) and (not name.startswith("_") or name in _ASKED):
            setattr(cls, name, guarded(method))
    return cls


@_names_damage
class ClusterStore(View):
    """A finished export, asked term by term.

    It maps the index of the export into memory and reads of it what a look-up needs; the pages are
    shared by all processes that open it, and the system takes them back when memory is short. It
    never writes; threads may share one. A term is looked up by its exact form, then by its
    case-folded key: of several terms with that key, the first in byte-wise order that has a
    cluster; then among the inflected forms that were set aside; then as the form of a term
    (*cars*, *bought*), which the answer says.

    Opening raises ArtefactError if the folder or a table is missing, damaged or of another version.
    A method that takes a term raises UnknownTermError if no term has this spelling or its key; one
    that takes a cluster id raises UnknownClusterError if no cluster has it.

    Example:
        >>> from nymgraph import ClusterStore
        >>> store = ClusterStore("data/export")
        >>> store["happy"].members
        ('glad', 'happy', 'joyful')
        >>> store.synonyms("happy")
        ['joyful', 'glad']
        >>> [(antonym.term, antonym.via) for antonym in store.antonyms("hot")]
        [('cold', 'direct'), ('freezing', 'cluster'), ('frosty', 'cluster')]
        >>> [sense.cluster.members for sense in store.senses("hot")]
        [('hot', 'warm'), ('fiery', 'spicy')]
        >>> [link.cluster.representative for link in store.opposites(store["hot"].id)]
        ['cold']
        >>> print(repr(store.explain("hot", "cold")).splitlines()[0])
        'hot' and 'cold': apart
        >>> store.expand("hot drinks").to_text()
        'hot drinks warm spicy'
        >>> sorted(store.graph("hot"))
        ['cold', 'hot', 'spicy', 'warm']
        >>> store.suggest("fr")
        ['frosty', 'freezing']
        >>> store.cluster_ids(["hot", "nowhere"]).rows()
        [('hot', 'hot', 4), ('nowhere', None, None)]
        >>> store.sql("SELECT term FROM terms WHERE cluster_id = 4").rows()
        [('hot',), ('warm',)]
        >>> "hot" in store, len(store), store.n_clusters
        (True, 21, 7)

    Args:
        path: The export folder.
        data: The data folder of the run, for `nearest`, `likeness` and `plot_map`: an export holds
            neither vectors nor models. None: the folder that the export lies in.
    """

    def __init__(self, path: str | Path = "data/export", *, data: str | Path | None = None) -> None:
        self._path = Path(path)
        self._export = ExportFolder(self._path)
        folder = self._path.parent if data is None else Path(data)
        self._run, self._run_pairs = RunData(self._export, folder), RunPairs(self._path, folder)

    @property
    def path(self) -> Path:
        """The export folder."""
        return self._path

    @property
    def language(self) -> str:
        """Language code of the lexicon."""
        return self._export.language

    @property
    def gate(self) -> float:
        """The probability from which a judgement counts, 0 to 1."""
        return self._export.gate

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
        found = self._export.terms.resolve(term)
        return replace(self._export.cluster_of(found), form=self._export.terms.form(term, found))

    def synonyms(self, term: str) -> list[str]:
        """The other members of the term's cluster.

        Args:
            term: The term.

        Returns:
            Those judged most likely synonyms of the term itself first (members never judged with
            it last), then in byte-wise order; vulgar and offensive ones last of all.
        """
        found = synonyms(self._export, self._export.terms.resolve(term))
        return [self._export.terms.name(other) for other in found]

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
            The pairs judged antonyms at the gate ("direct"), then their synonyms and what opposes
            the nearest of its meaning ("cluster"); in each those of common senses first.
        """
        return antonyms(self._export, self._export.terms.resolve(term))

    def entry(self, term: str) -> Entry:
        """All about a term: synonyms, antonyms, and what else it could belong to."""
        term_id = self._export.terms.resolve(term)
        found, form = self._export.terms.name(term_id), self._export.terms.form(term, term_id)
        cluster = self[found]
        senses = self.senses(found)
        synonyms, antonyms = tuple(self.synonyms(found)), tuple(self.antonyms(found))
        names = tuple(map(self._export.terms.name, unclustered(self._export, term_id)))
        named = {found, *synonyms, *names, *(antonym.term for antonym in antonyms)}
        for sense in senses:
            named.update(sense.synonyms, sense.antonyms, sense.similar, sense.cluster.members)
        marks = {name: mark for name in sorted(named) if (mark := self.mark(name))}
        return Entry(found, cluster, synonyms, antonyms, tuple(senses), names, form, marks)

    def mark(self, term: str) -> str:
        """Whether a term is vulgar, offensive or a slur: one of these words, else empty."""
        return self._export.marks.of(self._export.terms.resolve(term))

    def cluster(self, cluster_id: int) -> Cluster:
        """The cluster with this id."""
        return self._export.cluster(cluster_id)

    def senses(self, term: str) -> list[Sense]:
        """The senses of a term, the commonest first, then the other clusters it could belong to.

        Args:
            term: The term.

        Returns:
            Those of its dictionary with share, part of speech, gloss, synonyms and antonyms; then
            the clusters that only the judged graph gives, best supported first.
        """
        return self._export.senses(self._export.terms.resolve(term))

    def opposites(self, cluster_id: int) -> list[ClusterLink]:
        """The opposite clusters: most votes first, then most probable, then by id."""
        return self._export.links(cluster_id, "opposite")

    def related(self, cluster_id: int) -> list[ClusterLink]:
        """The related clusters: most votes first, then most probable, then by id."""
        return self._export.links(cluster_id, "related")

    def related_terms(self, term: str, n: int = 10) -> list[Related]:
        """The terms related to a term, neither synonyms nor antonyms of it.

        Args:
            term: The term.
            n: How many at most.

        Returns:
            The closest in meaning first; terms that are near in letters alone are left out.
        """
        term_id = self._export.terms.resolve(term)
        listed = {*self.synonyms(term), *(antonym.term for antonym in self.antonyms(term))}
        without = {self._export.terms.resolve(other) for other in listed}
        without.update(unclustered(self._export, term_id))
        return related_terms(self._export, term_id, without)[:n]

    def explain(self, a: str, b: str) -> Explanation:
        """Why two terms are together or apart; what the export leaves out is read of the run."""
        resolve = self._export.terms.resolve
        return explain(self._export, self._run_pairs, resolve(a), resolve(b))

    def expand(
        self,
        query: str,
        *,
        limit: int = 8,
        senses: bool = False,
        least: float | None = None,
        skip: Collection[str] | None = None,
    ) -> Expansion:
        """Widen a query by synonyms, never by antonyms, for search or before a language model.

        The longest runs of words that are terms are its phrases.

        Args:
            query: Any text.
            limit: Terms added to each phrase at most, 0 or more.
            senses: Add members of the other clusters that a term could belong to as well; finds
                more, and strays further.
            least: The probability of synonymy from which a judged pair counts, 0 to 1, also with a
                term of another cluster; the pairs of an export begin at its floor. Lower finds
                more, and strays further. None: the gate of the clusters.
            skip: Words never taken for a phrase by themselves; None for the stop words of the
                language (lists are kept for English, German and Turkish).

        Returns:
            Per phrase the terms added; `alternatives` and `to_text()` hand them on.
        """
        words = stop_words(self.language) if skip is None else {word.casefold() for word in skip}
        sure = self._export.gate if least is None else least
        return expand(self._export, query, limit, words, senses=senses, least=sure)

    def nearest(self, text: str, *, k: int = 32) -> Nearest:
        """The cluster where a word would belong, also one that the lexicon does not hold.

        It needs the vectors, the encoder and the classifier of the run (see `data`).

        Args:
            text: A word or phrase.
            k: How many of the nearest terms are judged, at least 1.

        Returns:
            The cluster with the reason, and the neighbours as they are judged.
        """
        return NearestFinder(self._export, self._run).find(text, k)

    def likeness(self, a: str, b: str) -> float:
        """How alike two words are in meaning: opposites are not, words of one topic hardly.

        It needs the vectors, the encoder and the classifier of the run (see `data`).

        Args:
            a: A word or phrase, of the lexicon or not.
            b: Another.

        Returns:
            From 0, unrelated or opposite, to 1, the same; made to rank pairs.
        """
        return float(self.likenesses([(a, b)])["likeness"][0])

    def likenesses(self, pairs: Sequence[tuple[str, str]]) -> pl.DataFrame:
        """How alike the words of many pairs are, as `likeness` tells.

        Args:
            pairs: Words or phrases, two by two.

        Returns:
            One row a pair, in the order given: term_a, term_b, likeness.
        """
        return likenesses(self._export, self._run, pairs)

    def graph(self, term: str, hops: int = 1, *, per_term: int = 12) -> "nx.Graph":
        """The judged pairs around a term.

        Args:
            term: The term in the middle.
            hops: How many steps away, 0 or more; no step goes on from a co-hyponym.
            per_term: Neighbours followed from each term at most, synonyms first, then antonyms.

        Returns:
            Nodes are terms with `hop`, `cluster` and `representative`; edges have `relation`
            (synonym, antonym, co_hyponym), `probability`, `cosine` and `evidence`.
        """
        return ego_graph(self._export, self._export.terms.resolve(term), hops, per_term)

    def plot(self, term: str, hops: int = 1, *, per_term: int = 12) -> "LayerChart":
        """Draw the judged pairs around a term, for a notebook (extra `notebook`).

        Args:
            term: The term in the middle.
            hops: How many steps away, as in `graph`.
            per_term: Neighbours followed from each term at most, as in `graph`.

        Returns:
            An interactive chart: edges coloured by relation, probability and evidence as tooltips.
        """
        from nymgraph.pipeline.store.plots import plot_graph

        found = self._export.terms.name(self._export.terms.resolve(term))
        return plot_graph(self.graph(found, hops, per_term=per_term), found)

    def plot_map(self, sample: int = 2_000, *, seed: int = 0) -> "Chart":
        """Draw a map of clusters, for a notebook (extra `notebook`): near is alike.

        It needs the vectors of the run (see `data`).

        Args:
            sample: How many clusters are drawn at random, 1 to 5,000.
            seed: Seed of the draw.

        Returns:
            An interactive chart: one point a cluster, its members as the tooltip.
        """
        from nymgraph.pipeline.store.plots import plot_clusters

        return plot_clusters(self._export, self._run.vectors, sample, seed)

    def suggest(self, prefix: str, n: int = 10) -> list[str]:
        """At most `n` terms that begin with a prefix, whatever its case; clustered ones first."""
        return self._export.terms.suggest(prefix, n)

    def cluster_ids(self, terms: Sequence[str]) -> pl.DataFrame:
        """The clusters of many terms at once.

        Args:
            terms: Spellings, each looked up as a single one is.

        Returns:
            One row a spelling, in the order given: `asked`, `term` (null where no term is meant)
            and `cluster_id` (null for singletons and where no term is meant).
        """
        return cluster_ids(self._export, terms)

    def verify(self) -> None:
        """Hash every file of the export and compare it with what was written.

        Raises:
            ArtefactError: One is missing, damaged or changed; or the export has no list of files.
        """
        for fault in verify_export(self._path).faults:
            raise fault

    def scan(self, table: str) -> pl.LazyFrame:
        """A table, not yet read: terms, variants, clusters, links, memberships, marks or edges."""
        return self._export.scan(table)

    def to_polars(self, table: str = "terms") -> pl.DataFrame:
        """A table, read whole: terms, variants, clusters, links, memberships or edges."""
        return self.scan(table).collect()

    def sql(self, query: str) -> pl.DataFrame:
        """Ask the tables in SQL.

        Args:
            query: A SELECT over terms, variants, clusters, links, memberships and edges.

        Returns:
            The rows.

        Raises:
            InputError: The query cannot be understood.
        """
        tables = {name: self.scan(name) for name in self._export.tables}
        try:
            return pl.SQLContext(tables, eager=False).execute(query).collect()
        except polars.exceptions.PolarsError as error:
            cure = f"ask in polars' SQL for columns of {', '.join(self._export.tables)}"
            raise InputError("the query cannot be answered", got=str(error), cure=cure) from error

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
