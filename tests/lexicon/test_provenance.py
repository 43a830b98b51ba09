import polars as pl

from nymgraph.pipeline.lexicon.provenance import without_language_model


def test_a_pair_for_which_anybody_else_stands_is_kept() -> None:
    sources = [["wordnet-english"], ["llm:m"], ["llm:m", "mine.csv"], ["llm:m:judge", "llm:n"]]
    pairs = pl.DataFrame({"a": range(4), "sources": sources})
    assert without_language_model(pairs)["a"].to_list() == [0, 2]
    assert without_language_model(pairs.clear()).is_empty()
