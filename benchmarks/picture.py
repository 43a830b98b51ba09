"""The picture of a real graph in the README: the judged pairs around a word of an export.

python -m benchmarks.picture --export data/export --term cheap --out docs/cheap.svg

Co-hyponyms are left out, and with them every term that only they join. Clusters have a colour each.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("agg")  # before pyplot is loaded: no display is needed

import matplotlib.pyplot as plt
import networkx as nx

from nymgraph import ClusterStore

# colours that the colour-blind tell apart (Okabe and Ito)
SYNONYM, ANTONYM, ALONE = "#009E73", "#D55E00", "#999999"
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}  # of a name
CLUSTERS = ("#56B4E9", "#E69F00", "#CC79A7", "#F0E442", "#0072B2", "#009E73")


def picture(store: ClusterStore, term: str, hops: int, per_term: int) -> nx.Graph:
    """The part of the graph that is drawn: synonyms and antonyms joined to the term."""
    whole = store.graph(term, hops, per_term=per_term)
    kept = [(a, b) for a, b, edge in whole.edges(data=True) if edge["relation"] != "co_hyponym"]
    graph = nx.Graph(whole.edge_subgraph(kept))
    return nx.Graph(graph.subgraph(nx.node_connected_component(graph, term)))


def sides_of(graph: nx.Graph, term: str) -> dict[str, int]:
    """1 for the terms on the side of the term, -1 for its opposites: an antonym changes sides."""
    sides = {term: 1}
    for a, b in nx.bfs_edges(graph, term):
        sides[b] = sides[a] if graph[a][b]["relation"] == "synonym" else -sides[a]
    return sides


def places_of(graph: nx.Graph, term: str) -> dict[str, tuple[float, float]]:
    """The term and its synonyms on the left, its opposites on the right."""
    places = {}
    sides = sides_of(graph, term)
    for side in (1, -1):
        half = graph.subgraph([x for x in graph if sides[x] == side])
        laid = nx.circular_layout(sorted(half, key=lambda x: (graph.nodes[x]["cluster"] or 0, x)))
        places |= {x: (at[0] - 1.7 * side, at[1]) for x, at in laid.items()}
    return places


def draw(graph: nx.Graph, term: str, out: Path) -> None:
    """Write the picture as SVG with its text as text."""
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "nymgraph"})
    figure, axes = plt.subplots(figsize=(9, 4.6))
    places = places_of(graph, term)
    for relation, colour, style in (("synonym", SYNONYM, "solid"), ("antonym", ANTONYM, "dashed")):
        edges = [(a, b) for a, b, edge in graph.edges(data=True) if edge["relation"] == relation]
        lines = nx.draw_networkx_edges(
            graph, places, edgelist=edges, edge_color=colour, style=style, width=1.6, ax=axes
        )
        lines.set_label(relation)
    clusters = sorted({c for _, c in graph.nodes(data="cluster") if c is not None})
    colours = {c: CLUSTERS[n % len(CLUSTERS)] for n, c in enumerate(clusters)}
    fill = [colours.get(c, ALONE) for _, c in graph.nodes(data="cluster")]
    nx.draw_networkx_nodes(graph, places, node_color=fill, node_size=110, ax=axes)
    for name, (x, y) in places.items():
        weight = "bold" if name == term else "normal"
        text = {"xytext": (0, 8), "textcoords": "offset points", "ha": "center"}
        axes.annotate(name, (x, y), fontsize=10, weight=weight, bbox=BEHIND, **text)
    axes.legend(loc="lower right", frameon=False)
    axes.margins(0.08)
    axes.axis("off")
    figure.savefig(out, bbox_inches="tight", facecolor="white", metadata={"Date": None})


def main() -> None:
    """Draw the neighbourhood of a term."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--export", type=Path, default=Path("data/export"))
    parser.add_argument("--term", default="cheap")
    parser.add_argument("--hops", type=int, default=2)
    parser.add_argument("--per-term", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path("docs/cheap.svg"))
    given = parser.parse_args()
    store = ClusterStore(given.export)
    draw(picture(store, given.term, given.hops, given.per_term), given.term, given.out)


if __name__ == "__main__":
    main()
