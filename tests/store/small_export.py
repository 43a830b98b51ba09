"""A small export made by hand, and a writer for any export."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline import schemas
from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.lookup import FOLDER
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.lookup.writing import write_index
from nymgraph.pipeline.schemas import Table
from nymgraph.pipeline.storage.manifests import LIST, list_folder

INJECTION = "<script>alert(1)</script>"

CLUSTERS = {
    -9: ("happy", ["glad", "happy", "joyful"], 0.62),
    -2: ("sad", ["sad", "unhappy"], 0.8),
    3: ("cold", ["cold", "freezing", "frosty"], 0.73),
    4: ("hot", ["hot", "warm"], 0.8),
    5: ("polish", ["polish", "shine"], 0.88),
    6: (INJECTION, [INJECTION, "śnieg"], 0.9),
    8: ("spicy", ["fiery", "spicy"], 0.85),
}
SINGLETONS = ["Polish", "Straße", "lonely", "Éclair", "éclair"]
# pair: cosine, p_synonym, p_antonym, p_co_hyponym, evidence
EDGES = {
    ("glad", "happy"): (0.8, 0.9, 0.05, 0.05, "model"),
    ("happy", "joyful"): (0.75, 0.95, 0.0, 0.05, "model"),
    ("glad", "unhappy"): (0.5, 0.0, 0.69, 0.31, "model"),
    ("happy", "sad"): (0.6, 0.05, 0.9, 0.05, "model"),
    ("happy", "unhappy"): (0.7, 0.0, 1.0, 0.0, "dictionary"),
    ("sad", "unhappy"): (0.7, 0.8, 0.1, 0.1, "model"),
    ("lonely", "sad"): (0.5, 0.6, 0.1, 0.3, "model"),
    ("cold", "hot"): (0.8, 0.01, 0.98, 0.01, "dictionary"),
    ("cold", "freezing"): (0.8, 0.9, 0.0, 0.1, "model"),
    ("cold", "frosty"): (0.8, 0.7, 0.0, 0.3, "model"),
    ("freezing", "frosty"): (0.8, 0.6, 0.0, 0.4, "model"),
    ("hot", "warm"): (0.8, 0.8, 0.1, 0.1, "model"),
    ("hot", "spicy"): (0.6, 0.75, 0.0, 0.25, "model"),
    ("fiery", "spicy"): (0.6, 0.85, 0.0, 0.15, "model"),
    ("glad", "warm"): (0.4, 0.3, 0.1, 0.6, "model"),
    ("polish", "shine"): (0.6, 0.88, 0.0, 0.12, "model"),
    (INJECTION, "śnieg"): (0.6, 0.9, 0.0, 0.1, "model"),
}
MEMBERSHIPS = {("hot", 4): 1.0, ("hot", 8): 0.5, ("warm", 4): 1.0, ("spicy", 8): 1.0}
LINKS = [
    (-9, -2, "opposite", 2, 0.95),
    (-9, 4, "related", 1, 0.6),
    (3, 4, "opposite", 1, 0.98),
    (4, 8, "related", 3, 0.5),
]
MANIFEST = {
    "nymgraph": "0.1.0",
    "schema_version": schemas.EXPORT_VERSION,
    "language": "en",
    "gate": 0.7,
    "antonym_gate": 0.7,
    "min_probability": 0.5,
}


def write_export(
    root: Path, frames: dict[Table, pl.DataFrame], group: int | None = None, **manifest: object
) -> Path:
    """Write the tables, the index and the manifest of an export; without variants and senses
    if not given."""
    root.mkdir(parents=True, exist_ok=True)
    optional = (schemas.EXPORTED_VARIANTS, schemas.EXPORTED_SENSES)
    frames = {**{table: table.empty() for table in optional}, **frames}
    frames = {table: completed(table, frame) for table, frame in frames.items()}
    for table, frame in frames.items():
        table.conform(frame).write_parquet(root / table.path.name, row_group_size=group)
    tables = {
        t.name: {"rows": f.height, "bytes": (root / t.path.name).stat().st_size, "hash": "0"}
        for t, f in frames.items()
    }
    (root / FOLDER).mkdir(exist_ok=True)
    sizes = write_index(Export(root, {"tables": tables}), root / FOLDER)
    whole = {**MANIFEST, "tables": tables, "index": {"hash": "0", "bytes": sizes}, **manifest}
    (root / "manifest.json").write_text(json.dumps(whole), "utf-8")
    (root / LIST).write_text(json.dumps(list_folder("export", root, {}).as_data()), "utf-8")
    return root


def completed(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with nulls in the columns that may be null and that it lacks."""
    lacking = [c for c in table.columns if c.nullable and c.name not in frame.columns]
    return frame.with_columns(pl.lit(None, c.dtype).alias(c.name) for c in lacking)


def small_frames() -> dict[Table, pl.DataFrame]:
    """The tables of the small export."""
    own = {term: number for number, (_, terms, _) in CLUSTERS.items() for term in terms}
    terms = sorted([*own, *SINGLETONS])
    ids = {term: row for row, term in enumerate(terms)}
    edges = sorted((*sorted((ids[a], ids[b])), *rest) for (a, b), rest in EDGES.items())
    return {
        schemas.EXPORTED_TERMS: terms_frame(terms, [own.get(term) for term in terms]),
        schemas.EXPORTED_CLUSTERS: pl.DataFrame(
            [(n, rep, len(t), t, c) for n, (rep, t, c) in sorted(CLUSTERS.items())],
            schema=schemas.EXPORTED_CLUSTERS.schema,
            orient="row",
        ),
        schemas.EXPORTED_LINKS: pl.DataFrame(
            LINKS, schema=schemas.EXPORTED_LINKS.schema, orient="row"
        ),
        schemas.EXPORTED_MEMBERSHIPS: pl.DataFrame(
            sorted(
                (ids[term], number, share, None) for (term, number), share in MEMBERSHIPS.items()
            ),
            schema=schemas.EXPORTED_MEMBERSHIPS.schema,
            orient="row",
        ),
        schemas.EXPORTED_EDGES: pl.DataFrame(
            [(a, b, cosine, "vector", *rest, None, None) for a, b, cosine, *rest in edges],
            schema=schemas.EXPORTED_EDGES.schema,
            orient="row",
        ),
    }


def with_a_lone_synonym() -> dict[Table, pl.DataFrame]:
    """The tables, with lonely and sad at the gate, as cold and frosty, who share a cluster."""
    frames = small_frames()
    edges = frames[schemas.EXPORTED_EDGES]
    sure = pl.when(pl.col("p_co_hyponym") == pl.lit(0.3, pl.Float32)).then(0.7)
    p_synonym = sure.otherwise(pl.col("p_synonym")).cast(pl.Float32)
    return frames | {schemas.EXPORTED_EDGES: edges.with_columns(p_synonym=p_synonym)}


def terms_frame(terms: list[str], clusters: list[int | None], language: str = "en") -> pl.DataFrame:
    """EXPORTED_TERMS from sorted terms and their clusters, with one column of the user."""
    rows = pl.DataFrame({"term": terms, "cluster_id": clusters})
    return rows.with_row_index("term_id").with_columns(
        key=pl.Series([look_up_key(term, language) for term in terms], dtype=pl.String),
        sources=pl.lit(["test"], pl.List(pl.String)),
        language=pl.lit(language),
        frequency=pl.lit(None, pl.Float64),
        remark=pl.lit("of the user"),
    )


def senses_frame(ids: dict[str, int], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """EXPORTED_SENSES from rows of term, sense, share, count, how known, pos, gloss, synonyms,
    antonyms, similar terms, cluster_id."""
    numbered = [
        (ids[term], *rest, *([ids[other] for other in others] for others in lists), cluster)
        for term, *rest, a, b, c, cluster in rows
        for lists in [(a, b, c)]
    ]
    numbered.sort(key=lambda row: row[:2])
    return pl.DataFrame(numbered, schema=schemas.EXPORTED_SENSES.schema, orient="row")
