"""Small charts as inline SVG, drawn by matplotlib.

Colours are written as the page's CSS variables, so that one drawing serves light and dark; text
stays text, in the page's own font. Nothing of the drawing depends on time or on a random number.
"""

import io
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    MaxNLocator,
    NullLocator,
    PercentFormatter,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

__all__ = ["Line", "densities", "lines", "sizes"]

# Stand-ins that matplotlib can draw with, and the variable of the style sheet that replaces each.
_COLOURS = {
    "ink": "#010101",
    "muted": "#020202",
    "grid": "#030303",
    "synonym": "#040404",
    "antonym": "#050505",
    "co_hyponym": "#060606",
}
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "nymgraph",
    "font.size": 9.0,
    "axes.edgecolor": _COLOURS["muted"],
    "axes.labelcolor": _COLOURS["muted"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.color": _COLOURS["muted"],
    "ytick.color": _COLOURS["muted"],
    "text.color": _COLOURS["ink"],
    "grid.color": _COLOURS["grid"],
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 9.0,
}
_SIZE = (5.0, 3.3)  # inches; 72 units each in the SVG


class Line(NamedTuple):
    """One line of a chart.

    Attributes:
        name: Its name in the legend.
        x: float (n,).
        y: float (n,).
        colour: A name of the style sheet: ink, muted, synonym, antonym, co_hyponym.
        dashed: Whether it is dashed.
    """

    name: str
    x: npt.ArrayLike
    y: npt.ArrayLike
    colour: str
    dashed: bool = False


def lines(
    drawn: list[Line],
    x_name: str,
    y_name: str,
    *,
    diagonal: bool = False,
    mark: float | None = None,
) -> str:
    """Lines of shares against a probability, both axes from 0 to 1.

    Args:
        drawn: The lines.
        x_name: What the horizontal axis is.
        y_name: What the vertical axis is.
        diagonal: Whether to draw where both are equal.
        mark: Where to draw a vertical line, or None.

    Returns:
        The chart as SVG.
    """

    def draw(axes: "Axes") -> None:
        if diagonal:
            axes.plot([0, 1], [0, 1], color=_COLOURS["muted"], linewidth=0.8)
        if mark is not None:
            axes.axvline(mark, color=_COLOURS["muted"], linewidth=0.8, linestyle=(0, (1, 2)))
        for line in drawn:
            style: dict[str, Any] = {"linestyle": (0, (4, 2))} if line.dashed else {"marker": "o"}
            axes.plot(
                line.x,
                line.y,
                color=_COLOURS[line.colour],
                label=line.name,
                markersize=3.5,
                **style,
            )
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=x_name, ylabel=y_name)
        axes.grid(visible=True)

    return _draw(draw)


def densities(groups: dict[str, npt.NDArray[np.float32]], x_name: str) -> str:
    """How cosines are spread, one curve a relation (each its own share, in bins of 0.05).

    Args:
        groups: Relation to its cosines, float32 (n,), -1 to 1.
        x_name: What is measured.

    Returns:
        The chart as SVG.
    """
    edges = np.linspace(-0.2, 1.0, 25)
    middles = (edges[:-1] + edges[1:]) / 2

    def draw(axes: "Axes") -> None:
        for relation, cosines in groups.items():
            inside = np.histogram(np.clip(cosines, edges[0], 1), edges)[0]
            heights = 100 * inside / max(1, len(cosines))
            colour = _COLOURS[relation]
            axes.plot(middles, heights, color=colour, label=f"{relation.replace('_', '-')}s")
            axes.fill_between(middles, heights, color=colour, alpha=0.12, linewidth=0)
        axes.set(xlim=(-0.2, 1), ylim=(0, None), xlabel=x_name, ylabel="share of the pairs")
        axes.yaxis.set_major_formatter(PercentFormatter(decimals=0))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.grid(visible=True, axis="y")

    return _draw(draw)


def sizes(size: npt.NDArray[np.int64], clusters: npt.NDArray[np.int64]) -> str:
    """How many clusters there are of each size, both axes logarithmic.

    Args:
        size: int64 (n,), at least 2.
        clusters: int64 (n,), at least 1.

    Returns:
        The chart as SVG.
    """

    def draw(axes: "Axes") -> None:
        axes.loglog(size, clusters, "o", color=_COLOURS["ink"], markersize=4)
        ticks = [x for x in (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000) if x <= 1.3 * size.max()]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_locator(NullLocator())
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}"))
        axes.set(xlabel="terms in the cluster", ylabel="clusters", ylim=(0.7, None))
        axes.grid(visible=True)

    return _draw(draw, legend=False)


def _draw(draw: "Callable[[Axes], None]", *, legend: bool = True) -> str:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.tick_params(length=0)
        if legend:
            figure.legend(loc="outside upper left", ncols=3, handlelength=1.4, columnspacing=1.4)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return _inline(stream.getvalue())


def _inline(svg: str) -> str:
    """The drawing as it stands in a page: no prologue, no metadata, no fixed size or colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<svg[^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true">', svg)
    svg = re.sub(r"(font(?:-family)?: )([\d.]+px )?'[^;\"]*", r"\1\2sans-serif", svg)
    for name, colour in _COLOURS.items():
        svg = svg.replace(colour, f"var(--{name.replace('_', '-')})")
    return svg
