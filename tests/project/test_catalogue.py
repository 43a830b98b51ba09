import json
import re
from typing import Any

import pytest
import yaml

from nymgraph.pipeline.schemas import TABLES, Table
from tests.project.imports import ROOT
from tests.project.stored_schemas import FILE, declared

CATALOGUE = ROOT / "data" / "README.md"


def section(path: str) -> str:
    """What the catalogue says under the heading of one artefact."""
    parts = re.split(r"^#{2,3} ", CATALOGUE.read_text("utf-8"), flags=re.MULTILINE)
    found = [part for part in parts if part.startswith(f"`{path}`")]
    assert len(found) == 1, path
    return found[0]


def columns_of(text: str) -> dict[str, tuple[str, str]]:
    """Name to (type, meaning) of the rows of the table of columns."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", text, flags=re.MULTILINE)
    return {name: (dtype, doc) for name, dtype, doc in rows}


def test_a_change_of_a_stored_table_is_deliberate() -> None:
    """When this is meant: `python -m tests.project.stored_schemas`; raise EXPORT_VERSION too."""
    assert json.loads(FILE.read_text("utf-8")) == declared()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path.as_posix())
def test_the_catalogue_describes_every_table(table: Table) -> None:
    text = section(table.path.as_posix())
    assert f"One row: {table.unit}." in text
    assert f"Key: {', '.join(f'`{name}`' for name in table.key)}." in text
    columns = columns_of(text)
    assert list(columns) == list(table.schema)
    for column in table.columns:
        dtype, doc = columns[column.name]
        assert doc.removesuffix("; may be null") == column.doc
        assert doc.endswith("; may be null") == column.nullable
        assert dtype == type_name(column.dtype)
    assert ("Your own columns follow." in text) == table.extra


def type_name(dtype: Any) -> str:  # noqa: ANN401 - a polars type
    """The type as the catalogue writes it: uint32, list of string, category."""
    name = str(dtype).lower()
    if name.startswith("enum"):
        return "category"
    return re.sub(r"list\((\w+)\)", r"list of \1", name)


def test_the_catalogue_names_every_artefact() -> None:
    text = CATALOGUE.read_text("utf-8")
    graph: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))
    for stage in graph["stages"].values():
        for path in [*stage["outs"], *stage.get("metrics", [])]:
            name = (path if isinstance(path, str) else next(iter(path))).removeprefix("data/")
            is_list = name.endswith("/files.json")
            assert f"`{'<stage>/files.json' if is_list else name}`" in text
    assert "`.work/`" in text
    assert "`.runs/`" in text


def test_the_catalogue_names_nothing_else() -> None:
    headings = re.findall(r"^### `([^`]+)`", CATALOGUE.read_text("utf-8"), flags=re.MULTILINE)
    assert headings == [table.path.as_posix() for table in TABLES]
