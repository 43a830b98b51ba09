"""Placing unseen words: exact search against an oracle, the votes by hand, and a foreign run."""

from pathlib import Path

import numpy as np
import pytest

from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.store import ClusterStore, Neighbour
from nymgraph.pipeline.store import nearest as module
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.nearest import NearestFinder
from nymgraph.pipeline.store.run_data import RunData
from tests.store.small_export import small_frames, write_export


def test_exact_search_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 7)
    random = np.random.default_rng(0)
    vectors = random.standard_normal((50, 4)).astype(np.float16)
    vectors[[3, 20, 44]] = vectors[9]  # ties
    for k in (1, 5, 50, 80):
        rows, cosines = module.largest_cosines(vectors, vectors[9], k)
        every = vectors.astype(np.float32) @ vectors[9].astype(np.float32)
        expected = sorted(range(50), key=lambda row: (-every[row], row))[:k]
        assert rows.tolist() == expected
        assert cosines.tolist() == pytest.approx(every[expected].tolist())


@pytest.fixture
def finder(folder: Path) -> NearestFinder:
    export = ExportFolder(folder)
    return NearestFinder(export, RunData(export, folder.parent))


def near(term: str, p_synonym: float, p_antonym: float, cluster_id: int | None) -> Neighbour:
    return Neighbour(term, 0.5, p_synonym, p_antonym, cluster_id)


def test_the_cluster_with_most_synonymy_wins(finder: NearestFinder) -> None:
    found = [
        near("hot", 0.95, 0.0, 4),
        near("fiery", 0.8, 0.0, 8),
        near("spicy", 0.75, 0.1, 8),
        near("cold", 0.0, 0.9, 3),
    ]
    placed = finder.placed("peppery", found)
    assert placed.cluster is not None
    assert placed.cluster.id == 8  # 0.80 + 0.75 against 0.95
    assert placed.reason == (
        "judged a synonym of 2 of its 2 members: 'fiery' (0.80), 'spicy' (0.75)"
    )
    assert [x.term for x in placed.synonyms] == ["hot", "fiery", "spicy"]
    assert [x.term for x in placed.antonyms] == ["cold"]
    assert repr(placed).startswith("'peppery' → 'spicy', cluster 8")


def test_below_the_gate_it_is_a_perhaps(finder: NearestFinder) -> None:
    placed = finder.placed("peppery", [near("fiery", 0.69, 0.0, 8), near("spicy", 0.6, 0.0, 8)])
    assert (placed.cluster is not None, placed.sure) == (True, False)
    assert repr(placed).startswith("'peppery' → perhaps 'spicy', cluster 8")
    assert placed.reason.endswith("; below the gate (0.70), at which a run joins a pair")
    assert finder.placed("peppery", [near("fiery", 0.7, 0.0, 8)]).sure
    nowhere = finder.placed("peppery", [near("lonely", 0.6, 0.0, None)])
    assert repr(nowhere).startswith("'peppery' → no cluster")


def test_a_cluster_with_an_antonym_is_out(finder: NearestFinder) -> None:
    found = [near("hot", 0.95, 0.0, 4), near("warm", 0.0, 0.9, 4)]
    placed = finder.placed("icy", found)
    assert placed.cluster is None
    assert placed.reason == "the clusters of its synonyms hold antonyms of it as well"


def test_being_near_is_not_enough(finder: NearestFinder) -> None:
    placed = finder.placed("x", [near("hot", 0.49, 0.0, 4)])
    assert placed.cluster is None
    assert placed.reason == (
        "none of 1 terms near it is judged a synonym; the likeliest: 'hot' (0.49)"
    )
    alone = finder.placed("x", [near("lonely", 0.8, 0.0, None)])
    assert alone.reason == "judged a synonym of 'lonely', which is in no cluster"


def test_an_inflected_form_is_where_its_lemma_is(store: ClusterStore) -> None:
    placed = store.nearest("Shines")
    assert placed.cluster == store["shine"]
    assert placed.reason == "Shines, a form of shine"
    assert store.nearest("éclairs").reason.endswith("of éclair, which is in no cluster")


def test_a_slip_is_a_misspelling_where_nothing_is_judged(
    store: ClusterStore, finder: NearestFinder
) -> None:
    found = [near("frosty", 0.2, 0.0, 3), near("cold", 0.3, 0.0, 3)]
    placed = finder.placed("frotsy", found)
    assert placed.cluster == store["frosty"]
    assert placed.reason.startswith("a slip of the keyboard away from 'frosty'; none of 2 terms")
    assert not placed.sure
    judged = finder.placed("frotsy", [*found, near("hot", 0.6, 0.0, 4)])
    assert judged.cluster == store["hot"]  # a judgement comes first
    opposite = [near("frosty", 0.2, 0.0, 3), near("cold", 0.0, 0.8, 3)]
    assert finder.placed("frotsy", opposite).cluster is None
    assert finder.placed("colx", [near("cold", 0.2, 0.0, 3)]).cluster is None  # too short


def test_a_known_term_needs_no_vectors(store: ClusterStore) -> None:
    placed = store.nearest("HAPPY")
    assert placed.cluster == store["happy"]
    assert placed.reason == "it is the term 'happy' of the lexicon"


def test_no_text(store: ClusterStore) -> None:
    with pytest.raises(InputError, match="empty"):
        store.nearest("  ")


def test_without_the_run_the_cure_is_named(store: ClusterStore) -> None:
    with pytest.raises(ArtefactError, match="run `nymgraph embed` first"):
        store.nearest("unheard of")


def test_vectors_of_another_run_are_refused(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames(), vectors="made with these")
    data = Workspace(tmp_path / "other")
    data.write_json("embed", "manifest.json", {"content": "others", "revision": "r"})
    with pytest.raises(ArtefactError, match="not of the run that made this export"):
        ClusterStore(folder, data=tmp_path / "other").nearest("unheard of")
