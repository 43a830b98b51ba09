"""The sections put into one HTML page.

Contract: a term may hold any character but control characters. Jinja escapes whatever it prints;
data for the script travel as JSON in which `<`, `>`, `&` and `'` are escaped. The page forbids
itself, by its own content security policy, to load anything.
"""

import importlib.resources
from types import ModuleType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nymgraph.pipeline.report import (
    blind_spot,
    clusters,
    everyday,
    flow,
    gates,
    judgements,
    overview,
    previous,
    purity,
    search,
)
from nymgraph.pipeline.report.blocks import Note, Section
from nymgraph.pipeline.report.numbers import FORMS, listed
from nymgraph.pipeline.report.run_data import RunData

__all__ = ["render_report"]

_SECTIONS = (
    overview,
    everyday,
    search,
    flow,
    blind_spot,
    judgements,
    gates,
    purity,
    clusters,
    previous,
)


def render_report(run: RunData) -> str:
    """The page as HTML.

    Args:
        run: The run.

    Returns:
        The whole page; it needs no other file and no network.
    """
    environment = Environment(
        loader=PackageLoader("nymgraph.pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["show"] = _show
    environment.globals["asset"] = _asset
    environment.globals["listed"] = listed
    return environment.get_template("page.html").render(
        about=_about(run), sections=[_section(module, run) for module in _SECTIONS]
    )


def _section(module: ModuleType, run: RunData) -> dict[str, Any]:
    """A section under its title, or a note on the files that are not there."""
    absent = [need for need in module.NEEDS if not run.has(need)]
    if absent:
        stages = ", ".join(sorted({need.split("/")[0] for need in absent}))
        lack = f"No data: {', '.join(absent)} not there. It comes from: {stages}."
        section = Section("", (Note(lack),))
    else:
        section = module.build(run)
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    return {"name": name, "title": module.TITLE, "lead": section.lead, "blocks": section.blocks}


def _about(run: RunData) -> dict[str, Any]:
    """The subject of the page; empty where the run has no export."""
    has = run.has("export/manifest.json")
    return run.workspace.read_json("export", "manifest.json") if has else {}


def _show(value: Any, form: str) -> str:  # noqa: ANN401 - whatever a cell holds
    return FORMS[form](value)


def _asset(name: str) -> Markup:
    """A file of ours that stands in the page as it is."""
    folder = importlib.resources.files("nymgraph.pipeline.report") / "templates"
    return Markup((folder / name).read_text("utf-8"))
