"""The sorted file against Python's bisect; damage; and look-ups that do not scan."""

import json
import random
import time
from bisect import bisect_left
from pathlib import Path

import polars as pl
import pytest

from pipeline import schemas
from pipeline.errors import ArtefactError
from pipeline.schemas import Column, Table
from pipeline.store import ClusterStore
from pipeline.store.stored_table import ColumnCache, StoredTable, shortest
from tests.store.small_export import small_frames, terms_frame, write_export

WORDS = Table("export", "words", "one word", ("word",), (Column("word", pl.String, "a word"),))
NUMBERS = Table("export", "numbers", "one number", (), (Column("number", pl.UInt32, "a number"),))


def open_sorted(path: Path, table: Table, values: list[str] | list[int], group: int) -> StoredTable:
    name = table.columns[0].name
    pl.DataFrame({name: values}, schema=table.schema).write_parquet(path, row_group_size=group)
    return StoredTable(path, table, ColumnCache(1 << 20), name)


@pytest.mark.parametrize("seed", range(5))
def test_strings_are_found_as_bisect_finds_them(tmp_path: Path, seed: int) -> None:
    # long shared beginnings, so that the bounds in the footer are shortened
    rng = random.Random(seed)
    starts = ["é" * 31 + "x", "a" * 80, "", "\U0001f600", "z" * 63 + "\U0010ffff"]
    drawn = {rng.choice(starts) + "".join(rng.choices("aéz雪", k=3)) for _ in range(240)}
    words, strangers = sorted(rng.sample(sorted(drawn), 150)), sorted(drawn)
    table = open_sorted(tmp_path / "words.parquet", WORDS, words, 7)
    for word in strangers:
        assert table.first(word) == bisect_left(words, word)
        assert [table.value("word", row) for row in table.find(word)] == [word] * words.count(word)


def test_runs_of_equal_numbers_may_cross_row_groups(tmp_path: Path) -> None:
    numbers = sorted(random.Random(0).choices(range(12), k=100))
    table = open_sorted(tmp_path / "numbers.parquet", NUMBERS, numbers, 4)
    for number in range(13):
        assert table.values("number", table.find(number)) == [number] * numbers.count(number)


def test_an_index_finds_every_row(tmp_path: Path) -> None:
    numbers = random.Random(1).choices(range(9), k=50)
    path = tmp_path / "numbers.parquet"
    pl.DataFrame({"number": numbers}, schema=NUMBERS.schema).write_parquet(path)
    index = StoredTable(path, NUMBERS, ColumnCache(1)).index("number", pl.col("number") > 2)
    for number in range(10):
        rows = [row for row, value in enumerate(numbers) if value == number > 2]
        assert index.find(number) == rows


def test_the_cache_keeps_within_its_bound(tmp_path: Path) -> None:
    table = open_sorted(tmp_path / "numbers.parquet", NUMBERS, list(range(4000)), 1000)
    cache = table._cache = ColumnCache(9000)  # two groups of 4,000 bytes
    assert table.values("number", range(4000)) == list(range(4000))
    assert cache._bytes == sum(array.nbytes for array in cache._arrays.values()) == 8000


def test_float32_come_as_written_and_in_order() -> None:
    assert shortest(0.7) == 0.7
    values = sorted(random.Random(2).uniform(0, 1) for _ in range(1000))
    assert sorted(map(shortest, values)) == [shortest(value) for value in values]


def test_a_missing_folder_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="run `nymgraph export` first"):
        ClusterStore(tmp_path / "nowhere")


def test_a_missing_table(folder: Path) -> None:
    (folder / "edges.parquet").unlink()
    with pytest.raises(ArtefactError, match=r"edges\.parquet is not there"):
        ClusterStore(folder)


def test_a_cut_table(folder: Path) -> None:
    path = folder / "links.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArtefactError, match=r"links\.parquet is damaged"):
        ClusterStore(folder)


def test_damage_inside_a_table_shows_when_it_is_read(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames())
    path = folder / "clusters.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 200 + content[204:])
    store = ClusterStore(folder)
    with pytest.raises(ArtefactError, match=r"clusters\.parquet is damaged"):
        store["happy"]


def test_other_columns(folder: Path) -> None:
    pl.DataFrame({"term": ["a"]}).write_parquet(folder / "terms.parquet")
    with pytest.raises(ArtefactError, match="the columns are not those of export/terms"):
        ClusterStore(folder)


def test_unsorted_rows(tmp_path: Path) -> None:
    frames = small_frames()
    frames[schemas.EXPORTED_TERMS] = frames[schemas.EXPORTED_TERMS].reverse()
    with pytest.raises(ArtefactError, match="not sorted by term"):
        ClusterStore(write_export(tmp_path / "export", frames, group=2))


def test_a_table_of_another_run(folder: Path) -> None:
    frame = small_frames()[schemas.EXPORTED_EDGES].head(3)
    schemas.EXPORTED_EDGES.conform(frame).write_parquet(folder / "edges.parquet")
    with pytest.raises(ArtefactError, match="not the table that the manifest describes"):
        ClusterStore(folder)


def test_another_schema_version(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames(), schema_version=2)
    with pytest.raises(ArtefactError, match="another version of nymgraph") as caught:
        ClusterStore(folder)
    assert caught.value.expected == "schema_version 1"
    assert "run `nymgraph export` again" in caught.value.cure


@pytest.mark.parametrize("text", ["{", "[]", "{}", json.dumps({"schema_version": 1})])
def test_a_damaged_manifest(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ArtefactError, match=r"manifest\.json is damaged"):
        ClusterStore(folder)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200,000 terms in 50,000 clusters of four, each cluster a path; opposites side by side."""
    n, size = 200_000, 4
    terms = [f"term {number:06}" for number in range(n)]
    first = pl.int_range(n // size, eager=True)
    clusters = pl.DataFrame(
        {
            "cluster_id": first,
            "representative": terms[::size],
            "size": [size] * len(first),
            "members": [terms[start : start + size] for start in range(0, n, size)],
            "cohesion": [0.5] * len(first),
        }
    )
    judged = pl.DataFrame({"a": pl.int_range(n - 1, eager=True)}).with_columns(
        b=pl.col("a") + 1,
        cosine=0.5,
        route=pl.lit("vector"),
        p_synonym=pl.when(pl.col("a") % size == size - 1).then(0.0).otherwise(1.0),
        p_antonym=pl.when(pl.col("a") % size == size - 1).then(1.0).otherwise(0.0),
        p_co_hyponym=0.0,
        evidence=pl.lit("model"),
    )
    links = pl.DataFrame({"cluster_a": first[:-1], "cluster_b": first[1:]}).with_columns(
        relation=pl.lit("opposite"), votes=1, mean_probability=1.0
    )
    memberships = pl.DataFrame({"term_id": range(n)}).with_columns(
        cluster_id=pl.col("term_id") // size, support=1.0
    )
    frames = {
        schemas.EXPORTED_TERMS: terms_frame(terms, [row // size for row in range(n)]),
        schemas.EXPORTED_CLUSTERS: clusters,
        schemas.EXPORTED_LINKS: links,
        schemas.EXPORTED_MEMBERSHIPS: memberships,
        schemas.EXPORTED_EDGES: judged,
    }
    return write_export(tmp_path_factory.mktemp("large"), frames, group=20_000)


def test_a_look_up_decodes_only_what_it_needs(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[tuple[int, str]] = []
    decode = StoredTable._decode

    def counted(self: StoredTable, group: int, name: str) -> object:
        decoded.append((group, name))
        return decode(self, group, name)

    monkeypatch.setattr(StoredTable, "_decode", counted)
    store = ClusterStore(large)
    assert decoded == []
    assert store["term 123456"].id == 30_864  # 123,456 / 4
    assert sorted(decoded) == [
        (1, "cluster_id"),
        (1, "cohesion"),
        (1, "members"),
        (1, "representative"),
        (6, "cluster_id"),
        (6, "term"),
    ]


def test_look_ups_are_fast(large: Path) -> None:
    start = time.perf_counter()
    store = ClusterStore(large)
    assert time.perf_counter() - start < 1
    drawn = random.Random(3).sample(range(4, 199_996), 1000)
    for ask in (store.__getitem__, store.synonyms, store.antonyms, store.senses):
        ask("term 000000")  # what is built at first use
        start = time.perf_counter()
        for number in drawn:
            ask(f"term {number:06}")
        assert (time.perf_counter() - start) / len(drawn) < 0.01
    assert store.explain("term 100000", "term 100003").path == tuple(
        f"term {number}" for number in range(100_000, 100_004)
    )
