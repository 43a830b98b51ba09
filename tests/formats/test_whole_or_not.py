"""A format is there as a whole or not at all, and nothing else is touched."""

import json
from pathlib import Path

import pytest

from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.formats import solr, write
from nymgraph.pipeline.formats.write import write_format, write_formats
from nymgraph.pipeline.lookup.export import Export, open_export
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import ExportParams
from tests.stages.small_run import file_bytes

QUIET = SilentProgress()


def test_formats_no_longer_asked_for_go(export: Export, tmp_path: Path) -> None:
    for formats in (["parquet", "csv"], ["parquet", "solr"], ["parquet"]):
        params = ExportParams.model_validate({"formats": formats})
        write_formats(export, params, tmp_path / "formats", tmp_path / "work", QUIET)
        assert [path.name for path in (tmp_path / "formats").iterdir()] == formats[1:]


def test_what_fails_half_way_leaves_what_was_there(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_format(export, "solr", ExportParams(), out, QUIET)
    before = file_bytes(out)

    def torn(*arguments: object) -> list[object]:
        solr.write(*arguments)  # type: ignore[arg-type]
        raise OSError("disk full")

    failing = write.FORMATS["solr"]._replace(write=torn)  # type: ignore[arg-type]
    monkeypatch.setitem(write.FORMATS, "solr", failing)
    changed = ExportParams.model_validate({"rules": {"form": "explicit"}})
    with pytest.raises(OSError, match="disk full"):
        write_format(export, "solr", changed, out, QUIET)
    assert file_bytes(out) == before
    monkeypatch.undo()
    write_format(export, "solr", changed, out, QUIET)
    assert file_bytes(out) != before


def test_an_export_that_is_none_of_another_version_or_damaged(
    export: Export, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no finished export"):
        open_export(tmp_path)
    manifest = export.folder / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"schema_version": 0}))
    with pytest.raises(ArtefactError, match="another version"):
        open_export(export.folder)
    manifest.write_text("{")
    with pytest.raises(ArtefactError, match="damaged"):
        open_export(export.folder)


def test_parquet_cannot_be_left_away() -> None:
    with pytest.raises(ValueError, match="must hold parquet"):
        ExportParams(formats=("solr",))
