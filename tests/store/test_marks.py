"""Marked terms: shown as such, last in every list, never added to a query."""

from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.schemas import EXPORTED_MARKS, EXPORTED_SENSES, EXPORTED_TERMS
from nymgraph.pipeline.store import ClusterStore
from tests.store.small_export import senses_frame, small_frames, write_export


@pytest.fixture
def store(tmp_path: Path) -> ClusterStore:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[EXPORTED_TERMS]["term"])}
    rows = [
        ("hot", 1, 0.9, 9.0, "counts", "adjective", "of much heat", ["warm"], ["cold"], [], 4),
        ("hot", 2, 0.1, 1.0, "counts", "adjective", "rude", ["fiery", "spicy"], [], [], 8),
    ]
    marked = [("fiery", 0, "offensive"), ("freezing", 0, "slur"), ("joyful", 0, "vulgar")]
    marked.append(("hot", 2, "vulgar"))
    marks = sorted((ids[term], sense, mark) for term, sense, mark in marked)
    frames[EXPORTED_SENSES] = senses_frame(ids, rows)
    frames[EXPORTED_MARKS] = pl.DataFrame(marks, schema=EXPORTED_MARKS.schema, orient="row")
    return ClusterStore(write_export(tmp_path / "export", frames))


def test_marks_are_those_of_the_term_not_of_a_rare_sense(store: ClusterStore) -> None:
    assert [store.mark(term) for term in ("joyful", "hot", "happy")] == ["vulgar", "", ""]
    assert [sense.mark for sense in store.senses("hot")] == ["", "vulgar"]
    assert store.to_polars("marks").height == 4


def test_marked_terms_come_last(store: ClusterStore) -> None:
    assert store.synonyms("happy") == ["glad", "joyful"]  # joyful is the likelier one
    further = [x.term for x in store.antonyms("hot") if x.via == "cluster"]
    assert further == ["frosty", "freezing"]  # freezing is the likelier one
    assert store.senses("hot")[1].synonyms == ("spicy", "fiery")


def test_an_entry_shows_and_can_leave_out_marks(store: ClusterStore) -> None:
    assert "synonyms: glad, joyful (vulgar)" in repr(store.entry("happy"))
    assert repr(store.entry("joyful")).startswith("joyful (vulgar)\n")
    assert "sense 2: 10 % adjective, vulgar: rude = spicy, fiery (offensive)" in repr(
        store.entry("hot")
    )
    plain = store.entry("happy").unmarked()
    assert (plain.synonyms, plain.cluster.members) == (("glad",), ("glad", "happy"))
    assert len(store.entry("hot").unmarked().senses) == 1
    own = store.entry("joyful").unmarked()
    assert own.cluster.members == ("glad", "happy", "joyful")  # who asks for it gets it


def test_a_query_is_not_widened_by_marked_terms_unless_it_is_so_itself(
    store: ClusterStore,
) -> None:
    assert store.expand("happy days").added == ("glad",)
    assert store.expand("joyful days").added == ("happy", "glad")


def test_an_export_without_marks_has_none(tmp_path: Path) -> None:
    store = ClusterStore(write_export(tmp_path / "export", small_frames()))
    assert store.mark("happy") == ""
    assert "marks: dict" not in repr(store.entry("happy"))


@pytest.mark.parametrize("place", [4, -64, -8])
def test_damaged_marks_are_named(store: ClusterStore, tmp_path: Path, place: int) -> None:
    file = tmp_path / "export" / EXPORTED_MARKS.path.name
    content = bytearray(file.read_bytes())
    start = place % len(content)
    content[start : start + 64] = bytes(len(content[start : start + 64]))
    file.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"marks\.parquet is damaged"):
        ClusterStore(tmp_path / "export")


def test_another_table_in_place_of_the_marks(store: ClusterStore, tmp_path: Path) -> None:
    export = tmp_path / "export"
    (export / EXPORTED_MARKS.path.name).write_bytes((export / "links.parquet").read_bytes())
    with pytest.raises(ArtefactError, match=r"marks\.parquet"):
        ClusterStore(export)
