"""Many terms at once against one at a time; the tables; threads and processes."""

import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.store import ClusterStore, Entry
from nymgraph.pipeline.store.export_folder import ExportFolder


def spellings(store: ClusterStore, n: int) -> list[str]:
    drawn = random.Random(0)
    change = (str, str.upper, str.title, str.lower, lambda term: f" {term} ", lambda term: term[1:])
    terms = list(store)
    return [drawn.choice(change)(drawn.choice(terms)) for _ in range(n)]


def test_a_batch_answers_as_one_at_a_time(store: ClusterStore, folder: Path) -> None:
    terms = ExportFolder(folder).terms
    asked = [*spellings(store, 300), "", "ÉCLAIR", "STRASSE"]
    frame = store.cluster_ids(asked)
    assert frame["asked"].to_list() == asked
    for spelling, term, cluster_id in frame.rows():
        found = terms.find(spelling)
        assert term == (None if found is None else terms.name(found)), spelling
        assert cluster_id == (None if found is None else store[spelling].id), spelling


def test_an_empty_batch(store: ClusterStore) -> None:
    assert store.cluster_ids([]).shape == (0, 3)


def test_tables_and_sql(store: ClusterStore) -> None:
    assert store.to_polars("edges").height == 17
    assert "remark" in store.to_polars().columns
    query = "SELECT representative FROM clusters WHERE size > 2 ORDER BY representative"
    assert store.sql(query)["representative"].to_list() == ["cold", "happy"]
    query = "SELECT t.term FROM terms t JOIN clusters c USING (cluster_id) WHERE c.cohesion > 0.89"
    assert store.sql(query).height == 2


@pytest.mark.parametrize("query", ["SELEC", "SELECT x FROM terms", "SELECT * FROM nothing"])
def test_a_wrong_query(store: ClusterStore, query: str) -> None:
    with pytest.raises(InputError, match="the query cannot be answered"):
        store.sql(query)
    with pytest.raises(InputError, match="no table 'nothing'"):
        store.scan("nothing")


def test_threads_share_a_store(folder: Path) -> None:
    alone, shared = ClusterStore(folder), ClusterStore(folder)
    asked = list(alone) * 20
    expected = [alone.entry(term) for term in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shared.entry, asked)) == expected


def entry_in(folder: Path) -> Entry:
    return ClusterStore(folder).entry("happy")


def test_several_processes_read_at_once(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.rglob("*.*")}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        answers = list(pool.map(entry_in, [folder] * 4))
    assert answers == [ClusterStore(folder).entry("happy")] * 4
    assert {file: file.read_bytes() for file in folder.rglob("*.*")} == before


def test_schemas_of_the_answers(store: ClusterStore) -> None:
    schema = {"asked": pl.String, "term": pl.String, "cluster_id": pl.Int64}
    assert store.cluster_ids(["happy"]).schema == schema
