"""A parameter file, read as YAML 1.2 and nothing beyond it: what is odd is refused with its line.

Numbers, true and false are those of the core schema of YAML 1.2, which DVC reads too: `010` is ten,
`1:30`, `yes` and `2026-01-01` are text, `1e-4` is a number. Refused are a key written twice, a key
that is no text, tags, and more than a parameter file can need: bytes, depth, or what aliases unfold
to.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from nymgraph.pipeline.errors import InputError

__all__ = ["read_yaml"]

_MAX_BYTES = 1 << 20
_MAX_NODES = 20_000
_MAX_DEPTH = 50
_MAX_DIGITS = 40
_CORE = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # an escape in double quotes can name one
_KNOWN = {f"tag:yaml.org,2002:{name}" for name in (*_CORE, "str", "seq", "map")}


class _Loader(yaml.SafeLoader):
    """PyYAML with the scalars of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _name, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}",
        re.compile(f"^(?:{_pattern})$"),
        ["" if letter == "\0" else letter for letter in _first],
    )


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - any plain data
    """Read a file of plain data.

    Args:
        path: The file.

    Returns:
        Mappings, lists, texts, numbers, booleans and None.

    Raises:
        InputError: It is not there, not YAML, or odd; the message names the line.
    """
    if not path.is_file():
        raise InputError(f"{path} is not there", cure="give the file with --params FILE")
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(
            f"{path} is too large", expected=f"at most {_MAX_BYTES:,} bytes", cure="mend it"
        )
    try:
        loader = _Loader(path.read_text("utf-8"))
        node = loader.get_single_node()
        return None if node is None else _Plain(path).value(node)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        got = "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:500]
        raise InputError(f"{path} is not a YAML file", got=got, cure="mend it") from error


class _Plain:
    """Nodes to plain data; aliases are unfolded, and counted each time."""

    def __init__(self, path: Path) -> None:
        self._path, self._nodes = path, 0

    def value(self, node: yaml.Node, depth: int = 0) -> Any:  # noqa: ANN401 - any plain data
        self._nodes += 1
        if depth > _MAX_DEPTH:
            raise self._refusal(node, f"it is nested more than {_MAX_DEPTH} deep")
        if self._nodes > _MAX_NODES:
            raise self._refusal(node, f"its aliases unfold to more than {_MAX_NODES:,} values")
        if node.tag not in _KNOWN:
            raise self._refusal(node, f"the tag {node.tag[:80]}")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = self.value(key_node, depth + 1), key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise self._refusal(key_node, f"the key {str(key)[:80]} is no text")
            if key in found:
                raise self._refusal(
                    key_node,
                    f"the key {key[:80]!r} is written twice: lines {lines[key]} and {line}",
                )
            found[key], lines[key] = self.value(value_node, depth + 1), line
        return found

    def _scalar(self, node: yaml.Node) -> str | int | float | bool | None:
        kind, text = node.tag.rpartition(":")[2], str(node.value)
        if kind in ("int", "float") and len(text) > _MAX_DIGITS:
            raise self._refusal(node, f"a number of {len(text):,} letters")
        if kind == "str":
            if _CONTROL.search(text):
                raise self._refusal(node, f"{text[:80]!r} holds a control character")
            return text
        if not re.fullmatch(_CORE[kind][0], text):  # under a tag written out
            raise self._refusal(node, f"{text[:80]!r} is no {kind}")
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            base = {"0o": 8, "0x": 16}.get(text[:2], 10)
            return int(text, base)
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))

    def _refusal(self, node: yaml.Node, what: str) -> InputError:
        line = node.start_mark.line + 1
        return InputError(f"{self._path}, line {line}: {what}", cure="mend it")
