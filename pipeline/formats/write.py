"""Writing an export in other formats: each is there as a whole or not at all.

To add a format: a module with `write(export, folder, params)` that gives back what it cannot carry,
a line in `FORMATS`, its name in `params.FormatName`.
"""

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.formats import csv_files, elasticsearch, jsonl, skos, solr, wn_lmf
from nymgraph.pipeline.formats.folder import MANIFEST, FormatFolder
from nymgraph.pipeline.formats.losses import Loss, other_tables
from nymgraph.pipeline.formats.unmarked import without_marked
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.schemas import (
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    Table,
)
from nymgraph.pipeline.settings.params import ExportParams
from nymgraph.pipeline.storage.artefacts import new_folder, replace_folder, sync
from nymgraph.pipeline.storage.verify import one_export

__all__ = ["FORMATS", "write_format", "write_formats"]

_ALL = (EXPORTED_TERMS, EXPORTED_CLUSTERS, EXPORTED_LINKS, EXPORTED_MEMBERSHIPS, EXPORTED_EDGES)


class _Format(NamedTuple):
    """How a format is written, and the tables that it reads row by row."""

    write: Callable[[Export, FormatFolder, ExportParams], list[Loss]]
    reads: tuple[Table, ...]


FORMATS = {
    "jsonl": _Format(jsonl.write, _ALL),
    "csv": _Format(csv_files.write, _ALL),
    "solr": _Format(solr.write, (EXPORTED_CLUSTERS, EXPORTED_VARIANTS)),
    "elasticsearch": _Format(elasticsearch.write, (EXPORTED_CLUSTERS, EXPORTED_VARIANTS)),
    "wn-lmf": _Format(wn_lmf.write, (EXPORTED_TERMS, EXPORTED_CLUSTERS, EXPORTED_TERMS)),
    "skos": _Format(skos.write, (EXPORTED_CLUSTERS, EXPORTED_TERMS, EXPORTED_LINKS)),
}


def write_formats(
    export: Export, params: ExportParams, destination: Path, work: Path, progress: Progress
) -> None:
    """Write the formats of the parameters but Parquet, a folder each.

    Args:
        export: The export.
        params: Which formats, and how.
        destination: Becomes the folder of these folders; what was there is replaced.
        work: A folder for what is not finished, on the same disk.
        progress: Shows how far each format is.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name in dict.fromkeys(params.formats):
        if name != "parquet":
            _write(export, name, params, work / name, progress)
    sync(work)
    replace_folder(work, destination)


def write_format(
    export: Export, name: str, params: ExportParams, destination: Path, progress: Progress
) -> list[str]:
    """Write one more format of a finished export.

    Args:
        export: The export.
        name: One of FORMATS.
        params: How.
        destination: A new or empty folder, or one with this format written earlier, which is
            replaced.
        progress: Shows how far it is.

    Returns:
        Each file in words: its name, how many rows it has, and what a row is.

    Raises:
        ParameterError: There is no such format.
        InputError: The folder holds something else.
        ArtefactError: A file of the export is damaged.
    """
    if name not in FORMATS:
        raise ParameterError(
            f"no format is called {name!r}",
            expected=", ".join(FORMATS),
            cure="take one of these; Parquet is what the export itself is",
        )
    _check_free(destination, name)
    with new_folder(destination) as work, one_export(export.folder):
        return _write(export, name, params, work, progress)


def _write(
    export: Export, name: str, params: ExportParams, path: Path, progress: Progress
) -> list[str]:
    format_ = FORMATS[name]
    folder = FormatFolder(path, name)
    further = other_tables(export, format_.reads)
    with ExitStack() as held:
        source = export
        if params.marked == "left_out":
            own = held.enter_context(tempfile.TemporaryDirectory(dir=path.parent, prefix="."))
            source, loss = without_marked(export, Path(own))
            further.append(loss)
        total = sum(source.rows(table) for table in format_.reads)
        with progress.track(f"export {name}, rows read", total) as advance:
            losses = format_.write(source.watched(advance), folder, params) + further
    settings = params.model_dump(mode="json", exclude={"formats", "licences"})
    return folder.finish(export, settings, losses)


def _check_free(folder: Path, name: str) -> None:
    """InputError unless a folder may be replaced by a format."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        same = json.loads((folder / MANIFEST).read_text("utf-8"))["format"] == name
    except (OSError, ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise InputError(
            f"{folder} is not empty, and is no {name} export written earlier",
            cure="give a new folder with --out",
        )
