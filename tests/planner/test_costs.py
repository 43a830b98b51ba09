"""Costs against arithmetic by hand, and how they grow."""

import math

import pytest

from nymgraph.pipeline.cli import STAGES
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.planner.capacity import MEASURED_TERMS, capacity_lines, capacity_table
from nymgraph.pipeline.planner.choices import choose
from nymgraph.pipeline.planner.costs import INDEX_COSTS, STAGE_COSTS, Run, cluster_cost
from tests.planner.plans import params_of, plan_of


def run_of(terms: float, kind: str = "exact", nlist: int = 0, nprobe: int = 0) -> Run:
    params = params_of(retrieve={"index": kind})
    plan = plan_of(params, terms=terms)
    coded = {"directions": 128, "shortlist": 40}
    index = IndexPlan(kind, nlist, nprobe, "int8" if nlist else "", **coded)
    choices = plan.choices._replace(is_tuned=True, vector_index=index)
    rates = plan.rates.model_copy(update={"search": 1e9, "scan": 1e8})
    return Run(params, plan.workload, plan.machine, rates, choices)


def test_every_stage_has_a_cost_in_order() -> None:
    assert tuple(STAGE_COSTS) == tuple(STAGES)
    plan = plan_of()
    assert all(cost.seconds >= 0 and cost.ram_gb > 0 for cost in plan.costs.values())


def test_exact_search_by_hand() -> None:
    # 10,000^2 pairs of 384 multiply-adds at 10^9 a second
    cost = INDEX_COSTS["exact"](run_of(10_000))
    assert cost.seconds == pytest.approx(1e8 * 384 / 1e9)


def test_the_search_in_two_steps_by_hand() -> None:
    cost = INDEX_COSTS["two_step"](run_of(100_000, "two_step"))
    # 128 multiply-adds and one look of 128 at each of 100,000; 40 ranked, of 128,000 each
    query = 100_000 * 256 + 40 * 128_000
    coded = 7 * 100_000 * 1.7e-6 / 2  # members, queries, five trials; two cores
    trials = 1 + 5 * 1_000 / 100_000  # of 1,000 queries each
    assert cost.seconds == pytest.approx(100_000 * query / 1e8 * trials + coded, rel=1e-3)


def test_the_inverted_file_by_hand() -> None:
    whole = INDEX_COSTS["two_step"](run_of(100_000, "two_step")).seconds
    cost = INDEX_COSTS["ivf"](run_of(100_000, "ivf", nlist=100, nprobe=10))
    # k-means: six rounds of 100 * 64 vectors against 100 centres, then every vector
    assigned = (6 * 6_400 + 100_000) * 100 * 256 / 1e8
    # a tenth of the lists, 1.45 times as full, and 100 centres, instead of all terms
    saved = 100_000 * (100_000 - 14_500 - 100) * 256 / 1e8 * 1.05
    assert cost.seconds == pytest.approx(whole + assigned - saved, rel=1e-3)


def test_exact_search_on_a_gpu_by_hand() -> None:
    plan = plan_of(terms=15e6, dim=1024, device="h200x1")
    run = Run(params_of(), plan.workload, plan.machine, plan.rates, plan.choices)
    # for one cosine 2,048 FLOP at three quarters of the peak, and 40 bytes to memory and back
    pair = 2_048 / (0.75 * 989e12) + 40 / 4.8e12
    ranked = 15e6 * 40 * 2_048 / (2e9 * 14)
    cost = INDEX_COSTS["exact"](run)
    assert cost.seconds == pytest.approx(15e6**2 * pair + ranked)
    assert cost.gpu_gb == pytest.approx(30.72 + 20)  # the vectors in float16, and blocks


def test_a_gpu_too_small_for_the_vectors_reads_them_again_and_again() -> None:
    plan = plan_of(params_of(retrieve={"index": "exact"}), terms=15e6, dim=1024, device="l4x1")
    seconds = plan.costs["retrieve"].seconds
    assert seconds > 916 * 30.72e9 / 10e9  # a pass over 30.72 GB for each 16,384 terms
    assert plan.costs["retrieve"].gpu_gb == pytest.approx(0.8 * 24)


def test_how_searches_grow() -> None:
    """Exact search with the square; the inverted file, probing an eighth, with the square too."""
    few, many = (plan_of(params_of(retrieve={"index": "exact"}), terms=n) for n in (1e5, 1e6))
    ratio = [INDEX_COSTS["exact"](_run(plan)).seconds for plan in (few, many)]
    assert ratio[1] / ratio[0] == pytest.approx(100)


def _run(plan: object) -> Run:
    params = params_of(retrieve={"index": "exact"})
    choices = choose(params, plan.workload, plan.machine)  # type: ignore[attr-defined]
    return Run(params, plan.workload, plan.machine, plan.rates, choices)  # type: ignore[attr-defined]


@pytest.mark.parametrize("stage", ["ingest", "embed", "classify", "export", "evaluate"])
def test_linear_stages(stage: str) -> None:
    seconds = [plan_of(terms=n).costs[stage].seconds for n in (1e6, 1e7, 1e8)]
    assert (seconds[2] - seconds[1]) / (seconds[1] - seconds[0]) == pytest.approx(10, rel=0.1)


def test_a_faster_machine_takes_less() -> None:
    slow, fast = (plan_of(cores=cores) for cores in (2, 16))
    for stage in ("embed", "retrieve", "classify"):
        assert fast.costs[stage].seconds < slow.costs[stage].seconds
    assert plan_of(device="h200x1").costs["embed"].seconds < fast.costs["embed"].seconds


def test_clustering_by_its_measured_exponents() -> None:
    assert cluster_cost("reference", 15e6, 43.1e6) == pytest.approx((73.0, 3.04))
    seconds, gigabytes = cluster_cost("signed", 150e6, 431e6)
    assert math.log10(seconds / 128.0) == pytest.approx(1.22)
    assert gigabytes == pytest.approx(56.1)


def test_the_capacity_table_says_what_is_extrapolated() -> None:
    rows = capacity_table()
    assert rows[-1].n_terms == 10**9
    assert [row.measured for row in rows] == [row.n_terms <= MEASURED_TERMS for row in rows]
    for row, line in zip(rows, capacity_lines(rows)[2:], strict=True):
        assert f"{row.n_terms:,}" in line
        assert ("extrapolated" in line) == (not row.measured)


def test_disk_is_the_most_at_one_time() -> None:
    plan = plan_of()
    stays = sum(cost.disk_gb for cost in plan.costs.values())
    assert stays <= plan.disk_gb <= stays + max(cost.work_gb for cost in plan.costs.values())
