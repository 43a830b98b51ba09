import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from nymgraph.clustering.signed import SignedSettings
from nymgraph.discriminator import CrossEncoderSettings, HeadSettings
from nymgraph.pipeline.encoders.adaptation import AdaptSettings
from nymgraph.pipeline.errors import InputError, NymgraphError, ParameterError
from nymgraph.pipeline.settings.params import AdaptParams, CrossEncoderParams, Params, load_params

FILE = Path(__file__).parents[2] / "params.yaml"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "params.yaml"
    path.write_text(text, "utf-8")
    return path


def keys_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every key of the sections, such as "retrieve.k"."""
    keys = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys |= keys_of(inner, f"{prefix}{name}.")
        else:
            keys.add(f"{prefix}{name}")
    return keys


def named_keys(raw: dict[str, Any], prefix: str = "") -> set[str]:
    """Every key of the sections in a file."""
    keys = set()
    for name, inner in raw.items():
        keys |= (
            named_keys(inner, f"{prefix}{name}.") if isinstance(inner, dict) else {prefix + name}
        )
    return keys


def bare_keys(text: str) -> list[str]:
    """The keys of sections that no comment explains.

    A comment explains the key below it, and the keys that follow that one without a gap when it
    names them or speaks of several; the keys inside a list are explained above the list.
    """
    bare, explained = [], False
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        content = line.strip()
        if not content or (indent == 0 and content.endswith(":")):
            explained = False
        elif content.startswith("#"):
            explained = True
        elif indent == 2 and not content.startswith("-") and not explained:
            bare.append(content.split(":")[0])
    return bare


class TestTheFile:
    def test_it_holds_the_defaults(self) -> None:
        assert load_params(FILE) == Params()

    def test_it_names_every_key_and_no_other(self) -> None:
        raw: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
        assert named_keys(raw) == keys_of(Params)

    def test_every_key_has_a_comment(self) -> None:
        assert bare_keys(FILE.read_text("utf-8")) == []

    def test_a_bare_key_would_be_found(self) -> None:
        text = "one:\n  # of a\n  a: 1\n  list:\n    - kind: x\ntwo:\n  b: 2\n\n  c: 3\n"
        assert bare_keys(text) == ["b", "c"]


# set by the machine, or never changed
NO_KEY = {"bfloat16", "weight_decay"}


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        (Params().cluster, SignedSettings()._asdict()),
        (Params().train, dataclasses.asdict(HeadSettings())),
    ],
)
def test_a_component_has_the_defaults_of_its_section(
    section: BaseModel, settings: dict[str, Any]
) -> None:
    keys = {key: value for key, value in settings.items() if key not in NO_KEY}
    assert section.model_dump(include=set(keys)) == keys


@pytest.mark.parametrize(
    ("section", "settings"),
    [(CrossEncoderParams, CrossEncoderSettings), (AdaptParams, AdaptSettings)],
)
def test_other_components_have_no_defaults_but_those_of_the_section(
    section: type[BaseModel],
    settings: Any,  # noqa: ANN401 - a dataclass
) -> None:
    fields = dataclasses.fields(settings)
    assert all(field.default is dataclasses.MISSING for field in fields)
    assert {field.name for field in fields} - NO_KEY <= set(section.model_fields)


def test_what_is_left_out_takes_its_default(tmp_path: Path) -> None:
    params = load_params(write(tmp_path, "retrieve:\n  k: 7\n"))
    assert params.retrieve.k == 7
    assert params.retrieve.min_cosine == Params().retrieve.min_cosine
    assert params.embed == Params().embed
    assert load_params(write(tmp_path, "")) == Params()


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("retrieve:\n  kk: 1\n", "retrieve.k"),
        ("cluster:\n  overlap_ration: 0.5\n", "cluster.overlap_ratio"),
        ("clusters:\n  gate: 0.5\n", "cluster"),
        ("adapt:\n  encoders: x\n", "adapt.encoder"),
        ("train:\n  cross_encoder:\n    shares: 1\n", "train.cross_encoder.share"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path, text: str, cure: str) -> None:
    with pytest.raises(ParameterError, match="unknown parameter") as caught:
        load_params(write(tmp_path, text))
    near = caught.value.cure.removeprefix("did you mean ").removesuffix("?").split(" or ")
    assert near[0] == cure
    assert caught.value.exit_code == 2


def test_an_unknown_key_with_nothing_near_is_to_be_removed(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        load_params(write(tmp_path, "xyzzy: 1\n"))
    assert caught.value.cure == "remove it"


@pytest.mark.parametrize(
    ("text", "key", "got"),
    [
        ("retrieve:\n  k: many\n", "retrieve.k", "'many'"),
        ("retrieve:\n  k: 0\n", "retrieve.k", "0"),
        ("retrieve:\n  min_cosine: -1.5\n", "retrieve.min_cosine", "-1.5"),
        ("cluster:\n  gate: 1.01\n", "cluster.gate", "1.01"),
        ("cluster:\n  algorithm: louvain\n", "cluster.algorithm", "'louvain'"),
        ("embed:\n  precision: float8\n", "embed.precision", "'float8'"),
        ("train:\n  learning_rate: 0\n", "train.learning_rate", "0"),
        ("train:\n  epochs: 1.5\n", "train.epochs", "1.5"),
        ("evaluate:\n  gates: [0.5, 2]\n", "evaluate.gates.1", "2"),
        ("ingest:\n  sources:\n    - kind: web\n", "ingest.sources.0", "{'kind': 'web'}"),
        ("label:\n  tables: [{}]\n", "label.tables.0.path", "{}"),
        ("label:\n  test_fraction: 1\n", "label.test_fraction", "1"),
        ("train:\n  epochs: true\n", "train.epochs", "True"),
        ("label:\n  tables: [{path: x, trust: true}]\n", "label.tables.0.trust", "True"),
        ("ingest: 3\n", "ingest", "3"),
    ],
)
def test_a_bad_value_names_its_key(tmp_path: Path, text: str, key: str, got: str) -> None:
    with pytest.raises(ParameterError) as caught:
        load_params(write(tmp_path, text))
    assert f"parameter {key!r}: " in caught.value.problem
    assert caught.value.got == got
    assert caught.value.exit_code == 2


BAD = {
    "everywhere": [
        ".nan",
        ".inf",
        "-.inf",
        "1.0e+308",
        "-1",
        "[]",
        "{}",
        "[[[]]]",
        '"\\0"',
        "!!x 1",
    ],
    "numbers": [2**31, 2**63, 10**39, "010.5", "1:30", "true", "''", "'1 '", "-0.5", "0x"],
}


def loaded_or_refused(path: Path) -> Any:  # noqa: ANN401
    try:
        return load_params(path)
    except NymgraphError as error:
        return error


def sections_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The sections that a list may hold, however deep in its annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from sections_in(inner)


def items_of(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Every key of a section that stands in a list, and the section with %s there."""
    for name in section.model_fields:
        rest = [
            f"{key}: {get_args(field.annotation)[0] if key == 'kind' else 'x'}"
            for key, field in section.model_fields.items()
            if field.is_required() and key != name
        ]
        yield name, "{" + ", ".join([*rest, f"{name}: %s"]) + "}"


def places(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every place for a value: its name, and a file with %s there."""
    for name, field in model.model_fields.items():
        where, inner = (*path, name), field.annotation
        named, before = ".".join(where), "".join(f"{{{key}: " for key in where)
        after = "}" * len(where) + "\n"
        yield named, f"{before}%s{after}"
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from places(inner, where)
            continue
        yield f"{named}[]", f"{before}[%s]{after}"
        for section in sections_in(inner):
            for key, item in items_of(section):
                yield f"{named}[{section.__name__}].{key}", f"{before}[{item}]{after}"


PLACES = dict(places(Params))


def numbers_in(content: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number of loaded parameters and its key."""
    if isinstance(content, dict):
        for key, inner in content.items():
            yield from numbers_in(inner, key)
    elif isinstance(content, list | tuple):
        for inner in content:
            yield from numbers_in(inner, name)
    elif isinstance(content, int | float):
        yield name, content


def test_the_places_are_all_keys_and_all_keys_of_what_lists_hold() -> None:
    assert keys_of(Params) <= set(PLACES)
    assert {
        "ingest.sources[WordNetSource].max_synsets",
        "ingest.variants.dictionaries[SolrSource].trust",
        "label.dictionaries[ThesaurusSource].columns",
        "label.tables[PairTable].path",
        "adapt.static.corpus[]",
        "evaluate.gates[]",
        "export.licences[SourceLicence].licence",
        "export.rules",
    } <= set(PLACES)


@pytest.mark.parametrize("value", [str(x) for x in (*BAD["everywhere"], *BAD["numbers"])])
def test_every_key_with_every_bad_value_is_refused_or_stays_in_bounds(
    tmp_path: Path, value: str
) -> None:
    for text in PLACES.values():
        loaded = loaded_or_refused(write(tmp_path, text % value))
        if isinstance(loaded, NymgraphError):
            assert loaded.exit_code == 2
            assert len(str(loaded)) < 1_000
            continue
        for name, number in numbers_in(loaded.model_dump()):
            assert math.isfinite(number)
            assert number >= 0 or name != "seed"


@pytest.mark.parametrize(
    "text", ["ingest:\n  sources: []\n", "label:\n  seed: -1\n", "retrieve:\n  k: 2147483648\n"]
)
def test_what_would_fail_later_is_refused_at_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError):
        load_params(write(tmp_path, text))


def test_a_key_written_twice_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lines 1 and 3"):
        load_params(write(tmp_path, "retrieve:\n  k: 3\nretrieve:\n  k: 4\n"))


def test_the_held_out_fractions_must_leave_terms_to_train_on(tmp_path: Path) -> None:
    text = "label:\n  validation_fraction: 0.5\n  test_fraction: 0.5\n"
    with pytest.raises(ParameterError, match="must be below 1"):
        load_params(write(tmp_path, text))


@pytest.mark.parametrize(("text", "got"), [("- ingest\n", "a list"), ("just words\n", "a str")])
def test_yaml_that_is_no_mapping(tmp_path: Path, text: str, got: str) -> None:
    with pytest.raises(ParameterError, match="does not hold sections") as caught:
        load_params(write(tmp_path, text))
    assert caught.value.got == got


@pytest.mark.parametrize("content", [b"a: [1\n", b"\xff\xfe\x00", b"a: b: c"])
def test_a_file_that_is_not_yaml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not a YAML file"):
        load_params(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        load_params(tmp_path / "none.yaml")


def test_parameters_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Params().retrieve.k = 3  # type: ignore[misc]
