"""`nymgraph export` of a lexicon with everything that ingest may carry."""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.schemas import EXPORTED_VARIANTS, TERMS, VARIANTS
from nymgraph.pipeline.store import ClusterStore
from tests.stages.small_run import SmallRun


def test_variants_set_aside_leave_with_their_lemma(small_run: SmallRun, tmp_path: Path) -> None:
    stages = ("ingest", "label", "embed", "classify", "cluster", "release")
    run = small_run.copy(tmp_path / "run", *stages)
    lemma_id, lemma, key = run.workspace.read(TERMS).select("term_id", "term", "key").row(0)
    forms = pl.DataFrame(
        {
            "variant": [f"{lemma}s"],
            "key": [f"{key}s"],
            "lemma": [lemma],
            "lemma_id": [lemma_id],
            "sources": [["terms.csv"]],
            "frequency": [3.0],
            "shelf": ["a column of the user"],
        }
    )
    run.workspace.write(VARIANTS, VARIANTS.conform(forms))
    run.stage("label")  # claims about a form are claims about its lemma
    run.stage("export")
    exported = pl.read_parquet(run.data / EXPORTED_VARIANTS.path)
    assert exported.columns == list(EXPORTED_VARIANTS.schema)
    store = ClusterStore(run.data / "export")
    assert store.variants(lemma) == [f"{lemma}s"]
    assert store[f"{lemma}s"].members == store[lemma].members
