"""adapt and embed on the small run, for each method."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nymgraph.pipeline.artefacts import content_hash
from nymgraph.pipeline.encoders import beginnings
from nymgraph.pipeline.encoders.beginnings import Beginning
from nymgraph.pipeline.schemas import HELD_OUT, SPARED
from nymgraph.pipeline.stages import adapt
from tests.stages.small_run import SmallRun, file_bytes

if TYPE_CHECKING:
    from nymgraph.discriminator import LabelledPairs

pytestmark = pytest.mark.slow


def read(run: SmallRun, path: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run.data / path).read_text("utf-8"))
    return content


def adapted(small_run: SmallRun, root: Path, method: str) -> SmallRun:
    run = small_run.copy(root, "ingest", "label")
    run.set("adapt", method=method, steps=2, batch_size=16, mining_corpus=500)
    run.stage("adapt", "embed")
    return run


@pytest.mark.parametrize("method", ["light", "full"])
def test_an_adapted_encoder_is_written_and_used(
    small_run: SmallRun, tmp_path: Path, method: str
) -> None:
    run = adapted(small_run, tmp_path / "run", method)
    manifest, metrics = read(run, "adapt/manifest.json"), read(run, "adapt/metrics.json")
    assert manifest["method"] == metrics["method"] == method
    assert manifest["revision"] == content_hash(run.data / "adapt" / "encoder")
    assert metrics["rows"] == 32
    assert ("negatives" in metrics) == (method == "full")
    assert read(run, "embed/manifest.json")["revision"] == manifest["revision"]
    base = adapted(small_run, tmp_path / "base", "none")
    vectors = [np.load(one.data / "embed" / "vectors.npy") for one in (run, base)]
    assert not np.array_equal(*vectors)


def test_the_encoder_learns_no_pair_of_a_spared_term(
    small_run: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run.copy(tmp_path / "run", "ingest", "label")
    run.set("adapt", steps=2, batch_size=16, spared=0.5)
    seen: list[LabelledPairs] = []

    def begin(*arguments: Any) -> Beginning:  # noqa: ANN401
        seen.append(arguments[3])
        return beginnings.begin(*arguments)

    monkeypatch.setattr(adapt, "begin", begin)
    run.stage("adapt")
    spared = set(run.workspace.read(SPARED)["term_id"])
    held = set(run.workspace.read(HELD_OUT)["term_id"])
    (learnt,) = seen
    assert len(learnt.a) > 100
    assert spared
    assert not spared & held
    assert not (spared | held) & {*learnt.a.tolist(), *learnt.b.tolist()}


def test_none_passes_the_encoder_on(small_run: SmallRun, tmp_path: Path) -> None:
    run = adapted(small_run, tmp_path / "run", "none")
    assert list((run.data / "adapt" / "encoder").iterdir()) == []
    manifest = read(run, "adapt/manifest.json")
    assert read(run, "embed/manifest.json")["revision"] == manifest["base_revision"]


def test_the_same_bytes_twice(small_run: SmallRun, tmp_path: Path) -> None:
    one, other = (adapted(small_run, tmp_path / name, "light") for name in ("one", "other"))
    assert file_bytes(one.data / "adapt") == file_bytes(other.data / "adapt")
