"""Precision against recall of all clusterings over their ranges, as one picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Row = dict[str, Any]
COLUMNS = 3


def draw(
    rows: Sequence[Row], kinds: Sequence[tuple[str, str]], defaults: dict[str, float], path: Path
) -> None:
    """Draw one panel for each graph and kind of figure, a line for each method.

    Runs of less than a fifth of the best precision would squeeze the rest: they are left out.

    Args:
        rows: one per run: graph, method, parameter and the figures; rows without figures are
            passed over.
        kinds: prefix of the columns `precision` and `recall`, and what to call it.
        defaults: the parameter of a method that is marked with a star.
        path: where the PNG goes.
    """
    done = [row for row in rows if "seconds" in row]
    methods = list(dict.fromkeys(row["method"] for row in done))
    graphs = list(dict.fromkeys(row["graph"] for row in done))
    panels = [(kind, graph) for kind in kinds for graph in graphs]
    height = -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(5 * COLUMNS, 4.2 * height + 1), layout="constrained")
    axes = figure.subplots(height, COLUMNS, squeeze=False).ravel()
    for axis, ((prefix, kind), graph) in zip(axes, panels, strict=False):
        here = [row for row in done if row["graph"] == graph]
        least = max(row[prefix + "precision"] for row in here) / 5
        here = [row for row in here if row[prefix + "precision"] >= least]
        for place, method in enumerate(methods):
            group = [row for row in here if row["method"] == method]
            _line(axis, group, prefix, place, defaults.get(method))
        axis.set(title=f"{graph}, {kind}", xlabel="recall", ylabel="precision")
        axis.grid(alpha=0.3)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    shown = {
        name: handle
        for axis in axes
        for handle, name in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=6)
    figure.savefig(path, dpi=110)


def _line(axis: Axes, group: Sequence[Row], prefix: str, place: int, default: float | None) -> None:
    """Join the runs of one method, in the order of its range; star its default."""
    colour = colormaps["tab20"](place)
    recall, precision = (
        np.array([row[prefix + name] for row in group]) for name in ("recall", "precision")
    )
    label = group[0]["method"] if group else None
    width = 2.5 if default is not None else 1.2
    axis.plot(recall, precision, "o-", color=colour, label=label, lw=width, ms=4, alpha=0.85)
    starred = np.array([row["parameter"] == default for row in group], bool)
    axis.plot(recall[starred], precision[starred], "*", color=colour, ms=16, mec="black")
