"""Numbers and lists of terms as people read them. What is missing is a dash."""

import math
from collections.abc import Callable
from typing import Any

__all__ = ["FORMS", "MISSING", "NUMERIC", "count", "decimal", "duration", "listed", "share"]

MISSING = "–"
_SHOWN = 12


def count(value: float | None) -> str:
    """A whole number with thousands separated: 148,897."""
    return MISSING if _none(value) else f"{round(value or 0):,}"


def decimal(value: float | None) -> str:
    """A figure between 0 and 1, such as an F1 or a cosine: 0.731."""
    return MISSING if _none(value) else f"{value:.3f}"


def probability(value: float | None) -> str:
    """A probability, in two digits: 0.70."""
    return MISSING if _none(value) else f"{value:.2f}"


def share(value: float | None) -> str:
    """A share as a percentage: 36.9 %; one that is small but not nothing never reads 0.0 %."""
    if _none(value):
        return MISSING
    percent = 100 * (value or 0)
    return f"{percent:.2g} %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def duration(seconds: float | None) -> str:
    """Seconds as 4.2 s, 4 min 52 s or 3 h 05 min."""
    if seconds is None:
        return MISSING
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes} min {rest:02d} s"
        if minutes < 60
        else f"{minutes // 60} h {minutes % 60:02d} min"
    )


def megabytes(value: float | None) -> str:
    """Memory: 1,334 MB."""
    return MISSING if value is None else f"{value:,.0f} MB"


def change(value: float | None) -> str:
    """A difference with its sign: +0.012."""
    return MISSING if _none(value) else f"{value:+.3f}"


def listed(terms: list[str]) -> list[str]:
    """The first terms of a list, and how many more there are."""
    more = len(terms) - _SHOWN
    return [*terms[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])]


def text(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """Anything else as it is."""
    return MISSING if value is None else str(value)


FORMS: dict[str, Callable[..., str]] = {
    "change": change,
    "count": count,
    "decimal": decimal,
    "duration": duration,
    "megabytes": megabytes,
    "probability": probability,
    "share": share,
    "text": text,
}
NUMERIC = frozenset(FORMS) - {"text"}


def _none(value: float | None) -> bool:
    return value is None or math.isnan(value)
