import bz2
import csv
import gzip
import logging
import lzma
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon import files
from nymgraph.pipeline.lexicon.files import read_lines
from nymgraph.pipeline.lexicon.tables import read_table, require_columns

BOM = b"\xef\xbb\xbf"


def write(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


class TestLines:
    def test_a_line_is_a_line_whatever_its_end(self, tmp_path: Path) -> None:
        for content in (
            b"hot\ncold\n\n ice ",
            b"hot\r\ncold\r\n\r\n ice ",
            BOM + b"hot\ncold\n\n ice ",
        ):
            assert read_lines(write(tmp_path, "a.txt", content)) == ["hot", "cold", "", " ice "]

    def test_an_empty_file_has_no_lines(self, tmp_path: Path) -> None:
        assert read_lines(write(tmp_path, "a.txt", b"")) == []
        assert read_lines(write(tmp_path, "a.txt", BOM)) == []

    def test_a_line_separator_of_unicode_ends_no_line(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.txt", "a\u2028b\nc".encode())
        assert read_lines(path) == ["a\u2028b", "c"]

    @pytest.mark.parametrize("chunk", [1, 2, 5, 1 << 22])
    @pytest.mark.parametrize(
        ("content", "line", "byte"),
        [
            (b"caf\xe9\n", 1, "0xe9"),
            ("é\né\n".encode() + b"na\xefve", 3, "0xef"),
            (b"a\nb\nc\xc3", 3, "0xc3"),  # cut inside a character
        ],
    )
    def test_what_is_not_utf8_names_the_line(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        chunk: int,
        content: bytes,
        line: int,
        byte: str,
    ) -> None:
        monkeypatch.setattr(files, "CHUNK_BYTES", chunk)
        with pytest.raises(InputError, match=f"line {line}\n") as caught:
            read_lines(write(tmp_path, "a.txt", content))
        assert f"byte {byte}" in str(caught.value)
        assert "iconv" in caught.value.cure

    def test_a_missing_file_and_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is not there"):
            read_lines(tmp_path / "none.txt")
        with pytest.raises(InputError, match="a folder"):
            read_lines(tmp_path)


class TestTables:
    def rows(self) -> list[tuple[str, str]]:
        return [("hot", "007"), ("ice cream", "1")]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.csv", b"term,id\nhot,007\nice cream,1\n"),
            ("a.CSV", b'term,id\r\n"hot",007\r\nice cream,1\r\n'),
            ("a.csv", BOM + b"term,id\nhot,007\nice cream,1"),
            ("a.tsv", b"term\tid\nhot\t007\nice cream\t1\n"),
            ("a.jsonl", b'{"term": "hot", "id": "007"}\n{"term": "ice cream", "id": "1"}\n'),
            ("a.ndjson", BOM + b'{"term":"hot","id":"007"}\r\n{"term":"ice cream","id":"1"}'),
        ],
    )
    def test_every_kind_gives_the_same_table(
        self, tmp_path: Path, name: str, content: bytes
    ) -> None:
        table = read_table(write(tmp_path, name, content))
        assert table.columns == ["term", "id"]
        assert table.rows() == self.rows()

    def test_parquet(self, tmp_path: Path) -> None:
        frame = pl.DataFrame(self.rows(), schema=["term", "id"], orient="row")
        frame.write_parquet(tmp_path / "a.parquet")
        assert read_table(tmp_path / "a.parquet").equals(frame)

    def test_an_unknown_suffix_lists_the_known_ones(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="not known") as caught:
            read_table(write(tmp_path, "a.xlsx", b"x"))
        assert caught.value.got == ".xlsx"
        assert ".csv" in caught.value.expected

    @pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
    @pytest.mark.parametrize("content", [b"", BOM])
    def test_an_empty_file_has_no_columns(self, tmp_path: Path, name: str, content: bytes) -> None:
        table = read_table(write(tmp_path, name, content))
        assert table.is_empty()
        with pytest.raises(InputError, match="has no column 'term'"):
            require_columns(table, ["term"], tmp_path / name)

    def test_a_header_alone_is_a_table_of_no_rows(self, tmp_path: Path) -> None:
        table = read_table(write(tmp_path, "a.csv", b"term,id\n"))
        require_columns(table, ["term", "id"], tmp_path / "a.csv")
        assert table.is_empty()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.csv", b"term,id\nhot\ncold,1,2\n"),
            ("a.jsonl", b'{"term": "hot"\n'),
            ("a.parquet", b"no Parquet"),
        ],
    )
    def test_a_malformed_file(self, tmp_path: Path, name: str, content: bytes) -> None:
        with pytest.raises(InputError, match="cannot be read as"):
            read_table(write(tmp_path, name, content))

    def test_what_is_not_utf8_names_the_line(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="not valid UTF-8: line 2"):
            read_table(write(tmp_path, "a.csv", b"term\ncaf\xe9\n"))

    def test_missing_files(self, tmp_path: Path) -> None:
        for name in ("a.csv", "a.parquet"):
            with pytest.raises(InputError, match="is not there"):
                read_table(tmp_path / name)

    def test_a_missing_column_is_named_with_those_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="has no column 'term'") as caught:
            require_columns(pl.DataFrame({"word": ["hot"]}), ["term"], tmp_path)
        assert caught.value.got == "word"


TEXT = "term,id\nhot,007\nice crème,1\n"
# without the time, which would name a test otherwise in each process
CUT_OFF = gzip.compress(TEXT.encode() * 99, mtime=0)[:60]
ROWS = [("hot", "007"), ("ice crème", "1")]


class TestAsOtherToolsWriteThem:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
            ("a.csv.bz2", bz2.compress(TEXT.encode())),
            ("a.csv.xz", lzma.compress(BOM + TEXT.encode())),
            ("a.csv", TEXT.encode("utf-16")),
            ("a.csv.gz", gzip.compress(TEXT.encode("utf-16"), mtime=0)),
            ("a.csv", b"\xff\xfe\0\0" + TEXT.encode("utf-32-le")),
            ("a.csv", TEXT.replace(",", ";").encode()),
            ("a.csv", TEXT.replace(",", "\t").encode()),
            ("a.csv", TEXT.replace(",", "|").replace("\n", "\r\n").encode()),
            ("a.csv", f"sep=;\r\n{TEXT.replace(',', ';')}".encode()),
            ("a.csv", f"sep=;\n{TEXT.replace(',', ';').replace('hot', chr(34) * 2)}".encode()),
            ("a.csv", TEXT.replace("term,id", " term , id ").encode()),
            ("a.csv", TEXT.replace("term,id", '"term","id"').encode()),
            ("a.json", '[{"term":"hot","id":"007"},{"term":"ice crème","id":"1"}]'.encode()),
            ("a.csv", ",term,id\n0,hot,007\n1,ice crème,1\n".encode()),
            ("a.csv", "Unnamed: 0,term,id\n0,hot,007\n1,ice crème,1\n".encode()),
        ],
    )
    def test_all_the_same_table(self, tmp_path: Path, name: str, content: bytes) -> None:
        table = read_table(write(tmp_path, name, content))
        assert table.columns == ["term", "id"]
        assert [(term or "hot", id_) for term, id_ in table.rows()] == ROWS

    def test_what_is_utf16_is_named_as_such(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "nymgraph")
        read_lines(write(tmp_path, "a.txt", "hot\ncold".encode("utf-16")))
        assert "a.txt is UTF-16" in caplog.text

    @pytest.mark.parametrize(
        ("content", "got", "cure"),
        [
            ("hot\ncold\n".encode("utf-16-le"), "UTF-16 without", "iconv -f UTF-16LE"),
            (gzip.compress(b"hot\n", mtime=0), "a gzip file", ".gz"),
            (b"PK\x03\x04\x14\0\x08", "a ZIP archive", "CSV"),
            (b"PAR1\x15\x04", "a Parquet file", ".parquet"),
        ],
    )
    def test_what_is_no_text_is_named(
        self, tmp_path: Path, content: bytes, got: str, cure: str
    ) -> None:
        for read in (read_lines, read_table):
            with pytest.raises(InputError) as caught:
                read(write(tmp_path, "a.csv", content))
            assert got in caught.value.got
            assert cure in caught.value.cure
            assert "WINDOWS-1252" not in str(caught.value)

    @pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.bz2", "a.csv.xz"])
    @pytest.mark.parametrize(
        "content", [b"term\nhot\n", gzip.compress(TEXT.encode() * 99, mtime=0)[:60]]
    )
    def test_a_packed_file_that_is_damaged(self, tmp_path: Path, name: str, content: bytes) -> None:
        with pytest.raises(InputError, match="cannot be unpacked"):
            read_table(write(tmp_path, name, content))

    def test_utf16_that_breaks_off(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="begins as UTF-16"):
            read_lines(write(tmp_path, "a.txt", "hot".encode("utf-16")[:-1]))

    @pytest.mark.parametrize("separator", [",", "\t"])
    def test_a_quotation_mark_inside_a_field_is_a_letter(
        self, tmp_path: Path, separator: str
    ) -> None:
        text = f'term{separator}n\n5" pipe{separator}1\n6 inch{separator}2\n7" pipe{separator}\n'
        name = "a.csv" if separator == "," else "a.tsv"
        table = read_table(write(tmp_path, name, text.encode()))
        assert table.rows() == [('5" pipe', "1"), ("6 inch", "2"), ('7" pipe', None)]

    def test_quoted_fields(self, tmp_path: Path) -> None:
        text = 'term,n\n"a ""b"", c","1"\r\n"two\nlines",\n'
        table = read_table(write(tmp_path, "a.csv", text.encode()))
        assert table.rows() == [('a "b", c', "1"), ("two\nlines", None)]

    @pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz"])
    @pytest.mark.parametrize("tail", ["x{0}2\n", 'x{0}2\n"6 inch{0}3\n', ""])
    def test_a_lone_quotation_mark_names_its_line(
        self, tmp_path: Path, name: str, tail: str
    ) -> None:
        separator = "\t" if name == "a.tsv" else ","
        text = ('"term"{0}n\n"two\nlines"{0}1\n"5 inch{0}1\n' + tail).format(separator)
        content = gzip.compress(text.encode(), mtime=0) if name.endswith("gz") else text.encode()
        with pytest.raises(InputError, match="line 4: a field begins with a quotation mark"):
            read_table(write(tmp_path, name, content))

    @pytest.mark.parametrize("text", ["term,id\nhot,1\ncold,1,2\n", '"term",id\nhot,1\na,1,2\n'])
    def test_a_long_row_names_its_line(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(InputError, match="line 3 has 3 fields"):
            read_table(write(tmp_path, "a.csv", text.encode()))

    def test_a_short_row_misses_its_last_fields(self, tmp_path: Path) -> None:
        for text in ("term,id\nhot\n", '"term",id\nhot\n'):
            assert read_table(write(tmp_path, "a.csv", text.encode())).rows() == [("hot", None)]

    def test_a_name_that_stands_twice(self, tmp_path: Path) -> None:
        for text in ("a,b,a,a\n1,2,3,4\n", '"a",b,a,a\n1,2,3,4\n'):
            table = read_table(write(tmp_path, "a.csv", text.encode()))
            assert table.columns == ["a", "b", "a_duplicated_0", "a_duplicated_1"]

    def test_the_index_of_a_data_frame_is_left_out_with_a_note(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "nymgraph")
        rows = {"term": ["hot", "cold"], "__index_level_0__": [3, 5]}
        pq.write_table(pa.table(rows), tmp_path / "a.parquet")
        assert read_table(tmp_path / "a.parquet").columns == ["term"]
        assert "__index_level_0__" in caplog.text

    def test_categories_are_text(self, tmp_path: Path) -> None:
        rows = {"term": pa.array(["hot", "cold", "hot"]).dictionary_encode(), "empty": pa.nulls(3)}
        pq.write_table(pa.table(rows), tmp_path / "a.parquet")
        table = read_table(tmp_path / "a.parquet")
        assert table.schema == {"term": pl.String, "empty": pl.String}
        assert table["term"].to_list() == ["hot", "cold", "hot"]

    @pytest.mark.parametrize("value", [["a"], {"a": 1}, b"a", [["a"]]])
    def test_what_is_no_plain_value_is_refused(self, tmp_path: Path, value: object) -> None:
        pl.DataFrame({"term": ["hot"], "tags": [value]}).write_parquet(tmp_path / "a.parquet")
        with pytest.raises(InputError, match="the column 'tags' holds no plain values") as caught:
            read_table(tmp_path / "a.parquet")
        assert caught.value.got

    def test_lists_in_jsonl(self, tmp_path: Path) -> None:
        content = b'{"term": "hot", "tags": ["a", "b"]}\n{"term": "cold", "tags": []}\n'
        with pytest.raises(InputError, match="the column 'tags' holds no plain values"):
            read_table(write(tmp_path, "a.jsonl", content))


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=6)


@settings(deadline=None)
@given(rows=st.lists(st.lists(FIELD, min_size=2, max_size=2), max_size=8))
def test_what_the_csv_module_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["term", "n"], *rows])
    assert read_table(path).rows() == [tuple(field or None for field in row) for row in rows]
