"""Clustering on one machine, up to a billion terms: what the measured exponents say.

A machine clusters alone: the graph of judged synonyms is some edges a term, and fits where the
vectors would not. Sizes up to `MEASURED_TERMS` were run, and the formula meets them within a third;
those above are extrapolated: time by the measured exponents, memory in proportion.
"""

from typing import NamedTuple

from nymgraph.pipeline.planner.costs import cluster_cost

__all__ = ["MEASURED_TERMS", "Capacity", "capacity_lines", "capacity_table"]

MEASURED_TERMS = 15_000_000
_SIZES = (150_000, 1_500_000, 15_000_000, 50_000_000, 150_000_000, 500_000_000, 1_000_000_000)
_EDGES_A_TERM = 43.1 / 15


class Capacity(NamedTuple):
    """One size: terms, edges, and for each algorithm seconds on one core and GB."""

    n_terms: int
    n_edges: int
    reference: tuple[float, float]
    signed: tuple[float, float]

    @property
    def measured(self) -> bool:
        """Whether it was run, or follows from exponents."""
        return self.n_terms <= MEASURED_TERMS


def capacity_table(edges_a_term: float = _EDGES_A_TERM) -> list[Capacity]:
    """The cost of clustering at each size.

    Args:
        edges_a_term: Edges above the gate for each term.

    Returns:
        A row for each size, rising.
    """
    rows = []
    for n_terms in _SIZES:
        n_edges = round(n_terms * edges_a_term)
        costs = (cluster_cost(name, n_terms, n_edges) for name in ("reference", "signed"))
        rows.append(Capacity(n_terms, n_edges, *costs))
    return rows


def capacity_lines(rows: list[Capacity]) -> list[str]:
    """The table as Markdown.

    Args:
        rows: Of `capacity_table`.

    Returns:
        Lines of text.
    """
    lines = [
        "| terms | edges | reference: minutes | GB | signed: minutes | GB | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            f"{value:,.{digits}f}"
            for pair in (row.reference, row.signed)
            for value, digits in (
                (pair[0] / 60, 2 if pair[0] < 600 else 0),
                (pair[1], 2 if pair[1] < 10 else 0),
            )
        ]
        origin = "measured" if row.measured else "extrapolated"
        lines.append(f"| {row.n_terms:,} | {row.n_edges:,} | {' | '.join(cells)} | {origin} |")
    return lines
