from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline import limits
from nymgraph.pipeline.errors import CapacityError
from nymgraph.pipeline.limits import (
    Room,
    embed_refusals,
    free_room,
    index_gb,
    index_refusals,
    refuse,
    retrieve_refusals,
)
from tests.planner.plans import params_of, plan_of

GPU_LIMITS = [
    # kind, storage, device, k, nprobe, settings to change
    ("ivf", "fp32", "cuda", 100, 256, []),
    ("ivf", "fp32", "cuda", 2_047, 2_048, []),
    ("ivf", "fp32", "cuda", 2_048, 2_048, ["retrieve.k to 2047"]),  # a term finds itself too
    ("ivf", "fp32", "cuda", 100, 2_049, ["retrieve.nprobe to 2048"]),
    ("ivf", "fp32", "cuda", 5_000, 4_096, ["retrieve.k to 2047", "retrieve.nprobe to 2048"]),
    ("ivf", "sq8", "cuda", 511, 1, []),
    ("ivf", "sq8", "cuda", 512, 1, ["retrieve.k to 511"]),
    ("ivf", "fp16", "cuda", 512, 1, ["retrieve.k to 511"]),
    ("cagra", "", "cuda", 2_048, 0, ["retrieve.k to 2047"]),
    ("exact", "", "cuda", 3_000, 0, []),  # ours: no limit
    ("ivf", "int8", "cpu", 5_000, 4_096, []),
]


@pytest.mark.parametrize(("kind", "storage", "device", "k", "nprobe", "settings"), GPU_LIMITS)
def test_limits_of_faiss(
    kind: str, storage: str, device: str, k: int, nprobe: int, settings: list[str]
) -> None:
    found = index_refusals(kind, storage, device, k, nprobe)
    assert len(found) == len(settings)
    for refusal, setting in zip(found, settings, strict=True):
        assert f"set {setting} or less" in refusal.cure


def test_a_plan_beyond_the_limits_of_a_gpu() -> None:
    retrieve = {"index": "ivf", "storage": "sq8", "k": 600, "nprobe": 4_000}
    plan = plan_of(params_of(retrieve=retrieve), terms=15e6, device="h200x1")
    assert [one.got for one in plan.refusals] == [
        "retrieve.k 600, and the term itself",
        "nprobe 4,000",
    ]
    tuned = plan_of(params_of(retrieve={**retrieve, "nprobe": None}), terms=100e6, device="h200x1")
    assert not any("lists" in one.problem for one in tuned.refusals)


def test_an_index_in_memory() -> None:
    # 15 million vectors of 1,024 numbers of 4, 2 and 1 bytes
    sizes = (15_000_000, 1_024)
    assert index_gb(*sizes, "exact", "", "cpu") == pytest.approx(61.44)
    assert index_gb(*sizes, "ivf", "fp16", "cpu") == pytest.approx(30.72)
    assert index_gb(*sizes, "ivf", "sq8", "cpu") == pytest.approx(15.36)
    assert index_gb(*sizes, "ivf", "int8", "cpu") == pytest.approx(1.92)  # codes of 128
    assert index_gb(*sizes, "exact", "", "cuda") == 0


def test_vectors_stand_twice_on_disk(tmp_path: Path) -> None:
    # a million vectors of 100 float16, twice: 0.4 GB
    assert embed_refusals(1_000_000, 100, tmp_path, Room(1, 0.4)) == []
    (refusal,) = embed_refusals(1_000_000, 100, tmp_path, Room(1, 0.39))
    assert (refusal.got, refusal.expected) == ("0.4 GB free", "0.4 GB")
    assert "--data" in refusal.cure
    assert embed_refusals(1_000_000, 100, tmp_path, Room(1, None)) == []


def test_finished_shards_need_no_room_any_more(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "part-00000.npy").write_bytes(bytes(20_000))
    needed = 2 * 100 * 100 * 2  # 40,000 bytes for a hundred vectors
    assert embed_refusals(100, 100, tmp_path, Room(1, (needed - 20_000) / 1e9)) == []
    assert embed_refusals(100, 100, tmp_path, Room(1, (needed - 20_001) / 1e9))


def test_what_retrieve_needs(tmp_path: Path) -> None:
    sizes = (1_000_000, 100, 48, 0.4, tmp_path)
    # the index: 0.4 GB of memory; lists of 48 neighbours of 8 bytes, twice: 0.768 GB of disk
    assert retrieve_refusals(*sizes, Room(0.4, 0.768)) == []
    assert [one.problem for one in retrieve_refusals(*sizes, Room(0.3, 0.7))] == [
        "retrieve does not fit: there is too little memory",
        "retrieve does not fit: there is too little disk",
    ]


def test_the_first_refusal_stops_the_work() -> None:
    refuse([])
    with pytest.raises(CapacityError, match="so many neighbours") as caught:
        refuse(index_refusals("ivf", "fp32", "cuda", 5_000, 4_096))
    assert caught.value.exit_code == 2
    assert "set retrieve.k" in caught.value.cure


def test_free_room_is_that_of_the_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = free_room(tmp_path / "not" / "yet" / "there")
    assert free.ram_gb > 0
    assert free.disk_gb is not None
    assert free.disk_gb > 0
    (tmp_path / "memory.max").write_text("3000000")
    (tmp_path / "memory.current").write_text("1000000")
    monkeypatch.setattr(limits, "CGROUP", tmp_path)
    assert free_room(tmp_path).ram_gb == pytest.approx(0.002)
    (tmp_path / "memory.max").write_text("max")
    assert free_room(tmp_path).ram_gb > 0.01


FITS = [
    # request, retrieve, words of the refusals
    ({"terms": 150_000}, {}, []),
    ({"terms": 15e6, "dim": 1024, "ram_gb": 15}, {}, ["retrieve does not fit", "memory"]),
    ({"terms": 150_000, "disk_gb": 0.1}, {}, ["the run does not fit", "disk"]),
    ({"terms": 1e6, "ram_gb": 1.5}, {"index": "exact"}, ["retrieve does not fit", "memory"]),
]


@pytest.mark.parametrize(("request_", "retrieve", "words"), FITS)
def test_a_run_that_does_not_fit(
    request_: dict[str, Any], retrieve: dict[str, Any], words: list[str]
) -> None:
    plan = plan_of(params_of(retrieve=retrieve), **request_)
    assert bool(plan.refusals) == bool(words)
    problems = " ".join(refusal.problem for refusal in plan.refusals)
    assert all(word in problems for word in words)
    assert all(refusal.cure for refusal in plan.refusals)


def test_a_small_gpu_does_not_hold_a_large_encoder_in_training() -> None:
    adapt = {"method": "full", "encoder": "intfloat/multilingual-e5-large", "revision": "abc"}
    plan = plan_of(params_of(adapt=adapt), device="l4x1", terms=1e5)
    assert plan.costs["adapt"].gpu_gb > 4 * plan.workload.encoder.bytes / 1e9 * 0.99
    small = plan.machine._replace(device=plan.machine.device._replace(memory_gb=8))
    from nymgraph.pipeline.planner.plan import make_plan

    again = make_plan(params_of(adapt=adapt), plan.workload, small, plan.rates)
    assert [one.cure for one in again.refusals if "GPU memory" in one.problem] == [
        "set adapt.cached_rows (full) or adapt.batch_size (light) lower"
    ]


def test_a_hub_model_without_a_revision() -> None:
    encoder = "ytu-ce-cosmos/turkish-e5-large"
    unpinned = plan_of(params_of(adapt={"encoder": encoder}), device="h200x1")
    assert [one.problem for one in unpinned.refusals] == [
        f"adapt.revision is null, and the hub model {encoder} needs one"
    ]
    assert f"git ls-remote https://huggingface.co/{encoder} HEAD" in unpinned.refusals[0].cure
    pinned = params_of(adapt={"encoder": encoder, "revision": "0123abcd"})
    assert plan_of(pinned, device="h200x1").refusals == []
