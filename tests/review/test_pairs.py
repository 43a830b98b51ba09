import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.relations import claims_of_table
from nymgraph.pipeline.review.pairs import (
    COLUMNS,
    diverse,
    informative_pairs,
    pair_value,
    write_review,
)
from nymgraph.pipeline.schemas import ASSIGNMENTS, HELD_OUT, RELATIONS, TERMS
from nymgraph.pipeline.settings.params import PairTable
from nymgraph.pipeline.storage.artefacts import Workspace, save
from tests.store.small_export import completed

NAMES = "abcdefgh"
# a, b, p_synonym, p_antonym, p_co_hyponym, evidence; clusters {a, b, c} and {d, e}; h is held out
JUDGED = [
    (0, 1, 0.70, 0.20, 0.10, "model"),
    (0, 3, 0.70, 0.20, 0.10, "model"),
    (1, 3, 0.70, 0.20, 0.10, "dictionary"),
    (2, 5, 0.70, 0.20, 0.10, "model"),
    (2, 6, 0.01, 0.00, 0.99, "model"),
    (3, 4, 0.99, 0.00, 0.01, "model"),
    (5, 7, 0.70, 0.20, 0.10, "model"),
]


def judged(rows: list[tuple[int, int, float, float, float, str]]) -> pl.DataFrame:
    names = ["a", "b", "p_synonym", "p_antonym", "p_co_hyponym", "evidence"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    found = {"cosine": pl.lit(0.5), "route": pl.lit("vector")}
    return RELATIONS.conform(completed(RELATIONS, frame.with_columns(**found)))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    terms = pl.DataFrame({"term": list(NAMES)}).with_row_index("term_id")
    columns = {"key": "term", "sources": pl.lit(["x"]), "language": pl.lit("en")}
    workspace.write(TERMS, terms.with_columns(frequency=pl.lit(None, pl.Float64), **columns))
    clusters = [7, 7, 7, 9, 9, None, None, None]
    workspace.write(ASSIGNMENTS, terms.with_columns(cluster_id=pl.Series(clusters, dtype=pl.Int64)))
    workspace.write(HELD_OUT, terms[7:].with_columns(split=pl.lit("test")))
    for number, part in enumerate((judged(JUDGED[:3]), judged(JUDGED[3:]))):
        folder = tmp_path / RELATIONS.path
        folder.mkdir(parents=True, exist_ok=True)
        save(folder / f"part-{number:05d}.parquet", part)
    workspace.finish("classify")
    return workspace


def test_the_value_by_hand() -> None:
    sizes, cluster = np.array([3, 3, 3, 2, 2, 1, 1, 1]), np.array([0, 0, 0, 1, 1, -6, -7, -8])
    value = pair_value(judged(JUDGED), 0.7, sizes, cluster)
    entropy = -(0.7 * math.log(0.7) + 0.2 * math.log(0.2) + 0.1 * math.log(0.1)) / math.log(3)
    uncertain = (entropy + 1) / 2  # p_synonym is at the gate
    assert value[0] == pytest.approx(uncertain * math.log2(3))  # inside a cluster of three
    assert value[1] == pytest.approx(uncertain * math.log2(1 + 3 * 2))  # may join three and two
    assert value[3] == pytest.approx(uncertain * math.log2(1 + 3))  # three and a singleton
    assert value[6] == pytest.approx(uncertain * 1)  # two singletons
    sure = -(0.01 * math.log(0.01) + 0.99 * math.log(0.99)) / math.log(3)
    assert value[4] == pytest.approx((sure + 1 - 0.69 / 0.7) / 2 * math.log2(4), rel=1e-4)


def test_the_most_valuable_first_and_neither_evidence_nor_held_out_terms(
    workspace: Workspace,
) -> None:
    found = informative_pairs(workspace, 10, 0.7, 5)
    assert tuple(found.columns) == COLUMNS
    names = found.select("term_a", "term_b").rows()
    # (1, 3) is settled by a dictionary, (5, 7) touches a held-out term
    assert names == [("a", "d"), ("c", "f"), ("a", "b"), ("d", "e"), ("c", "g")]
    assert found["relation"].null_count() == found["comment"].null_count() == 5
    asked = informative_pairs(workspace, 10, 0.7, 5, with_held_out=True)
    assert ("f", "h") in asked.select("term_a", "term_b").rows()
    assert informative_pairs(workspace, 2, 0.7, 5).rows() == found[:2].rows()


def test_no_term_comes_more_often_than_allowed(workspace: Workspace) -> None:
    found = informative_pairs(workspace, 10, 0.7, 1)
    assert found.select("term_a", "term_b").rows() == [("a", "d"), ("c", "f")]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(7, 12)), max_size=40, unique=True),
    st.integers(0, 10),
    st.integers(1, 3),
)
def test_diversity_is_greedy(pairs: list[tuple[int, int]], n_pairs: int, per_term: int) -> None:
    ranked = pl.DataFrame(pairs, schema={"a": pl.UInt32, "b": pl.UInt32}, orient="row")
    taken: list[tuple[int, int]] = []
    for pair in pairs:  # the slow way: count anew each time
        often = max(sum(end in other for other in taken) for end in pair)
        if len(taken) < n_pairs and often < per_term:
            taken.append(pair)
    assert diverse(ranked, n_pairs, per_term).rows() == taken


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_a_review_comes_back_as_a_source(
    workspace: Workspace, tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / f"review.{suffix}"
    pairs = informative_pairs(workspace, 10, 0.7, 5)
    write_review(pairs, path)
    table = PairTable(path=path)
    with caplog.at_level("INFO", "nymgraph"):
        assert claims_of_table(table).is_empty()  # nothing is filled in yet
    assert "5 of 5 rows have no relation yet" in caplog.text
    with pytest.raises(InputError, match="is there already and may hold answers"):
        write_review(pairs, path)
    path.unlink()
    answers = pl.Series("relation", ["synonym", None, "Antonym", None, "co-hyponym"])
    write_review(pairs.with_columns(answers), path)
    claims = claims_of_table(table)
    assert claims.select("term_a", "term_b", "relation", "rank").rows() == [
        ("a", "d", "synonym", 2),
        ("a", "b", "antonym", 2),
        ("c", "g", "co_hyponym", 2),
    ]


def test_an_unknown_suffix(workspace: Workspace, tmp_path: Path) -> None:
    pairs = informative_pairs(workspace, 1, 0.7, 1)
    with pytest.raises(InputError, match="cannot be written"):
        write_review(pairs, tmp_path / "review.xlsx")
    assert not (tmp_path / "review.xlsx").exists()
