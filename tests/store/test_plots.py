"""Charts on the small export: what is drawn, what is refused, and terms that are code."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nymgraph.pipeline.errors import ArtefactError, DependencyError, InputError
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.store import ClusterStore, plots
from tests.store.small_export import CLUSTERS, INJECTION, SINGLETONS, small_frames, write_export

N_TERMS = sum(len(terms) for _, terms, _ in CLUSTERS.values()) + len(SINGLETONS)


@pytest.fixture
def placed(tmp_path: Path) -> ClusterStore:
    """The small export beside the vectors of its run."""
    Workspace(tmp_path).write_json("embed", "manifest.json", {"content": "these", "revision": "r"})
    vectors = np.random.default_rng(0).standard_normal((N_TERMS, 6)).astype(np.float16)
    np.save(tmp_path / "embed" / "vectors.npy", vectors)
    Workspace(tmp_path).finish("embed")
    return ClusterStore(write_export(tmp_path / "export", small_frames(), vectors="these"))


def rows_of(chart: Any, column: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a chart
    """The rows of the data set of a chart that has this column."""
    sets = chart.to_dict()["datasets"].values()
    return next(rows for rows in sets if rows and column in rows[0])


def test_edges_carry_their_relation_and_evidence(store: ClusterStore) -> None:
    edges = {row["pair"]: row for row in rows_of(store.plot("Happy"), "relation")}
    assert {pair: row["relation"] for pair, row in edges.items()} == {
        "happy - joyful": "synonym",
        "happy - glad": "synonym",
        "happy - sad": "antonym",
        "happy - unhappy": "antonym",
        "glad - unhappy": "co-hyponym or related",  # p_antonym 0.69, below the gate
        "unhappy - sad": "synonym",
    }
    assert edges["happy - unhappy"]["probability"] == 1.0
    assert edges["happy - unhappy"]["evidence"] == "dictionary"


def test_every_relation_has_a_colour_of_its_own(store: ClusterStore) -> None:
    layers = store.plot("happy").to_dict()["layer"]
    colour = layers[0]["encoding"]["color"]["scale"]
    assert colour["domain"] == ["synonym", "antonym", "co-hyponym or related"]
    assert len(set(colour["range"])) == 3


def test_a_layout_repeats(store: ClusterStore) -> None:
    first, second = (rows_of(store.plot("happy"), "term") for _ in range(2))
    assert first == second
    assert len({(row["x"], row["y"]) for row in first}) == len(first) == 5


def test_a_term_without_pairs_is_drawn_alone(store: ClusterStore) -> None:
    nodes = rows_of(store.plot("Straße"), "term")
    assert [row["term"] for row in nodes] == ["Straße"]
    assert nodes[0]["cluster"] == "none"


def test_a_term_cannot_end_the_script_of_a_saved_page(placed: ClusterStore) -> None:
    for chart in (placed.plot(INJECTION), placed.plot_map()):
        page = chart.to_html()
        assert "alert(1)" in page
        assert "alert(1)</script>" not in page


def test_a_map_has_a_point_for_each_cluster(placed: ClusterStore) -> None:
    points = {row["representative"]: row for row in rows_of(placed.plot_map(), "cohesion")}
    assert len(points) == len(CLUSTERS)
    assert points["happy"]["members"] == "glad, happy, joyful"
    assert points["happy"]["size"] == 3


def test_a_sample_is_drawn_by_its_seed(placed: ClusterStore) -> None:
    def drawn(seed: int) -> set[str]:
        points = rows_of(placed.plot_map(3, seed=seed), "cohesion")
        return {row["representative"] for row in points}

    assert len(drawn(0)) == 3
    assert drawn(0) == drawn(0)
    assert len({frozenset(drawn(seed)) for seed in range(9)}) > 1


def test_principal_places_by_hand() -> None:
    # the points lie on a line of direction (3, 4) / 5: at -5, 0 and 5 from their mean
    places, held = plots.principal_places(np.array([[0, 0], [3, 4], [6, 8]], np.float32))
    assert np.abs(places[:, 0]).tolist() == pytest.approx([5, 0, 5])
    assert places[:, 1].tolist() == pytest.approx([0, 0, 0])
    assert held == pytest.approx(1)


@pytest.mark.parametrize("n", [1, 3])
def test_rows_that_are_alike_lie_in_one_place(n: int) -> None:
    places, held = plots.principal_places(np.ones((n, 4), np.float32))
    assert places.tolist() == [[0, 0]] * n
    assert held == 1


def test_too_much_to_draw_is_refused(placed: ClusterStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "LARGEST_PLOT", 4)
    with pytest.raises(InputError, match="fewer hops"):
        placed.plot("happy")
    with pytest.raises(InputError, match="smaller sample"):
        placed.plot_map(5)
    with pytest.raises(InputError, match="no clusters to draw"):
        placed.plot_map(0)


def test_without_the_vectors_the_cure_is_named(store: ClusterStore) -> None:
    with pytest.raises(ArtefactError, match="run `nymgraph embed` first"):
        store.plot_map()


def test_vectors_of_another_lexicon_are_refused(tmp_path: Path, placed: ClusterStore) -> None:
    np.save(tmp_path / "embed" / "vectors.npy", np.zeros((3, 6), np.float16))
    Workspace(tmp_path).finish("embed")
    with pytest.raises(ArtefactError, match="not of the run that made this export"):
        placed.plot_map()


def test_without_altair_the_extra_is_named(
    store: ClusterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(DependencyError, match=r"nymgraph\[notebook\]"):
        store.plot("happy")
