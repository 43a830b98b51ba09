"""The answers of the store, as JSON with a declared schema.

Contract: a cluster id is a 64-bit number and travels as a string, since JavaScript would round it.
"""

from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from nymgraph.pipeline.lookup.examples import best_clusters, example_words
from nymgraph.pipeline.storage.verify import blamed_export
from nymgraph.pipeline.store import (
    Cluster,
    ClusterLink,
    ClusterStore,
    Explanation,
    Sense,
)

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "About",
    "ClusterAnswer",
    "ExplanationAnswer",
    "Fault",
    "GraphAnswer",
    "LinkAnswer",
    "Suggestions",
    "TermAnswer",
    "drawn_graph",
]

RELATED = 0.6  # cosine from which a related term is shown
ID = "the cluster's id, a 64-bit number as a string"


class Answer(BaseModel):
    """An answer; it does not change."""

    model_config = ConfigDict(frozen=True)


class Fault(Answer):
    """Why there is no answer."""

    error: str = Field(description="what is wrong")
    cure: str = Field("", description="what can be done about it")
    near: list[str] = Field(default=[], description="terms that hold it or are spelled like it")


class About(Answer):
    """The export that this server serves."""

    language: str
    terms: int
    clusters: int
    examples: list[str] = Field(description="words worth a try")

    @classmethod
    def of(cls, store: ClusterStore) -> Self:
        """From a store."""
        return cls(
            language=store.language,
            terms=len(store),
            clusters=store.n_clusters,
            examples=_examples(store),
        )


def _examples(store: ClusterStore, n: int = 5) -> list[str]:
    """Words that everybody knows, of several senses and with opposites; else what there is."""
    known = [word for word in example_words(store.language) if word in store]
    with blamed_export(store.path):
        best = best_clusters(store.scan("clusters"), n)["representative"].to_list()
    return list(dict.fromkeys(known + best))[:n]


class ClusterAnswer(Answer):
    """A cluster of synonyms, or a term on its own."""

    id: str | None = Field(description=f"{ID}; null for a term on its own")
    representative: str
    size: int
    cohesion: float | None = Field(description="sum of p_synonym inside / number of pairs, 0 to 1")
    members: list[str]

    @classmethod
    def of(cls, cluster: Cluster) -> Self:
        """From what the store gives."""
        return cls(
            id=None if cluster.id is None else str(cluster.id),
            representative=cluster.representative,
            size=cluster.size,
            cohesion=cluster.cohesion,
            members=list(cluster.members),
        )


class AntonymAnswer(Answer):
    """An antonym of a term."""

    term: str
    probability: float = Field(description="p_antonym of the pair, or of belonging to one")
    via: str = Field(description="direct (the pair was judged) or cluster (a synonym of it was)")
    weight: float = Field(description="probability times how common the senses are, 0 to 1")


class RelatedAnswer(Answer):
    """A term related to another, neither synonym nor antonym."""

    term: str
    weight: float = Field(description="how close in meaning, 0 to 1")
    via: str = Field(description="who says so: dictionary or model")


class SenseAnswer(Answer):
    """One sense of a term: of its dictionary, else a cluster that the term could belong to."""

    cluster: ClusterAnswer
    support: float = Field(description="how much of the cluster stands behind the term, 0 to 1")
    share: float | None = Field(description="share of the term's use; null where not known")
    pos: str = Field(description="part of speech; empty where not known")
    gloss: str = Field(description="definition; empty where there is none")
    synonyms: list[str]
    antonyms: list[str]
    similar: list[str] = Field(description="terms of nearly the same meaning")
    mark: str = Field(description="vulgar, offensive or slur; else empty")

    @classmethod
    def of(cls, sense: Sense) -> Self:
        """From what the store gives."""
        return cls(
            cluster=ClusterAnswer.of(sense.cluster),
            support=sense.support,
            share=sense.share,
            pos=sense.pos,
            gloss=sense.gloss,
            synonyms=list(sense.synonyms),
            antonyms=list(sense.antonyms),
            similar=list(sense.similar),
            mark=sense.mark,
        )


class TermAnswer(Answer):
    """All about a term."""

    term: str
    form: str = Field(description="what is said where a form of the term was asked for; else empty")
    cluster: ClusterAnswer
    synonyms: list[str] = Field(description="the other members, closest first")
    antonyms: list[AntonymAnswer]
    senses: list[SenseAnswer]
    alone: list[str] = Field(description="terms in no cluster that were judged its synonyms")
    related: list[RelatedAnswer] = Field(description="ten near in meaning, the closest first")
    marks: dict[str, str] = Field(description="terms that are vulgar, offensive or slurs")
    instead_of: str = Field(default="", description="the unknown term that was followed to it")
    near: list[str] = Field(default=[], description="terms that hold it or are spelled like it")

    @classmethod
    def of(cls, store: ClusterStore, term: str, *, marked: bool = True) -> Self:
        """From a store; without other vulgar or offensive terms if not `marked`."""
        entry = store.entry(term)
        entry = entry if marked else entry.unmarked()
        related = [x for x in store.related_terms(entry.term) if marked or not store.mark(x.term)]
        of_related = {x.term: mark for x in related if (mark := store.mark(x.term))}
        return cls(
            term=entry.term,
            form=entry.form,
            cluster=ClusterAnswer.of(entry.cluster),
            synonyms=list(entry.synonyms),
            antonyms=[AntonymAnswer(**antonym._asdict()) for antonym in entry.antonyms],
            senses=[SenseAnswer.of(sense) for sense in entry.senses],
            alone=list(entry.alone),
            related=[RelatedAnswer(**found._asdict()) for found in related],
            marks=entry.marks | of_related,
        )


class LinkAnswer(Answer):
    """A link to another cluster."""

    cluster: ClusterAnswer
    votes: int = Field(description="judged pairs between the two that say so")
    probability: float = Field(description="mean probability of these judgements, 0 to 1")

    @classmethod
    def of(cls, link: ClusterLink) -> Self:
        """From what the store gives."""
        cluster = ClusterAnswer.of(link.cluster)
        return cls(cluster=cluster, votes=link.votes, probability=link.probability)


class ExplanationAnswer(Answer):
    """Why two terms are together or apart."""

    a: str
    b: str
    together: bool
    reasons: list[str] = Field(description="why, in words")
    evidence: list[tuple[str, str]] = Field(description="kind of evidence, and what it says")

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """From what the store gives."""
        found = explanation
        return cls(
            a=found.a,
            b=found.b,
            together=found.together,
            reasons=found.sentences(),
            evidence=found.rows()[1:],  # the first is the reasons
        )


class Suggestions(Answer):
    """Terms that begin as asked."""

    prefix: str
    terms: list[str]


class Node(Answer):
    """A term of a graph."""

    term: str
    hop: int = Field(description="steps from the term in the middle")
    cluster: str | None = Field(description=f"{ID}; null for a term on its own")
    mark: str = Field(description="vulgar, offensive or slur; else empty")


class Link(Answer):
    """A judged pair of a graph."""

    a: str
    b: str
    relation: str = Field(description="synonym, antonym or co_hyponym")
    probability: float = Field(description="of the relation; of related ones how close they are")
    evidence: str = Field(description="model or dictionary")


class GraphAnswer(Answer):
    """The judged pairs around a term."""

    term: str
    nodes: list[Node]
    links: list[Link]
    left_out: int = Field(description="terms around it that are not shown")

    @classmethod
    def of(cls, term: str, graph: "nx.Graph", n_nodes: int) -> Self:
        """From what the store gives: the nearest terms, and the pairs among them.

        Args:
            term: The term in the middle.
            graph: As of `drawn_graph`.
            n_nodes: Terms shown at most.

        Returns:
            The nodes by falling weight: fewest steps first, then of synonyms, opposites and related
            terms the closest of each by turns, two synonyms to one of the others.
        """
        ranked = _ranked(graph, term)
        shown = dict(ranked[:n_nodes])
        inside = graph.subgraph(shown).edges(data=True)
        links = sorted((min(a, b), max(a, b), data) for a, b, data in inside)
        return cls(
            term=term,
            nodes=[
                Node(term=name, hop=data["hop"], cluster=_id(data["cluster"]), mark=data["mark"])
                for name, data in shown.items()
            ],
            links=[_link(*link) for link in links],
            left_out=len(ranked) - len(shown),
        )


def drawn_graph(
    store: ClusterStore, middle: str, hops: int, per_term: int, *, marked: bool = True
) -> "nx.Graph":
    """The terms around a term that are worth drawing.

    Around the middle these are its synonyms, the opposites of its common senses and the related
    terms; farther away also those whose vectors are near.

    Args:
        store: The export.
        middle: The term in the middle.
        hops: Steps from it.
        per_term: Neighbours followed from each term at most.
        marked: Whether vulgar and offensive terms are drawn.

    Returns:
        As `ClusterStore.graph` gives it; edges of related terms have how close they are as
        `probability`, and some stand there that were not judged as a pair. Nodes have their `mark`.
    """
    graph = store.graph(middle, hops, per_term=per_term)
    related = {found.term: found for found in store.related_terms(middle)}
    opposites = {found.term for found in store.antonyms(middle)}

    def is_drawn(a: str, b: str, data: dict[str, Any]) -> bool:
        if middle not in (a, b):
            return bool(data["relation"] != "co_hyponym" or data["cosine"] >= RELATED)
        other = b if a == middle else a
        return data["relation"] == "synonym" or other in opposites or other in related

    edges = [(a, b) for a, b, data in graph.edges(data=True) if is_drawn(a, b, data)]
    kept = graph.edge_subgraph(edges).copy()
    kept.add_node(middle, **graph.nodes[middle])
    beyond = {x for x, d in kept.nodes(data=True) if d["hop"] > 1 or x in kept[middle]}
    kept = kept.subgraph({middle, *beyond}).copy()
    for term, found in related.items():
        if term not in kept:
            kept.add_node(term, hop=1, cluster=store[term].id)
        drawn = kept.get_edge_data(middle, term)
        if drawn is None or drawn["relation"] == "co_hyponym":
            said = {"probability": found.weight, "evidence": found.via}
            kept.add_edge(middle, term, relation="co_hyponym", **said)
    for term, data in kept.nodes(data=True):
        data["mark"] = store.mark(term)
    shown = [term for term, mark in kept.nodes(data="mark") if marked or not mark or term == middle]
    return kept.subgraph(shown)


def _ranked(graph: "nx.Graph", middle: str) -> list[tuple[str, dict[str, Any]]]:
    """The nodes, those to be shown first."""
    groups: dict[tuple[int, str], list[tuple[float, str, dict[str, Any]]]] = {}
    for name, data in graph.nodes(data=True):
        edge = graph.get_edge_data(middle, name) or {"relation": "", "probability": 0.0}
        group = groups.setdefault((data["hop"], edge["relation"]), [])
        group.append((-edge["probability"], name, data))
    ranked = [
        (hop, (place + 1) / (2 if relation == "synonym" else 1), relation, place, name, data)
        for (hop, relation), group in groups.items()
        for place, (_, name, data) in enumerate(sorted(group, key=lambda row: row[:2]))
    ]
    return [(row[4], row[5]) for row in sorted(ranked, key=lambda row: row[:5])]


def _link(a: str, b: str, data: dict[str, Any]) -> Link:
    return Link(
        a=a,
        b=b,
        relation=data["relation"],
        probability=data["probability"],
        evidence=data["evidence"],
    )


def _id(cluster: int | None) -> str | None:
    return None if cluster is None else str(cluster)
