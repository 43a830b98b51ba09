"""The index against the tables that it was made from."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lookup import ARRAYS, NONE, LookupIndex
from nymgraph.pipeline.lookup.export import open_export
from tests.store.small_export import small_frames, write_export


@pytest.fixture(params=[3, 1_000])
def index(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> LookupIndex:
    monkeypatch.setattr("nymgraph.pipeline.lookup.export.BATCH_ROWS", request.param)
    monkeypatch.setattr("nymgraph.pipeline.lookup.writing.SLICE", request.param)
    folder = write_export(tmp_path / "export", small_frames(), 2)
    return LookupIndex(folder, open_export(folder).manifest["index"]["bytes"])


def test_terms_and_clusters_are_those_of_the_tables(index: LookupIndex) -> None:
    frames = small_frames()
    terms, clusters = frames[schemas.EXPORTED_TERMS], frames[schemas.EXPORTED_CLUSTERS]
    names, ids = index.strings("terms"), index.array("clusters.id").tolist()
    assert names.texts(range(len(names))) == terms["term"].to_list()
    own = [None if place == NONE else ids[place] for place in index.array("terms.cluster").tolist()]
    assert own == terms["cluster_id"].to_list()
    assert ids == clusters["cluster_id"].to_list()
    bounds = pairwise(index.array("clusters.members_at").tolist())
    members = index.array("clusters.members")
    found = [[names.text(row) for row in members[a:b].tolist()] for a, b in bounds]
    assert found == clusters["members"].to_list()
    chiefs = [names.text(row) for row in index.array("clusters.representative").tolist()]
    assert chiefs == clusters["representative"].to_list()


def test_keys_are_those_that_differ_from_their_terms(index: LookupIndex) -> None:
    terms = small_frames()[schemas.EXPORTED_TERMS].filter(pl.col("key") != pl.col("term"))
    rows = sorted(terms.select("key", "term_id").rows())
    keys = index.strings("keys")
    assert rows == list(zip(keys.texts(range(len(keys))), index.array("keys.term"), strict=True))


@pytest.mark.parametrize("name", ["edges", "links"])
def test_every_pair_is_found_from_both_ends(index: LookupIndex, name: str) -> None:
    a, b = index.array(f"{name}.a").tolist(), index.array(f"{name}.b").tolist()
    at, second = index.array(f"{name}.at").tolist(), index.array(f"{name}.by_second").tolist()
    second_at = index.array(f"{name}.by_second_at").tolist()
    assert at[-1] == second_at[-1] == len(a)
    for node, (start, stop) in enumerate(pairwise(at)):
        assert list(range(start, stop)) == [row for row, end in enumerate(a) if end == node]
    for node, (start, stop) in enumerate(pairwise(second_at)):
        assert second[start:stop] == [row for row, end in enumerate(b) if end == node]


def test_the_layout_is_what_is_written(index: LookupIndex, tmp_path: Path) -> None:
    files = {file.stem for file in (tmp_path / "export" / "index").iterdir()}
    assert files == set(ARRAYS)
    assert index.array("edges.known").sum() == 2


@pytest.mark.parametrize(
    "table",
    [
        schemas.EXPORTED_TERMS,
        schemas.EXPORTED_CLUSTERS,
        schemas.EXPORTED_EDGES,
        schemas.EXPORTED_MEMBERSHIPS,
    ],
    ids=lambda table: table.name,
)
@pytest.mark.parametrize("batch", [2, 1_000])
def test_unsorted_rows_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: schemas.Table, batch: int
) -> None:
    monkeypatch.setattr("nymgraph.pipeline.lookup.export.BATCH_ROWS", batch)
    frames = small_frames()
    frames[table] = frames[table].reverse()
    with pytest.raises(ArtefactError, match=f"export/{table.name}: the rows are not sorted"):
        write_export(tmp_path / "export", frames)


def test_tables_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    frames = small_frames()
    links = frames[schemas.EXPORTED_LINKS].with_columns(cluster_b=pl.lit(77, pl.Int64))
    with pytest.raises(ArtefactError, match="not among the clusters"):
        write_export(tmp_path / "links", frames | {schemas.EXPORTED_LINKS: links})
    clusters = frames[schemas.EXPORTED_CLUSTERS].with_columns(size=pl.col("size") + 1)
    with pytest.raises(ArtefactError, match="as many terms as the terms say"):
        write_export(tmp_path / "clusters", frames | {schemas.EXPORTED_CLUSTERS: clusters})
