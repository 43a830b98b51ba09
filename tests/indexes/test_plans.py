import faiss
import pytest

from nymgraph.pipeline.errors import DependencyError, ParameterError
from nymgraph.pipeline.indexes import plans
from nymgraph.pipeline.indexes.plans import IndexPlan, checked_plan, plan_index
from nymgraph.pipeline.settings.params import RetrieveParams

CODED = IndexPlan("ivf", storage="int8", directions=128, shortlist=128)


def planned(n_terms: int, kind: str, dim: int = 384, **settings: object) -> IndexPlan:
    return plan_index(n_terms, dim, RetrieveParams(index=kind, **settings))  # type: ignore[arg-type]


class TestTheRule:
    @pytest.mark.parametrize(
        ("n_terms", "kind", "expected"),
        [
            (199, "auto", IndexPlan("exact")),
            (10**6, "exact", IndexPlan("exact")),
            # 4 sqrt(600) = 98; its logarithm 6.6 rounds to 7: 128 lists, an eighth is 16
            (200, "auto", IndexPlan("two_step", directions=128, shortlist=128)),
            (600, "auto", CODED._replace(nlist=128, nprobe=16)),
            # 4 sqrt(10^6) = 4000, next to 4096; an eighth is 512
            (10**6, "auto", CODED._replace(nlist=4096, nprobe=512)),
            # 4 sqrt(5) = 8.9, next to 8, but there are 5 terms
            (5, "ivf", CODED._replace(nlist=5, nprobe=1)),
            (10**6, "hnsw", IndexPlan("hnsw", ef=64)),
        ],
    )
    def test_on_a_processor(self, n_terms: int, kind: str, expected: IndexPlan) -> None:
        assert planned(n_terms, kind, exact_below=200, two_step_below=600) == expected

    @pytest.mark.parametrize(
        ("n_terms", "dim", "kind", "expected"),
        [
            (
                199_999,
                384,
                "auto",
                IndexPlan("two_step", directions=128, shortlist=128),
            ),  # the default run: the same on every machine
            (200_000, 384, "auto", IndexPlan("exact", device="cuda")),
            (15 * 10**6, 1_024, "auto", IndexPlan("exact", device="cuda")),  # 2.3e17
            (30 * 10**6, 1_024, "auto", CODED._replace(nlist=16_384, nprobe=2_048)),
            (100, 8, "exact", IndexPlan("exact", device="cuda")),
            (100, 8, "cagra", IndexPlan("cagra", ef=64, device="cuda")),
        ],
    )
    def test_on_a_gpu(
        self,
        n_terms: int,
        dim: int,
        kind: str,
        expected: IndexPlan,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(plans, "resolve_device", lambda device: device)
        assert planned(n_terms, kind, dim, device="cuda") == expected

    def test_what_is_given_counts_within_bounds(self) -> None:
        assert planned(1000, "ivf", nlist=10, nprobe=99) == CODED._replace(nlist=10, nprobe=10)
        assert planned(1000, "two_step", 96).directions == 96
        assert planned(1000, "two_step", directions=64, shortlist=9)[-2:] == (64, 9)
        assert planned(1000, "ivf", nprobe=3, storage="sq8").nprobe == 3
        assert planned(1000, "hnsw", ef=200).effort == 200


class TestAPlan:
    def test_tells_what_applies(self) -> None:
        assert IndexPlan("exact").described() == {"kind": "exact", "nlist": 0, "nprobe": 0}
        assert IndexPlan("ivf", 64, 8, "int8").described()["storage"] == "int8"
        assert IndexPlan("cagra", ef=64, device="cuda").described()["device"] == "cuda"

    def test_takes_another_effort(self) -> None:
        assert IndexPlan("ivf", 64, 8).with_effort(5) == IndexPlan("ivf", 64, 5)
        assert IndexPlan("hnsw", ef=8).with_effort(5) == IndexPlan("hnsw", ef=5)

    def test_counts_the_work_of_a_query(self) -> None:
        # 1,000 terms, 64 multiply-adds and one look each; 10 ranked
        plan = IndexPlan("two_step", directions=64, shortlist=10)
        assert plan.work(1_000, 384) == 1_000 * (64 + 128) + 10 * 128_000
        # a tenth of 50 lists, 1.45 times as full; and 50 centres
        lists = plan._replace(kind="ivf", nlist=50, nprobe=5)
        assert lists.work(1_000, 768) == pytest.approx((145 + 50) * 192 + 10 * 256_000)

    def test_knows_the_largest_effort(self) -> None:
        assert IndexPlan("ivf", 8_192, 8, "int8").most_effort(10**6) == 8_192
        assert IndexPlan("ivf", 8_192, 8, "fp32", device="cuda").most_effort(10**6) == 2_048
        assert IndexPlan("hnsw", ef=8).most_effort(100) == 100


class TestLimits:
    def test_on_a_processor_there_are_none(self) -> None:
        plan = IndexPlan("ivf", 8_192, 8_000, "int8")
        assert checked_plan(plan, 9_999) == plan

    @pytest.mark.parametrize(
        ("plan", "k", "setting"),
        [
            (IndexPlan("ivf", 8_192, 8, "fp32", device="cuda"), 2_048, "retrieve.k"),
            (IndexPlan("ivf", 8_192, 8, "sq8", device="cuda"), 512, "retrieve.k"),
            (IndexPlan("ivf", 8_192, 2_049, "fp32", device="cuda"), 32, "retrieve.nprobe"),
        ],
    )
    def test_of_a_gpu_are_told_with_the_setting_to_change(
        self, plan: IndexPlan, k: int, setting: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(faiss, "StandardGpuResources", object, raising=False)
        with pytest.raises(ParameterError, match=setting) as caught:
            checked_plan(plan, k)
        assert "at most" in caught.value.expected
        assert "retrieve.device" in caught.value.cure
        assert checked_plan(plan._replace(nprobe=8), 511 if plan.storage == "sq8" else 2_047)

    @pytest.mark.parametrize(
        "plan",
        [IndexPlan("cagra", ef=64), IndexPlan("ivf", 64, 8, "fp16", device="cuda")],
    )
    def test_a_build_of_faiss_that_lacks_the_index(
        self, plan: IndexPlan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("StandardGpuResources", "GpuIndexCagra"):
            monkeypatch.delattr(faiss, name, raising=False)
        with pytest.raises(DependencyError, match="FAISS") as caught:
            checked_plan(plan, 8)
        assert "extra gpu" in caught.value.cure
