import numba
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.indexes import codes
from nymgraph.pipeline.indexes.blockwise import build_blockwise
from nymgraph.pipeline.indexes.codes import Basis, best_codes, chosen, nearest, products, rounded
from nymgraph.pipeline.indexes.indexes import NeighbourIndex, build_index, merged
from nymgraph.pipeline.indexes.inverted import InvertedFile
from nymgraph.pipeline.indexes.neighbours import exact_search, spare
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.indexes.rerank import fixed_cosines, fixed_lengths
from tests.indexes.nearest import all_cosines
from tests.indexes.test_neighbours import check_parity, inverted, random_vectors

PLANS = {
    "flat": IndexPlan("exact"),
    "int8": inverted(6, 6),
    "two_step": IndexPlan("two_step", directions=24, shortlist=40),
    "fp32": inverted(6, 6, "fp32"),
    "fp16": inverted(6, 6, "fp16"),
    "sq8": inverted(6, 6, "sq8"),
    "hnsw": IndexPlan("hnsw", ef=400),
}


def clusters(n_terms: int, dim: int, seed: int = 0) -> npt.NDArray[np.float16]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(12, dim))
    rows = centres[random.integers(12, size=n_terms)] + 0.5 * random.normal(size=(n_terms, dim))
    return rows.astype(np.float16)


def built(kind: str, vectors: npt.NDArray[np.floating]) -> NeighbourIndex:
    if kind == "blockwise":
        return build_blockwise(vectors, "cpu", (0, len(vectors)))
    plan = PLANS[kind]
    n_lists = min(plan.nlist, len(vectors))
    return build_index(vectors, plan._replace(nlist=n_lists), 64, 0)


class TestEveryIndex:
    @pytest.mark.parametrize("kind", [*PLANS, "blockwise"])
    def test_with_full_effort_it_finds_what_brute_force_finds(self, kind: str) -> None:
        vectors = clusters(200, 24)
        lists = built(kind, vectors).search(np.arange(200), 7, 0.2)
        check_parity(lists, vectors, 7, 0.2)

    @pytest.mark.parametrize("kind", [*PLANS, "blockwise"])
    def test_copies_zero_vectors_and_more_neighbours_than_terms(self, kind: str) -> None:
        vectors = random_vectors(5, 40, 8)
        lists = built(kind, vectors).search(np.arange(40), 60, 0.05)
        assert lists.shape == (40, 60)
        if kind != "hnsw":  # a graph may not reach all copies
            check_parity(lists, vectors, 60, 0.05)
        assert (lists["id"][~vectors.any(axis=1)] == -1).all()
        assert not (lists["id"] == np.arange(40)[:, None]).any()

    @pytest.mark.parametrize("kind", ["flat", "int8", "two_step", "fp16", "blockwise"])
    def test_no_queries_and_one_term(self, kind: str) -> None:
        none = np.empty(0, np.int64)
        assert built(kind, clusters(9, 8)).search(none, 2, 0.0).shape == (0, 2)
        alone = built(kind, np.ones((1, 8), np.float16)).search(np.arange(1), 2, 0.0)
        assert alone["id"].tolist() == [[-1, -1]]

    @pytest.mark.parametrize("kind", ["int8", "two_step", "fp16", "sq8", "hnsw"])
    def test_the_same_bytes_when_built_again(self, kind: str) -> None:
        vectors = clusters(300, 16)
        one, again = (
            built(kind, vectors).with_effort(2).search(np.arange(300), 5, 0.0) for _ in range(2)
        )
        np.testing.assert_array_equal(one, again)

    @pytest.mark.parametrize("kind", ["flat", "int8", "two_step", "fp32"])
    def test_spans_merged_are_the_whole(self, kind: str) -> None:
        vectors, rows = clusters(120, 16), np.arange(120)
        parts = [
            build_index(vectors, PLANS[kind], 64, 0, span).search(rows, 5, 0.1)
            for span in ((0, 50), (50, 51), (51, 120))
        ]
        check_parity(merged(parts, rows), vectors, 5, 0.1)


class TestInvertedFile:
    @settings(max_examples=25, deadline=None)
    @given(
        seed=st.integers(0, 10_000),
        n_terms=st.integers(1, 60),
        k=st.integers(1, 70),
        n_lists=st.integers(1, 9),
        min_cosine=st.sampled_from([0.05, 0.3, 0.9]),
    )
    @example(seed=409, n_terms=53, k=3, n_lists=1, min_cosine=0.05)  # more copies than are spare
    def test_all_lists_probed_is_exact_but_for_the_error_of_a_code(
        self, seed: int, n_terms: int, k: int, n_lists: int, min_cosine: float
    ) -> None:
        dim = 16
        vectors = random_vectors(seed, n_terms, dim)
        n_lists = min(n_lists, n_terms)
        index = build_index(vectors, inverted(n_lists, n_lists), 64, 0)
        lists = index.search(np.arange(n_terms), k, min_cosine)
        # a code is off by half a step of 127 in each of dim places; two codes, two candidates
        error = 4 * np.sqrt(dim) / 254
        cosine = all_cosines(vectors)
        np.fill_diagonal(cosine, -1)
        cosine[cosine < min_cosine] = min_cosine
        best = -np.sort(-cosine, axis=1)[:, :k]
        found = np.where(lists["id"] < 0, min_cosine, lists["cosine"])[:, : best.shape[1]]
        assert (found >= best - error - 1e-5).all()
        rivals = (cosine >= best[:, -1:] - error).sum(axis=1)
        if (rivals <= k + spare(k)).all():  # none that can be of the best is dropped
            check_parity(lists, vectors, k, min_cosine)

    def test_the_same_bytes_in_shards_of_any_size(self) -> None:
        vectors = clusters(500, 24)
        index = build_index(vectors, inverted(16, 3), 64, 0)
        whole = index.search(np.arange(500), 6, 0.1)
        for size in (1, 37, 499):
            shards = [
                index.search(np.arange(start, min(start + size, 500)), 6, 0.1)
                for start in range(0, 500, size)
            ]
            np.testing.assert_array_equal(np.concatenate(shards), whole)

    def test_the_same_bytes_with_one_thread_and_two(self) -> None:
        vectors, found = clusters(500, 24), []
        threads, compiled = torch.get_num_threads(), numba.get_num_threads()
        try:
            for n_threads in (1, 2):
                torch.set_num_threads(n_threads)
                numba.set_num_threads(min(n_threads, numba.config.NUMBA_NUM_THREADS))
                index = build_index(vectors, inverted(16, 3), 64, 0)
                found.append(index.search(np.arange(500), 6, 0.1))
        finally:
            torch.set_num_threads(threads)
            numba.set_num_threads(compiled)
        np.testing.assert_array_equal(*found)

    def test_the_same_bytes_where_the_processor_multiplies_floats(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vectors = clusters(300, 24)
        by_integers = build_index(vectors, inverted(8, 2), 64, 0).search(np.arange(300), 6, 0.1)
        monkeypatch.setattr(codes, "multiplies_integers", lambda device: False)
        by_floats = build_index(vectors, inverted(8, 2), 64, 0).search(np.arange(300), 6, 0.1)
        np.testing.assert_array_equal(by_integers, by_floats)

    def test_more_lists_probed_never_find_less(self) -> None:
        vectors = clusters(400, 16)
        index = build_index(vectors, inverted(16, 1), 64, 0)
        exact = exact_search(vectors, np.arange(400), 8, -1.0)["id"]
        hits = [
            (index.with_effort(effort).search(np.arange(400), 8, -1.0)["id"] == exact).sum()
            for effort in (1, 4, 16)
        ]
        assert hits[0] < hits[1] <= hits[2] == exact.size


class TestTwoSteps:
    # the fewest directions, a short list: what is found depends on every choice
    PLAN = IndexPlan("two_step", directions=8, shortlist=15)

    def test_the_same_bytes_with_one_thread_and_two_in_shards_of_any_size(self) -> None:
        vectors, found = clusters(3_000, 24), []
        threads, compiled = torch.get_num_threads(), numba.get_num_threads()
        try:
            for n_threads, size in ((1, 3_000), (2, 1_024), (2, 700)):
                torch.set_num_threads(n_threads)
                numba.set_num_threads(min(n_threads, numba.config.NUMBA_NUM_THREADS))
                index = build_index(vectors, self.PLAN, 64, 0)
                cuts = np.split(np.arange(3_000), range(size, 3_000, size))
                found.append(np.concatenate([index.search(rows, 6, 0.1) for rows in cuts]))
        finally:
            torch.set_num_threads(threads)
            numba.set_num_threads(compiled)
        np.testing.assert_array_equal(found[0], found[1])
        np.testing.assert_array_equal(found[0], found[2])

    def test_more_directions_and_a_longer_list_find_more(self) -> None:
        vectors, rows = clusters(3_000, 48), np.arange(500)
        exact = exact_search(vectors, rows, 8, -1.0)["id"]
        hits = [
            np.mean(
                build_index(vectors, self.PLAN._replace(directions=d, shortlist=r), 64, 0).search(
                    rows, 8, -1.0
                )["id"][:, :, None]
                == exact[:, None, :]
            )
            * 8
            for d, r in ((8, 16), (24, 16), (24, 100), (48, 100))
        ]
        assert hits == sorted(hits)
        assert hits[0] < 0.7
        assert hits[-1] > 0.999

    def test_it_knows_where_each_neighbour_stands(self) -> None:
        vectors, rows = clusters(400, 24), np.array([7, 100])
        index = build_index(vectors, inverted(16, 3)._replace(directions=8), 64, 0)
        assert isinstance(index, InvertedFile)
        ids = exact_search(vectors, rows, 5, -1.0)["id"]
        ids[1, 4] = -1
        place, depth = index.places(rows, ids, 50), index.depths(rows, ids)
        code = index.coder.code(vectors).astype(int)
        for row, others, places in zip(rows, ids, place, strict=True):
            product = code @ code[row]
            order = [i for i in np.lexsort((np.arange(400), -product)) if i != row]
            assert [min(order.index(i), 50) if i >= 0 else 50 for i in others] == places.tolist()
        for n_lists in range(1, 17):
            held = index.with_effort(n_lists).with_shortlist(400).search(rows, 400, -1.0)["id"]
            reached = (held[:, None, :] == ids[:, :, None]).any(axis=2) & (ids >= 0)
            np.testing.assert_array_equal(reached, depth <= n_lists)


class TestCodes:
    @pytest.mark.parametrize("dim", [3, 8, 384, 1_041, 4_096])
    def test_products_are_exact_in_integers_and_in_floats(
        self, dim: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        random = np.random.default_rng(dim)
        vectors = random.choice([-1.0, 1.0], (20, dim)).astype(np.float32)
        code = rounded(np.pad(vectors, ((0, 0), (0, -dim % 8))), 1e9)  # the largest codes
        wide = code.astype(np.int64) @ code.astype(np.int64).T
        assert 0 < np.abs(wide).max() < 2**24
        tensor = torch.from_numpy(code)
        np.testing.assert_array_equal(products(tensor, tensor).numpy(), wide)
        monkeypatch.setattr(codes, "multiplies_integers", lambda device: False)
        np.testing.assert_array_equal(products(tensor, tensor).numpy(), wide)

    def test_a_code_by_hand(self) -> None:
        # 3-4-5: 0.6 and 0.8 times 100; 1 times 100; what is above 127 is cut off
        projected = np.array([[3, -4], [0, 0], [2, 0]], np.float32)
        assert rounded(projected, 100).tolist() == [[60, -80], [0, 0], [100, 0]]
        assert rounded(projected, 200).tolist() == [[120, -127], [0, 0], [127, 0]]

    def test_the_leading_direction_is_the_one_of_most_vectors(self) -> None:
        sample = np.array([[3, 3, 0], [2, 2, 0], [-1, -1, 0], [0, 0, 1], [1, -1, 0]], np.float32)
        direction = np.abs(Basis.of(sample).direction)
        half = 0.5**0.5
        np.testing.assert_allclose(direction[0], [half, half, 0], atol=1e-6)

    def test_codes_are_as_alike_as_vectors(self) -> None:
        vectors = clusters(400, 32)
        code = Basis.of(vectors).coder(32).code(vectors).astype(np.int64)
        length = np.sqrt((code**2).sum(axis=1))
        cosine = (code @ code.T) / length / length[:, None]
        np.testing.assert_allclose(cosine, all_cosines(vectors), atol=0.02)

    def test_the_best_first_and_of_equals_the_lower_id(self) -> None:
        others = np.array([[0, 9], [9, 0], [7, 7], [9, 0]], np.int8)
        query = np.array([[9, 0]], np.int8)
        assert best_codes(np.pad(query, ((0, 0), (0, 6))), np.pad(others, ((0, 0), (0, 6))), 4)[
            0
        ].tolist() == [1, 3, 2, 0]

    @pytest.mark.parametrize("spread", [3, 120])
    def test_a_threshold_changes_nothing(self, spread: int) -> None:
        # with few values most products are equal, and the threshold lets too many or too few in
        random = np.random.default_rng(spread)
        others = random.integers(-spread, spread, (3_000, 8), dtype=np.int8)
        others[::16] = 100  # the sample promises more than there is
        queries, ids = others[:70], np.arange(3_000, dtype=np.int32)
        product = queries.astype(int) @ others.astype(int).T
        found = np.sort(chosen(nearest(queries, others, ids, 20)), axis=1)
        for row, expected in zip(found, product, strict=True):
            assert row.tolist() == sorted(np.lexsort((ids, -expected))[:20].tolist())


class TestFixedCosines:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32])
    def test_as_numpy_sums_them(self, dtype: type) -> None:
        vectors = np.random.default_rng(0).normal(size=(30, 37)).astype(dtype)
        vectors[4] = 0
        vectors[5] = 6e-8  # the smallest half: subnormal
        ids = np.tile(np.arange(-1, 29, dtype=np.int32), (30, 1))
        cosine = fixed_cosines(vectors, fixed_lengths(vectors), np.arange(30), ids)
        np.testing.assert_allclose(cosine[:, 1:], all_cosines(vectors)[:, :29], atol=1e-5)
        assert (cosine[:, 0] == 0).all()


class TestBlockwise:
    @pytest.mark.parametrize("budget", [30_000, 50_000, 2**30])
    @pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
    def test_finds_what_faiss_finds_within_any_budget(
        self, budget: int, dtype: torch.dtype
    ) -> None:
        vectors = clusters(400, 32)
        index = build_blockwise(vectors, "cpu", (0, 400), dtype, budget)
        assert (index.resident is None) == (budget < 2**30)
        assert index.block_rows(15)[1] < 400 or budget == 2**30
        found = index.search(np.arange(400), 6, 0.0)
        check_parity(found, vectors, 6, 0.0)

    def test_the_rows_that_meet_fit_the_budget(self) -> None:
        vectors = np.zeros((10, 1_024), np.float16)
        for budget in (2**24, 2**28, 2**32):
            index = build_blockwise(vectors, "cpu", (0, 10), torch.float16, budget)
            queries, terms = index.block_rows(109)
            taken = (
                8 * queries * terms + 4 * 1_024 * queries + 6 * 1_024 * terms + 24 * 109 * queries
            )
            assert taken <= budget
