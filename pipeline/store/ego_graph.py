"""The neighbourhood of a term as a networkx graph whose edges say what they are."""

from typing import TYPE_CHECKING

from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.views import Edge

if TYPE_CHECKING:  # loaded when the first graph is asked for
    import networkx as nx

__all__ = ["ego_graph", "relation_of"]

_RANK = {"synonym": 0, "antonym": 1, "co_hyponym": 2}


def ego_graph(export: ExportFolder, term_id: int, hops: int, per_term: int) -> "nx.Graph":
    """The judged pairs around a term.

    Args:
        export: The export.
        term_id: The term in the middle.
        hops: How many steps away from it, 0 or more. Steps beyond a co-hyponym are not taken.
        per_term: Neighbours followed from each term at most: synonyms first, then antonyms, then
            co-hyponyms, in each the most probable first.

    Returns:
        Nodes are terms, with `hop`, `cluster` (id or None) and `representative`. Edges have
        `relation` (synonym, antonym, co_hyponym), `probability` of it, `cosine` and `evidence`; all
        exported pairs among the nodes are there.
    """
    hop = {term_id: 0}
    around: dict[int, dict[int, Edge]] = {}
    front = [term_id]
    for distance in range(1, hops + 1):
        reached = []
        for x in front:
            around[x] = export.pairs.neighbours(x)
            for other, relation in _closest(export, around[x], per_term):
                if other not in hop:
                    hop[other] = distance
                    reached += [] if relation == "co_hyponym" else [other]
        front = reached
    return _graph(export, hop, around)


def relation_of(edge: Edge, gate: float) -> tuple[str, float]:
    """What a judgement says at the gate, with its probability: below it, co_hyponym."""
    for relation, probability in (("antonym", edge.p_antonym), ("synonym", edge.p_synonym)):
        if probability >= gate:
            return relation, probability
    return "co_hyponym", edge.p_co_hyponym


def _closest(
    export: ExportFolder, neighbours: dict[int, Edge], per_term: int
) -> list[tuple[int, str]]:
    judged = [(other, *relation_of(edge, export.gate)) for other, edge in neighbours.items()]
    ranked = sorted(judged, key=lambda row: (_RANK[row[1]], -row[2], row[0]))
    return [(other, relation) for other, relation, _ in ranked[:per_term]]


def _graph(
    export: ExportFolder, hop: dict[int, int], around: dict[int, dict[int, Edge]]
) -> "nx.Graph":
    import networkx as nx

    name, graph = export.terms.name, nx.Graph()
    for x, distance in hop.items():
        own = export.cluster_of(x)
        graph.add_node(name(x), hop=distance, cluster=own.id, representative=own.representative)
    for x in hop:
        for other, edge in (around.get(x) or export.pairs.neighbours(x)).items():
            if other in hop:
                relation, probability = relation_of(edge, export.gate)
                graph.add_edge(
                    name(x),
                    name(other),
                    relation=relation,
                    probability=probability,
                    cosine=edge.cosine,
                    evidence=edge.evidence,
                )
    return graph
