"""The params.yaml of a user's folder: the keys that matter on top, all others as comments.

It is made from the one of the repository, so that keys, defaults and comments are never written
twice. A comment is `# text`, a default that could be changed `#key: value`. Every section has a
live heading, empty where nothing is set, which is a section of defaults.
"""

import re
from typing import Any

import yaml

__all__ = ["params_text"]

_SECTION = re.compile(r"^(\w+):$")
_KEY = re.compile(r"^  (\w+):")
_HEAD = """\
# Parameters of this folder, made by `nymgraph init`; `nymgraph run` and `dvc repro` read them.
# These are the keys that matter. Where a further file is named here, `nymgraph init .` adds it to
# dvc.yaml.
"""
_REST = """
# All other keys with their defaults. To change one, take away the # before it; move it up where its
# section stands above. Keys marked [speed] change how fast a stage runs, not what it finds.
"""


class _Dumper(yaml.SafeDumper):
    """Quotes text that begins like a number: 1e5 is one in YAML 1.2, and text to this library."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Represent a text."""
        like_a_number = data[:1].isdigit() or data[:1] in ("+", "-", ".")
        tag = "tag:yaml.org,2002:str"
        return self.represent_scalar(tag, data, style='"' if like_a_number else None)


_Dumper.add_representer(str, _Dumper.represent_str)


def params_text(template: str, chosen: dict[str, Any], notes: dict[str, str]) -> str:
    """Write the parameters of a folder.

    Args:
        template: The params.yaml of the repository.
        chosen: What is set: keys of sections, and values that stand by themselves. Those of the
            template that do are on top in any case.
        notes: A line of comment for some of them, by `section.key`.

    Returns:
        The text of the file.
    """
    lines = [_HEAD]
    alone = {
        name: value for name, value in yaml.safe_load(template).items() if _stands_alone(value)
    }
    for name, value in {**alone, **chosen}.items():
        if isinstance(value, dict):
            lines.append(f"{name}:")
            for key, inner in value.items():
                lines += _comment("  ", notes.get(f"{name}.{key}"))
                lines.append(_entry(key, inner, "  "))
        else:
            lines += [*_comment("", notes.get(name)), _entry(name, value, "")]
    return "\n".join([*lines, _REST, *_rest(template, chosen)]) + "\n"


def _stands_alone(value: object) -> bool:
    return not isinstance(value, dict)


def _comment(indent: str, note: str | None) -> list[str]:
    return [f"{indent}# {note}"] if note else []


def _entry(key: str, value: object, indent: str) -> str:
    """One key; each member of a list of mappings on a line of its own."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "\n".join([f"{indent}{key}:", *(f"{indent}  - {_flow(item)}" for item in value)])
    return f"{indent}{key}: {_flow(value)}"


def _flow(value: object) -> str:
    """A value on one line, its letters as they are."""
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        allow_unicode=True,
        width=2**31,
        sort_keys=False,
    )
    return text.removesuffix("\n...\n").strip()


def _rest(template: str, chosen: dict[str, Any]) -> list[str]:
    """The template, what is chosen left out, every other key a comment."""
    body = template[re.search(r"^\w+:$", template, re.MULTILINE).start() :]  # type: ignore[union-attr]
    out: list[str] = []
    section, skipped = "", False
    for line in body.splitlines():
        if heading := _SECTION.match(line):
            section, skipped = heading.group(1), False
            out.append(f"# of {section}, above:" if section in chosen else line)
        elif not line or line.lstrip().startswith("#"):
            skipped = skipped and line.startswith("   ")
            out.append(line)
        else:
            if key := _KEY.match(line):
                skipped = key.group(1) in chosen.get(section, {})
                if skipped:
                    out.append(f"  # {key.group(1)}: see above")
            if not skipped:
                bare = line.lstrip()
                out.append(f"{line[: -len(bare)]}#{bare}")
    return out
