"""What the documents say can be typed: commands, options, targets, names; and their form."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

import nymgraph
from nymgraph.pipeline.cli import app
from tests.project.imports import ROOT

NEW = ("glossary", "results", "choices", "augment", "scale", "languages", "own-data")
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in NEW)]
MARKDOWN = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md")), ROOT / "data" / "README.md"]
LABORATORY = ROOT / "docs" / "experiments.md"
WIDTH, SCREEN = 120, 140


def blocks(document: Path) -> list[tuple[str, str]]:
    """Language and text of each fenced block."""
    found: list[tuple[str, str]] = re.findall(
        r"^```(\w*)\n(.*?)^```", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    return found


def typed(document: Path) -> list[list[str]]:
    """The words of each command in a block or between backticks, without a prompt or comment."""
    text = document.read_text("utf-8")
    shell = "\n".join(body for language, body in blocks(document) if not language)
    prompts = re.findall(r"^\$ (.*)$", text, flags=re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`((?:nymgraph|make) [^`]+)`", prose)
    lines = [*shell.replace("\\\n", " ").splitlines(), *prompts, *spans]
    parts = [part for line in lines for part in re.split(r"&&|;", line)]
    return [shlex.split(part.split(" #")[0]) for part in parts if not part.startswith("#")]


def commands_of(program: str) -> list[tuple[str, list[str]]]:
    """Document and arguments of every call of a program."""
    return [
        (document.name, words[1:])
        for document in DOCUMENTS
        for words in typed(document)
        if words and Path(words[0]).name == program
    ]


def options_of(command: Any) -> set[str]:  # noqa: ANN401 - a command of typer's own click
    """The options that a command takes."""
    return {"--help", *(name for option in command.params for name in option.opts)}


@pytest.mark.parametrize(("document", "arguments"), commands_of("nymgraph"), ids=str)
def test_every_command_is_one(document: str, arguments: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    known = options_of(command)
    for word in arguments:
        if hasattr(command, "commands") and not word.startswith("-"):
            if word in command.commands:
                command = command.commands[word]
                known |= options_of(command)
            else:  # the value of an option before the command
                assert arguments[arguments.index(word) - 1].startswith("-"), (document, word)
        elif word.startswith("--"):
            assert word.split("=")[0] in known, (document, arguments)


def test_commands_are_found() -> None:
    readme = [arguments[0] for name, arguments in commands_of("nymgraph") if name == "README.md"]
    assert {"init", "run", "query"} <= set(readme)


@pytest.mark.parametrize(("document", "arguments"), commands_of("make"), ids=str)
def test_every_target_is_one(document: str, arguments: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{arguments[0]}:", makefile, flags=re.MULTILINE), document
    for setting in arguments[1:]:
        assert re.search(rf"^{setting.split('=')[0]} +\?=", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_name_of_the_package_is_one(document: Path) -> None:
    for language, body in blocks(document):
        for node in ast.walk(ast.parse(body)) if language == "python" else ():
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = {"store": nymgraph.ClusterStore, "nymgraph": nymgraph}[node.value.id]
                assert hasattr(owner, node.attr), node.attr
            if isinstance(node, ast.ImportFrom):
                assert {name.name for name in node.names} <= set(nymgraph.__all__)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_is_run_is_there(document: Path) -> None:
    for name in re.findall(r"python -m (benchmarks\.\w+)", document.read_text("utf-8")):
        assert (ROOT / f"{name.replace('.', '/')}.py").is_file(), name


@pytest.mark.parametrize("document", [*DOCUMENTS, LABORATORY], ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith("http"):
            path, _, anchor = target.partition("#")
            file = (document.parent / path) if path else document
            assert file.exists(), target
            assert not anchor or anchor in anchors(file), target


def anchors(document: Path) -> list[str]:
    """The anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), flags=re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_where_to_add_names_what_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Where to add")[2]
    for path in re.findall(r"`([\w/]+(?:\.py|/|/texts))`", text):
        assert (ROOT / "pipeline" / path).exists() or (ROOT / path).exists(), path
    for name, path in re.findall(r"`(\w+)`\s+of\s+`([\w/]+\.py)`", text):
        file = next(root / path for root in (ROOT / "pipeline", ROOT) if (root / path).exists())
        assert re.search(rf"\b{name}\b", file.read_text("utf-8")), f"{name} in {path}"


def test_the_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= SCREEN


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda path: path.name)
def test_lines_are_short(document: Path) -> None:
    """Tables, commands and what a program has printed are as wide as they are."""
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.M | re.S)
    lines = [line for line in text.splitlines() if not line.startswith("|")]
    assert [line for line in lines if len(line) > WIDTH] == []


def test_the_laboratory_book_lists_its_sections() -> None:
    text = LABORATORY.read_text("utf-8")
    listed = re.findall(r"^\* \[(.*?)\]\(#", text, flags=re.MULTILINE | re.DOTALL)
    assert [re.sub(r"\s+", " ", title) for title in listed] == re.findall(
        r"^## (.*)$", text, flags=re.MULTILINE
    )
