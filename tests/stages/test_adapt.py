"""adapt and embed on a few synsets, for each method."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nymgraph.pipeline.encoders import beginnings, lesson
from nymgraph.pipeline.encoders.beginnings import Beginning
from nymgraph.pipeline.schemas import HELD_BACK, HELD_OUT
from nymgraph.pipeline.stages import adapt
from nymgraph.pipeline.storage.artefacts import content_hash
from tests.encoders.tiny_encoder import PACKAGE
from tests.stages.small_run import ROOT, SmallRun, file_bytes

if TYPE_CHECKING:
    from nymgraph.discriminator import LabelledPairs


def read(run: SmallRun, path: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run.data / path).read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """The lexicon and the labels of a few synsets."""
    run = SmallRun(tmp_path_factory.mktemp("few"))
    shutil.copy(ROOT / "params.yaml", run.params)
    wordnet = {"kind": "wordnet", "edition": "english", "max_synsets": 400}
    run.set("ingest", sources=[wordnet])
    run.set("label", dictionaries=[wordnet])
    run.stage("ingest", "label")
    return run


@pytest.fixture(scope="module")
def encoded(few: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SmallRun]:
    """Adapted by each method and embedded."""
    folder = tmp_path_factory.mktemp("encoded")
    runs = {name: adapted(few, folder / name, name) for name in ("none", "light", "full")}
    for run in runs.values():
        run.stage("embed")
    return runs


def adapted(few: SmallRun, root: Path, method: str) -> SmallRun:
    run = few.copy(root, "ingest", "label")
    run.set("adapt", method=method, steps=2, batch_size=16, mining_corpus=500)
    run.stage("adapt")
    return run


@pytest.mark.parametrize("method", ["light", "full"])
def test_an_adapted_encoder_is_written_and_used(encoded: dict[str, SmallRun], method: str) -> None:
    run = encoded[method]
    manifest, metrics = read(run, "adapt/manifest.json"), read(run, "adapt/metrics.json")
    assert manifest["method"] == metrics["method"] == method
    assert manifest["revision"] == content_hash(run.data / "adapt" / "encoder")
    assert metrics["rows"] == 32
    assert ("negatives" in metrics) == (method == "full")
    assert read(run, "embed/manifest.json")["revision"] == manifest["revision"]
    both = (run, encoded["none"])
    vectors = [np.load(one.data / "embed" / "vectors.npy") for one in both]
    assert not np.array_equal(*vectors)


def test_the_encoder_learns_no_pair_of_a_term_held_back(
    few: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = few.copy(tmp_path / "run", "ingest", "label")
    run.set("adapt", steps=2, batch_size=16, spared=0.5)
    seen: list[LabelledPairs] = []

    def begin(*arguments: Any) -> Beginning:  # noqa: ANN401
        seen.append(arguments[3])
        return beginnings.begin(*arguments)

    monkeypatch.setattr(lesson, "begin", begin)
    run.stage("adapt")
    held_back = set(run.workspace.read(HELD_BACK)["term_id"])
    held = set(run.workspace.read(HELD_OUT)["term_id"])
    (learnt,) = seen
    assert len(learnt.a) > 100
    assert held_back
    assert not held_back & held
    assert not (held_back | held) & {*learnt.a.tolist(), *learnt.b.tolist()}


def test_none_passes_the_encoder_on(encoded: dict[str, SmallRun]) -> None:
    run = encoded["none"]
    assert list((run.data / "adapt" / "encoder").iterdir()) == []
    manifest = read(run, "adapt/manifest.json")
    assert read(run, "embed/manifest.json")["revision"] == manifest["base_revision"]


def test_the_same_bytes_twice(few: SmallRun, encoded: dict[str, SmallRun], tmp_path: Path) -> None:
    again = adapted(few, tmp_path / "again", "light")
    assert file_bytes(again.data / "adapt") == file_bytes(encoded["light"].data / "adapt")


def test_a_second_encoder_beside_a_static_one(few: SmallRun, tmp_path: Path) -> None:
    runs = []
    for name in ("one", "other"):
        run = few.copy(tmp_path / name, "ingest", "label")
        beside = {"encoder": PACKAGE, "weight": 0.5}
        run.set("adapt", method="static", steps=2, batch_size=16, spared=0.2, beside=beside)
        run.stage("adapt", "embed")
        runs.append(run)
    one, other = runs
    manifest = read(one, "adapt/manifest.json")
    assert (manifest["base"], manifest["method"]) == (f"static + {PACKAGE}", "joined")
    assert read(one, "adapt/metrics.json")["beside"] == {}
    assert read(one, "embed/manifest.json")["dim"] == 256 + 384
    assert file_bytes(one.data / "adapt") == file_bytes(other.data / "adapt")
    assert one.workspace.read(HELD_BACK).height > 0


def test_what_was_trained_before_a_kill_is_not_trained_again(
    few: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = few.copy(tmp_path / "run", "ingest", "label")
    run.set("adapt", method="static", steps=2, batch_size=16, beside={"encoder": PACKAGE})

    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(adapt, "join_encoders", killed)
        with pytest.raises(KeyboardInterrupt):
            run.stage("adapt")
    monkeypatch.setattr(lesson, "fine_tune", killed)
    run.stage("adapt")
    assert read(run, "adapt/manifest.json")["method"] == "joined"
