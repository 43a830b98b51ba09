"""The declared tables as plain data; `python -m tests.project.stored_schemas` writes them down."""

import json
from pathlib import Path
from typing import Any

from nymgraph.pipeline.schemas import EXPORT_VERSION, TABLES

FILE = Path(__file__).with_name("schemas.json")


def declared() -> dict[str, Any]:
    """Every table with its key, and the type of each column (`?`: may be null)."""
    tables = {
        table.path.as_posix(): {
            "key": list(table.key),
            "extra": table.extra,
            "columns": {
                column.name: f"{column.dtype}{'?' if column.nullable else ''}"
                for column in table.columns
            },
        }
        for table in TABLES
    }
    return {"export_version": EXPORT_VERSION, "tables": tables}


if __name__ == "__main__":
    FILE.write_text(json.dumps(declared(), indent=1) + "\n", "utf-8")
