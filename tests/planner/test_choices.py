"""What the planner decides, as a table; no GPU is needed."""

from typing import Any

import pytest

from tests.planner.plans import params_of, plan_of

DECISIONS = [
    # terms, retrieve, kind, nlist, nprobe
    (15_000, {}, "exact", 0, 0),
    (199_999, {}, "two_step", 0, 0),
    (200_000, {}, "ivf", 2048, 256),
    (1_000_000, {}, "ivf", 4096, 512),
    (15_000_000, {}, "ivf", 16_384, 2048),
    (15_000_000, {"index": "exact"}, "exact", 0, 0),
    (1_000, {"index": "ivf"}, "ivf", 128, 16),
    (1_000_000, {"nlist": 1000, "nprobe": 10}, "ivf", 1000, 10),
    (1_000_000, {"index": "hnsw"}, "hnsw", 0, 0),
]


@pytest.mark.parametrize(("terms", "retrieve", "kind", "nlist", "nprobe"), DECISIONS)
def test_the_index(
    terms: int, retrieve: dict[str, Any], kind: str, nlist: int, nprobe: int
) -> None:
    index = plan_of(params_of(retrieve=retrieve), terms=terms).choices.vector_index
    assert (index.kind, index.nlist, index.nprobe) == (kind, nlist, nprobe)


WHERE = [
    # terms, dim, device, retrieve, kind, where, whether the effort is found by the stage
    (150_000, 384, "h200x1", {}, "two_step", "cpu", True),
    (1_000_000, 384, "h200x1", {}, "exact", "cuda", False),
    (15_000_000, 1024, "h200x1", {}, "exact", "cuda", False),  # 2.3e17 multiply-adds: minutes
    (16_000_000, 1024, "h200x1", {}, "ivf", "cpu", True),  # 2.6e17: too many
    (15_000_000, 1024, "h200x1", {"device": "cpu"}, "ivf", "cpu", True),
    (15_000_000, 1024, "cpu", {}, "ivf", "cpu", True),
    (20_000_000, 1024, "h200x1", {"storage": "sq8"}, "ivf", "cuda", True),
    (20_000_000, 1024, "h200x1", {"storage": "sq8", "nprobe": 64}, "ivf", "cuda", False),
    (1_000_000, 384, "h200x1", {"index": "hnsw"}, "hnsw", "cpu", True),
    (1_000_000, 384, "h200x1", {"index": "cagra", "ef": 32}, "cagra", "cuda", False),
]


@pytest.mark.parametrize(("terms", "dim", "device", "retrieve", "kind", "where", "tuned"), WHERE)
def test_where_the_index_is_searched(
    terms: int,
    dim: int,
    device: str,
    retrieve: dict[str, Any],
    kind: str,
    where: str,
    tuned: bool,
) -> None:
    choices = plan_of(params_of(retrieve=retrieve), terms=terms, dim=dim, device=device).choices
    assert (choices.vector_index.kind, choices.vector_index.device) == (kind, where)
    assert choices.is_tuned == tuned
    assert choices.searches_on_gpu == (where == "cuda")


SHARDS = [
    # terms, dim, device, what should be changed
    (150_000, 384, "cpu", {}),
    (150_000, 384, "h200x1", {"embed.batch_size": 2048}),
    (2_097_152, 384, "cpu", {}),  # 128 shards of 16,384
    (2_097_153, 384, "cpu", {"embed.shard_terms": 32_768}),
    (15_000_000, 1024, "cpu", {"embed.shard_terms": 131_072, "retrieve.shard_terms": 131_072}),
    # a shard of 1 GB at most: 131,072 rows of 4 * 4,096 bytes are more
    (15_000_000, 4096, "cpu", {"embed.shard_terms": 65_536}),
    (
        15_000_000,
        1024,
        "h100x1",
        {"embed.shard_terms": 131_072, "retrieve.shard_terms": 131_072, "embed.batch_size": 1024},
    ),
]


@pytest.mark.parametrize(("terms", "dim", "device", "better"), SHARDS)
def test_shards_and_batches(terms: int, dim: int, device: str, better: dict[str, int]) -> None:
    plan = plan_of(terms=terms, dim=dim, device=device)
    assert {one.key: one.better for one in plan.suggestions} == better
    assert all(one.now < one.better for one in plan.suggestions)


def test_what_is_set_well_is_not_mentioned() -> None:
    params = params_of(embed={"shard_terms": 131_072}, retrieve={"shard_terms": 1_048_576})
    assert plan_of(params, terms=15e6, dim=1024).suggestions == []
