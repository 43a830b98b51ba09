from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon import dictionaries
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.lexicon.wordnet import Synset
from nymgraph.pipeline.schemas import EXPORTED_TERMS
from nymgraph.pipeline.settings.params import TableSource, TextSource, WordNetSource


def table(tmp_path: Path, text: str, **settings: str) -> TableSource:
    path = tmp_path / "mine.csv"
    path.write_text(text, "utf-8")
    return TableSource(kind="table", path=path, **settings)


def test_text_gives_every_line_good_or_bad(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("hot\n\nhot\n", "utf-8")
    rows = read_source(TextSource(kind="text", path=path))
    assert rows.rows() == [("mine.txt", 1, "hot"), ("mine.txt", 2, ""), ("mine.txt", 3, "hot")]


def test_a_table_gives_its_column_its_frequencies_and_the_rest(tmp_path: Path) -> None:
    text = "word,n,id\nhot,3,007\n,,\ncold,1.5e2,x\n"
    rows = read_source(table(tmp_path, text, column="word", frequency_column="n"))
    assert rows.columns == ["source", "row", "item", "frequency", "id"]
    assert rows.drop("source").rows() == [
        (1, "hot", 3.0, "007"),
        (2, None, None, None),
        (3, "cold", 150.0, "x"),
    ]


def test_numbers_become_terms(tmp_path: Path) -> None:
    pl.DataFrame({"term": [7, 8]}).write_parquet(tmp_path / "a.parquet")
    rows = read_source(TableSource(kind="table", path=tmp_path / "a.parquet"))
    assert rows["item"].to_list() == ["7", "8"]


@pytest.mark.parametrize(
    "name", sorted({*EXPORTED_TERMS.schema, "source", "row", "item", "reason", "lemma"})
)
def test_a_column_with_a_name_of_ours_is_carried_under_another(tmp_path: Path, name: str) -> None:
    rows = read_source(table(tmp_path, f"word,{name},own_{name}\nhot,1,2\n", column="word"))
    assert rows.columns == ["source", "row", "item", f"own_own_{name}", f"own_{name}"]
    assert rows.row(0)[3:] == ("1", "2")


def test_the_columns_named_in_the_parameters_may_have_such_names(tmp_path: Path) -> None:
    source = table(tmp_path, "term,frequency\nhot,1\n", frequency_column="frequency")
    assert read_source(source)["frequency"].to_list() == [1.0]


def test_a_frequency_that_is_no_number_names_its_row(tmp_path: Path) -> None:
    source = table(tmp_path, "term,n\nhot,1\ncold,many\n", frequency_column="n")
    message = "row 2 has a frequency that is no number from 0 up"
    with pytest.raises(InputError, match=message) as caught:
        read_source(source)
    assert caught.value.got == "'many'"


@pytest.mark.parametrize("settings", [{"column": "word"}, {"frequency_column": "n"}])
def test_a_missing_column(tmp_path: Path, settings: dict[str, str]) -> None:
    with pytest.raises(InputError, match="has no column"):
        read_source(table(tmp_path, "term\nhot\n", **settings))


def test_a_wordnet_gives_each_term_once(monkeypatch: pytest.MonkeyPatch) -> None:
    synsets = [Synset("1", ("hot", "warm"), (), ()), Synset("2", ("spicy", "hot"), (), ())]
    monkeypatch.setattr(dictionaries, "find_edition", lambda edition: edition)
    monkeypatch.setattr(dictionaries, "read_synsets", lambda _path, n, _edition: iter(synsets[:n]))
    rows = read_source(WordNetSource(kind="wordnet"))
    assert rows["item"].to_list() == ["hot", "warm", "spicy"]
    assert rows["source"].unique().to_list() == ["wordnet-english"]
    assert read_source(WordNetSource(kind="wordnet", max_synsets=1)).height == 2
