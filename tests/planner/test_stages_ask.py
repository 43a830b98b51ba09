"""The stages embed and retrieve refuse before they begin, and leave nothing behind."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.candidates import pairing
from nymgraph.pipeline.errors import CapacityError
from nymgraph.pipeline.limits import Room
from nymgraph.pipeline.schemas import EXTRA_PAIRS, EXTRA_TERMS, HELD_OUT, PAIRS, SENSES, TERMS
from nymgraph.pipeline.settings.params import EmbedParams, RetrieveParams
from nymgraph.pipeline.stages import embed, retrieve
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.storage.runlog import RunRecord

NAMES = ["auto", "car", "cold", "hot"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Four terms, an encoder that is a file of word vectors, and their vectors."""
    workspace = Workspace(tmp_path / "data")
    ids = list(range(len(NAMES)))
    columns = {"term_id": ids, "term": NAMES, "key": NAMES, "sources": [["t"]] * len(NAMES)}
    frame = pl.DataFrame(columns).with_columns(language=pl.lit("en"), frequency=None)
    workspace.write(TERMS, TERMS.conform(frame))
    for table in (PAIRS, SENSES, HELD_OUT, EXTRA_TERMS, EXTRA_PAIRS):
        workspace.write(table, table.empty())
    words = tmp_path / "words.vec"
    words.write_text("2 2\nhot 1 0\ncold 0 1\n", "utf-8")
    adapted = {"base": str(words), "revision": None, "method": "none", "trust_remote_code": False}
    workspace.write_json("adapt", "manifest.json", adapted)
    for table in (PAIRS, SENSES, HELD_OUT, EXTRA_TERMS, EXTRA_PAIRS):
        workspace.write(table, table.empty())
    workspace.finish("label")
    return workspace


@pytest.fixture
def embedded(workspace: Workspace) -> Workspace:
    """The same with vectors and without labelled pairs."""
    at_work = Workspace(workspace.root, record=RunRecord("embed", {}))
    with at_work.stage():
        embed.run(EmbedParams(), at_work)
    return workspace


def files(workspace: Workspace, stage: str) -> list[Path]:
    folders = (workspace.root / stage, workspace.work(stage))
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


def test_embed_asks_for_disk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "free_room", lambda _folder: Room(1, 0.0))
    with pytest.raises(CapacityError, match="embed does not fit: there is too little disk"):
        embed.run(EmbedParams(), workspace)
    made = [file for file in files(workspace, "embed") if file.suffix == ".npy"]
    assert made == []  # the first shard tells the length of a vector, and is not kept


@pytest.mark.parametrize(("room", "what"), [(Room(0.0, 1.0), "memory"), (Room(1.0, 0.0), "disk")])
def test_retrieve_asks_for_memory_and_disk(
    embedded: Workspace, monkeypatch: pytest.MonkeyPatch, room: Room, what: str
) -> None:
    monkeypatch.setattr(pairing, "free_room", lambda _folder: room)
    with pytest.raises(CapacityError, match=f"retrieve does not fit: there is too little {what}"):
        retrieve.run(RetrieveParams(), embedded)
    assert files(embedded, "retrieve") == []


def test_they_go_on_where_there_is_room(embedded: Workspace) -> None:
    assert np.load(embedded.path("embed", "vectors.npy")).shape == (4, 2)
    retrieve.run(RetrieveParams(), embedded)
    assert embedded.path("retrieve", "metrics.json").is_file()
