from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from nymgraph.pipeline.candidates.searches import SearchRecipe, cuts_of, settled_plan
from nymgraph.pipeline.candidates.tuning import Free, Trial, least_cost, least_effort
from nymgraph.pipeline.engine.local import LOCAL
from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.indexes.indexes import PartedIndex, build_index, build_parts
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import RetrieveParams
from nymgraph.pipeline.storage.shards import open_work
from tests.indexes.test_indexes import clusters

VECTORS = clusters(600, 24)
PLAN = IndexPlan("ivf", 32, 4, "int8", directions=24, shortlist=128)
TRIAL = Trial.draw(VECTORS, 200, 10, -1.0, 0)
INDEX = build_index(VECTORS, PLAN, 64, 0)


@pytest.mark.parametrize("floor", [0.3, 0.6, 0.9, 0.99])
def test_the_least_lists_that_reach_the_floor(floor: float) -> None:
    by_hand = next(
        effort
        for effort in range(1, 33)
        if (lambda mean, half: mean - half >= floor)(*TRIAL.recall(INDEX, effort))
    )
    assert least_effort(INDEX, TRIAL, floor, 32) in (by_hand, by_hand + 1)


def test_an_index_that_cannot_reach_it_fails_with_the_settings_to_change() -> None:
    with pytest.raises(ParameterError, match="recall_floor") as caught:
        least_effort(INDEX, TRIAL, 0.99, 2)
    assert "retrieve.nprobe" in caught.value.cure
    assert caught.value.got.startswith("recall 0.")


def test_where_nobody_has_a_neighbour_the_least_effort_will_do() -> None:
    lonely = np.eye(40, dtype=np.float16)
    index = build_index(lonely, IndexPlan("ivf", 8, 1, "int8", directions=40, shortlist=9), 64, 0)
    assert least_effort(index, Trial.draw(lonely, 20, 3, 0.5, 0), 0.95, 8) == 1


def test_a_trial_draws_other_terms_than_the_audit() -> None:
    audit = np.random.default_rng(0).choice(600, 200, replace=False)
    assert sorted(audit) != TRIAL.rows.tolist()
    assert len(set(TRIAL.rows)) == 200


class TestLeastCost:
    VECTORS = clusters(2_000, 96)
    SPANS: ClassVar = [(0, 900), (900, 2_000)]
    TRIAL = Trial.draw(VECTORS, 200, 10, -1.0, 0)

    def index(self, plan: IndexPlan) -> PartedIndex:
        return build_parts(self.VECTORS, plan, 64, 0, self.SPANS)

    @pytest.mark.parametrize("floor", [0.7, 0.95])
    @pytest.mark.parametrize("plan", [PLAN, IndexPlan("two_step", directions=96, shortlist=99)])
    def test_reaches_the_floor_and_nothing_cheaper_does(
        self, floor: float, plan: IndexPlan
    ) -> None:
        found, index = least_cost(self.index(plan), self.TRIAL, floor, plan, Free())
        mean, half_width = self.TRIAL.recall(index, found.nprobe)
        assert mean - half_width >= floor
        built = self.index(found).with_effort(found.nprobe)
        rows = np.arange(300)
        np.testing.assert_array_equal(index.search(rows, 10, 0.1), built.search(rows, 10, 0.1))
        if found.nlist:
            fewer, _ = self.TRIAL.recall(index, found.nprobe - 2)
            assert fewer < mean

    def test_leaves_alone_what_is_given(self) -> None:
        plan = PLAN._replace(nprobe=32, directions=64)
        free = Free(directions=False, nprobe=False)
        found, _ = least_cost(self.index(plan), self.TRIAL, 0.9, plan, free)
        assert (found.nprobe, found.directions) == (32, 64)
        assert found.shortlist < 128

    def test_what_cannot_reach_the_floor_fails_with_the_settings_to_change(self) -> None:
        plan, free = PLAN._replace(nprobe=1), Free(nprobe=False)
        with pytest.raises(ParameterError, match="recall_floor") as caught:
            least_cost(self.index(plan), self.TRIAL, 0.99, plan, free)
        assert "shortlist" in caught.value.cure


class TestSettledPlan:
    PARAMS = RetrieveParams(index="ivf", k=10, min_cosine=0.1, audit_queries=200)

    def test_is_found_once_and_remembered(self, tmp_path: Path) -> None:
        with open_work(tmp_path / "tuned", {}, 1, ".npy") as work:
            plan, index = settled_plan(work, VECTORS, PLAN, self.PARAMS)
            again, none = settled_plan(work, VECTORS, PLAN, self.PARAMS)
        assert index is not None
        assert none is None
        assert plan == again
        assert 1 <= plan.nprobe <= 32

    def test_the_search_is_the_same_with_the_index_built_again(self, tmp_path: Path) -> None:
        cuts, lists = cuts_of(600, 250), []
        np.save(tmp_path / "vectors.npy", VECTORS)
        with open_work(tmp_path / "tuned", {}, 1, ".npy") as work:
            for name in ("one", "again"):
                plan, index = settled_plan(work, VECTORS, PLAN, self.PARAMS)
                recipe = SearchRecipe(tmp_path / "vectors.npy", cuts, plan, self.PARAMS, 1, index)
                with open_work(tmp_path / name, {}, len(cuts), ".npy") as near:
                    near.take(LOCAL.made(recipe, near.pending), SilentProgress(), "search")
                    lists.append([near.file(shard).read_bytes() for shard in range(len(cuts))])
        assert lists[0] == lists[1]

    def test_what_is_given_is_respected(self, tmp_path: Path) -> None:
        params = self.PARAMS.model_copy(update={"nprobe": 30})
        with open_work(tmp_path / "tuned", {}, 1, ".npy") as work:
            plan, _ = settled_plan(work, VECTORS, PLAN._replace(nprobe=30), params)
        assert plan.nprobe == 30

    def test_what_is_given_fails_before_the_search_when_it_misses_too_much(
        self, tmp_path: Path
    ) -> None:
        params = self.PARAMS.model_copy(update={"nprobe": 1, "recall_floor": 0.99})
        with (
            open_work(tmp_path / "tuned", {}, 1, ".npy") as work,
            pytest.raises(ParameterError, match="recall_floor"),
        ):
            settled_plan(work, VECTORS, PLAN._replace(nprobe=1), params)

    def test_exact_search_needs_none(self, tmp_path: Path) -> None:
        with open_work(tmp_path / "tuned", {}, 1, ".npy") as work:
            plan = IndexPlan("exact")
            assert settled_plan(work, VECTORS, plan, self.PARAMS) == (plan, None)
            assert work.pending == [0]
