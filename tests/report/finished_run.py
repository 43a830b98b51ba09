"""A data folder as a finished run leaves it, made by hand: a few terms, one of them hostile."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nymgraph.pipeline import schemas
from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.schemas import Table
from nymgraph.pipeline.storage.artefacts import Workspace

INJECTION = "</script><script>alert(1)</script>"
TERMS = sorted(
    [INJECTION, "cold", "hot", "warm", "big", "large", "huge", "vast", "lonely", "small"]
)
CLUSTERS = {
    7: ("big", ["big", "huge", "large", "vast"], 0.75),
    8: ("hot", sorted(["hot", "warm", INJECTION]), 0.5),
}
# pair: relation, split
LABELLED = {
    ("big", "large"): ("synonym", "test"),
    ("huge", "vast"): ("synonym", "test"),
    ("big", "small"): ("antonym", "test"),
    ("cold", "hot"): ("antonym", "test"),
    ("cold", "warm"): ("antonym", "train"),
    ("hot", "warm"): ("synonym", "train"),
    ("big", "cold"): ("co_hyponym", "test"),
}
# pair: cosine, p_synonym, p_antonym, p_co_hyponym, evidence
JUDGED = {
    ("big", "huge"): (0.7, 0.9, 0.0, 0.1, "model"),
    ("big", "large"): (0.7, 1.0, 0.0, 0.0, "dictionary"),
    ("big", "small"): (0.8, 0.0, 0.9, 0.1, "model"),
    ("big", "vast"): (0.6, 0.4, 0.2, 0.4, "model"),
    ("cold", "hot"): (0.9, 0.1, 0.8, 0.1, "model"),
    ("hot", "warm"): (0.6, 0.75, 0.15, 0.1, "model"),
}
FIGURES = {"precision": 0.8, "recall": 0.4, "f1": 0.53, "f05": 0.667, "pairs_together": 5}
EVERYDAY = {
    f"{count}_{name}": 0.5
    for count in ("commonest", "by_use")
    for name in ("present", "rare_only", "alone")
}
EVALUATED = {
    "gate": 0.7,
    "edges": 3,
    "judged_edges": {"passed": 2, "synonym_precision": 0.5, "synonym_recall": 0.25}
    | {"synonym_f05": 0.41},
    "clusters": {
        "held_out": {**FIGURES, "pairs_known": 9},
        "touching": {**FIGURES, "pairs_known": 12},
        "held_out_b_cubed": {"precision": 0.9, "recall": 0.5, "f1": 0.643},
        "antonyms_together": 1,
        "antonyms_together_held_out": 0,
        "antonyms_known": 3,
        "drift": 0.25,
        "clusters": 2,
        "clustered_terms": 7,
    },
    "everyday": {"released": EVERYDAY, "measured_on_held_out": EVERYDAY},
}
THREE = {"synonym": 0.7, "antonym": 0.8, "co_hyponym": 0.6}
TRAINED = {
    "test": {
        "macro_f1": 0.7,
        "accuracy": 0.71,
        "precision": THREE,
        "recall": THREE,
        "f1": THREE,
        "support": {"synonym": 5, "antonym": 3, "co_hyponym": 2},
        "confusion": [[4, 0, 1], [1, 2, 0], [0, 0, 2]],
        "ece": 0.05,
        "by_pos": {"noun": {"pairs": 10, "macro_f1": 0.7, "f1": {"synonym": 0.7}}},
        "by_frequency": "not measured: the lexicon has no frequencies",
    },
    "calibration": {"pairs": 10, "ece_before": 0.1, "ece_after": 0.05},
    "consistency": {"case": {"tests": 4, "changed": 0.25, "mean_change_of_p_synonym": 0.01}},
}
GATES = (
    "gate,passed,synonym_precision,synonym_recall,synonym_f05,antonym_precision,antonym_recall,"
    "antonyms_judged_synonym,antonyms_among_passed\n"
    "0.5,4,0.5,0.5,0.5,0.7,0.6,0.1,0.1\n0.9,1,1.0,0.25,0.6,,0.3,0.0,0.0\n"
)
RELIABILITY = "confidence,accuracy,pairs\n0.4,0.5,4\n0.9,0.8,6\n"


def write_run(root: Path) -> Workspace:
    """Write the artefacts of every stage that the report reads."""
    workspace = Workspace(root)
    for table, frame in frames().items():
        if table.parts:
            folder = root / table.path
            folder.mkdir(parents=True)
            table.conform(frame).write_parquet(folder / "part-00000.parquet")
        else:
            workspace.write(table, frame)
    for stage, name, value in documents():
        workspace.write_json(stage, name, value)
    for stage, name, text in (
        ("train", "reliability.csv", RELIABILITY),
        ("train", "reliability_before.csv", RELIABILITY),
        ("evaluate", "gates.csv", GATES),
        ("evaluate", "intruders.csv", "term_a,term_b,split\nhot,warm,train\n"),
        (
            "evaluate",
            "everyday.csv",
            "term,fault,expected,cluster\nfast,no dominant synonym,quick,\n",
        ),
    ):
        workspace.path(stage, name).parent.mkdir(exist_ok=True)
        workspace.path(stage, name).write_text(text, "utf-8")
    random = np.random.default_rng(0)
    vectors = random.standard_normal((len(TERMS), 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.save(workspace.path("embed", "vectors.npy"), vectors.astype(np.float16))
    for stage in ("train", "evaluate", "classify", "embed"):
        workspace.finish(stage)
    return Workspace(root)


def documents() -> list[tuple[str, str, dict[str, Any]]]:
    manifest = {"language": "en", "sources": ["by hand"], "encoder": "none", "algorithm": "signed"}
    record = {"status": "done", "seconds": 72.4, "peak_memory_mb": 1234}
    record["rows_in"] = {"classify/relations": 6}
    return [
        ("train", "metrics.json", TRAINED),
        ("evaluate", "metrics.json", EVALUATED),
        ("cluster", "settings.json", {"gate": 0.7, "algorithm": "signed"}),
        ("adapt", "manifest.json", {"method": "none"}),
        ("embed", "manifest.json", {"precision": "float32"}),
        ("export", "manifest.json", {**manifest, "gate": 0.7, "nymgraph": "0.1.0"}),
        (".runs", "cluster.json", {**record, "rows_out": {}}),
    ]


def frames() -> dict[Table, pl.DataFrame]:
    ids = {term: row for row, term in enumerate(TERMS)}
    own = {term: number for number, (_, members, _) in CLUSTERS.items() for term in members}
    terms = pl.DataFrame({"term": TERMS}).with_row_index("term_id")
    lexicon = terms.with_columns(
        key=pl.Series([look_up_key(term) for term in TERMS]),
        sources=pl.lit(["by hand"], pl.List(pl.String)),
        language=pl.lit("en"),
        frequency=pl.lit(None, pl.Float64),
    )
    cluster_id = pl.Series("cluster_id", [own.get(term) for term in TERMS], dtype=pl.Int64)
    clusters = [(n, rep, len(m), m, c) for n, (rep, m, c) in CLUSTERS.items()]
    links = [(7, 8, "related", 2, 0.8), (7, 8, "opposite", 1, 0.9)]
    labelled = [
        (a, b, ids[a], ids[b], relation, ["wordnet"], 1.0, 1.0, 1.0, 1.0, split, None)
        for (a, b), (relation, split) in LABELLED.items()
    ]
    judged = [
        (ids[a], ids[b], cosine, "vector", *rest, None, None)
        for (a, b), (cosine, *rest) in JUDGED.items()
    ]
    rejects = [("by hand", 11, "hot", "duplicate", "hot"), ("by hand", 12, "", "empty", None)]
    return {
        schemas.TERMS: lexicon,
        schemas.REJECTS: rows(schemas.REJECTS, rejects),
        schemas.PAIRS: rows(schemas.PAIRS, labelled),
        schemas.RELATIONS: rows(schemas.RELATIONS, judged),
        schemas.ASSIGNMENTS: terms.with_columns(cluster_id),
        schemas.CLUSTERS: rows(schemas.CLUSTERS, clusters),
        schemas.LINKS: rows(schemas.LINKS, links),
        schemas.TENSIONS: schemas.TENSIONS.empty(),
        schemas.EXPORTED_TERMS: lexicon.with_columns(cluster_id),
    }


def rows(table: Table, values: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(values, schema=table.schema, orient="row")


def section(page: str, name: str) -> str:
    """The HTML of one section of the page."""
    start = page.index(f'<section id="{name}">')
    return page[start : page.index("</section>", start)]


def as_data(page: str) -> Any:  # noqa: ANN401
    """The clusters that the page carries for its search box."""
    start = page.index('type="application/json">') + len('type="application/json">')
    return json.loads(page[start : page.index("</script>", start)])
