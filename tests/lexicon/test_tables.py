from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon import tables
from nymgraph.pipeline.lexicon.tables import read_lines, read_table, require_columns

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
        monkeypatch.setattr(tables, "_CHUNK_BYTES", chunk)
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
    def test_an_empty_file_has_no_columns(self, tmp_path: Path, name: str) -> None:
        table = read_table(write(tmp_path, name, b""))
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
            ("a.csv", BOM),
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
