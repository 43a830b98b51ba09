"""The files of one format and the manifest that describes them.

The manifest says of each file what a row is, how many there are, and its SHA-256; and of what the
format cannot carry, how much was left out and why. It is written last: a folder without it is not
finished.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from nymgraph.pipeline.formats.licences import licences
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.storage.artefacts import sync

__all__ = ["MANIFEST", "FormatFolder"]

MANIFEST = "manifest.json"
_VERSION = 1


class FormatFolder:
    """A folder that a format is written into.

    Args:
        path: The folder; it is made, and must be empty.
        name: Name of the format.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._rows: dict[str, tuple[str, int]] = {}
        path.mkdir(parents=True, exist_ok=True)

    def file(self, name: str) -> Path:
        """Path of a file to be written."""
        return self._path / name

    @contextmanager
    def text(self, name: str) -> Iterator[TextIO]:
        """Open a file for UTF-8 text with plain line ends."""
        with self.file(name).open("w", encoding="utf-8", newline="\n") as stream:
            yield stream

    def declare(self, name: str, row: str, rows: int) -> None:
        """Say what a row of a file is, and how many there are."""
        self._rows[name] = (row, rows)

    def finish(self, export: Export, settings: dict[str, Any], losses: list[Loss]) -> list[str]:
        """Flush all files to disk and write the manifest.

        Args:
            export: What was written.
            settings: The settings that shaped the format.
            losses: What it does not hold; entries of number 0 are left away.

        Returns:
            Each file in words: its name, how many rows it has, and what a row is.
        """
        manifest = {
            "format": self._name,
            "format_version": _VERSION,
            "nymgraph": export.manifest["nymgraph"],
            "language": export.language,
            "licences": [licence._asdict() for licence in licences(export.manifest)],
            "export": {name: table["hash"] for name, table in export.manifest["tables"].items()},
            "settings": settings,
            "files": [self._describe(name) for name in sorted(self._rows)],
            "not_carried": [loss._asdict() for loss in losses if loss.number],
        }
        with self.text(MANIFEST) as stream:
            stream.write(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        for file in self._path.iterdir():
            sync(file)
        sync(self._path)
        return [f"{name}: {rows:,} × {row}" for name, (row, rows) in sorted(self._rows.items())]

    def _describe(self, name: str) -> dict[str, Any]:
        row, rows = self._rows[name]
        with self.file(name).open("rb") as stream:
            checksum = hashlib.file_digest(stream, "sha256").hexdigest()
        size = self.file(name).stat().st_size
        return {"name": name, "row": row, "rows": rows, "bytes": size, "sha256": checksum}
