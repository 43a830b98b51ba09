"""Interactive pictures of an export, for a notebook: the pairs around a term, a map of clusters.

Contract: a term may hold any character but control characters. A chart writes its data into a
script of the page it is saved as, so `</` and `<!` in a term are parted by an invisible character;
the browser shows them as they are. Needs the extra `notebook`; all else in the store does not.
"""

import re
from types import ModuleType
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.decomposition import PCA

from nymgraph.pipeline.errors import DependencyError, InputError
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.views import Cluster

if TYPE_CHECKING:  # drawn with in a notebook alone
    from altair import Chart, LayerChart

__all__ = ["LARGEST_PLOT", "plot_clusters", "plot_graph", "principal_places"]

LARGEST_PLOT = 5_000
"""Edges or points that a chart carries at most; a browser draws no more with ease."""
_SEED = 0
# colours that the colour-blind tell apart (Okabe and Ito)
_COLOURS = {"synonym": "#009E73", "antonym": "#D55E00", "co-hyponym or related": "#999999"}
_RELATIONS = dict(zip(("synonym", "antonym", "co_hyponym"), _COLOURS, strict=True))
# how much an edge draws its ends together
_PULLS = {"synonym": 1.0, "antonym": 0.1, "co_hyponym": 0.2}
_SHOWN_MEMBERS = 12


def plot_graph(graph: nx.Graph, term: str) -> "LayerChart":
    """Draw the neighbourhood of a term.

    The layout is a spring layout with a fixed seed: synonyms draw together, antonyms hardly. A
    click on a relation in the legend shows its edges alone; the wheel zooms.

    Args:
        graph: As `ClusterStore.graph` makes it.
        term: The term in the middle.

    Returns:
        The chart: names of terms, edges coloured by relation, the evidence as tooltips.

    Raises:
        DependencyError: altair is not installed.
        InputError: There are too many edges to draw.
    """
    alt = _altair()
    _drawable(graph.number_of_edges(), "edges", "give fewer hops or a smaller per_term")
    places = _layout(graph)
    nodes, edges = _nodes(graph, places), _edges(graph, places)
    names = alt.Chart(nodes).encode(**_blank_axes(alt), tooltip=["term", "cluster", "hop"])
    colour = alt.condition("datum.hop == 0", alt.value("black"), alt.value("#56B4E9"))
    layers = [
        *([_edge_layer(alt, edges)] if edges.height else []),
        names.mark_circle(size=60, opacity=1).encode(color=colour),
        names.mark_text(dy=-9).encode(text="term"),
    ]
    title = f"{_shown(term)}: {len(graph) - 1} terms around it"
    chart = alt.layer(*layers).properties(title=title, width=640, height=480)
    blank: LayerChart = chart.configure_view(stroke=None)
    return blank


def plot_clusters(
    export: ExportFolder, vectors: npt.NDArray[np.floating[Any]], sample: int, seed: int
) -> "Chart":
    """Draw a map of clusters: the two principal components of their mean vectors.

    Args:
        export: The export.
        vectors: (n_terms, dim), L2-normalised; may be a memory map.
        sample: How many clusters are drawn at random, 1 to `LARGEST_PLOT`.
        seed: Seed of the draw.

    Returns:
        The chart: one point a cluster, its members as the tooltip. The title says what share of
        the variance the two directions hold.

    Raises:
        DependencyError: altair is not installed.
        InputError: The sample is too small or too big, or there are no clusters.
    """
    alt = _altair()
    _drawable(sample, "clusters", "give a smaller sample")
    clusters = _sampled(export, sample, seed)
    rows = [export.members(cluster) for cluster in clusters]
    means = np.stack([vectors[ids].astype(np.float32).mean(axis=0) for ids in rows])
    places, held = principal_places(means)
    points = pl.DataFrame([_point(cluster) for cluster in clusters]).with_columns(
        x=pl.Series(places[:, 0]), y=pl.Series(places[:, 1])
    )
    title = f"{len(clusters):,} clusters; the two directions hold {held:.0%} of their variance"
    chart = alt.Chart(points).mark_circle(opacity=0.6)
    encoded: Chart = chart.encode(
        **_blank_axes(alt),
        size=alt.Size("size:Q", title="terms"),
        color=alt.Color("cohesion:Q", scale=alt.Scale(scheme="viridis", domain=[0, 1])),
        tooltip=["representative", "members", "size", alt.Tooltip("cohesion", format=".2f")],
    )
    return encoded.properties(title=title, width=640, height=480).interactive()


def principal_places(
    means: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float64], float]:
    """Two principal components of rows.

    Args:
        means: (n, dim), at least one row.

    Returns:
        float64 (n, 2), zeros where there are fewer than two directions; and the share of the
        variance that they hold, 0 to 1 (1 where there is none).
    """
    places = np.zeros((len(means), 2))
    spread = means.astype(np.float64)
    if len(means) < 2 or not spread.var(axis=0).any():
        return places, 1.0
    reducer = PCA(min(2, *means.shape), svd_solver="full")
    found = reducer.fit_transform(spread)
    places[:, : found.shape[1]] = found
    return places, float(reducer.explained_variance_ratio_.sum())


def _altair() -> ModuleType:
    try:
        import altair
    except ModuleNotFoundError as error:
        problem = f"a plot needs the package {error.name}"
        raise DependencyError(problem, cure="pip install 'nymgraph[notebook]'") from error
    return altair


def _drawable(n: int, what: str, cure: str) -> None:
    if n > LARGEST_PLOT:
        problem = f"there are too many {what} to draw"
        raise InputError(problem, got=f"{n:,}", expected=f"at most {LARGEST_PLOT:,}", cure=cure)


def _shown(text: str) -> str:
    """A text that cannot end the script it stands in."""
    return re.sub(r"<(?=[/!])", "<\u2060", text)


def _layout(graph: nx.Graph) -> dict[str, tuple[float, float]]:
    pulled: nx.Graph = nx.Graph()
    pulled.add_nodes_from(graph)
    for a, b, relation in graph.edges(data="relation"):
        pulled.add_edge(a, b, weight=_PULLS[relation])
    places = nx.spring_layout(pulled, seed=_SEED)
    return {term: (float(x), float(y)) for term, (x, y) in places.items()}


def _nodes(graph: nx.Graph, places: dict[str, tuple[float, float]]) -> pl.DataFrame:
    rows = [
        {
            "term": _shown(term),
            "cluster": "none" if node["cluster"] is None else _shown(node["representative"]),
            "hop": node["hop"],
            "x": places[term][0],
            "y": places[term][1],
        }
        for term, node in graph.nodes(data=True)
    ]
    return pl.DataFrame(rows)


def _edges(graph: nx.Graph, places: dict[str, tuple[float, float]]) -> pl.DataFrame:
    rows = [
        {
            "pair": _shown(f"{a} - {b}"),
            "relation": _RELATIONS[edge["relation"]],
            "probability": edge["probability"],
            "cosine": edge["cosine"],
            "evidence": edge["evidence"],
            **dict(zip(("x", "y", "x2", "y2"), (*places[a], *places[b]), strict=True)),
        }
        for a, b, edge in graph.edges(data=True)
    ]
    return pl.DataFrame(rows)


def _edge_layer(alt: ModuleType, edges: pl.DataFrame) -> "Chart":
    chosen = alt.selection_point(fields=["relation"], bind="legend")
    colours = alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    figures = [alt.Tooltip(name, format=".2f") for name in ("probability", "cosine")]
    layer: Chart = (
        alt.Chart(edges)
        .mark_rule(strokeWidth=3)
        .encode(
            **_blank_axes(alt),
            x2="x2",
            y2="y2",
            color=alt.Color("relation:N", scale=colours, title="judged as"),
            opacity=alt.condition(chosen, alt.value(0.7), alt.value(0.05)),
            tooltip=["pair", "relation", *figures, "evidence"],
        )
        .add_params(chosen, alt.selection_interval(bind="scales"))
    )
    return layer


def _blank_axes(alt: ModuleType) -> dict[str, Any]:
    """Places without ticks: only what is near what matters."""
    scale = alt.Scale(zero=False, padding=24)
    return {"x": alt.X("x:Q", axis=None, scale=scale), "y": alt.Y("y:Q", axis=None, scale=scale)}


def _sampled(export: ExportFolder, sample: int, seed: int) -> list[Cluster]:
    """Some clusters at random, by rising id."""
    if sample < 1 or not export.n_clusters:
        raise InputError(
            "there are no clusters to draw",
            got=f"a sample of {sample} out of {export.n_clusters:,} clusters",
            cure="give a sample of 1 or more, and an export that has clusters",
        )
    ids = export.scan("clusters").select("cluster_id").collect()["cluster_id"]
    size = min(sample, len(ids))
    rows = np.random.default_rng(seed).choice(len(ids), size, replace=False, shuffle=False)
    return [export.cluster(ids[row]) for row in sorted(rows.tolist())]


def _point(cluster: Cluster) -> dict[str, Any]:
    more = ", …" if cluster.size > _SHOWN_MEMBERS else ""
    return {
        "representative": _shown(cluster.representative),
        "members": _shown(", ".join(cluster.members[:_SHOWN_MEMBERS]) + more),
        "size": cluster.size,
        "cohesion": cluster.cohesion,
    }
