import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.clustering import Links, cluster_links, expected_synonyms
from nymgraph.pipeline.clusters.tables import ClusterTables, cluster_tables, links_table
from nymgraph.pipeline.schemas import ASSIGNMENTS, CLUSTERS, LINKS, MEMBERSHIPS, TENSIONS
from nymgraph.pipeline.settings.params import ClusterParams

TERMS = ["chill", "cold", "cool", "hot", "lonely", "warm"]
# two cliques, chill-cold-cool and hot-warm; the bridge cool-warm is below the gate
EDGES = [
    ("cold", "cool", 0.9),
    ("chill", "cold", 0.8),
    ("chill", "cool", 0.7),
    ("hot", "warm", 0.95),
    ("cool", "warm", 0.6),
]
PARAMS = ClusterParams(algorithm="reference", gate=0.7)
SIGNED = ClusterParams(algorithm="signed", gate=0.7, antonym_gate=0.7)


def judged(terms: list[str], edges: list[tuple[str, str, float]] = EDGES) -> pl.DataFrame:
    rows = [(terms.index(a), terms.index(b), p) for a, b, p in edges]
    return pl.DataFrame(
        rows, schema={"a": pl.UInt32, "b": pl.UInt32, "p_synonym": pl.Float32}, orient="row"
    )


def tables_of(
    terms: list[str],
    rows: pl.DataFrame,
    params: ClusterParams = PARAMS,
    vectors: np.ndarray | None = None,
) -> ClusterTables:
    a, b, p_synonym = (rows[name].to_numpy() for name in ("a", "b", "p_synonym"))
    expected = expected_synonyms(len(terms), a, b, p_synonym)
    return cluster_tables(pl.Series("term", terms), rows, expected, params, vectors)


def members(clusters: pl.DataFrame) -> dict[int, list[str]]:
    return dict(clusters.select("cluster_id", "members").iter_rows())


@pytest.mark.parametrize("params", [PARAMS, SIGNED], ids=["reference", "signed"])
def test_two_cliques_by_hand(params: ClusterParams) -> None:
    tables = tables_of(TERMS, judged(TERMS), params)
    by_members = {tuple(row["members"]): row for row in tables.clusters.iter_rows(named=True)}
    assert set(by_members) == {("chill", "cold", "cool"), ("hot", "warm")}
    cold = by_members["chill", "cold", "cool"]
    # the most neighbours: two each; then the weight inside: cold 0.9 + 0.8, cool 0.9 + 0.7
    assert (cold["representative"], cold["size"]) == ("cold", 3)
    assert cold["cohesion"] == pytest.approx((0.9 + 0.8 + 0.7) / 3)
    hot = by_members["hot", "warm"]
    assert (hot["representative"], hot["size"]) == ("hot", 2)  # a tie goes to the lower id
    assert hot["cohesion"] == pytest.approx(0.95)


def test_the_tables_are_as_declared_and_agree() -> None:
    tables = tables_of(TERMS, judged(TERMS))
    ASSIGNMENTS.check(dict(tables.assignments.schema), "assignments")
    CLUSTERS.check(dict(tables.clusters.schema), "clusters")
    MEMBERSHIPS.check(dict(tables.memberships.schema), "memberships")
    assert tables.assignments["term"].to_list() == TERMS
    by_term = dict(tables.assignments.select("term", "cluster_id").iter_rows())
    assert by_term.pop("lonely") is None
    for number, terms in members(tables.clusters).items():
        assert [by_term.pop(term) for term in terms] == [number] * len(terms)
    assert by_term == {}
    assert tables.clusters["cluster_id"].is_sorted()
    # in a clique of three each member neighbours two of three; in a pair one of two
    support = dict(tables.memberships.select("term_id", "support").iter_rows())
    assert support == pytest.approx({0: 2 / 3, 1: 2 / 3, 2: 2 / 3, 3: 1 / 2, 5: 1 / 2})


def test_vectors_choose_the_central_member() -> None:
    angles = np.deg2rad([10.0, 0.0, 4.0, 90.0, 45.0, 91.0])  # cool lies between chill and cold
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float16)
    tables = tables_of(TERMS, judged(TERMS), vectors=vectors)
    assert set(tables.clusters["representative"]) == {"cool", "hot"}


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_ids_do_not_depend_on_the_order_of_rows_or_on_other_terms(data: st.DataObject) -> None:
    before = tables_of(TERMS, judged(TERMS)).clusters
    extra = data.draw(st.lists(st.text(min_size=1), max_size=4, unique=True))
    terms = sorted({*TERMS, *extra})
    rows = judged(terms, data.draw(st.permutations(EDGES)))
    swap = data.draw(st.booleans())
    rows = rows.rename({"a": "b", "b": "a"}) if swap else rows
    tables = tables_of(terms, rows)
    assert tables.clusters.equals(before)


@pytest.mark.parametrize("edges", [[], [("hot", "warm", 0.69)]])
def test_without_an_edge_above_the_gate_all_are_singletons(
    edges: list[tuple[str, str, float]],
) -> None:
    tables = tables_of(TERMS, judged(TERMS, edges))
    assert tables.assignments["cluster_id"].to_list() == [None] * len(TERMS)
    assert tables.clusters.equals(CLUSTERS.empty())
    assert tables.memberships.equals(MEMBERSHIPS.empty())


def test_a_probability_that_is_no_number_is_refused() -> None:
    rows = judged(TERMS, [("hot", "warm", float("nan"))])
    with pytest.raises(ValueError, match="nan"):
        cluster_tables(pl.Series("term", TERMS), rows, np.zeros(len(TERMS)), PARAMS)


def test_opposites_that_synonymy_joins_are_kept_apart_and_reported() -> None:
    rows = judged(TERMS).with_columns(p_antonym=pl.lit(0.0, pl.Float32))
    hot, warm = TERMS.index("hot"), TERMS.index("warm")
    rows = rows.with_columns(
        p_antonym=pl.when((pl.col("a") == hot) & (pl.col("b") == warm))
        .then(pl.lit(0.9, pl.Float32))
        .otherwise("p_antonym")
    )
    tables = tables_of(TERMS, rows, SIGNED)
    TENSIONS.check(dict(tables.tensions.schema), "tensions")
    assert [*members(tables.clusters).values()] == [["chill", "cold", "cool"]]
    found = tables.tensions.select("term_a", "term_b", "p_antonym", "p_synonym").rows()
    assert found == [("hot", "warm", pytest.approx(0.9), pytest.approx(0.95))]


class TestLinks:
    # cluster numbers 0 and 1 have the ids 70 and 9: the link turns round, the votes do not
    LABELS = np.array([0, 0, 1, 1, 2, -1], dtype=np.int32)
    IDS = np.array([70, 9, 40])

    def links(self) -> Links:
        rows = [(0, 2, 0.0, 0.9, 0.1), (1, 3, 0.0, 0.8, 0.2), (0, 4, 0.1, 0.1, 0.8)]
        a, b, *p = (np.array(column) for column in zip(*rows, strict=True))
        return cluster_links(self.LABELS, a, b, *p, 0.7)

    def test_ends_are_oriented_by_id(self) -> None:
        table = links_table(self.links(), self.IDS)
        LINKS.check(dict(table.schema), "links")
        assert table.drop("mean_probability").rows() == [
            (9, 70, "opposite", 2),
            (40, 70, "related", 1),
        ]
        assert table["mean_probability"].to_list() == pytest.approx([0.85, 0.8])

    def test_whatever_the_ids_the_smaller_comes_first(self) -> None:
        for ids in itertools.permutations([3, 5, 8]):
            table = links_table(self.links(), np.array(ids))
            assert (table["cluster_a"] < table["cluster_b"]).all()
            assert table.select("cluster_a", "cluster_b", "relation").equals(
                table.select("cluster_a", "cluster_b", "relation").sort(pl.all())
            )

    def test_no_links(self) -> None:
        none = np.empty(0)
        links = cluster_links(
            self.LABELS, none.astype(int), none.astype(int), none, none, none, 0.7
        )
        assert links_table(links, self.IDS).equals(LINKS.empty())
