"""YAML 1.2 as DVC reads it, and nothing odd."""

import math
from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.settings.plain_yaml import read_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def read(tmp_path: Path, text: str | bytes) -> Any:  # noqa: ANN401
    file = tmp_path / "params.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(file)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-3", -3),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("yes", "yes"),
        ("on", "on"),
        ("2026-01-01", "2026-01-01"),
        ("1e-4", 1e-4),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("'010'", "010"),
        ("=", "="),
        ("[1, a]", [1, "a"]),
        ("&x [1]", [1]),
        ("!!str 1", "1"),
    ],
)
def test_scalars_of_the_core_schema(tmp_path: Path, text: str, value: object) -> None:
    found = read(tmp_path, f"a: {text}")
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


def test_nan_and_an_empty_file(tmp_path: Path) -> None:
    assert math.isnan(read(tmp_path, "a: .NaN")["a"])
    assert read(tmp_path, "# nothing\n") is None


def test_an_alias_is_what_it_stands_for(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &s {b: 1}\nc: *s\n") == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' is written twice: lines 1 and 3"),
        ("s:\n  k: 1\n  k: 1\n", "line 3: the key 'k' is written twice: lines 2 and 3"),
        ("1: x\n", "line 1: the key 1 is no text"),
        ("? [a]\n: x\n", "line 1: the key .* is no text"),
        (BOMB, "aliases unfold to more than"),
        ("a: &a [*a]\n", "nested more than"),
        ("a: " + "[" * 400 + "]" * 400, "nested"),
        ("a: " + "[" * 90_000, "nested too deep|not a YAML file"),
        (f"a: {'9' * 5_000}\n", "line 1: a number of 5,000 letters"),
        ("a: !!python/object:os.system {}\n", "line 1: the tag"),
        ("a: !!int x\n", "line 1: 'x' is no int"),
        ("a: !!set {x}\n", "line 1: the tag"),
        ("a: [1\n", "not a YAML file"),
        ("a: 1\n---\nb: 2\n", "not a YAML file"),
        (b"a: \xff\n", "not a YAML file"),
        ("a: \x01\n", "not a YAML file"),
        ('a: "x\\0y"\n', "holds a control character"),
        ("a: b\n" * 300_000, "too large"),
        ("<<: {a: 1}\n<<: {a: 2}\n", "the key '<<' is written twice"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_odd_is_refused_in_few_words(tmp_path: Path, text: str | bytes, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read(tmp_path, text)
    assert len(str(caught.value)) < 1_000
