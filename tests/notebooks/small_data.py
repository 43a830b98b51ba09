"""A data folder for the notebooks: the first synsets of WordNet, and the small export's words.

Its clusters are synsets and its vectors point where their synset does, so that a notebook has
something to find; its figures are those of the small finished run.
"""

from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.pipeline import schemas
from nymgraph.pipeline.lexicon.dictionaries import clean_synsets
from nymgraph.pipeline.schemas import Table
from nymgraph.pipeline.settings.params import WordNetSource
from nymgraph.pipeline.storage.artefacts import Workspace
from tests.report.finished_run import EVALUATED, GATES
from tests.store import small_export
from tests.store.small_export import terms_frame, write_export

SYNSETS = 1_500
_DIM = 16


def write_data(root: Path) -> Path:
    """Write all that the notebooks read."""
    clusters = small_export.CLUSTERS | synset_clusters()
    own = {term: number for number, (_, terms, _) in clusters.items() for term in terms}
    terms = sorted({*own, *small_export.SINGLETONS})
    ids = {term: row for row, term in enumerate(terms)}
    frames = {
        schemas.EXPORTED_TERMS: terms_frame(terms, [own.get(term) for term in terms]),
        **cluster_frames(clusters, ids),
    }
    write_export(root / "export", frames, vectors="these")
    workspace = Workspace(root)
    workspace.write(schemas.HELD_OUT, held_out(terms))
    workspace.write(schemas.PAIRS, pairs(clusters, ids))
    workspace.write_json("evaluate", "metrics.json", EVALUATED)
    workspace.write_json("embed", "manifest.json", {"content": "these", "revision": "r"})
    np.save(workspace.path("embed", "vectors.npy"), vectors([own.get(term) for term in terms]))
    workspace.path("evaluate", "gates.csv").write_text(GATES, "utf-8")
    intruders = "term_a,term_b,split\nglad,unhappy,train\n"
    workspace.path("evaluate", "intruders.csv").write_text(intruders, "utf-8")
    for stage in ("embed", "evaluate"):
        workspace.finish(stage)
    return root


def synset_clusters() -> dict[int, tuple[str, list[str], float]]:
    """The synsets of two terms and more, each term in the first that has it."""
    taken = {term for _, terms, _ in small_export.CLUSTERS.values() for term in terms}
    taken.update(small_export.SINGLETONS)
    clusters = {}
    source = WordNetSource(kind="wordnet", max_synsets=SYNSETS)
    for number, synset in enumerate(clean_synsets(source, "en"), start=1_000):
        free = sorted(set(synset.terms) - taken)
        if len(free) > 1:
            taken.update(free)
            clusters[number] = (free[0], free, 0.9)
    return clusters


def cluster_frames(
    clusters: dict[int, tuple[str, list[str], float]], ids: dict[str, int]
) -> dict[Table, pl.DataFrame]:
    edges = {
        pair: (0.9, 0.9, 0.0, 0.1, "model")
        for number, (_, terms, _) in clusters.items()
        if number not in small_export.CLUSTERS
        for pair in combinations(terms, 2)
    } | small_export.EDGES
    members = [(ids[term], n, 1.0, None) for n, (_, terms, _) in clusters.items() for term in terms]
    rows: dict[Table, list[tuple[object, ...]]] = {
        schemas.EXPORTED_CLUSTERS: [
            (number, first, len(terms), terms, cohesion)
            for number, (first, terms, cohesion) in sorted(clusters.items())
        ],
        schemas.EXPORTED_LINKS: list(small_export.LINKS),
        schemas.EXPORTED_MEMBERSHIPS: sorted(members),
        schemas.EXPORTED_EDGES: sorted(
            (*sorted((ids[a], ids[b])), cosine, "vector", *rest, None, None)
            for (a, b), (cosine, *rest) in edges.items()
        ),
    }
    return {t: pl.DataFrame(r, schema=t.schema, orient="row") for t, r in rows.items()}


def held_out(terms: list[str]) -> pl.DataFrame:
    """Every other term."""
    frame = pl.DataFrame({"term": terms}).with_row_index("term_id").gather_every(2)
    return frame.with_columns(split=pl.lit("test"))


def pairs(clusters: dict[int, tuple[str, list[str], float]], ids: dict[str, int]) -> pl.DataFrame:
    """The pairs inside a cluster as synonyms; a few antonyms."""
    labelled = [
        (pair, "synonym") for _, terms, _ in clusters.values() for pair in combinations(terms, 2)
    ]
    labelled += [(pair, "antonym") for pair in (("cold", "hot"), ("happy", "unhappy"))]
    rows = [
        (a, b, ids[a], ids[b], relation, ["wordnet"], 1.0, 1.0, 1.0, 1.0, "test", None)
        for (a, b), relation in sorted(labelled)
    ]
    return pl.DataFrame(rows, schema=schemas.PAIRS.schema, orient="row")


def vectors(clusters: list[int | None]) -> np.ndarray:
    """A direction for each cluster, and some noise."""
    random = np.random.default_rng(0)
    numbers = [-1 if number is None else number for number in clusters]
    kinds, own = np.unique(numbers, return_inverse=True)
    found = random.standard_normal((len(kinds), _DIM))[own]
    found += 0.3 * random.standard_normal(found.shape)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)
