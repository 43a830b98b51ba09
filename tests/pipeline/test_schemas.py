import polars as pl
import pytest

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.schemas import TABLES, TERMS, Column, Table

TABLE = Table(
    "stage",
    "table",
    "one thing",
    ("id",),
    (
        Column("id", pl.UInt32, "number"),
        Column("relation", pl.Enum(["synonym", "antonym"]), "relation"),
        Column("note", pl.String, "note", nullable=True),
    ),
)


def rows() -> pl.DataFrame:
    return pl.DataFrame({"note": ["x", None], "relation": ["antonym", "synonym"], "id": [7, 3]})


def test_conform_casts_and_orders_columns_and_keeps_the_order_of_rows() -> None:
    conformed = TABLE.conform(rows())
    assert conformed.columns == ["id", "relation", "note"]
    assert conformed.dtypes == [pl.UInt32, pl.Enum(["synonym", "antonym"]), pl.String]
    assert conformed["id"].to_list() == [7, 3]


def test_conform_refuses_a_missing_value_where_none_may_be() -> None:
    with pytest.raises(ArtefactError, match="column 'id' has missing values"):
        TABLE.conform(rows().with_columns(id=pl.Series([None, 1])))


def test_conform_refuses_a_cast_that_loses() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError):
        TABLE.conform(rows().with_columns(id=pl.Series([-1, 1])))


@pytest.mark.parametrize("change", ["missing", "unknown"])
def test_conform_refuses_other_columns(change: str) -> None:
    frame = rows().drop("note") if change == "missing" else rows().with_columns(more=pl.lit(1))
    with pytest.raises(ArtefactError, match="the columns are not those of stage/table"):
        TABLE.conform(frame)


def test_extra_columns_follow_the_declared_ones_where_they_are_allowed() -> None:
    frame = pl.DataFrame(
        {
            "mine": ["007"],
            "term_id": [0],
            "term": ["hot"],
            "key": ["hot"],
            "sources": [["list"]],
            "language": ["en"],
            "frequency": [None],
        }
    )
    conformed = TERMS.conform(frame)
    assert conformed.columns == [*TERMS.schema, "mine"]
    TERMS.check(dict(conformed.schema), "terms.parquet")


def test_check_takes_what_conform_gives_and_names_the_stage_otherwise() -> None:
    schema = dict(TABLE.conform(rows()).schema)
    TABLE.check(schema, "somewhere")
    with pytest.raises(ArtefactError, match="run `nymgraph stage` again") as caught:
        TABLE.check({**schema, "id": pl.Int64()}, "somewhere")
    assert (caught.value.got, caught.value.expected) == ("Int64", "UInt32")
    with pytest.raises(ArtefactError, match="the columns are not those"):
        TABLE.check({"id": pl.UInt32()}, "somewhere")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.stage}/{table.name}")
def test_every_table_declares_its_key_and_an_empty_one_conforms(table: Table) -> None:
    assert set(table.key) <= set(table.schema)
    assert all(column.doc and not column.doc.endswith(".") for column in table.columns)
    assert not any(column.nullable for column in table.columns if column.name in table.key)
    assert dict(table.conform(table.empty()).schema) == table.schema


def test_no_two_tables_share_a_path() -> None:
    paths = [table.path for table in TABLES]
    assert len(set(paths)) == len(paths)
