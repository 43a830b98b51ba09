"""The blocks of a section of the report. The template shows each block by its kind."""

from dataclasses import dataclass
from typing import Any, ClassVar

from nymgraph.pipeline.report.numbers import NUMERIC

__all__ = [
    "Chart",
    "Charts",
    "Column",
    "Figure",
    "Figures",
    "Note",
    "Pointer",
    "Pointers",
    "Search",
    "Section",
    "Table",
]


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading and the form of its values.

    Attributes:
        title: The heading.
        form: A name of `numbers.FORMS`, or "terms" for a list of terms.
    """

    title: str
    form: str = "text"

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers, shown to the right."""
        return self.form in NUMERIC


@dataclass(frozen=True)
class Table:
    """A table that the reader can sort; a cell holds the value itself."""

    kind: ClassVar[str] = "table"
    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as SVG, with its title and what it is measured on."""

    title: str
    svg: str
    note: str


@dataclass(frozen=True)
class Charts:
    """Charts that stand side by side where there is room."""

    kind: ClassVar[str] = "charts"
    items: tuple[Chart, ...]


@dataclass(frozen=True)
class Figure:
    """One figure: its name, its value as text, and what it is measured on."""

    name: str
    value: str
    basis: str


@dataclass(frozen=True)
class Figures:
    """The figures that matter most."""

    kind: ClassVar[str] = "figures"
    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Note:
    """A sentence."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True)
class Pointer:
    """A line that leads to a section, and whether its figure is as it should be."""

    text: str
    section: str
    met: bool


@dataclass(frozen=True)
class Pointers:
    """Where to look, the worst first."""

    kind: ClassVar[str] = "pointers"
    items: tuple[Pointer, ...]


@dataclass(frozen=True)
class Search:
    """A search box over clusters; the data travel in the page as JSON."""

    kind: ClassVar[str] = "search"
    clusters: list[dict[str, Any]]


@dataclass(frozen=True)
class Section:
    """The result of a module of the report: its message and its blocks."""

    lead: str
    blocks: tuple[Charts | Figures | Note | Pointers | Search | Table, ...]
