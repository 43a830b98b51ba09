"""Look-ups in an export of some size, and damage that opening must notice."""

import json
import random
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.store import ClusterStore
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.numbers import shortest
from tests.store.small_export import small_frames, terms_frame, write_export


def test_float32_come_as_written_and_in_order() -> None:
    assert shortest(0.7) == 0.7
    values = sorted(random.Random(2).uniform(0, 1) for _ in range(1000))
    assert sorted(map(shortest, values)) == [shortest(value) for value in values]


def test_a_missing_folder_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="or finish a run first"):
        ClusterStore(tmp_path / "nowhere")


def test_a_missing_table(folder: Path) -> None:
    (folder / "edges.parquet").unlink()
    with pytest.raises(ArtefactError, match=r"edges\.parquet is not there"):
        ClusterStore(folder)


@pytest.mark.parametrize("name", ["links.parquet", "index/links.a.npy"])
def test_a_cut_file(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArtefactError, match="that the manifest describes"):
        ClusterStore(folder)


def test_a_missing_array_and_one_of_another_type(folder: Path) -> None:
    path = folder / "index" / "links.votes.npy"
    votes = np.load(path)
    np.save(path, votes.astype("<f4"))  # as many bytes
    with pytest.raises(ArtefactError, match=r"links\.votes\.npy is damaged"):
        ClusterStore(folder)
    path.unlink()
    with pytest.raises(ArtefactError, match=r"links\.votes\.npy is not there"):
        ClusterStore(folder)


def test_other_columns(folder: Path) -> None:
    store = ClusterStore(folder)
    pl.DataFrame({"term": ["a"]}).write_parquet(folder / "terms.parquet")
    with pytest.raises(ArtefactError, match="the columns are not those of export/terms"):
        store.to_polars("terms")


def test_a_table_of_another_run(folder: Path) -> None:
    frame = small_frames()[schemas.EXPORTED_EDGES].head(3)
    schemas.EXPORTED_EDGES.conform(frame).write_parquet(folder / "edges.parquet")
    with pytest.raises(ArtefactError, match="not the table that the manifest describes"):
        ClusterStore(folder)


def test_another_schema_version(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames(), schema_version=1)
    with pytest.raises(ArtefactError, match="another version of nymgraph") as caught:
        ClusterStore(folder)
    assert caught.value.expected == "schema_version 5"
    assert "run `nymgraph export` again" in caught.value.cure


@pytest.mark.parametrize("text", ["{", "[]", "{}", json.dumps({"schema_version": 5})])
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


def test_opening_and_asking_read_no_table(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object, **__: object) -> None:
        raise AssertionError("a table is read")

    for name in ("read_parquet", "scan_parquet", "read_parquet_schema"):
        monkeypatch.setattr(pl, name, read)
    store = ClusterStore(large)
    assert store["term 123456"].id == 30_864  # 123,456 / 4
    assert store.entry("TERM 123456").antonyms


def test_suggestions_and_near_spellings_look_at_all(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nymgraph.pipeline.store.terms.WINDOW", 0)  # as if all around began alike
    store = ClusterStore(large)
    assert store.suggest("TERM 19999", 3) == ["term 199990", "term 199991", "term 199992"]
    near = ExportFolder(large).terms.near
    assert near("Term x23456") == ()  # x is no slip for a figure
    assert "term 123456" in near("term 1234456")  # a letter doubled
    assert near("trem 123456") == ("term 123456",)  # two swapped
    assert near("erm 123456") == ("term 123456",)  # one too few


def test_look_ups_are_fast(large: Path) -> None:
    start = time.perf_counter()
    store = ClusterStore(large)
    assert time.perf_counter() - start < 1
    drawn = random.Random(3).sample(range(4, 199_996), 1000)
    for ask in (store.__getitem__, store.synonyms, store.antonyms, store.senses):
        start = time.perf_counter()
        for number in drawn:
            ask(f"term {number:06}")
        assert (time.perf_counter() - start) / len(drawn) < 0.01
    assert store.explain("term 100000", "term 100003").path == tuple(
        f"term {number}" for number in range(100_000, 100_004)
    )
