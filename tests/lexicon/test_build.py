import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.lexicon.build import build_lexicon
from nymgraph.pipeline.lexicon.normalise import REASONS, clean
from nymgraph.pipeline.schemas import REJECTS, TERMS


def items(source: str, values: list[str | None], **extra: list[object]) -> pl.DataFrame:
    rows = pl.DataFrame({"item": pl.Series(values, dtype=pl.String)}).select(
        pl.lit(source).alias("source"),
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt64).alias("row"),
        "item",
    )
    return rows.with_columns(**{name: pl.Series(column) for name, column in extra.items()})


def test_a_small_lexicon_by_hand() -> None:
    one = items("one", ["hot", " hot ", "Cold", None, "x" * 9, "a\x00"])
    two = items("two", ["hot", "éclair"])
    terms, rejects, repaired = build_lexicon([one, two], "en", 8)
    assert terms.select("term_id", "term", "key", "sources").rows() == [
        (0, "Cold", "cold", ["one"]),
        (1, "hot", "hot", ["one", "two"]),
        (2, "éclair", "éclair", ["two"]),
    ]
    assert terms["language"].unique().to_list() == ["en"]
    assert terms["frequency"].null_count() == 3
    assert rejects.rows() == [
        ("one", 2, " hot ", "duplicate", "hot"),
        ("one", 4, None, "empty", None),
        ("one", 5, "x" * 9, "too_long", None),
        ("one", 6, "a\x00", "control_character", None),
    ]
    assert repaired.is_empty()


def test_the_first_given_frequency_and_the_users_columns_are_carried() -> None:
    one = items("one", ["hot", "cold"], frequency=[None, 2.0], id=[None, "007"])
    two = items("two", ["hot", "cold"], frequency=[5.0, 9.0], id=["010", "011"], tag=["a", None])
    terms, rejects, _ = build_lexicon([one, two], "en", 20)
    assert terms.select("term", "frequency", "id", "tag").rows() == [
        ("cold", 2.0, "007", None),
        ("hot", 5.0, "010", "a"),
    ]
    assert rejects.is_empty()


def test_a_form_rejected_in_one_source_is_not_a_duplicate_of_it() -> None:
    _, rejects, _ = build_lexicon([items("one", ["", " ", ""])], "en", 20)
    assert rejects["reason"].to_list() == ["empty"] * 3


ITEM = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["hot", " hot", "Hot", "\x00"]))


@settings(max_examples=60, deadline=None)
@given(one=st.lists(ITEM, max_size=12), two=st.lists(ITEM, max_size=12))
def test_every_item_is_a_term_or_a_reject(one: list[str | None], two: list[str | None]) -> None:
    terms, rejects, repaired = build_lexicon([items("one", one), items("two", two)], "en", 4)
    # a term stands once for each source that holds it
    assert terms["sources"].list.len().sum() + rejects.height == len(one) + len(two)
    accepted = {clean(item or "") for item in one + two} & set(terms["term"])
    assert set(terms["term"]) == accepted
    assert terms["term"].to_list() == sorted(accepted)
    assert terms["term_id"].to_list() == list(range(terms.height))
    assert set(rejects["reason"]) <= set(REASONS)
    assert rejects.select("source", "row").is_duplicated().sum() == 0
    # what is neither refused nor repaired stands as it was given
    listed = pl.concat([rejects.select("source", "row"), repaired.select("source", "row")])
    for source, values in (("one", one), ("two", two)):
        rows = set(listed.filter(pl.col("source") == source)["row"])
        assert all(v in accepted for row, v in enumerate(values, 1) if row not in rows)
    TERMS.check(dict(terms.schema), "terms")
    REJECTS.check(dict(rejects.schema), "rejects")


@settings(max_examples=30, deadline=None)
@given(values=st.lists(ITEM, max_size=12), data=st.data())
def test_the_terms_do_not_depend_on_the_order_of_items(
    values: list[str | None], data: st.DataObject
) -> None:
    terms, _, _ = build_lexicon([items("one", values)], "en", 4)
    shuffled, _, _ = build_lexicon([items("one", data.draw(st.permutations(values)))], "en", 4)
    assert shuffled.equals(terms)
