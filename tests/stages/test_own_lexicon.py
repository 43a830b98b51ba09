"""A lexicon that is not the dictionary: labels teach it; and a model serves a second one."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

import nymgraph
from nymgraph.pipeline.classifier.model_notes import known_glosses, read_notes
from nymgraph.pipeline.cli import app, run_stage
from nymgraph.pipeline.errors import ArtefactError, ParameterError
from nymgraph.pipeline.own_list.whole_run import outcome
from nymgraph.pipeline.schemas import (
    EXTRA_PAIRS,
    EXTRA_TERMS,
    GLOSSED,
    HELD_OUT,
    PAIRS,
    RELATIONS,
    TERMS,
    VARIANTS,
)
from nymgraph.pipeline.storage.artefacts import Workspace
from tests.encoders.tiny_encoder import tiny_encoder
from tests.lexicon.small_lmf import HEAD, write_lmf

STAGES = ("ingest", "label", "adapt", "embed", "retrieve", "train", "classify")
PROBABILITIES = ("p_synonym", "p_antonym", "p_co_hyponym")
GLOSSES = f"""{HEAD.replace('"eu"', '"en"')}
<LexicalEntry id="e1"><Lemma writtenForm="Lawn Mower" partOfSpeech="n"/>
  <Sense id="s1" synset="y1"/></LexicalEntry>
<Synset id="y1" ili="" partOfSpeech="n"><Definition>garden chair; to sit</Definition></Synset>
</Lexicon></LexicalResource>
"""
ROOTS = [
    "able",
    "brave",
    "calm",
    "clean",
    "clear",
    "close",
    "cold",
    "common",
    "deep",
    "dry",
    "easy",
    "equal",
    "even",
    "fair",
    "fast",
    "fit",
    "free",
    "fresh",
    "full",
    "good",
    "great",
    "happy",
    "hard",
    "healthy",
    "heavy",
    "high",
    "hot",
    "kind",
    "large",
    "late",
    "light",
    "likely",
    "long",
    "loud",
    "low",
    "lucky",
    "mild",
    "natural",
    "near",
    "new",
    "nice",
    "old",
    "open",
    "poor",
    "popular",
    "pure",
    "quick",
    "quiet",
    "rare",
    "ready",
    "real",
    "rich",
    "safe",
    "sharp",
    "short",
    "sick",
    "simple",
    "slow",
    "small",
    "soft",
    "stable",
    "steady",
    "strong",
    "sure",
    "sweet",
    "tall",
    "thick",
    "thin",
    "tidy",
    "tight",
    "true",
    "usual",
    "warm",
    "weak",
    "wet",
    "wide",
    "wild",
    "wise",
    "worthy",
    "young",
]


def labels() -> pl.DataFrame:
    """Synonyms in -ish, antonyms in un-, and neighbours in the list as co-hyponyms."""
    rows = [(root, f"{root}ish", "synonym") for root in ROOTS]
    rows += [(root, f"un{root}", "antonym") for root in ROOTS]
    rows += [(a, b, "co_hyponym") for a, b in itertools.pairwise(ROOTS)]
    return pl.DataFrame(rows, ["term_a", "term_b", "relation"], orient="row")


class Project:
    """A folder with params.yaml and data/."""

    def __init__(self, root: Path, terms: list[str], **sections: Any) -> None:  # noqa: ANN401
        root.mkdir(parents=True, exist_ok=True)
        self.root, self.data = root, root / "data"
        (root / "terms.txt").write_text("\n".join(terms), "utf-8")
        source = {"kind": "text", "path": str(root / "terms.txt")}
        params = {"ingest": {"sources": [source]}, **sections}
        (root / "params.yaml").write_text(yaml.safe_dump(params), "utf-8")

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.data)

    def run(self, *stages: str) -> None:
        for stage in stages:
            run_stage(stage, self.root / "params.yaml", self.data)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A lexicon in Title Case of some of the labelled terms, their plurals, and strangers."""
    root = tmp_path_factory.mktemp("first")
    tiny_encoder(root)
    write_lmf(root / "glosses.xml", GLOSSES)
    labels().write_csv(root / "pairs.csv")
    terms = [root.title() for root in ROOTS[:30]] + [f"Un{root}" for root in ROOTS[:20]]
    terms += ["Heavys", "Garden Chair", "Lawn Mower", "garden chairs"]
    project = Project(
        root,
        terms,
        label={
            "dictionaries": [{"kind": "wn_lmf", "path": str(root / "glosses.xml")}],
            "tables": [{"path": str(root / "pairs.csv")}],
            "validation_fraction": 0.3,
            "test_fraction": 0.2,
        },
        adapt={"method": "none", "encoder": str(root / "encoder")},
        retrieve={"k": 12, "spelling_k": 4, "min_cosine": 0.01},
        train={"hidden": 8, "width": 8, "consistency_pairs": 0, "contradicted": 0},
    )
    project.run(*STAGES)
    return project


@pytest.fixture(scope="module")
def second(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Another lexicon, judged by the model of the first, which lies elsewhere now."""
    root = tmp_path_factory.mktemp("second")
    shutil.copytree(trained.data / "train" / "model", root / "model")
    terms = ["Wild", "Unwild", "wildish", "Garden Gnome", "Mild", "Warm", "Unwarm"]
    terms += ["Garden Gnomes", "Lawn Mowers", "Garden Chair"]
    project = Project(root, terms, model=str(root / "model"), retrieve={"min_cosine": 0.01})
    project.run(*STAGES, "cluster", "release", "evaluate", "export")
    return project


def test_labels_meet_the_lexicon_by_key_and_by_inflection(trained: Project) -> None:
    pairs = trained.workspace.read(PAIRS)
    found = set(pairs.select("term_a", "term_b", "relation").rows())
    assert ("Brave", "Unbrave", "antonym") in found  # written brave, unbrave
    assert ("Heavys", "High", "co_hyponym") in found  # written heavy, high
    met = trained.workspace.read_json(".runs", "label.json")["facts"]["labelled pairs met"]
    assert sum(met.values()) == labels().height
    assert 0 < met["by key"] < pairs.height  # heavy is met twice
    assert met["exactly"] == met["by inflection"] == 0


def test_what_the_lexicon_does_not_hold_teaches(trained: Project) -> None:
    terms = trained.workspace.read(TERMS)
    extra = trained.workspace.read(EXTRA_TERMS)
    assert extra["term_id"].to_list() == list(range(terms.height, terms.height + extra.height))
    assert not set(extra["term"]) & {"brave", "unbrave"}  # met as Brave, Unbrave
    assert {"brave" + "ish", "wild", "unwild"} <= set(extra["term"])
    pairs = trained.workspace.read(EXTRA_PAIRS)
    assert (pairs["a"] < pairs["b"]).all()
    every = pl.concat([terms.select("term_id", "term"), extra.select("term_id", "term")])
    names = dict(every.iter_rows())
    assert [names[a] for a in pairs["a"]] == pairs["term_a"].to_list()
    notes = read_notes(trained.data / "train" / "model")
    known = pl.concat([trained.workspace.read(PAIRS), pairs])
    counts = known.filter(pl.col("split") == "train")["relation"].cast(pl.String).value_counts()
    assert notes.pairs == dict(counts.sort("relation").iter_rows())


def test_held_out_figures_stay_disjoint_by_term(trained: Project) -> None:
    pairs = pl.concat([trained.workspace.read(PAIRS), trained.workspace.read(EXTRA_PAIRS)])
    held = {*trained.workspace.read(HELD_OUT)["term"]}
    extra = trained.workspace.read(EXTRA_TERMS).filter(pl.col("split") != "train")
    held |= {*extra["term"]}
    train = pairs.filter(pl.col("split") == "train")
    assert held
    assert not held & {*train["term_a"], *train["term_b"]}
    assert not {term.lower() for term in held} & {t.lower() for t in [*train["term_a"]]}


def test_only_the_lexicon_is_judged(trained: Project) -> None:
    n_terms = trained.workspace.read(TERMS).height
    judged = pl.concat(trained.workspace.parts(RELATIONS))
    assert judged.height
    assert judged.select(pl.max_horizontal("a", "b").max()).item() < n_terms
    assert len(trained.workspace.read_array("embed", "vectors.npy")) > n_terms


def as_classified(project: Project) -> tuple[list[tuple[str, str]], pl.DataFrame]:
    """All candidates by name, and what `classify` made of them."""
    terms = project.workspace.read(TERMS)["term"].to_list()
    judged = pl.concat(project.workspace.parts(RELATIONS))
    names = [(terms[a], terms[b]) for a, b in judged.select("a", "b").iter_rows()]
    return names, judged.select(PROBABILITIES)


def test_a_run_judges_what_classify_judged_bit_for_bit(trained: Project) -> None:
    names, expected = as_classified(trained)
    again = nymgraph.load_model(trained.data, device="cpu").judge(names)
    assert again.select(PROBABILITIES).equals(expected)
    few = nymgraph.judge([(b, a) for a, b in names[3:5]], trained.data)
    assert few.select(PROBABILITIES).equals(expected[3:5])


def test_the_judge_alone_leaves_known_pairs_out(trained: Project) -> None:
    model = nymgraph.load_model(trained.data, device="cpu")
    pairs = trained.workspace.read(PAIRS).filter(pl.col("split") == "train")
    rows = list(pairs.select("term_a", "term_b").iter_rows())[:3]
    known, alone = (model.judge(rows, known=asked)[:, 2:] for asked in (True, False))
    assert not known.equals(alone)
    evidence = pl.concat(trained.workspace.parts(RELATIONS))["evidence"] == "dictionary"
    names, _ = as_classified(trained)
    own = [pair for pair, of_dictionary in zip(names, evidence, strict=True) if not of_dictionary]
    assert model.judge(own[:5]).equals(model.judge(own[:5], known=False))


def test_the_command_judges_what_classify_judged(trained: Project, tmp_path: Path) -> None:
    names, expected = as_classified(trained)
    asked, out = tmp_path / "asked.parquet", tmp_path / "judged.parquet"
    pl.DataFrame(names, ["term_a", "term_b"], orient="row").write_parquet(asked)
    arguments = ["judge", "--model", trained.data, "--pairs", asked, "--out", out]
    done = CliRunner().invoke(app, [*map(str, arguments), "--device", "cpu"])
    assert done.exit_code == 0, done.output
    assert pl.read_parquet(out, columns=list(PROBABILITIES)).equals(expected)


def test_before_classify_nothing_is_corrected(trained: Project, tmp_path: Path) -> None:
    early = tmp_path / "data"
    shutil.copytree(trained.data, early, ignore=shutil.ignore_patterns("classify"))
    model = nymgraph.load_model(early, device="cpu")
    names, _ = as_classified(trained)
    found = model.judge(names[:5]).select(PROBABILITIES).to_numpy()
    ends = zip(*names[:5], strict=True)
    np.testing.assert_array_equal(found, model.probabilities(*map(list, ends)))


def test_a_second_lexicon_is_judged_by_the_model(trained: Project, second: Project) -> None:
    first, model = (p / "train" / "model" / "head.safetensors" for p in (trained.data, second.data))
    assert first.read_bytes() == model.read_bytes()
    assert second.workspace.read(HELD_OUT).is_empty()
    known = pl.concat([trained.workspace.read(PAIRS), trained.workspace.read(EXTRA_PAIRS)])
    training = known.filter(pl.col("split") == "train")
    evidence = second.workspace.read(PAIRS)
    assert set(evidence["sources"].explode()) <= {"pairs.csv"}
    assert evidence.height <= training.height
    vectors = second.workspace.read_array("embed", "vectors.npy")
    extra = second.workspace.read(EXTRA_TERMS)
    assert len(vectors) == second.workspace.read(TERMS).height + extra.height
    assert len(nymgraph.ClusterStore(second.data / "export")) == 9


def test_the_words_of_a_model_are_lemmas_and_other_forms_are_set_aside(second: Project) -> None:
    forms = second.workspace.read(VARIANTS)
    assert forms.select("variant", "lemma").rows() == [("Garden Gnomes", "Garden Gnome")]
    store = nymgraph.ClusterStore(second.data / "export")
    assert store.entry("garden gnomes").term == "Garden Gnome"
    assert outcome(second.data).startswith("9 terms: ")
    assert outcome(second.data).endswith(" in none; 1 form of another set aside")


def test_a_term_and_its_definition_are_a_candidate(trained: Project, second: Project) -> None:
    """In the first run by its dictionary, in the second by the model, which keeps the gloss."""
    for project, ends in (
        (trained, ("Garden Chair", "Lawn Mower")),
        (second, ("Garden Chair", "Lawn Mowers")),
    ):
        terms = project.workspace.read(TERMS)["term"]
        found = project.workspace.read(GLOSSED)
        assert [(terms[a], terms[b]) for a, b in found.select("a", "b").iter_rows()] == [ends]
        assert ends in as_classified(project)[0]
    kept = known_glosses(second.data / "train" / "model")
    assert kept.rows() == [("Lawn Mower", "garden chair")]


def test_the_second_run_judges_what_classify_judged_too(second: Project) -> None:
    names, expected = as_classified(second)
    again = nymgraph.load_model(second.data, device="cpu").judge(names)
    assert again.select(PROBABILITIES).equals(expected)


def test_a_foreign_or_own_model_is_refused(trained: Project, tmp_path: Path) -> None:
    model = str(trained.data / "train" / "model")
    foreign = Project(tmp_path / "tr", ["sıcak", "soğuk"], model=model)
    params = yaml.safe_load((foreign.root / "params.yaml").read_text())
    params["ingest"]["language"] = "tr"
    (foreign.root / "params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(ParameterError, match="another language"):
        foreign.run("ingest")
    own = Project(tmp_path / "own", ["hot", "cold"], model=str(tmp_path / "own" / "data"))
    shutil.copytree(model, tmp_path / "own" / "data" / "train" / "model")
    with pytest.raises(ParameterError, match="that it writes itself"):
        own.run("ingest")
    nowhere = Project(tmp_path / "none", ["hot", "cold"], model=str(tmp_path))
    with pytest.raises(ArtefactError, match="holds no model"):
        nowhere.run("ingest")
