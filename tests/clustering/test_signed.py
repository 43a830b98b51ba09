import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nymgraph.clustering.graph import Edges, canonical_edges
from nymgraph.clustering.metrics import intrusions
from nymgraph.clustering.partition import size_penalty
from nymgraph.clustering.result import Clustering
from nymgraph.clustering.signed import DEFAULTS, SignedSettings, cluster_signed
from nymgraph.clustering.weights import GRAIN, expected_synonyms
from tests.oracles.reference_clustering import oracle_edges
from tests.oracles.signed_clustering import oracle_expected, oracle_signed

Rows = list[tuple[int, int, float]]
N_TERMS = 12
GATE = 0.7
TERM = st.integers(0, N_TERMS - 1)
P = st.sampled_from([0.5, 0.75, 0.875, 1.0])  # many ties
ROWS = st.lists(st.tuples(TERM, TERM, P), max_size=70)
ANTONYMS = st.lists(st.tuples(TERM, TERM, P), max_size=12)
SETTINGS = st.builds(
    SignedSettings,
    st.sampled_from([0.01, 0.125, 0.25, 0.5, 1.0]),
    st.sampled_from([0.0, 0.1, 0.2, 1.0]),
    st.sampled_from([2, 3, 5, 200]),
    st.sampled_from([0.0, 0.125, 1.0]),
)


def edges_of(rows: Rows, n_terms: int) -> Edges:
    a, b = (np.array([row[i] for row in rows], np.int32) for i in (0, 1))
    p = np.array([row[2] for row in rows], np.float32)
    return canonical_edges(n_terms, a, b, p, GATE)


def once(rows: Rows) -> Rows:
    """Each pair once, as judged pairs come."""
    return oracle_edges(rows, 0.0)


def cluster(
    rows: Rows,
    antonyms: Rows | None = None,
    n_terms: int = N_TERMS,
    asked: SignedSettings = DEFAULTS,
) -> Clustering:
    a, b = (np.array([row[i] for row in once(rows)], np.int32) for i in (0, 1))
    p = np.array([row[2] for row in once(rows)], np.float32)
    expected = expected_synonyms(n_terms, a, b, p)
    return cluster_signed(
        n_terms, edges_of(rows, n_terms), edges_of(antonyms or [], n_terms), expected, asked
    )


def soft_of(result: Clustering) -> dict[tuple[int, int], float]:
    keys = zip(result.term.tolist(), result.cluster.tolist(), strict=True)
    return dict(zip(keys, result.support.tolist(), strict=True))


def test_one_edge_is_one_cluster() -> None:
    result = cluster([(0, 1, 0.75)], n_terms=3)
    # m = 0.75 each; r = 1.5 - 2 * 0.75 = 0, h = 1: nothing competes, w = p
    assert result.labels.tolist() == [0, 0, -1]
    assert soft_of(result) == {(0, 0): 0.75, (1, 0): 0.75}


def test_what_a_cluster_costs() -> None:
    # 1/4 of: nothing, nothing, 1, 1 + 2^0.65 = 2.5692, + 3^0.65 = 4.6115, + 4^0.65 = 7.0738
    by_hand = [0, 0, 0.25, 0.64229, 1.15289, 1.76846]
    found = size_penalty(0.25, 4)
    assert found.tolist() == pytest.approx(by_hand, abs=GRAIN)
    assert (found / GRAIN).tolist() == (found // GRAIN).tolist()
    assert (np.diff(found, 2) >= 0).all()  # splitting what has fallen apart always pays


def test_opposites_part_and_the_middle_goes_with_the_stronger() -> None:
    hot, warm, cold = 0, 1, 2
    edges: Rows = [(hot, warm, 1.0), (warm, cold, 0.875)]
    together = cluster(edges, n_terms=3)
    # w(hot, warm) = 1. For warm and cold m = 1.875 and 0.875; r = 2.75 - 2 * 0.875 = 1, h = 1.1,
    # w = 0.875 / (0.875 + 0.125 * 1.1) = 0.8642. A third term costs 0.3 * 2^0.65 = 0.471: join ...
    assert together.labels.tolist() == [0, 0, 0]
    apart = cluster(edges, [(hot, cold, 0.9)], n_terms=3)
    # ... but for the cannot-link between hot and cold
    assert apart.labels.tolist() == [0, 0, -1]
    [a, b, p_antonym, p_synonym, pull] = [column.tolist() for column in apart.tensions]
    assert (a, b, p_synonym) == ([hot], [cold], [0.0])
    assert p_antonym == pytest.approx([0.9])
    # the largest of: hot with {cold} 0, cold with {hot, warm} 0.8642 / 2, the clusters the same
    assert pull == pytest.approx([0.4321], abs=1e-4)


def test_a_direct_contradiction_is_a_tension() -> None:
    result = cluster([(0, 1, 0.75)], [(1, 0, 0.8)], n_terms=2)
    assert result.labels.tolist() == [-1, -1]
    assert result.tensions.p_synonym.tolist() == [0.75]
    assert result.tensions.p_antonym == pytest.approx([0.8])


def test_a_chain_of_meanings_breaks() -> None:
    hot, spicy, pain, depression = range(4)
    chain: Rows = [(hot, spicy, 0.75), (spicy, pain, 0.75), (pain, depression, 0.75)]
    result = cluster(chain, n_terms=4)
    # m = 0.75, 1.5, 1.5, 0.75. The ends: r = 2.25 - 1.5, h = 1.075, w = 0.736; the middle:
    # r = 3 - 1.5, h = 1.15, w = 0.723. {hot, spicy} and {pain, depression} join first; a pair costs
    # 0.3, four 0.3 * (1 + 2^0.65 + 3^0.65) = 1.383: the middle would have to pay 0.783.
    assert result.labels.tolist() == [0, 0, 1, 1]
    # spicy with {pain, depression}: 0.723 is above 0.3 * 2^0.65 = 0.471: a second sense, softly
    assert list(soft_of(result)) == [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (3, 1)]


def test_a_term_of_two_senses_keeps_the_second_as_soft() -> None:
    bank, lender, shore = 0, 1, 3
    rows: Rows = [(bank, lender, 1.0), (bank, 2, 1.0), (lender, 2, 1.0)]
    rows += [(bank, shore, 1.0), (bank, 4, 0.75), (shore, 4, 1.0)]
    result = cluster(rows, [(lender, shore, 1.0)], n_terms=5)
    assert result.labels.tolist() == [0, 0, 0, 1, 1]
    # bank and 4 share the shore, min(1, 1) = 1; m = 3.75 and 1.75, r = 5.5 - 2 * 0.75 = 4,
    # h = max(1 + 2.5 / 10, (4 - 2.5) / (1 + 1)) = 1.25; w = 0.75 / (0.75 + 0.25 * 1.25) = 0.706;
    # the mean with w(bank, shore) = 1 is 0.853
    assert soft_of(result)[bank, 1] == pytest.approx(0.853, abs=1e-3)
    assert soft_of(result)[bank, 0] == 1


def test_an_orphan_is_adopted_by_a_large_family() -> None:
    family = [(a, b, 1.0) for a, b in itertools.combinations(range(15), 2)]
    rows: Rows = [*family, (0, 15, 0.9375)]
    # m = 14.9375 and 0.9375, r = 15.875 - 1.875 = 14, h = 14 - 2.5 = 11.5:
    # w = 0.9375 / (0.9375 + 0.0625 * 11.5) = 0.566. A sixteenth term costs 0.3 * 15^0.65 = 1.74;
    # over the root of fifteen the weight is 0.146
    kind, strict = SignedSettings(orphan_support=0.14), SignedSettings(orphan_support=0.15)
    assert cluster(rows, n_terms=16, asked=kind).labels.tolist() == [0] * 16
    assert cluster(rows, n_terms=16, asked=strict).labels.tolist() == [0] * 15 + [-1]
    barred = cluster(rows, [(3, 15, 1.0)], n_terms=16, asked=kind)
    assert barred.labels.tolist() == [0] * 15 + [-1]


def test_a_word_of_two_dictionary_clusters_does_not_draw_them_together() -> None:
    car, auto, motorcar, railcar = range(4)
    rows: Rows = [
        (car, auto, 1.0),
        (car, motorcar, 1.0),
        (auto, motorcar, 1.0),
        (car, railcar, 1.0),
    ]
    # the weight between railcar and the three is 1, above 0.3 * 3^0.65 = 0.61
    deaf = SignedSettings(absence=0.0)
    assert cluster(rows, n_terms=4, asked=deaf).labels.tolist() == [0, 0, 0, 0]
    # all four are known: for the absent pairs with auto and motorcar .25 + .25 is charged, so that
    # 0.5 is left, below 0.61; for railcar as an orphan 0.5 / √3 = 0.289 is below 0.3
    dense = cluster(rows, n_terms=4)
    assert dense.labels.tolist() == [0, 0, 0, -1]


def test_parity_with_the_oracle_is_exact_on_a_case_with_every_move() -> None:
    rng = np.random.default_rng(5)
    for _ in range(150):
        n = int(rng.integers(5, 40))
        shape = (int(rng.integers(n, 6 * n)), 2)
        ends = rng.integers(0, n, shape).tolist()
        rows = [(a, b, float(rng.choice([0.5, 0.75, 0.875, 0.9375, 1.0]))) for a, b in ends]
        foes = [(a, b, 0.75) for a, b in rng.integers(0, n, (int(rng.integers(0, n)), 2)).tolist()]
        check_parity(
            rows,
            foes,
            SignedSettings(
                0.125, 0.2, int(rng.integers(2, n)), float(rng.choice([0.0, 0.125, 1.0]))
            ),
            n,
        )


@given(ROWS, ANTONYMS, SETTINGS)
@settings(max_examples=300, deadline=None)
def test_parity_with_the_oracle(rows: Rows, antonyms: Rows, asked: SignedSettings) -> None:
    check_parity(rows, antonyms, asked, N_TERMS)


def check_parity(rows: Rows, antonyms: Rows, asked: SignedSettings, n_terms: int) -> None:
    result = cluster(rows, antonyms, n_terms, asked)
    links = [(a, b) for a, b, _ in oracle_edges(antonyms, GATE)]
    expected = oracle_expected(once(rows), n_terms)
    oracle = oracle_signed(n_terms, oracle_edges(rows, GATE), links, expected, asked)
    members = [set(np.flatnonzero(result.labels == c).tolist()) for c in range(result.n_clusters)]
    assert members == oracle.clusters
    assert list(soft_of(result)) == sorted(oracle.support)
    assert soft_of(result) == pytest.approx(oracle.support)
    found = result.tensions
    pairs = list(zip(found.a.tolist(), found.b.tolist(), strict=True))
    assert pairs == sorted(oracle.tensions)
    values = zip(found.p_synonym.tolist(), found.pull.tolist(), strict=True)
    for pair, value in zip(pairs, values, strict=True):
        assert value == pytest.approx(oracle.tensions[pair])


@given(ROWS, ANTONYMS, SETTINGS)
@example([], [], SignedSettings())
@settings(deadline=None)
def test_the_guarantee_and_the_bound(rows: Rows, antonyms: Rows, asked: SignedSettings) -> None:
    result = cluster(rows, antonyms, asked=asked)
    links = edges_of(antonyms, N_TERMS)
    assert not len(intrusions(result.labels, links.a, links.b))
    sizes = np.bincount(result.labels[result.labels >= 0])
    assert np.all((sizes >= 2) & (sizes <= asked.max_size))
    soft = soft_of(result)
    assert all((x, c) in soft for x, c in enumerate(result.labels.tolist()) if c >= 0)
    assert all(0 < support <= 1 for support in soft.values())
    assert result.labels.dtype == result.term.dtype == result.cluster.dtype == np.int32
    assert result.support.dtype == np.float32


@given(ROWS, ANTONYMS, st.permutations(range(70)))
@settings(deadline=None)
def test_row_order_and_orientation_change_nothing(
    rows: Rows, antonyms: Rows, order: list[int]
) -> None:
    shuffled = [(rows[i][1], rows[i][0], rows[i][2]) for i in order if i < len(rows)]
    one, other = cluster(rows, antonyms), cluster(shuffled, antonyms[::-1])
    for left, right in zip(columns(one), columns(other), strict=True):
        assert left.tobytes() == right.tobytes()


def columns(result: Clustering) -> list[np.ndarray]:
    return [result.labels, result.term, result.cluster, result.support, *result.tensions]


def test_expected_synonyms_add_up_over_shards() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 50, (2, 5_000))
    p = rng.random(5_000).astype(np.float32)
    whole = expected_synonyms(50, a, b, p)
    parts = sum(expected_synonyms(50, a[i::7], b[i::7], p[i::7]) for i in range(7))
    assert whole.tobytes() == np.asarray(parts).tobytes()
    assert whole.sum() == pytest.approx(2 * p[a != b].sum(), rel=1e-6)


@pytest.mark.parametrize("n_terms", [0, 1, 5])
def test_no_edges(n_terms: int) -> None:
    result = cluster([], n_terms=n_terms)
    assert result.labels.tolist() == [-1] * n_terms
    assert (len(result.term), result.n_clusters, len(result.tensions.a)) == (0, 0, 0)


def test_a_star_of_a_million_leaves() -> None:
    n = 1_000_001
    leaves = np.arange(1, n, dtype=np.int32)
    hub, equal = np.zeros_like(leaves), np.full(n - 1, 0.9, np.float32)
    edges, none = canonical_edges(n, hub, leaves, equal, GATE), edges_of([], n)
    result = cluster_signed(n, edges, none, expected_synonyms(n, hub, leaves, equal))
    # h is about 900,000: w = 0.9 / (0.9 + 0.1 * h) = 1e-5, far below 0.3, but the best leaf stays
    assert np.flatnonzero(result.labels >= 0).tolist() == [0, 1]
    sure, deaf = edges._replace(weight=np.ones(n - 1, np.float32)), SignedSettings(absence=0.0)
    pair = cluster_signed(n, sure, none, np.ones(n))
    # the hub takes two leaves: 1 pays for the second (0.3 * 2^0.65 = 0.47) and for the absent pair
    # of the two (0.25); a third would need 0.61 and is charged 0.5, 0.5 / √3 is below 0.3
    assert np.flatnonzero(pair.labels >= 0).tolist() == [0, 1, 2]
    certain = cluster_signed(n, sure, none, np.ones(n), deaf)
    # w = 1: the hub takes leaves, lowest first, as long as 0.3 * size^0.65 is below it, six;
    # the others are adopted as long as 1 / sqrt(size) is at least 0.3: up to 11 before them
    assert np.flatnonzero(certain.labels >= 0).tolist() == list(range(12))


@pytest.mark.parametrize(("n", "p"), [(3_000, 1.0), (1_000, 0.8)])
def test_a_clique_with_equal_weights_is_cut_by_the_bound_alone(n: int, p: float) -> None:
    a, b = np.triu_indices(n, 1)
    edges = canonical_edges(n, a, b, np.full(len(a), p, np.float32), GATE)
    none, expected = edges_of([], n), np.full(n, p * (n - 1))
    # all that an end expects is shared: h is about 1
    assert not cluster_signed(n, edges, none, expected, DEFAULTS._replace(max_size=n)).labels.any()
    labels = cluster_signed(n, edges, none, expected).labels
    assert np.bincount(labels).tolist() == [200] * (n // 200)


def test_the_sample_of_long_rows_is_that_of_the_oracle() -> None:
    rng = np.random.default_rng(1)
    n = 90
    a, b = np.triu_indices(n, 1)
    kept = rng.random(len(a)) < 0.8
    p = rng.choice([0.75, 0.875, 0.9375], len(a))
    rows = list(zip(a[kept].tolist(), b[kept].tolist(), p[kept].tolist(), strict=True))
    check_parity(rows, [(0, 1, 0.75)], DEFAULTS, n)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (SignedSettings(min_support=0.0), "min_support"),
        (SignedSettings(min_support=np.nan), "min_support"),
        (SignedSettings(orphan_support=1.5), "orphan_support"),
        (SignedSettings(max_size=1), "max_size"),
        (SignedSettings(absence=-0.5), "absence"),
        (SignedSettings(absence=np.nan), "absence"),
    ],
)
def test_a_bad_setting(asked: SignedSettings, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        cluster([(0, 1, 0.9)], asked=asked)


@pytest.mark.parametrize("expected", [np.ones(2), np.full(3, np.nan), np.full(3, -1.0)])
def test_bad_expectations(expected: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected_synonyms"):
        cluster_signed(3, edges_of([], 3), edges_of([], 3), expected)
