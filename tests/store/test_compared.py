"""What `explain` says of a pair that the export leaves out: judged unlikely, or never compared."""

import json
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline import schemas
from nymgraph.pipeline.storage.manifests import LIST, list_folder
from nymgraph.pipeline.store import ClusterStore, Edge
from tests.store.small_export import small_frames, write_export

EDGE = Edge(0.4, 0.04, 0.01, 0.95, "model")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with an export, and the judgements that it was made from."""
    frames = small_frames()
    terms = frames[schemas.EXPORTED_TERMS]["term"].to_list()
    a, b = sorted(terms.index(term) for term in ("lonely", "Polish"))
    row = (a, b, EDGE.cosine, "vector", *EDGE[1:], None, None)
    table = schemas.RELEASED_RELATIONS
    unlikely = pl.DataFrame([row], schema=table.schema, orient="row")
    (tmp_path / table.path).mkdir(parents=True)
    pl.concat([frames[schemas.EXPORTED_EDGES], unlikely]).sort("a", "b").write_parquet(
        tmp_path / table.path / "part-0000.parquet"
    )
    release = list_folder("release", tmp_path / "release", {})
    (tmp_path / "release" / LIST).write_text(json.dumps(release.as_data()))
    export = write_export(tmp_path / "export", frames)
    made_from = {"release/relations": release.hash_of("relations")}
    (export / LIST).write_text(json.dumps(list_folder("export", export, made_from).as_data()))
    return tmp_path


def test_a_pair_that_was_judged_unlikely_keeps_its_probabilities(data: Path) -> None:
    why = ClusterStore(data / "export").explain("lonely", "Polish")
    assert (why.edge, why.compared) == (EDGE, True)
    assert why.reason.startswith("judged related, not synonyms (p_co_hyponym 0.95, model)")
    assert why.sentences() == [
        "The classifier says that they are related, neither the same nor opposites (95 % sure).",
        "A pair is joined from 70 % on (cluster.gate), and this one means the same with 4 %. If it "
        "does, add it to label.tables, and run again.",
    ]


def test_a_pair_that_was_never_compared(data: Path) -> None:
    why = ClusterStore(data / "export").explain("lonely", "Éclair")
    assert (why.edge, why.compared) == (None, False)
    assert why.reason.startswith("never compared;")
    assert why.sentences() == [
        "They were never compared: neither vectors nor spelling made them a candidate.",
        "If they mean the same, add the pair to label.tables or raise retrieve.k, and run again.",
    ]
    assert ("judgement", "none: no candidate") in why.rows()


@pytest.mark.parametrize("file", [LIST, "relations/part-0000.parquet"])
def test_without_its_run_the_export_cannot_tell(data: Path, file: str) -> None:
    (data / "release" / file).unlink()
    why = ClusterStore(data / "export").explain("lonely", "Éclair")
    assert why.compared is None
    assert why.sentences()[0].startswith("Either they were never compared, or judged unlikely")


def test_another_run_is_not_asked(data: Path) -> None:
    export = data / "export"
    other = {"release/relations": "0"}
    (export / LIST).write_text(json.dumps(list_folder("export", export, other).as_data()))
    assert ClusterStore(export).explain("lonely", "Éclair").compared is None


def test_what_is_apart_by_its_opposites_needs_no_cure(data: Path) -> None:
    assert ClusterStore(data / "export").explain("hot", "frosty").cure == ""
    assert ClusterStore(data / "export").explain("hot", "warm").cure == ""
