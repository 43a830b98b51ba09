from pathlib import Path

import polars as pl
import pytest

from nymgraph.clustering import canonical_edges
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.edges import read_edge_table


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "edges.csv"
    path.write_text(text, "utf-8")
    return path


def test_terms_are_numbered_byte_wise(tmp_path: Path) -> None:
    text = "term_a,term_b,p_synonym,note\nhot,Zug,0.9,x\néclair,hot,0.25,y\n"
    terms, edges = read_edge_table(write(tmp_path, text))
    assert terms.to_list() == ["Zug", "hot", "éclair"]
    assert edges.rows() == [(1, 0, 0.9), (2, 1, 0.25)]
    assert edges.schema == {"a": pl.UInt32, "b": pl.UInt32, "p_synonym": pl.Float64}


def test_loops_and_duplicates_are_left_to_the_clustering(tmp_path: Path) -> None:
    text = "term_a,term_b,p_synonym\na,b,0.5\nb,a,0.75\na,b,0.5\nc,c,1\n"
    terms, edges = read_edge_table(write(tmp_path, text))
    assert terms.to_list() == ["a", "b", "c"]
    ends = (edges[name].to_numpy() for name in ("a", "b", "p_synonym"))
    found = canonical_edges(len(terms), *ends, 0.5)
    assert (found.a.tolist(), found.b.tolist(), found.weight.tolist()) == ([0], [1], [0.75])


def test_the_precision_of_the_file_is_kept(tmp_path: Path) -> None:
    rows = {"term_a": ["a"], "term_b": ["b"], "p_synonym": [0.7], "p_antonym": [0.1]}
    types = {"p_synonym": pl.Float32, "p_antonym": pl.Float64}
    pl.DataFrame(rows, schema_overrides=types).write_parquet(tmp_path / "e.parquet")
    _, edges = read_edge_table(tmp_path / "e.parquet")
    assert edges.schema == {"a": pl.UInt32, "b": pl.UInt32, **types}


@pytest.mark.parametrize(
    ("row", "column", "got"),
    [
        ("a,c,nan,0", "p_synonym", "'nan'"),
        ("a,c,1.01,0", "p_synonym", "'1.01'"),
        ("a,c,-0.1,0", "p_synonym", "'-0.1'"),
        ("a,c,high,0", "p_synonym", "'high'"),
        ("a,c,,0", "p_synonym", "None"),
        ("a,c,0.5,2", "p_antonym", "'2'"),
        ("a,c,0.5,", "p_antonym", "None"),
        (",c,0.5,0", "term_a", "None"),
        ('a,"",0.5,0', "term_b", "None"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, column: str, got: str) -> None:
    text = f"term_a,term_b,p_synonym,p_antonym\na,b,0.5,0\n{row}\n"
    with pytest.raises(InputError, match=f"row 2 has no valid {column}") as caught:
        read_edge_table(write(tmp_path, text))
    assert caught.value.got == got


def test_a_number_that_is_no_number_in_parquet(tmp_path: Path) -> None:
    rows = {"term_a": ["a", "b"], "term_b": ["b", "c"], "p_synonym": [0.5, float("nan")]}
    pl.DataFrame(rows).write_parquet(tmp_path / "e.parquet")
    with pytest.raises(InputError, match="row 2 has no valid p_synonym"):
        read_edge_table(tmp_path / "e.parquet")


@pytest.mark.parametrize("text", ["", "term_a,term_b\na,b\n"])
def test_a_missing_column(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="has no column"):
        read_edge_table(write(tmp_path, text))


def test_a_table_without_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no edges"):
        read_edge_table(write(tmp_path, "term_a,term_b,p_synonym\n"))


def test_terms_are_trimmed_and_composed(tmp_path: Path) -> None:
    text = "term_a,term_b,p_synonym\ncafé,bar,0.9\ncafe\u0301 , bar,0.8\n"
    terms, edges = read_edge_table(write(tmp_path, text))
    assert terms.to_list() == ["bar", "café"]
    assert edges.select("a", "b").rows() == [(1, 0), (1, 0)]


def test_white_space_is_no_term(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1 has no valid term_b"):
        read_edge_table(write(tmp_path, "term_a,term_b,p_synonym\na, ,0.5\n"))
