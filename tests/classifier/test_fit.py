"""`nymgraph fit` and `nymgraph judge` on small made-up tables, with the packaged encoder."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from nymgraph.pipeline.classifier.fit import fit
from nymgraph.pipeline.classifier.model import Model, judge_table, load_model
from nymgraph.pipeline.cli import app
from nymgraph.pipeline.errors import InputError, NymgraphError, ParameterError
from nymgraph.pipeline.lexicon import dictionaries
from nymgraph.pipeline.lexicon.pair_table import FitRequest, read_training_pairs
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import Params
from tests.discriminator.tiny_bert import write_tiny_bert
from tests.lexicon.installed import installed

PARAMS = Params.model_validate({"adapt": {"method": "none"}, "train": {"hidden": 16, "width": 16}})
# few, where it is not the question how well a model learns
FIT_STEPS = "nymgraph.pipeline.classifier.fit._LEAST_STEPS"
ROOTS = [
    "happy", "kind", "fair", "safe", "clear", "known", "able", "real", "even", "true", "wise",
    "fit", "sure", "usual", "stable", "equal", "lucky", "tidy", "ready", "easy", "steady", "worthy",
    "healthy", "friendly", "certain", "common", "natural", "pleasant", "popular", "likely",
]  # fmt: skip


def pairs(n: int = len(ROOTS)) -> pl.DataFrame:
    """Antonyms that differ by un-, synonyms that differ by -ish."""
    rows = [(root, f"un{root}", "antonym") for root in ROOTS[:n]]
    rows += [(root, f"{root}ish", "synonym") for root in ROOTS[:n]]
    return pl.DataFrame(rows, schema=["term_a", "term_b", "relation"], orient="row")


def write(path: Path, rows: pl.DataFrame) -> Path:
    rows.write_csv(path)
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    table = write(folder / "pairs.csv", pairs(24))
    fit(
        FitRequest(table, folder / "model", validation_fraction=0.2),
        PARAMS,
        SilentProgress(),
    )
    return folder / "model"


@pytest.fixture(scope="module")
def model(fitted: Path) -> Model:
    return load_model(fitted, device="cpu")


def test_learns_two_relations_and_leaves_the_third_out(model: Model) -> None:
    new = ROOTS[24:]
    antonyms = model.probabilities(new, [f"un{root}" for root in new])
    synonyms = model.probabilities(new, [f"{root}ish" for root in new])
    assert (antonyms[:, 1] > 0.5).all()
    assert (synonyms[:, 0] > 0.5).mean() > 0.8
    assert (antonyms[:, 2] == 0).all()
    np.testing.assert_allclose(antonyms.sum(axis=1), 1, atol=1e-6)


def test_order_does_not_matter_and_no_pairs_are_no_fault(model: Model) -> None:
    a, b = ["hot", "big", "un"], ["cold", "large", "happy"]
    np.testing.assert_array_equal(model.probabilities(a, b), model.probabilities(b, a))
    assert model.probabilities([], []).shape == (0, 3)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
def test_judged_tables_keep_their_columns(model: Model, tmp_path: Path, suffix: str) -> None:
    rows = pl.DataFrame({"note": ["x", "y"], "term_a": ["hot", "fair"], "term_b": ["cold", "just"]})
    out = tmp_path / "new" / f"judged.{suffix}"
    assert judge_table(model, write(tmp_path / "pairs.csv", rows), out) == 2
    read = {
        "csv": pl.read_csv,
        "tsv": lambda path: pl.read_csv(path, separator="\t"),
        "jsonl": pl.read_ndjson,
        "parquet": pl.read_parquet,
    }[suffix](out)
    assert read.columns == [*rows.columns, "p_synonym", "p_antonym", "p_co_hyponym"]
    assert read["note"].to_list() == ["x", "y"]
    expected = model.probabilities(["hot", "fair"], ["cold", "just"])
    np.testing.assert_allclose(read.select(pl.col("^p_.*$")).to_numpy(), expected, atol=1e-5)


def test_what_cannot_be_judged(model: Model, tmp_path: Path) -> None:
    table = write(tmp_path / "pairs.csv", pl.DataFrame({"term_a": ["a", ""], "term_b": ["b", "c"]}))
    with pytest.raises(InputError, match="row 2"):
        judge_table(model, table, tmp_path / "judged.csv")
    with pytest.raises(InputError, match="kind of table"):
        judge_table(model, table, tmp_path / "judged.xls")
    assert not list(tmp_path.glob("judged*"))


def split_pairs(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["term_a", "term_b", "relation", "split"], orient="row")


LEAKS = split_pairs(
    ("hot", "warm", "synonym", "train"),
    ("warm", "cold", "antonym", "validation"),
)


def test_a_leak_is_refused_unless_asked_for(tmp_path: Path) -> None:
    request = FitRequest(write(tmp_path / "pairs.csv", LEAKS), tmp_path / "model")
    with pytest.raises(InputError, match="share a term") as caught:
        read_training_pairs(request, PARAMS)
    assert caught.value.got == "cold, warm"
    assert caught.value.exit_code == 2
    assert read_training_pairs(replace(request, split="random"), PARAMS).rows.height == 2


def test_a_pair_in_two_splits_is_a_leak(tmp_path: Path) -> None:
    rows = split_pairs(("a", "b", "synonym", "train"), ("b", "a", "synonym", "test"))
    with pytest.raises(InputError, match="share a term"):
        read_training_pairs(
            FitRequest(write(tmp_path / "pairs.csv", rows), tmp_path / "model"), PARAMS
        )


def test_a_split_column_is_kept_and_rows_without_relation_passed_over(tmp_path: Path) -> None:
    rows = split_pairs(
        ("x", "y", "", "train"),
        ("hot", "warm", "synonym", "train"),
        ("dry", "wet", "antonym", "validation"),
    )
    request = FitRequest(write(tmp_path / "pairs.csv", rows), tmp_path / "model")
    table = read_training_pairs(request, PARAMS).rows
    assert table.select("term_a", "split").rows() == [("dry", "validation"), ("hot", "train")]


def test_without_a_split_pairs_of_held_out_terms_validate(tmp_path: Path) -> None:
    request = FitRequest(
        write(tmp_path / "p.csv", pairs()), tmp_path / "m", validation_fraction=0.2
    )
    table = read_training_pairs(request, PARAMS).rows
    assert 0 < (table["split"] == "validation").sum() < table.height / 2
    assert table.equals(read_training_pairs(request, PARAMS).rows)


def test_no_dictionary_pair_touches_what_is_held_out_or_excluded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adjectives = [synset for synset in installed("english") if synset.pos == "adjective"]
    monkeypatch.setattr(dictionaries, "read_synsets", lambda *_: iter(adjectives))
    rows = split_pairs(("hot", "warm", "synonym", "train"), ("dry", "wet", "antonym", "validation"))
    excluded = pl.DataFrame({"term_a": [" big "], "term_b": ["large"]})
    request = FitRequest(
        write(tmp_path / "pairs.csv", rows),
        tmp_path / "model",
        dictionary="english",
        dictionary_pairs=100_000,
        exclude=(write(tmp_path / "test.csv", excluded),),
    )
    table = read_training_pairs(request, PARAMS).rows
    added = table.filter(pl.col("confidence") != 1)
    terms = {*added["term_a"], *added["term_b"]}
    assert added.height > 10_000
    few = read_training_pairs(replace(request, dictionary_pairs=1_000), PARAMS).rows
    few = few.filter(pl.col("confidence") != 1)
    assert dict(few["relation"].value_counts().rows()) == {"synonym": 1_000, "antonym": 1_000}
    assert few.join(added, on=["term_a", "term_b", "relation"], how="anti").is_empty()
    assert set(added["relation"].unique()) == {"synonym", "antonym"}
    assert set(added["split"].unique()) == {"train"}
    assert not terms & {"dry", "wet", "big", "large"}
    assert terms & {"small", "hot"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("term_a,term_b\na,b\n", "relation"),
        ("term_a,term_b,relation\na,b,friend\n", "row 1"),
        ("term_a,term_b,relation,split\na,b,synonym,dev\n", "split"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pairs.csv").write_text(text, "utf-8")
    with pytest.raises(NymgraphError, match=message):
        read_training_pairs(FitRequest(tmp_path / "pairs.csv", tmp_path / "model"), PARAMS)


def test_an_unknown_split(tmp_path: Path) -> None:
    table = write(tmp_path / "pairs.csv", pairs())
    with pytest.raises(ParameterError, match="no such split"):
        fit(FitRequest(table, tmp_path / "model", split="words"), PARAMS, SilentProgress())


def test_too_few_pairs_leave_nothing_behind(tmp_path: Path) -> None:
    table = write(tmp_path / "pairs.csv", pairs(3).filter(pl.col("relation") == "antonym"))
    request = FitRequest(table, tmp_path / "model", validation_fraction=0.4)
    with pytest.raises(InputError, match="not enough"):
        fit(request, PARAMS, SilentProgress())
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.csv"]


def test_the_command_line_with_a_cascade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FIT_STEPS, 20)
    write(tmp_path / "pairs.csv", pairs())
    encoder = write_tiny_bert(tmp_path / "bert")
    (tmp_path / "params.yaml").write_text(
        "adapt: {method: none}\n"
        f"train: {{cross_encoder: {{model: {encoder}, pairs: 40, batch_size: 16, share: 0.5}}}}\n",
        "utf-8",
    )
    model, table = tmp_path / "model", tmp_path / "pairs.csv"
    run = CliRunner().invoke(
        app,
        ["fit", "--pairs", str(table), "--out", str(model), "--classifier", "cascade",
         "--params", str(tmp_path / "params.yaml")],
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    assert "validation: macro-F1" in run.output
    assert (model / "cross_encoder" / "blend.json").is_file()
    out = tmp_path / "judged.parquet"
    run = CliRunner().invoke(
        app, ["judge", "--model", str(model), "--pairs", str(table), "--out", str(out)]
    )
    assert run.exit_code == 0, run.output
    judged = pl.read_parquet(out).select(pl.col("^p_.*$")).to_numpy()
    np.testing.assert_allclose(judged.sum(axis=1), 1, atol=1e-5)


def test_training_pairs_vote_only_where_they_are_asked_for(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FIT_STEPS, 20)
    assert model.space.known is not None
    assert model.classifier.counts_votes
    silent = PARAMS.model_copy(
        update={"train": PARAMS.train.model_copy(update={"neighbours": False})}
    )
    table = write(tmp_path / "pairs.csv", pairs(24))
    fit(FitRequest(table, tmp_path / "model"), silent, SilentProgress())
    without = load_model(tmp_path / "model", device="cpu")
    assert without.space.known is None
    assert not without.classifier.counts_votes
