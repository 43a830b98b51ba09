"""The documents and the API as one site, made without a network: `python -m docs.site`.

A document keeps its path (docs/scale.md is docs/scale.html; README.md is index.html), so that its
links hold. pdoc makes the pages of the public names from their docstrings.
"""

import re
import shutil
import sys
from pathlib import Path

import jinja2
import pdoc
import pdoc.render
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

ROOT = Path(__file__).parents[1]
API = "api/nymgraph.html"
NAVIGATION = {
    "Use": ("README", "docs/own-data", "docs/languages", "docs/scale", "docs/augment"),
    "Look up": ("docs/glossary", "data/README", "docs/results", "CHANGELOG", "docs/licences"),
    "Understand": ("docs/architecture", "docs/choices", "CONTRIBUTING"),
    "Lab books": ("docs/experiments", "docs/clustering-experiments"),
}
FILES = ("docs/cheap.svg", "params.yaml", "CITATION.cff", "LICENSE")
"""What the documents link to besides each other."""


def build(site: Path) -> None:
    """Write all pages of documents.

    Args:
        site: The folder; it is made anew.
    """
    shutil.rmtree(site, ignore_errors=True)
    texts = {
        name: (ROOT / f"{name}.md").read_text("utf-8")
        for names in NAVIGATION.values()
        for name in names
    }
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in texts.items()}
    template = jinja2.Template((ROOT / "docs" / "site.html").read_text("utf-8"), autoescape=True)
    style = HtmlFormatter().get_style_defs("pre")
    markdown = MarkdownIt("commonmark", {"highlight": _highlighted}).enable("table")
    markdown.use(anchors_plugin, max_level=4)
    for name, text in texts.items():
        page = site / _file(name)
        page.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (len(page.relative_to(site).parts) - 1)
        menu = {
            part: [(titles[other], up + _file(other), other == name) for other in names]
            for part, names in NAVIGATION.items()
        }
        menu["Use"].append(("Python API", up + API, False))
        body = re.sub(r'href="([^":#]+)\.md(#|")', _link, markdown.render(text))
        page.write_text(template.render(title=titles[name], menu=menu, body=body, style=style))
    for file in FILES:
        shutil.copy(ROOT / file, site / file)


def build_api(site: Path) -> None:
    """Write the pages of the public names.

    Args:
        site: The folder.
    """
    rooms = [f"!nymgraph.{room}" for room in ("pipeline", "discriminator", "clustering")]
    picture, index = "../docs/cheap.svg", "../index.html"
    pdoc.render.configure(docformat="google", logo=picture, logo_link=index)
    pdoc.pdoc("nymgraph", *rooms, output_directory=site / "api")


def _file(name: str) -> str:
    """The page of a document."""
    return f"{'index' if name == 'README' else name}.html"


def _link(found: re.Match[str]) -> str:
    """A link between documents as one between pages."""
    path = re.sub(r"^((?:\.\./)*)README$", r"\1index", found[1])
    return f'href="{path}.html{found[2]}'


def _highlighted(code: str, language: str, _attributes: str) -> str:
    try:
        return str(highlight(code, get_lexer_by_name(language), HtmlFormatter(nowrap=True)))
    except ClassNotFound:
        return ""  # then it stays as it is


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "build/site")
    build(target)
    build_api(target)
