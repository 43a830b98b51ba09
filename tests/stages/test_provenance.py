"""What a language model alone says trains; it is no evidence, no candidate and no yardstick."""

import json
from pathlib import Path

import polars as pl

from nymgraph.pipeline.lexicon.provenance import LANGUAGE_MODEL
from nymgraph.pipeline.schemas import HELD_OUT, PAIRS, RELATIONS
from tests.stages.small_run import SmallRun

MODEL = f"{LANGUAGE_MODEL}some-model"


def owned_by_a_model(run: SmallRun) -> pl.DataFrame:
    """Let half of the known synonyms of free terms stand on a language model's word alone."""
    pairs = run.workspace.read(PAIRS)
    free = (pl.col("split") == "train") & (pl.col("relation") == "synonym")
    chosen = free & (pl.int_range(pl.len()) % 2 == 0)
    sources = pl.when(chosen).then(pl.lit([MODEL])).otherwise("sources")
    changed = pairs.with_columns(sources=sources)
    run.workspace.write(PAIRS, changed)
    return changed.filter(chosen).select("a", "b")


def as_by_hand(run: SmallRun, *stages: str) -> None:
    """List stages as made by hand: what they read is not that which lies there now."""
    for stage in stages:
        run.workspace.finish(stage)


def evidence_on(run: SmallRun, chosen: pl.DataFrame) -> dict[str, int]:
    judged = pl.read_parquet(run.data / RELATIONS.path / "*.parquet")
    counts = judged.join(chosen, on=["a", "b"]).group_by("evidence").len()
    return {str(row["evidence"]): row["len"] for row in counts.iter_rows(named=True)}


def test_it_is_evidence_only_when_trusted(small_run: SmallRun, tmp_path: Path) -> None:
    inputs = ("ingest", "label", "embed", "retrieve", "train")
    run = small_run.copy(tmp_path / "run", *inputs)
    chosen = owned_by_a_model(run)
    as_by_hand(run, "retrieve", "train")
    run.stage("classify")
    doubted = evidence_on(run, chosen)
    run.set("classify", trust_language_model=True)
    run.stage("classify")
    trusted = evidence_on(run, chosen)
    assert doubted["model"] > 100
    assert list(doubted) == ["model"]
    assert trusted == {"dictionary": doubted["model"]}


def test_no_pair_becomes_a_candidate_by_it(small_run: SmallRun, tmp_path: Path) -> None:
    run = small_run.copy(tmp_path / "run", "ingest", "label", "embed")
    chosen = owned_by_a_model(run)
    run.stage("retrieve")
    before, after = (
        pl.read_parquet(one.data / "retrieve/candidates/*.parquet")
        .join(chosen, on=["a", "b"])["route"]
        .cast(pl.String)
        .to_list()
        for one in (small_run, run)
    )
    assert before.count("dictionary") > 50
    assert "dictionary" not in after
    found, known = after.count("initials"), before.count("dictionary")  # acronyms are found anyway
    assert len(after) - found == len(before) - known - before.count("initials")


def test_nothing_is_measured_on_it(small_run: SmallRun, tmp_path: Path) -> None:
    judged = ("classify", "cluster", "release")
    run = small_run.copy(tmp_path / "run", "ingest", "label", *judged)
    pairs = run.workspace.read(PAIRS)
    of_model = (pl.col("split") == "test") & (pl.int_range(pl.len()) % 2 == 0)
    sources = pl.when(of_model).then(pl.lit([MODEL])).otherwise("sources")
    run.workspace.write(PAIRS, pairs.with_columns(sources=sources))
    as_by_hand(run, *judged)
    run.stage("evaluate")
    assert pairs_known(small_run) == within_test(pairs, small_run)
    assert pairs_known(run) == within_test(pairs.filter(~of_model), run)
    assert 0 < pairs_known(run) < pairs_known(small_run)


def within_test(pairs: pl.DataFrame, run: SmallRun) -> int:
    """Synonyms both of whose terms are held out for test."""
    held = run.workspace.read(HELD_OUT).filter(pl.col("split") == "test")["term_id"].implode()
    both = pl.col("a").is_in(held) & pl.col("b").is_in(held)
    return pairs.filter(both & (pl.col("relation") == "synonym")).height


def pairs_known(run: SmallRun) -> int:
    metrics = json.loads((run.data / "evaluate" / "metrics.json").read_text("utf-8"))
    return int(metrics["clusters"]["held_out"]["pairs_known"])
